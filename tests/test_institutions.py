"""Institutions ask whether a NIK is in use: proved, limited by day, and nothing is told that is not in the log."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sample_office import RESIDENTS, SampleOffice, nik

from agi.books.errors import BookError
from agi.books.institution import Institution, Purpose, Query, Standing, institution_valid
from agi.books.institutions import InstitutionBook, InstitutionNotFound
from agi.books.registry import RegistryError
from agi.books.small_book import BookUnusable
from agi.books.words import KtpState, ResidentStatus
from agi.dialogue.question import Prompt
from agi.office.counting import Visitor
from agi.office.institutions import Institutions, UsedUp
from agi.office.office import institutions_looked_at
from agi.office.results import Invalid, Locked, Subject, Wrong

pytest_plugins = ["office_fixtures"]

IN_USE = nik(RESIDENTS[KtpState.CARD_ISSUED])
LIMIT = 3


@pytest.fixture
def here(office: SampleOffice) -> Institutions:
    return office.office.institutions


@pytest.fixture
def bank(here: Institutions) -> tuple[Institution, str]:
    """One that may ask three times a day, and its PIN."""
    return here.add("Bank Contoh", LIMIT)


def asked(office: SampleOffice) -> list[Query]:
    here = office.office.institutions
    return list(here.book.queries(here.day_began(timedelta(days=400))))


def ask(office: SampleOffice, who: Institution, number: str) -> Standing | UsedUp:
    return office.office.institutions.ask(
        office.registry, office.office.safety.frozen, who, Purpose.BANK, number, "call-1"
    )


def other(pin: str) -> str:
    return f"{(int(pin) + 1) % 10**8:08d}"


@pytest.mark.parametrize("status", ResidentStatus)
def test_it_is_told_whether_a_nik_is_in_use_and_nothing_else(
    office: SampleOffice, bank: tuple[Institution, str], status: ResidentStatus
) -> None:
    active = status is ResidentStatus.ACTIVE
    number = IN_USE if active else nik(RESIDENTS[status])
    call = office.call(f"4 1 3 {bank[0].id} {bank[1]} 1 {number} 2 2")
    told = call.heard[call.heard.index("institution.purpose") + 2 :]
    standing = Standing.ACTIVE if active else Standing.INACTIVE
    assert told[:3] == [f"institution.{standing}", "institution.next", "menu.more"]
    assert call.desk.case.verified == "institution+pin"
    assert ("institution.told", str(standing)) in call.notes.all_noted
    assert [(one.institution, one.purpose, one.told) for one in asked(office)] == [(bank[0].id, Purpose.BANK, standing)]


def test_one_nik_after_another_is_asked_about_until_the_day_is_used_up(
    office: SampleOffice, bank: tuple[Institution, str]
) -> None:
    numbers = f"{IN_USE} 1 {nik(4999)} 1 0073050101900001 {nik(RESIDENTS[ResidentStatus.DUPLICATE])} 1 {IN_USE}"
    call = office.call(f"4 1 3 {bank[0].id} {bank[1]} 3 {numbers} 2")
    told = [one for one in call.heard if one.startswith(("institution.", "nik.invalid"))][4:]
    assert [one for one in told if one != "institution.next"] == [
        "institution.active", "institution.not_found", "nik.invalid.province", "institution.inactive",
        "institution.used_up",
    ]  # fmt: skip
    assert len(asked(office)) == LIMIT  # a slip of the finger does not count


def test_the_next_day_it_may_ask_again(office: SampleOffice, bank: tuple[Institution, str]) -> None:
    told = [ask(office, bank[0], IN_USE) for _ in range(LIMIT + 1)]
    assert told == [Standing.ACTIVE] * LIMIT + [UsedUp()]
    office.clock.pass_by(timedelta(hours=9))  # it was 14 o'clock
    assert ask(office, bank[0], IN_USE) == UsedUp()
    office.clock.pass_by(timedelta(hours=1, minutes=1))
    assert ask(office, bank[0], IN_USE) is Standing.ACTIVE


def test_of_many_calls_at_once_no_more_are_answered_than_may_be(
    office: SampleOffice, bank: tuple[Institution, str]
) -> None:
    with ThreadPoolExecutor(8) as callers:
        told = list(callers.map(lambda _: ask(office, bank[0], IN_USE), range(16)))
    assert told.count(Standing.ACTIVE) == LIMIT
    assert told.count(UsedUp()) == 16 - LIMIT


def test_unknown_removed_and_wrong_are_the_same(here: Institutions, bank: tuple[Institution, str]) -> None:
    gone, pin = here.add("Yang dicabut", 5)
    here.remove(gone.id)
    unknown = next(number for number in map("{:06d}".format, range(10**6)) if institution_valid(number))
    tries = ((gone.id, pin), (unknown, pin), (bank[0].id, other(bank[1])))
    for nth, (number, given) in enumerate(tries):
        assert here.prove(Visitor(f"+6281{nth}"), number, given) == Wrong(Subject.INSTITUTION)
    assert here.prove(Visitor("+62819"), "123456", pin) == Invalid(Subject.INSTITUTION)


def test_one_that_is_removed_during_its_call_is_told_no_more(
    office: SampleOffice, here: Institutions, bank: tuple[Institution, str]
) -> None:
    here.remove(bank[0].id)
    with pytest.raises(InstitutionNotFound):
        ask(office, bank[0], IN_USE)
    assert asked(office) == []


def test_guessing_at_a_pin_is_stopped(office: SampleOffice, here: Institutions, bank: tuple[Institution, str]) -> None:
    wrong = other(bank[1])
    call = office.call(f"4 1 3 {bank[0].id} {wrong} {wrong} {wrong} 2")
    assert call.heard.count("institution.mismatch") == 3
    assert "lockout.minutes" in call.heard
    assert isinstance(here.prove(Visitor("+62819"), *(bank[0].id, bank[1])), Locked)


def test_neither_nik_nor_pin_stands_in_the_book_or_the_record(
    office: SampleOffice, bank: tuple[Institution, str]
) -> None:
    call = office.call(f"4 1 3 {bank[0].id} {bank[1]} 1 {IN_USE} 2 2")
    for secret in (IN_USE, bank[1]):
        assert secret.encode() not in office.settings.institutions_db.read_bytes()
    recorded = [str(answer.value) for _, answer, _ in call.notes.all_asked]
    recorded += [str(value) for one in call.notes.all_said for value in one.places.values()]
    assert not {IN_USE, bank[1], bank[0].id} & set(recorded)
    assert bank[1] not in repr(bank[0])


def test_the_same_nik_leaves_the_same_trace(office: SampleOffice, bank: tuple[Institution, str]) -> None:
    for number in (IN_USE, IN_USE, nik(4999)):
        ask(office, bank[0], number)
    traces = [one.nik for one in asked(office)]
    assert len(traces) == 3
    assert len(set(traces)) == 2


def test_what_the_registry_could_not_answer_does_not_count(
    office: SampleOffice, bank: tuple[Institution, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> None:
        raise RegistryError("the disk is silent")

    monkeypatch.setattr("agi.books.registry.Registry.status", silent)
    call = office.call(f"4 1 3 {bank[0].id} {bank[1]} 1 {IN_USE} !")
    assert "registration.unavailable" in call.heard
    assert asked(office) == []


def test_a_line_killed_while_it_looks_up_has_counted_and_told_nothing(
    office: SampleOffice, bank: tuple[Institution, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("agi.books.registry.Registry.status", killed)
        with pytest.raises(SystemExit):
            ask(office, bank[0], IN_USE)
    assert [one.told for one in asked(office)] == [Standing.NONE]
    assert [ask(office, bank[0], IN_USE) for _ in range(LIMIT)] == [Standing.ACTIVE] * (LIMIT - 1) + [UsedUp()]


def test_nothing_is_told_that_could_not_be_written_down(
    office: SampleOffice, bank: tuple[Institution, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise BookError("the disk is full")

    monkeypatch.setattr("agi.books.institutions.InstitutionBook.told", full)
    call = office.call(f"4 1 3 {bank[0].id} {bank[1]} 1 {IN_USE} !")
    assert "institution.active" not in call.heard
    assert "registration.unavailable" in call.heard


def test_where_the_book_can_not_be_used_nobody_keys_a_pin_for_nothing(office: SampleOffice) -> None:
    office.settings.institutions_db.mkdir()
    heard = office.call("4 1 3 !").heard
    assert "institution.ask" not in heard
    assert "registration.unavailable" in heard


def test_9_reads_the_id_back_and_tells_the_answer_again(office: SampleOffice, bank: tuple[Institution, str]) -> None:
    call = office.call(f"4 1 3 {bank[0].id} {other(bank[1])} 9# {bank[1]} 4 {IN_USE} 9 2 2")
    assert Prompt("institution.readback", {"number": bank[0].id}) in call.prompts
    assert call.heard.count("institution.active") == 2
    assert len(asked(office)) == 1


def test_old_questions_are_deleted(office: SampleOffice, here: Institutions, bank: tuple[Institution, str]) -> None:
    ask(office, bank[0], IN_USE)
    office.clock.pass_by(timedelta(days=10))
    ask(office, bank[0], IN_USE)
    assert here.book.purge(here.day_began(timedelta(days=5))) == 1
    assert len(asked(office)) == 1


def test_who_only_looks_makes_no_book_and_changes_none(
    office: SampleOffice, here: Institutions, tmp_path: Path
) -> None:
    book = InstitutionBook(institutions_looked_at(office.settings))
    assert book.every() == book.queries(here.day_began()) == ()
    assert book.counts(here.day_began()) == {}
    assert not (tmp_path / "institutions.db").exists()
    one, _ = here.add("Bank Contoh", LIMIT)
    assert book.every() == (one,)
    with pytest.raises(BookUnusable):
        book.change(one.id, lambda found: found)
