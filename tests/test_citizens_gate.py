"""Who may send forms of the citizens' page: people at their pace; programs, replays and floods are held off."""

import base64
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from citizens_page import FILLED, CitizensPage, citizens_registry, own_page, page, served
from sample_office import KEY, TEXTS, kk_digits, nik, pin

from agi.books.citizens import CitizensBook, CitizensBookError
from agi.citizens.gate import LOOK_UP, TICKET
from agi.workshop.sample_make import registration_number

__all__ = ["citizens_registry", "own_page", "page", "served"]
WHERE = {"daerah": "kota bandung"}
PLAIN, SOLVED = LOOK_UP.plain, LOOK_UP.solved


def status(page: CitizensPage, *networks: str, scripts: bool = False) -> list[int]:
    """What one citizen in each of these networks is answered with who asks for an application, in turn."""
    asked = {"nomor": registration_number(1), "pin": pin(1)}
    return [page.citizen(one, scripts=scripts).send("/status", **asked).status_code for one in networks]


def test_a_form_is_taken_once_somebody_could_have_filled_it(page: CitizensPage) -> None:
    citizen = page.citizen()
    form = citizen.form("/kantor")
    page.clock.pass_by(-FILLED)
    quick = citizen.send("/kantor", form, **WHERE)
    assert quick.status_code == 400 and "terlalu cepat" in quick.text
    page.clock.pass_by(FILLED)
    assert citizen.send("/kantor", form, **WHERE).status_code == 200
    page.clock.pass_by(timedelta(hours=2))
    assert "terlalu lama terbuka" in citizen.send("/kantor", form, **WHERE).text


@pytest.mark.parametrize(
    "stamp", ["", ".", "..", "1.2", "1.a.b", "99999999999999.a." + "0" * 32, "1.a." + "é" * 9, "x" * 5000, "\x00"]
)
def test_a_form_that_we_did_not_make_is_refused(page: CitizensPage, stamp: str) -> None:
    refused = page.citizen().send("/kantor", {"izin": stamp}, **WHERE)
    assert refused.status_code == 400 and "Belum berhasil" in refused.text


def test_a_program_that_fills_every_field_is_refused(page: CitizensPage) -> None:
    assert page.citizen().send("/kantor", **WHERE, situs="https://example.com").status_code == 400


def test_a_network_that_asks_too_often_is_told_when_to_come_again(page: CitizensPage) -> None:
    me = "203.0.113.7"
    assert status(page, *[me] * PLAIN.burst) == [200] * PLAIN.burst
    citizen = page.citizen(me)
    refused = citizen.send("/status", nomor=registration_number(1), pin=pin(1))
    assert refused.status_code == 429 and 0 < int(refused.headers["retry-after"]) <= PLAIN.every_s + 1
    assert "setelah 1 menit" in refused.text
    assert status(page, "203.0.113.8") == [200]
    page.clock.pass_by(timedelta(seconds=PLAIN.every_s * 2))
    assert citizen.send("/status", nomor=registration_number(1), pin=pin(1)).status_code == 200


def test_the_limit_holds_over_a_restart(own_page: CitizensPage) -> None:
    taken = [own_page.site.book.take(PLAIN, "net", own_page.clock()) for _ in range(PLAIN.burst)]
    assert taken == [0.0] * PLAIN.burst
    own_page.again()
    assert own_page.site.book.take(PLAIN, "net", own_page.clock()) == pytest.approx(PLAIN.every_s)


def test_a_damaged_book_says_that_it_may_be_deleted(tmp_path: Path) -> None:
    (tmp_path / "citizens.db").write_bytes(b"no database" * 500)
    with pytest.raises(CitizensBookError, match="delete it"):
        CitizensBook(tmp_path / "citizens.db", KEY)


def test_of_many_at_once_no_more_pass_than_may(page: CitizensPage) -> None:
    with ThreadPoolExecutor(16) as pool:
        waits = list(pool.map(lambda _: page.site.book.take(PLAIN, "crowd", page.clock()), range(200)))
    assert waits.count(0.0) == PLAIN.burst


def test_a_clock_that_was_set_back_locks_nobody_for_longer_than_a_burst(page: CitizensPage) -> None:
    for _ in range(PLAIN.burst):
        page.site.book.take(PLAIN, "ahead", page.clock() + timedelta(days=365))
    assert page.site.book.take(PLAIN, "ahead", page.clock()) == pytest.approx(PLAIN.every_s)
    assert page.site.book.take(PLAIN, "ahead", page.clock() + timedelta(seconds=PLAIN.every_s * 2)) > 0
    page.clock.pass_by(timedelta(days=1))


def test_all_addresses_of_a_subscriber_are_one_network(page: CitizensPage) -> None:
    home = [f"2001:db8:1:2::{nth:x}" for nth in range(1, PLAIN.burst + 2)]
    assert status(page, *home) == [200] * PLAIN.burst + [429]
    assert status(page, "2001:db8:1:3::1") == [200]


def test_who_writes_an_address_before_ours_wins_nothing(page: CitizensPage) -> None:
    told = [f"198.51.100.{nth}, 203.0.113.99" for nth in range(PLAIN.burst + 1)]
    assert status(page, *told) == [200] * PLAIN.burst + [429]


@pytest.mark.parametrize("told", ["", "unknown", "1.2.3", "::1%lo0", "x" * 4000])
def test_an_odd_address_shares_a_limit(page: CitizensPage, told: str) -> None:
    citizen = page.citizen()
    citizen.client.headers["x-forwarded-for"] = told
    assert citizen.send("/kantor", **WHERE).status_code == 200


