"""`hotline tickets` tells of tickets what an operator needs, and no number of a person."""

import tarfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from sample_office import SampleOffice

from agi.books.ticket import Category, LifeEvent, Reason, RefusedBy
from agi.cli import tickets as command
from agi.cli.tickets import tickets
from agi.ops.backup import back_up, fits
from agi.ops.doctor import Level, overdue_tickets

pytest_plugins = ["office_fixtures"]


@pytest.fixture
def number(office: SampleOffice, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of a ticket with a message and a number to call."""
    monkeypatch.setattr(command, "Settings", lambda: office.settings)
    kept = office.office.tickets
    draft = kept.begin(Category.WISH, "call-1")
    kept.spool.mkdir(parents=True)
    sound = kept.spool / f"{draft.id}.wav"
    sound.write_bytes(b"sound")
    return kept.submit(draft.id, sound, 4.0, "081234567890").number


def told(*words: str) -> str:
    done = CliRunner().invoke(tickets, words)
    assert done.exit_code == 0, done.output
    return done.output


def test_tickets_are_listed_with_state_and_last_day(number: str) -> None:
    assert f"{number}  open      wish     due 2026-12-08" in told("list")
    assert told("list", "--state", "closed") == "There is none.\n"


def test_one_is_told_without_the_number_to_call(number: str) -> None:
    output = told("show", number)
    assert "callback  left" in output
    assert "081234567890" not in output


def test_a_reason_is_told_without_the_nik(number: str, office: SampleOffice) -> None:
    kept = office.office.tickets
    opened = kept.submit(kept.begin_for("3273054101900001", Reason.STALE, RefusedBy.BANK, "call-2").id, None, 0.0)
    output = told("show", opened.number)
    assert "reason    stale, refused by bank" in output
    assert "3273054101900001" not in output


@pytest.mark.parametrize("wrong", ["11111111", "11111110", "x"])
def test_one_that_is_not_there_is_told(number: str, wrong: str) -> None:
    assert CliRunner().invoke(tickets, ["show", wrong]).exit_code != 0


def test_tickets_and_messages_are_in_a_backup(number: str, office: SampleOffice, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar"
    back_up(office.settings, file)
    with tarfile.open(file) as archive:
        names = [name for name in archive.getnames() if name.startswith("tickets/")]
    assert sorted(Path(name).suffix for name in names) == [".db", ".wav"]
    assert all(map(fits, names))


def test_doctor_tells_of_tickets_beyond_their_last_day_and_of_a_book_that_can_not_be_used(
    number: str, office: SampleOffice
) -> None:
    book = office.office.tickets.book
    assert overdue_tickets(office.settings).level is Level.OK
    found = book.by_number(number)
    assert found is not None
    book.change(found.id, lambda one: replace(one, due=date(2020, 1, 1)))
    check = overdue_tickets(office.settings)
    assert (check.level, check.text) == (Level.WARN, "1 of 1 are beyond their last day")
    office.settings.tickets_db.write_bytes(b"no database" * 100)
    assert overdue_tickets(office.settings).level is Level.FAIL


def test_a_life_event_is_told_with_day_and_region(number: str, office: SampleOffice) -> None:
    opened = office.office.tickets.report(LifeEvent.MOVE, date(2026, 11, 1), "3273", "", "call-2")
    assert "event     move of 2026-11-01, region 3273" in told("show", opened.number)
