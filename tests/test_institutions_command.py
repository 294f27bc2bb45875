"""`hotline institutions` lets institutions in and out, shows a PIN once, and writes the log for an auditor."""

import csv
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sample_office import RESIDENTS, SampleOffice, nik

from agi import privacy
from agi.books.audit import Audit
from agi.books.institution import Institution, Purpose
from agi.books.words import KtpState
from agi.cli import institutions as command
from agi.cli.institutions import institutions
from agi.office.counting import Visitor
from agi.ops.backup import back_up, kept_files

pytest_plugins = ["office_fixtures"]


@pytest.fixture
def here(office: SampleOffice, monkeypatch: pytest.MonkeyPatch) -> SampleOffice:
    monkeypatch.setattr(command, "Settings", lambda: office.settings)
    office.clock.now = datetime.now(UTC)
    return office


def told(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(institutions, words)
    assert done.exit_code == code, done.output
    return done.output


def added() -> tuple[str, str]:
    output = told("add", "Bank Contoh", "--limit", "5")
    number, pin = re.findall(r"Institution (\d{6}):|PIN (\d{8}):", output)
    return number[0], pin[1]


def test_the_pin_is_shown_once_and_opens(here: SampleOffice) -> None:
    number, pin = added()
    assert isinstance(here.office.institutions.prove(Visitor("+62811"), number, pin), Institution)
    listed = told("list")
    assert f"{number}  0 of 5 today" in listed
    assert pin not in listed


def test_limit_and_removal_count_at_once(here: SampleOffice) -> None:
    number, pin = added()
    told("limit", number, "7")
    assert f"{number}  0 of 7 today" in told("list")
    told("remove", number)
    assert f"{number}  removed" in told("list")
    assert not isinstance(here.office.institutions.prove(Visitor("+62811"), number, pin), Institution)


def test_one_that_is_not_there_is_told(here: SampleOffice) -> None:
    assert told("list").startswith("There is none")
    for words in (("remove", "123456"), ("limit", "123456", "5")):
        done = CliRunner().invoke(institutions, words)
        assert "There is no institution 123456" in str(done.exception)


def test_the_log_is_written_for_an_auditor_without_a_nik(here: SampleOffice, tmp_path: Path) -> None:
    number, pin = added()
    one = here.office.institutions.prove(Visitor("+62811"), number, pin)
    assert isinstance(one, Institution)
    person = nik(RESIDENTS[KtpState.CARD_ISSUED])
    here.office.institutions.ask(here.registry, here.office.safety.frozen, one, Purpose.BPJS, person, "call-1")
    assert "1 checks are in" in told("export", str(tmp_path / "log.csv"))
    assert (tmp_path / "log.csv").stat().st_mode & 0o777 == 0o600
    text = (tmp_path / "log.csv").read_text()
    (row,) = csv.DictReader(text.splitlines())
    assert (row["lembaga"], row["keperluan"], row["jawaban"], row["panggilan"]) == (
        "Bank Contoh", "BPJS", "aktif", "call-1",
    )  # fmt: skip
    assert person not in text
    here.office.institutions.book.purge(here.clock.now + timedelta(days=1))
    assert told("purge", "--older-than", "5") == "0 checks are deleted.\n"


def test_all_that_is_done_stands_in_the_audit(here: SampleOffice) -> None:
    number, _ = added()
    told("limit", number, "7")
    told("remove", number)
    book = Audit(here.settings.pages_db, privacy.hash_key(here.settings.var))
    assert [(one.what, one.subject) for one in book.entries()] == [
        ("lembaga.cabut", number), ("lembaga.jatah", number), ("lembaga.tambah", number),
    ]  # fmt: skip


def test_a_backup_holds_the_book(here: SampleOffice, tmp_path: Path) -> None:
    added()
    assert "data/institutions.db" in kept_files(here.settings)
    assert back_up(here.settings, tmp_path / "backup.tar") > 0