def test_a_solved_puzzle_buys_a_wider_limit(page: CitizensPage) -> None:
    me = ["203.0.113.50"] * (PLAIN.burst + 2)
    assert status(page, *me, scripts=True) == [200] * len(me)


def test_a_puzzle_buys_it_once(page: CitizensPage) -> None:
    citizen = page.citizen("203.0.113.51", scripts=True)
    form = citizen.form("/status")
    sent = [citizen.send("/status", form, nomor=registration_number(1), pin=pin(1)).status_code
            for _ in range(PLAIN.burst + 2)]  # fmt: skip
    assert sent == [200] * (PLAIN.burst + 1) + [429]


def packed(told: str | dict[str, object]) -> str:
    return base64.b64encode((told if isinstance(told, str) else json.dumps(told)).encode()).decode()


NO_SOLUTION = {"algorithm": "SHA-256", "challenge": "a", "number": 1, "salt": "a?expires=nan", "signature": "b"}


@pytest.mark.parametrize(
    "told",
    ["", "x", "é", packed("{}"), packed("[]"), packed("[" * 700), packed(NO_SOLUTION),
     packed({**NO_SOLUTION, "challenge": 1, "number": [], "salt": 2, "signature": {}})],
)  # fmt: skip
def test_a_puzzle_that_is_not_solved_is_none(page: CitizensPage, told: str) -> None:
    before = status(page, *["203.0.113.52"] * PLAIN.burst)
    citizen = page.citizen("203.0.113.52")
    refused = citizen.send("/status", nomor=registration_number(1), pin=pin(1), bukti=told)
    assert (before, refused.status_code) == ([200] * PLAIN.burst, 429)


def test_complaints_are_limited_by_whatever_way_they_come(page: CitizensPage) -> None:
    sent = []
    for nth in range(TICKET.plain.burst + 1):
        citizen = page.citizen()
        said = f"lapor petugas loket {nth} tidak ada sejak pagi"
        way = ("/lapor", {"tentang": "service", "isi": said}) if nth % 2 else ("/obrolan", {"pesan": said})
        sent.append(citizen.send(way[0], **way[1]).status_code)
    assert sent == [200] * TICKET.plain.burst + [429]
    assert page.citizen().send("/obrolan", pesan="syarat kia").status_code == 200


def test_who_guesses_is_locked_in_all_sessions_of_a_network(own_page: CitizensPage) -> None:
    """As at the telephone: a number after three wrong tries; a network after as many as one account."""
    told = []
    for serial in range(1, 12):
        for nth in range(3):
            citizen = own_page.citizen(scripts=True)
            if nth:
                told.append(citizen.told("/nik", nik=nik(serial), kk="0" * 10))
            else:
                told.append(citizen.send("/obrolan", pesan=f"cek#ktp#{nik(serial)}#{'0' * 10}").text)
            own_page.clock.pass_by(timedelta(seconds=SOLVED.every_s))
    assert sum("Demi keamanan" in one for one in told) >= 11
    assert "Demi keamanan" in own_page.citizen().told("/nik", nik=nik(12), kk=kk_digits(12))
    assert "Demi keamanan" in own_page.citizen().send("/obrolan", pesan=f"cek#ktp#{nik(12)}#{kk_digits(12)}").text
    other = own_page.citizen("198.51.100.9")
    assert TEXTS.message("identity.mismatch") in other.told("/nik", nik=nik(40), kk="0" * 10)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_sends_no_forms(page: CitizensPage, site: str) -> None:
    citizen = page.citizen()
    form = citizen.form("/kantor")
    sent = citizen.client.post("/kantor", data={**form, **WHERE}, headers={"Sec-Fetch-Site": site})
    assert sent.status_code == 403
    assert citizen.client.post("/kantor", data={**form, **WHERE}, headers={"Sec-Fetch-Site": "same-origin"}).is_success


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"x" * 40_000, {}), (b"a=1", {"content-length": "99999999999999999999"}), (b"a=1", {"content-length": "x"}),
        (b"a=1&" * 50, {}), (b"%ff%fe=%00&izin=%ed%a0%80", {}), (b"x", {"content-type": "multipart/form-data"}),
        (b"--b\r\nContent-Disposition: form-data; name=a; filename=f\r\n\r\nx\r\n--b--\r\n",
         {"content-type": "multipart/form-data; boundary=b"}),
    ],
    ids=range(7),
)  # fmt: skip
def test_odd_bodies_do_no_harm(page: CitizensPage, body: bytes, headers: dict[str, str]) -> None:
    citizen = page.citizen()
    told = {"content-type": "application/x-www-form-urlencoded", **headers}
    assert citizen.client.post("/kantor", content=body, headers=told).status_code in (400, 413)
    assert citizen.send("/kantor", **WHERE).status_code == 200


def test_a_body_of_untold_length_is_cut_off(page: CitizensPage) -> None:
    told = {"content-type": "application/x-www-form-urlencoded"}
    answer = page.citizen().client.post("/kantor", content=iter([b"izin=" + b"x" * 20_000] * 3), headers=told)
    assert answer.status_code == 413


def test_a_cookie_is_given_to_who_sends_something_and_tells_nothing(page: CitizensPage) -> None:
    citizen = page.citizen()
    citizen.client.headers["x-forwarded-proto"] = "https"
    cookie = citizen.send("/kantor", **WHERE).headers["set-cookie"]
    assert re.fullmatch(r"warga=[\w-]{22}; HttpOnly; Path=/; SameSite=strict; Secure", cookie)
