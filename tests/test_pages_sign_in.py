"""Who comes in at the pages: password, invitation, second factor, locks, and requests of other sites."""

import time
from datetime import UTC, datetime

import pyotp
import pytest
from pages_office import PagesOffice, office
from starlette.testclient import TestClient

from agi.books.accounts import FAILURES, AccountBook, Role
from agi.books.audit import Audit
from agi.pages.shared.site import Site

__all__ = ["office"]
PASSWORD = "kuda pelangi sumur tua"


def invited(office: PagesOffice, name: str = "siti", role: Role = Role.ADMIN) -> str:
    return AccountBook(office.settings.pages_db).invite(name, role, datetime.now(UTC))


def welcomed(office: PagesOffice) -> TestClient:
    """A browser whose owner has taken the invitation."""
    client = office.client()
    path = f"/undangan/{invited(office)}"
    assert client.post(path, data={"sandi": PASSWORD, "sandi_lagi": PASSWORD}).url.path == "/"
    return client


def signed_in(client: TestClient, name: str = "siti", password: str = PASSWORD) -> bool:
    return client.post("/masuk", data={"nama": name, "sandi": password, "ke": "/"}).url.path == "/"


def test_an_invitation_lets_its_owner_choose_a_password_once(office: PagesOffice) -> None:
    client, path = office.client(), f"/undangan/{invited(office)}"
    assert "siti" in client.get(path).text
    assert client.post(path, data={"sandi": "pendek", "sandi_lagi": "pendek"}).status_code == 422
    assert client.post(path, data={"sandi": PASSWORD, "sandi_lagi": "lain sekali ini"}).status_code == 422
    assert client.post(path, data={"sandi": PASSWORD, "sandi_lagi": PASSWORD}).url.path == "/"
    assert office.client().get(path).status_code == 410


def test_the_right_password_comes_in_and_signing_out_ends_it(office: PagesOffice) -> None:
    welcomed(office)
    client = office.client()
    assert client.get("/audit").url.path == "/masuk"
    assert not signed_in(client, password="salah sekali ini")
    assert signed_in(client)
    assert client.get("/audit").status_code == 200
    assert client.post("/keluar").url.path == "/masuk"
    assert client.get("/").url.path == "/masuk"


def test_after_signing_in_one_is_where_one_wanted_to_be_and_never_elsewhere(office: PagesOffice) -> None:
    welcomed(office)
    client = office.client()
    assert client.get("/audit").url.query == b"ke=/audit"
    for back, there in (("/audit", "/audit"), ("//evil.example", "/"), ("https://evil.example", "/"), ("/\\evil", "/")):
        found = office.client().post("/masuk", data={"nama": "siti", "sandi": PASSWORD, "ke": back})
        assert (found.url.host, found.url.path) == ("testserver", there)


def test_wrong_passwords_lock_an_account_and_an_unknown_name_sounds_like_a_wrong_one(office: PagesOffice) -> None:
    welcomed(office)
    client = office.client()
    told = {client.post("/masuk", data={"nama": n, "sandi": "x"}).text.replace(n, "") for n in ("siti", "tidakada")}
    assert len(told) == 1
    for _ in range(FAILURES - 1):
        last = client.post("/masuk", data={"nama": "siti", "sandi": "x"})
    assert "15 menit" in last.text
    assert not signed_in(client)


def test_a_second_factor_is_asked_for_and_a_code_counts_once(office: PagesOffice) -> None:
    client, secret = welcomed(office), pyotp.random_base32()
    code = pyotp.TOTP(secret).now()
    assert client.post("/kode", data={"rahasia": secret, "kode": "000000"}).status_code in (422,)
    assert client.post("/kode", data={"rahasia": secret, "kode": code}).url.path == "/akun"
    again = office.client()
    assert again.post("/masuk", data={"nama": "siti", "sandi": PASSWORD}).url.path == "/masuk/kode"
    assert again.get("/audit").url.path == "/masuk/kode"
    assert again.post("/masuk/kode", data={"kode": code}).status_code == 403  # used already
    later = pyotp.TOTP(secret).at(time.time() + 30)
    assert again.post("/masuk/kode", data={"kode": later}).url.path == "/"


def test_off_this_machine_nobody_is_in_without_a_second_factor(
    office: PagesOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = welcomed(office)
    monkeypatch.setattr(Site, "needs_second_factor", True)
    assert not signed_in(client)
    assert client.get("/audit").url.path == "/kode"


@pytest.mark.parametrize(
    "told", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}]
)
def test_a_change_that_another_site_asks_for_is_not_made(office: PagesOffice, told: dict[str, str]) -> None:
    client = office.client("admin")
    assert client.post("/keluar", headers=told).status_code == 403
    assert client.get("/audit").status_code == 200


def test_each_role_has_its_pages_and_an_auditor_changes_nothing(office: PagesOffice) -> None:
    assert office.client("supervisor").get("/audit").status_code == 403
    assert office.client("tester").get("/akun/semua").status_code == 403
    auditor = office.client("auditor")
    assert auditor.get("/akun/semua").status_code == 200
    assert auditor.post("/akun/semua", data={"nama": "budi", "apa": "undang"}).status_code == 403


def test_an_admin_invites_resets_and_disables(office: PagesOffice) -> None:
    admin = office.client("admin")
    page = admin.post("/akun/semua", data={"nama": "budi", "peran": "tester", "apa": "undang"}).text
    token = page.partition("/undangan/")[2].partition("<")[0]
    budi = office.client()
    budi.post(f"/undangan/{token}", data={"sandi": PASSWORD, "sandi_lagi": PASSWORD})
    assert budi.get("/akun").url.path == "/akun"
    admin.post("/akun/semua", data={"nama": "budi", "apa": "tutup"})
    assert budi.get("/akun").url.path == "/masuk"
    assert not signed_in(office.client(), "budi")
    refused = admin.post("/akun/semua", data={"nama": "admin1", "apa": "tutup"})
    assert refused.status_code == 422


def test_what_is_too_large_is_refused_before_it_is_read(office: PagesOffice) -> None:
    refused = office.client().post("/masuk", data={"nama": "x" * 70_000, "sandi": "y"})
    assert refused.status_code == 413


def test_pages_say_what_a_browser_must_know(office: PagesOffice) -> None:
    page = office.client().get("/masuk")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert "style=" not in page.text


def test_a_sign_in_and_a_refusal_stand_in_the_audit(office: PagesOffice) -> None:
    welcomed(office)
    signed_in(office.client(), password="salah sekali ini")
    book = Audit(office.settings.pages_db, b"")
    assert [one.what for one in book.entries()] == ["masuk.ditolak", "undangan.diterima"]
