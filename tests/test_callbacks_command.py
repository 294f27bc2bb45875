"""`hotline callbacks` and `calls case` tell and cancel, and name no number; a backup takes the book along."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sample_office import SampleOffice

from agi.books.callback import Callback, CallbackState
from agi.cli import callbacks as command
from agi.cli import calls as calls_command
from agi.cli.callbacks import callbacks
from agi.cli.calls import calls
from agi.errors import HotlineError
from agi.office.callbacks import Wanted
from agi.office.cases import About
from agi.ops.backup import back_up, fits, kept_files
from agi.settings.tables import Trunk

pytest_plugins = ["office_fixtures"]

NUMBER = "+6281234567890"


@pytest.fixture
def trunked(registry_file: Path, tmp_path: Path, patient_books: None, monkeypatch: pytest.MonkeyPatch) -> SampleOffice:
    made = SampleOffice.open(registry_file, tmp_path, trunk=Trunk(host="sbc.example"))
    for module in (command, calls_command):
        monkeypatch.setattr(module, "Settings", lambda: made.settings)
    made.clock.now = datetime.now(UTC)
    return made


@pytest.fixture
def noted(trunked: SampleOffice) -> Callback:
    """Of who has asked about a NIK."""
    case = trunked.office.cases.keep(
        "1.1", NUMBER, About("nik_check", "nik+kk", "nik_check.more", "••••9610", "ktp.card_issued")
    )
    made = trunked.office.callbacks.ask(Wanted(case.number, b"", trunked.clock.now, NUMBER))
    assert isinstance(made, Callback)
    return made


def told(*words: str) -> str:
    done = CliRunner().invoke(callbacks, words)
    assert done.exit_code == 0, done.output
    return done.output


def test_those_who_wait_are_listed_with_their_telephones_masked(noted: Callback) -> None:
    output = told("list")
    assert f"{noted.case_number}  waiting" in output and "0 of 3" in output
    assert NUMBER not in output and "••••••••••890" in output
    assert noted.code not in output.replace(noted.case_number, "")


def test_one_is_cancelled_by_the_number_of_the_call(trunked: SampleOffice, noted: Callback) -> None:
    assert told("cancel", noted.case_number) == "Cancelled: nobody is called.\n"
    assert told("list") == "There is none.\n"
    assert "cancelled" in told("list", "--all")
    assert trunked.office.callbacks.book.listed([CallbackState.CANCELLED])


@pytest.mark.parametrize("again", ["same", "1234567", "x"])
def test_what_is_not_there_or_over_is_said(noted: Callback, again: str) -> None:
    told("cancel", noted.case_number)
    done = CliRunner().invoke(callbacks, ["cancel", noted.case_number if again == "same" else again])
    assert isinstance(done.exception, HotlineError)
    assert "callbacks list --all" in str(done.exception)


def test_a_case_is_told_with_its_callback(noted: Callback) -> None:
    done = CliRunner().invoke(calls, ["case", noted.case_number])
    assert done.exit_code == 0, done.output
    for line in ("topic     nik_check", "verified  nik+kk", "about     ••••9610", "callback  waiting, tries: 0"):
        assert line in done.output
    assert NUMBER not in done.output and noted.code not in done.output.replace(noted.case_number, "")


@pytest.mark.parametrize("number", ["1234567", "12345678", "x"])
def test_a_number_that_nobody_was_told_is_said(trunked: SampleOffice, number: str) -> None:
    done = CliRunner().invoke(calls, ["case", number])
    assert isinstance(done.exception, HotlineError)


def test_a_backup_takes_the_book_along(trunked: SampleOffice, noted: Callback, tmp_path: Path) -> None:
    assert "cases/cases.db" in kept_files(trunked.settings)
    assert fits("cases/cases.db")
    assert back_up(trunked.settings, tmp_path / "all.tar") > 0
