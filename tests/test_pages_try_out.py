"""Coba: the conversation of the telephone as text on a page, of the draft or of what is live, from any place."""

import io
import re

import pytest
import soundfile
from pages_office import PagesOffice, office
from sample_office import WITH_NONE, build_registry, kk_digits, nik
from starlette.testclient import TestClient
from test_editions import change

from agi import privacy
from agi.books.audit import Audit
from agi.editions.publishing import Publisher
from agi.pages.tester import trial

__all__ = ["office"]


@pytest.fixture
def tester(office: PagesOffice, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """Somebody who tries, where there is a registry."""
    monkeypatch.setattr("sample_office.KEY", privacy.hash_key(office.settings.var))
    office.settings.data.mkdir(exist_ok=True)
    build_registry(office.settings.data)
    return office.client("tester", "tono")


def lines(page: str) -> list[str]:
    """What stands in the conversation, without the links beside it."""
    told = page.partition('<ol class="timeline">')[2].partition("</ol>")[0]
    told = re.sub(r"<details>.*?</details>|<a .*?</a>", "", told, flags=re.S)
    return [" ".join(re.sub("<[^>]+>", "", line).split()) for line in told.split("<li>")[1:]]


def begin(client: TestClient, place: str = "", of: str = "draf") -> list[str]:
    page = client.post("/coba/mulai", data={"isi": of, "dari": place})
    assert page.status_code == 200, page.text
    return lines(page.text)


def answer(client: TestClient, line: str) -> list[str]:
    return lines(client.post("/coba/jawab", data={"jawaban": line}).text)


def test_a_whole_conversation_is_had_line_by_line(tester: TestClient) -> None:
    greeting, menu = begin(tester)
    assert greeting == "Hotline: Selamat datang di Halo Dukcapil."
    assert menu.startswith("Hotline: Cek NIK tekan 1,")
    assert "enam belas angka NIK" in answer(tester, "1")[-1]
    answer(tester, nik(WITH_NONE))
    told = answer(tester, kk_digits(WITH_NONE))
    assert any("KTP-el sudah dicetak dan diserahkan." in line for line in told)
    assert "nik.checked ktp.card_issued" in told
    assert answer(tester, "2")[-2:] == ["Panggilan diakhiri oleh hotline.", "Penelepon dilayani."]
    assert "Percakapan selesai" in tester.get("/coba").text


def test_what_was_entered_is_shown_as_dots(tester: TestClient) -> None:
    begin(tester)
    answer(tester, f"1 {nik(WITH_NONE)}")
    page = tester.post("/coba/jawab", data={"jawaban": kk_digits(WITH_NONE)}).text
    assert f"Anda: {'•' * 17}" in lines(page)
    assert f"Anda: {'•' * 10}" in lines(page)
    assert nik(WITH_NONE) not in page
    assert kk_digits(WITH_NONE) not in page


def test_it_begins_at_any_place_of_the_menu(tester: TestClient) -> None:
    assert 'value="requirements_kk"' in tester.get("/coba").text
    [asked] = begin(tester, "requirements_kk")
    assert "Kartu Keluarga baru tekan 1" in asked
    told = answer(tester, "*")
    assert "Kartu Keluarga tekan 1, KTP tekan 2" in told[-1]


def test_the_draft_is_tried_before_anybody_hears_it(office: PagesOffice, tester: TestClient) -> None:
    maker = Publisher(office.settings, lambda _: (), None)
    with maker.editions.alone():
        maker.publish(maker.draft(office.settings.prompts), "", "", ())
    change(office.settings.prompts / "id.toml", "Selamat datang di", "Selamat pagi dari")
    assert begin(tester)[0] == "Hotline: Selamat pagi dari Halo Dukcapil."
    assert begin(tester, of="terbit")[0] == "Hotline: Selamat datang di Halo Dukcapil."


def test_where_nothing_is_published_only_the_draft_can_be_tried(tester: TestClient) -> None:
    page = tester.post("/coba/mulai", data={"isi": "terbit", "dari": ""})
    assert page.status_code == 409
    assert "Belum ada yang terbit" in page.text


def test_a_tap_answers_as_a_key_does_and_says_what_it_means(office: PagesOffice, tester: TestClient) -> None:
    page = tester.post("/coba/mulai", data={"isi": "draf", "dari": ""}).text
    assert '<button name="tombol" value="1">1 cek nik</button>' in page
    assert '<button class="quiet" name="tombol" value="9">9 ulangi</button>' in page
    page = tester.post("/coba/jawab", data={"tombol": "1"}).text
    assert '<button class="quiet" name="tombol" value="9#">9# ulangi</button>' in page
    assert "Anda: 1" in lines(page)


def test_words_are_understood_where_callers_may_speak(office: PagesOffice, tester: TestClient) -> None:
    speaks = office.settings.speech.model_copy(update={"enabled": True})
    office.settings = office.settings.model_copy(update={"speech": speaks})
    client = office.client("tester")
    begin(client)
    assert "enam belas angka NIK" in answer(client, "cek NIK")[-2]
    begin(client)
    assert any("kurang yakin" in line for line in answer(client, "cek NIK?"))


def test_silence_is_an_empty_answer(tester: TestClient) -> None:
    begin(tester)
    told = answer(tester, "")
    assert "Anda: (diam)" in told
    assert "Silakan tekan satu angka" in told[-2]


def test_each_sentence_can_be_heard_and_changed(office: PagesOffice, tester: TestClient) -> None:
    page = tester.post("/coba/mulai", data={"isi": "draf", "dari": ""}).text
    assert 'src="/coba/suara/0"' in page
    assert "/kalimat/" not in page  # a tester changes nothing
    samples, rate = soundfile.read(io.BytesIO(tester.get("/coba/suara/0").content))
    assert rate == 8000
    assert 1 < len(samples) / rate < 5
    assert tester.get("/coba/suara/99").status_code == 404
    admin = office.client("admin").post("/coba/mulai", data={"isi": "draf", "dari": ""}).text
    assert 'href="/kalimat/call.welcome"' in admin


def test_a_number_that_is_read_back_is_kept_in_no_file(office: PagesOffice, tester: TestClient) -> None:
    begin(tester)
    answer(tester, f"1 {nik(WITH_NONE)}")
    page = tester.post("/coba/jawab", data={"jawaban": "9#"}).text
    [line] = [place for place, told in enumerate(lines(page)) if "•••" in told and told.startswith("Hotline")]
    assert len(tester.get(f"/coba/suara/{line}").content) > 16_000 * 5  # sixteen digits take their time
    assert not (office.settings.var / "pages").exists()


def test_nobody_sees_another_s_trial(office: PagesOffice, tester: TestClient) -> None:
    begin(tester)
    other = office.client("tester", "tini")
    assert "timeline" not in other.get("/coba").text
    assert other.get("/coba/suara/0").status_code == 404
    assert "sudah selesai" in other.post("/coba/jawab", data={"jawaban": "1"}).text


def test_guessing_is_limited_over_all_trials_and_no_caller_is_locked_out(
    office: PagesOffice, tester: TestClient
) -> None:
    begin(tester)
    answer(tester, f"1 {nik(1)}")
    for _ in range(3):
        told = answer(tester, "9999999999")
    assert any("pemeriksaan ditutup sementara" in line for line in told)
    begin(tester)
    assert any("pemeriksaan ditutup sementara" in line for line in answer(tester, f"1 {nik(1)}"))
    assert not office.settings.calls_db.exists()  # no record and no lock of a caller


def test_trials_are_bounded_and_the_one_that_was_answered_longest_ago_ends(
    office: PagesOffice, tester: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "MOST", 2)
    cookies = [office.session("tester", name) for name in ("a1", "b1", "c1")]

    def as_(cookie: str) -> TestClient:
        tester.cookies.set("hotline", cookie)
        return tester

    for cookie in cookies:
        begin(as_(cookie))
    assert "timeline" not in as_(cookies[0]).get("/coba").text
    assert all("Giliran Anda" in as_(cookie).get("/coba").text for cookie in cookies[1:])


def test_a_trial_that_nobody_answers_is_over(tester: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "IDLE_S", 0.0)
    begin(tester)
    assert "Penelepon menutup telepon." in lines(tester.get("/coba").text)


def test_hanging_up_ends_it(tester: TestClient) -> None:
    begin(tester)
    page = tester.post("/coba/tutup").text
    assert lines(page)[-1] == "Penelepon menutup telepon."
    assert "Percakapan selesai" in page


def test_a_menu_with_errors_says_where(office: PagesOffice, tester: TestClient) -> None:
    change(office.settings.prompts / "menu.toml", 'start = "main"', 'start = "nowhere"')
    page = tester.post("/coba/mulai", data={"isi": "draf", "dari": ""})
    assert page.status_code == 409
    assert "menu.toml" in page.text


def test_who_began_a_trial_is_in_the_audit(office: PagesOffice, tester: TestClient) -> None:
    begin(tester, "status")
    audit = Audit(office.settings.pages_db, privacy.hash_key(office.settings.var))
    [entry] = audit.entries()
    assert (entry.who, entry.what, entry.subject, entry.detail) == ("tono", "coba.mulai", "status", "draf")


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("supervisor", 403), ("", 200)])
def test_admins_and_testers_try(office: PagesOffice, role: str, status: int) -> None:
    page = office.client(role).get("/coba")
    assert page.status_code == status
    assert ("Coba percakapan" in page.text) == (role == "admin")
