"""What citizens find out on their page: the answers, limits and locks of the telephone, in sentences as published."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from citizens_page import CitizensPage, citizens_registry, own_page, page, served
from line_exchange import until
from sample_office import APPLICATIONS, OFFICE, RESIDENTS, TEXTS, WITH_MANY, kk, kk_digits, nik, pin

from agi.books.events import Ended, Noted, NoteKind, Outcome
from agi.books.hours import HoursBook, OwnHours, spans
from agi.books.survey import Element, Rating
from agi.books.ticket import Category, State
from agi.books.words import ApplicationStatus, Document, KtpState
from agi.settings.tables import Survey
from agi.workshop.sample_make import registration_number

__all__ = ["citizens_registry", "own_page", "page", "served"]
PATHS = ("/", "/nik", "/status", "/syarat", "/kantor", "/lapor", "/tiket", "/informasi", "/survei", "/menu", "/obrolan")


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_shown_and_may_do_little(page: CitizensPage, path: str) -> None:
    citizen = page.citizen()
    assert "<h1>" in citizen.get(path)
    headers = citizen.seen[-1].headers
    assert citizen.seen[-1].status_code == 200
    assert (
        "unsafe" not in headers["content-security-policy"]
        and "default-src 'none'" in headers["content-security-policy"]
    )
    assert (headers["referrer-policy"], headers["cache-control"]) == ("no-referrer", "no-store")
    assert "set-cookie" not in headers


def test_a_nik_is_told_about_with_its_proof_only(page: CitizensPage) -> None:
    citizen = page.citizen()
    serial = RESIDENTS[KtpState.CARD_ISSUED]
    assert TEXTS.message("ktp.card_issued") in citizen.told("/nik", nik=nik(serial), kk=kk(serial))
    assert TEXTS.message("ktp.card_issued") in citizen.told("/nik", nik=nik(serial), kk=kk_digits(serial))
    assert TEXTS.message("identity.mismatch") in citizen.told("/nik", nik=nik(serial), kk=kk_digits(serial + 1))


def test_full_width_and_grouped_digits_are_digits(page: CitizensPage) -> None:
    serial = RESIDENTS[KtpState.CARD_ISSUED]
    wide = "".join(chr(ord(one) + 0xFEE0) for one in nik(serial))
    grouped = re.sub(r"(\d{4})", r"\1 ", wide)
    assert TEXTS.message("ktp.card_issued") in page.citizen().told("/nik", nik=grouped, kk=kk_digits(serial))


def test_all_applications_of_a_person_are_told(page: CitizensPage) -> None:
    told = page.citizen().told("/nik", nik=nik(WITH_MANY), kk=kk_digits(WITH_MANY), tentang="permohonan")
    assert TEXTS.message("applications.many", {"count": 3}) in told
    assert OFFICE in told or "Loket" in told


def test_an_application_is_told_about_with_its_pin(page: CitizensPage) -> None:
    serial = APPLICATIONS[Document.KK, ApplicationStatus.DIPROSES]
    told = page.citizen().told("/status", nomor=registration_number(serial), pin=pin(serial))
    assert "sedang diproses sejak Selasa, 03 November 2026" in told
    wrong = page.citizen().told("/status", nomor=registration_number(serial), pin=pin(serial + 1))
    assert TEXTS.message("registration.mismatch") in wrong


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/nik", {}), ("/nik", {"nik": "1" * 15, "kk": "1" * 10}), ("/nik", {"nik": nik(1), "kk": "12"}),
        ("/status", {"nomor": "<script>", "pin": "x"}), ("/tiket", {"nomor": "9" * 5000, "pin": "1" * 6}),
        ("/lapor", {"isi": "Loket tutup sejak pagi."}), ("/lapor", {"tentang": "event", "isi": "x" * 50}),
        ("/lapor", {"tentang": "service", "isi": "x"}), ("/lapor", {"tentang": "service", "isi": "x" * 2001}),
        ("/kantor", {"daerah": "Atlantis"}), ("/obrolan", {"pesan": " "}), ("/obrolan", {"pesan": "x" * 1001}),
    ],
)  # fmt: skip
def test_what_can_not_be_is_said_so_beside_the_form(page: CitizensPage, path: str, fields: dict[str, str]) -> None:
    answer = page.citizen().send(path, **fields)
    assert answer.status_code == 422 and 'role="alert"' in answer.text and "<form" in answer.text


def test_a_complaint_becomes_one_ticket_however_often_its_form_is_sent(own_page: CitizensPage) -> None:
    citizen = own_page.citizen()
    fields = {**citizen.form("/lapor"), "tentang": "fee", "isi": f"Petugas loket 3 meminta uang. NIK saya {nik(1)}."}
    shown = [citizen.send("/lapor", fields).text for _ in range(2)]
    tickets = own_page.site.office.tickets.book.tickets(State)
    assert [(one.category, one.channel) for one in tickets] == [(Category.FEE, "chat")]
    number, code = re.findall(r'class="big">(\d+)<', shown[-1])
    assert TEXTS.message("ticket.open") in citizen.told("/tiket", nomor=number, pin=code)
    assert TEXTS.message("ticket.mismatch") in own_page.citizen().told("/tiket", nomor=number, pin="000000")
    assert nik(1) not in str(own_page.site.office.tickets.book.notes(tickets[0].id))


def test_a_form_that_is_sent_twice_at_once_is_one(page: CitizensPage) -> None:
    citizen = page.citizen()
    complaint = {**citizen.form("/lapor"), "tentang": "service", "isi": "Loket dua tutup sejak pagi."}
    chat = {**citizen.form("/obrolan"), "pesan": "syarat kia"}
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda _: page.citizen().send("/lapor", complaint), range(3)))
        answered = list(pool.map(lambda _: page.citizen().send("/obrolan", chat), range(6)))
    assert [one.status_code for one in told] == [200] * 3
    assert len({number for one in told for number in re.findall(r'class="big">(\d{8})<', one.text)}) == 1
    assert all(one.text.count("syarat kia</p>") == 1 for one in answered)


def test_who_reports_a_fraud_need_not_choose_that_again(page: CitizensPage) -> None:
    shown = page.citizen().get("/lapor?tentang=fraud")
    assert re.search(r'value="fraud" required checked', shown) and shown.count(" checked") == 1


def test_the_office_of_a_region_is_told(page: CitizensPage) -> None:
    assert "Dukcapil Kota Bandung" in page.citizen().told("/kantor", daerah="kota bandung")


def test_requirements_are_those_that_messages_tell(page: CitizensPage) -> None:
    shown = page.citizen().get("/syarat")
    for key in ("requirements.kk_lost", "requirements.kia", "requirements.akta_birth"):
        assert TEXTS.message(key) in shown
    assert "tekan" not in shown


def test_another_edition_is_told_once_it_is_published(own_page: CitizensPage) -> None:
    citizen = own_page.citizen()
    assert "gratis selamanya" not in citizen.get("/")
    texts = own_page.settings.prompts / "id.toml"
    texts.write_text(
        texts.read_text().replace("Hati-hati penipuan. Petugas Dukcapil", "Ini gratis selamanya. Petugas Dukcapil")
    )
    own_page.publish()
    assert "gratis selamanya" in citizen.get("/")


def test_what_is_overdue_is_not_told(own_page: CitizensPage) -> None:
    facts = own_page.settings.prompts / "facts.toml"
    facts.write_text(facts.read_text().replace("again = 9999-12-31", "again = 2026-11-01"))
    own_page.publish()
    shown = own_page.citizen().get("/syarat")
    assert TEXTS.message("facts.overdue") in shown and TEXTS.message("requirements.kia") not in shown


def test_every_place_of_the_menu_can_be_read_and_tapped(page: CitizensPage) -> None:
    citizen, known, todo = page.citizen(), set[str](), ["/menu"]
    while todo:
        path = todo.pop()
        known.add(path)
        shown = citizen.get(path)
        assert citizen.seen[-1].status_code == 200, path
        todo += [one for one in set(re.findall(r'href="(/menu/\w+)"', shown)) if one not in known]
    menu = page.site.service().menu
    reached = {one.removeprefix("/menu/") for one in known}
    assert reached >= {target for node in menu.nodes.values() for target in node.options.values()}
    assert citizen.client.get("/menu/nowhere").status_code == 404


def test_hours_are_those_of_the_office(own_page: CitizensPage) -> None:
    citizen = own_page.citizen()
    assert "tujuh hari ke depan" not in citizen.get("/")
    own_page.settings.hours_file.parent.mkdir(parents=True)
    HoursBook(own_page.settings.hours_file).write(OwnHours((spans("08:00-15:00"),) * 7))
    assert "08:00-15:00" in citizen.get("/") and "sedang bertugas saat ini" in citizen.get("/")
    own_page.clock.pass_by(timedelta(hours=3))
    assert "sedang tidak bertugas saat ini" in citizen.get("/")


def test_the_first_page_and_all_it_loads_are_small(page: CitizensPage) -> None:
    citizen = page.citizen()
    shown = citizen.get("/")
    loads = re.findall(r'(?:src|href)="(/aset/[^"]+)"', shown)
    sizes = [len(shown.encode()), *(len(citizen.client.get(one).content) for one in loads)]
    assert len(loads) == 3 and sum(sizes) <= 50_000, sizes


def test_the_survey_is_told_once_there_are_enough_answers(tmp_path: Path, citizens_registry: Path) -> None:
    page = CitizensPage(tmp_path, citizens_registry, survey=Survey(least=1))
    assert "belum cukup" in page.citizen().get("/survei")
    page.site.log.begin("one", "", page.clock())
    for element in Element:
        rated = str(Rating(element, 3))
        page.site.log.event("one", Noted(at=page.clock(), key=element, kind=NoteKind.SURVEY_RATED, detail=rated))
    page.site.log.event("one", Ended(at=page.clock(), outcome=Outcome.COMPLETED))
    assert page.site.log.flush()
    citizen = page.citizen()
    until("it is counted", lambda: "<b>75</b> dari 100" in citizen.get("/survei"))
    assert "mutu <b>C</b>" in citizen.get("/survei")
    page.close()


def test_where_a_book_fails_it_is_said_and_what_was_written_is_not_lost(own_page: CitizensPage) -> None:
    citizen = own_page.citizen()
    form = citizen.form("/lapor")
    own_page.site.book.close()
    answer = citizen.send("/lapor", form, tentang="fee", isi="Petugas loket meminta uang.")
    assert answer.status_code == 503 and "Petugas loket meminta uang.</textarea>" in answer.text
    assert citizen.client.get("/obrolan").status_code == 503


def test_before_anything_is_published_the_number_is_told(own_page: CitizensPage) -> None:
    own_page.settings.current_edition.unlink()
    citizen = own_page.citizen()
    assert "tel:1500537" in citizen.get("/") and citizen.seen[-1].status_code == 503
