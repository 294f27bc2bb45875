"""Whether we have called a number, who asked about a NIK, and NIKs that no door answers about."""

import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sample_office import KEY, WITH_MANY, WITH_NONE, SampleOffice, kk_digits, nik, pin
from scripted_caller import SetClock

from agi.books.events import Channel
from agi.books.frozen import FrozenBook, TriedFrozen
from agi.books.institution import Purpose, Standing
from agi.books.outgoing import OutgoingBook
from agi.books.safety_schema import SCHEMA
from agi.books.small_book import BookUnusable, FileBook, MemoryBook, SmallBook
from agi.books.words import Resident
from agi.office.counting import Visitor
from agi.office.limit import GuessLimit
from agi.office.results import Frozen, Progress, Subject, Wrong
from agi.office.safety import CalledYou, History, NotCalled, OwnNik, Unseen
from agi.ops.backup import back_up, fits
from agi.ops.restoring import restore
from agi.workshop.sample_make import registration_number

pytest_plugins = ["office_fixtures"]

MINE, OTHER = "+6281234567890", "+6281111111111"
WAYS = ("+6281234567890", "6281234567890", "081234567890", "006281234567890")


@pytest.fixture(params=["file", "memory"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> SmallBook:
    return FileBook(tmp_path / "safety" / "safety.db", SCHEMA) if request.param == "file" else MemoryBook(SCHEMA)


def proved(office: SampleOffice, number: str = MINE, contact: str = "") -> OwnNik:
    found = office.office.own_nik(Visitor(number), nik(WITH_MANY), kk_digits(WITH_MANY), contact)
    assert isinstance(found, OwnNik)
    return found


def freeze(office: SampleOffice) -> None:
    office.office.safety.freeze(proved(office), "call-1")


# ---- was it you? ----


@pytest.mark.parametrize("written", WAYS)
def test_a_number_is_found_however_it_was_written(book: SmallBook, written: str) -> None:
    calls = OutgoingBook(book, KEY)
    calls.called(written, "12345674", SetClock.now)
    found = calls.last(MINE, SetClock.now - timedelta(hours=1), SetClock.now)
    assert found is not None
    assert (found.at, found.ticket) == (SetClock.now, "12345674")
    assert calls.last(OTHER, SetClock.now - timedelta(hours=1), SetClock.now) is None


def test_the_last_call_within_24_hours_is_told_with_its_day_and_ticket(office: SampleOffice) -> None:
    safety = office.office.safety
    safety.called("081234567890", "11111110")
    office.clock.pass_by(timedelta(hours=1))
    safety.called(MINE, "22222227")
    office.clock.pass_by(timedelta(hours=23, minutes=59))
    found = safety.called_you(Visitor(MINE))
    assert isinstance(found, CalledYou)
    assert (found.ticket, found.days, found.at.hour) == ("22222227", 1, 15)  # 15 o'clock at the office, the day before
    office.clock.pass_by(timedelta(minutes=2))
    assert safety.called_you(Visitor(MINE)) == NotCalled()


def test_nothing_is_told_of_anybody_elses_number_or_to_who_withholds_theirs(office: SampleOffice) -> None:
    office.office.safety.called(OTHER, "11111110")
    assert office.office.safety.called_you(Visitor(MINE)) == NotCalled()
    assert office.office.safety.called_you(Visitor("")) == Unseen()


def test_a_call_written_down_before_the_clock_was_set_back_is_not_told(office: SampleOffice) -> None:
    office.office.safety.called(MINE, "11111110")
    office.clock.pass_by(-timedelta(hours=1))
    assert office.office.safety.called_you(Visitor(MINE)) == NotCalled()


def test_no_number_stands_in_the_book_and_none_is_kept_for_long(office: SampleOffice) -> None:
    office.office.safety.called(MINE)
    content = office.settings.safety_db.read_bytes()
    assert not [way for way in (*WAYS, MINE[3:]) if way.encode() in content]
    office.clock.pass_by(timedelta(hours=49))
    office.office.safety.called(OTHER)
    with sqlite3.connect(office.settings.safety_db) as rows:
        assert rows.execute("SELECT count(*) FROM outgoing").fetchone() == (1,)


# ---- who asked about my NIK? ----


def asked(office: SampleOffice, call: str, number: str, about: str, ago: timedelta = timedelta(0)) -> None:
    office.book.begin(call, number, office.clock.now - ago)
    office.book.about(call, about)
    assert office.book.flush()


def test_the_owner_hears_how_often_and_from_whose_telephone(office: SampleOffice) -> None:
    asked(office, "a", MINE, nik(WITH_MANY))
    asked(office, "b", OTHER, nik(WITH_MANY), timedelta(days=3))
    asked(office, "c", "", nik(WITH_MANY), timedelta(days=29))
    asked(office, "d", OTHER, nik(WITH_MANY), timedelta(days=31))
    asked(office, "e", OTHER, nik(WITH_NONE))
    asked(office, "this", MINE, nik(WITH_MANY))
    history = proved(office, contact="this").history
    assert history == History(own=1, others=2, last=date(2026, 11, 21), doors={Channel.TELEPHONE: 3})


def test_who_withholds_their_number_hears_of_others_only(office: SampleOffice) -> None:
    asked(office, "a", "", nik(WITH_MANY))
    assert proved(office, "").history == History(0, 1, date(2026, 11, 24), {Channel.TELEPHONE: 1})


def test_a_wrong_proof_hears_nothing_and_is_counted_as_everywhere(office: SampleOffice) -> None:
    for _ in range(3):
        found = office.office.own_nik(Visitor(MINE), nik(WITH_MANY), "0" * 10, "")
        assert isinstance(found, Wrong)
    assert office.office.guesses.locked(Visitor(OTHER), f"nik:{nik(WITH_MANY)}")


# ---- a NIK that nobody may ask about ----


def test_a_frozen_nik_is_answered_alike_at_every_look_up(office: SampleOffice) -> None:
    freeze(office)
    doors: list[Callable[..., object]] = [office.office.check_nik, office.office.applications, office.office.diagnose]
    doors.append(lambda *given: office.office.own_nik(*given, "call"))
    for number, door in enumerate(doors):
        assert door(Visitor(f"+62812000000{number}"), nik(WITH_MANY), kk_digits(WITH_MANY)) == Frozen()
    assert isinstance(office.office.check_nik(Visitor(MINE), nik(WITH_NONE), kk_digits(WITH_NONE)), Resident)


def test_an_institution_hears_that_it_is_frozen_and_nothing_else(office: SampleOffice) -> None:
    institutions = office.office.institutions
    bank, _ = institutions.add("Bank", 3)
    asked = (office.registry, office.office.safety.frozen, bank, Purpose.BANK, nik(WITH_MANY), "call")
    assert institutions.ask(*asked) is Standing.ACTIVE
    freeze(office)
    assert institutions.ask(*asked) is Standing.FROZEN


def test_before_its_proof_a_frozen_nik_is_like_any_other(office: SampleOffice) -> None:
    wrong = office.office.check_nik(Visitor(MINE), nik(WITH_MANY), "0" * 10)
    office.office.guesses.locked(Visitor(MINE))
    freeze(office)
    assert office.office.check_nik(Visitor(OTHER), nik(WITH_MANY), "0" * 10) == wrong == Wrong(Subject.NIK)


def test_a_paper_with_number_and_pin_opens_its_own_application_still(office: SampleOffice) -> None:
    freeze(office)
    assert isinstance(office.office.application(Visitor(MINE), registration_number(901), pin(901)), Progress)


def test_where_it_can_not_be_told_whether_a_nik_is_frozen_nothing_is_told(office: SampleOffice) -> None:
    office.settings.safety_db.mkdir(parents=True)
    with pytest.raises(BookUnusable):
        office.office.check_nik(Visitor(MINE), nik(WITH_MANY), kk_digits(WITH_MANY))
    assert office.office.guesses.locked(Visitor(MINE)) is None


def test_unfreezing_opens_it_again(office: SampleOffice) -> None:
    freeze(office)
    frozen = office.office.safety.frozen
    assert (frozen.since(nik(WITH_MANY)), frozen.count()) == (office.clock.now, 1)
    assert frozen.unfreeze(nik(WITH_MANY))
    assert not frozen.unfreeze(nik(WITH_MANY))
    assert isinstance(office.office.check_nik(Visitor(MINE), nik(WITH_MANY), kk_digits(WITH_MANY)), Resident)


def test_the_first_wish_counts(book: SmallBook) -> None:
    frozen = FrozenBook(book, KEY)
    frozen.freeze(nik(1), "call-1", SetClock.now)
    frozen.freeze(nik(1), "call-2", SetClock.now + timedelta(days=1))
    assert (frozen.since(nik(1)), frozen.count()) == (SetClock.now, 1)


def test_a_trial_meets_what_is_frozen_and_freezes_nothing(book: SmallBook) -> None:
    real = FrozenBook(book, KEY)
    real.freeze(nik(1), "", SetClock.now)
    trial = TriedFrozen(real)
    trial.freeze(nik(2), "", SetClock.now)
    assert (trial.since(nik(1)), trial.since(nik(2)), trial.count()) == (SetClock.now, SetClock.now, 2)
    assert (real.since(nik(2)), real.count()) == (None, 1)
    assert trial.unfreeze(nik(2))
    assert not trial.unfreeze(nik(1))


def test_no_nik_stands_in_the_book(office: SampleOffice) -> None:
    freeze(office)
    assert nik(WITH_MANY).encode() not in office.settings.safety_db.read_bytes()
    assert nik(WITH_MANY) not in repr(proved_frozen(office))


def proved_frozen(office: SampleOffice) -> OwnNik:
    office.office.safety.frozen.unfreeze(nik(WITH_MANY))
    return proved(office)


def test_a_book_that_was_killed_while_it_was_made_has_nothing_frozen(tmp_path: Path) -> None:
    path = tmp_path / "safety.db"
    path.touch()
    frozen = FrozenBook(FileBook(path, SCHEMA), KEY)
    assert (frozen.since(nik(1)), frozen.count()) == (None, 0)


def test_what_a_killed_writer_left_half_done_never_was(tmp_path: Path) -> None:
    """A process that dies in its transaction leaves a hot journal, which the next one to look takes back."""
    path = tmp_path / "safety.db"
    frozen = FrozenBook(FileBook(path, SCHEMA), KEY)
    frozen.freeze(nik(1), "", SetClock.now)
    with sqlite3.connect(path, isolation_level=None) as rows:
        rows.execute("PRAGMA cache_size = 1")
        rows.execute("BEGIN IMMEDIATE")
        rows.execute("DELETE FROM frozen")
        rows.execute("CREATE TABLE filler AS SELECT randomblob(100000)")  # more than the cache holds: it is on the disk
        for name in ("safety.db", "safety.db-journal"):
            shutil.copyfile(tmp_path / name, tmp_path / f"left-{name}")
    assert (tmp_path / "left-safety.db-journal").stat().st_size
    assert FrozenBook(FileBook(tmp_path / "left-safety.db", SCHEMA), KEY).since(nik(1)) == SetClock.now


def test_a_frozen_nik_is_in_a_backup_and_comes_back_with_it(office: SampleOffice, tmp_path: Path) -> None:
    freeze(office)
    file = tmp_path / "backup.tar"
    back_up(office.settings, file)
    with tarfile.open(file) as archive:
        assert [name for name in archive.getnames() if name.startswith("safety/")] == ["safety/safety.db"]
    assert fits("safety/safety.db")
    office.office.safety.frozen.unfreeze(nik(WITH_MANY))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOTLINE_PLACES__DATA", str(office.settings.data))
        patch.setenv("HOTLINE_PLACES__VAR", str(office.settings.var))
        patch.setenv("HOTLINE_SETTINGS", str(tmp_path / "none.toml"))
        restore(office.settings, file)
    assert office.office.safety.frozen.since(nik(WITH_MANY)) == datetime(2026, 11, 24, 7, tzinfo=UTC)


def test_limits_are_the_same_as_of_every_look_up(office: SampleOffice) -> None:
    """A frozen NIK that is proved is no failure: its owner is not locked out by asking."""
    freeze(office)
    visitor = Visitor(MINE)
    for _ in range(5):
        assert office.office.check_nik(visitor, nik(WITH_MANY), kk_digits(WITH_MANY)) == Frozen()
    assert isinstance(office.office.guesses, GuessLimit)
    assert office.office.stop(visitor, Subject.NIK, nik(WITH_MANY)) is None
