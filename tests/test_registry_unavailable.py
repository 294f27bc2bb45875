"""A book that cannot be read is told, if possible before a number is keyed, and the caller goes on in the menu."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sample_office import KEY, KK_DIGITS, WITH_NONE, WITH_ONE, SampleOffice, kk_digits, nik
from scripted_caller import ScriptedKeypad, ScriptedPhone

from agi.books.events import Outcome
from agi.books.registry import Registry, RegistryDamaged
from agi.dialogue.question import Answer, Question

pytest_plugins = ["office_fixtures"]


@pytest.fixture
def own(registry_file: Path, tmp_path: Path) -> Iterator[SampleOffice]:
    """An office whose registry may be spoilt."""
    opened = SampleOffice.open(Path(shutil.copy(registry_file, tmp_path / "registry.db")), tmp_path)
    yield opened
    opened.close()


@pytest.mark.parametrize("content", [None, b"", b"no database " * 400], ids=["gone", "emptied", "overwritten"])
@pytest.mark.parametrize("service", ["1", "2 1", "2 2"])
def test_it_is_told_before_any_number_is_asked_for(
    own: SampleOffice, tmp_path: Path, service: str, content: bytes | None
) -> None:
    (tmp_path / "registry.db").unlink()
    if content is not None:
        (tmp_path / "registry.db").write_bytes(content)
    call = own.call(f"{service} !")
    assert "registration.unavailable" in call.heard
    assert not {"nik.ask", "registration.ask"} & set(call.heard)
    assert call.ending.outcome is not Outcome.FAILED


@pytest.mark.parametrize("away", ["registry.db", "calls.db"], ids=["registry", "lock-outs"])
@pytest.mark.parametrize("service", ["1", "2 1", "2 2"])
def test_a_disk_that_does_not_answer_is_told_before_any_number_is_asked_for(
    own: SampleOffice, tmp_path: Path, service: str, away: str
) -> None:
    with closing(sqlite3.connect(tmp_path / away, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        call = own.call(f"{service} !")
    assert "registration.unavailable" in call.heard
    assert not {"nik.ask", "registration.ask"} & set(call.heard)
    assert call.ending.outcome is not Outcome.FAILED


def test_gone_in_mid_call_it_is_told_no_try_is_counted_and_it_is_well_again_when_it_is_back(
    own: SampleOffice, tmp_path: Path
) -> None:
    class Spoils(ScriptedPhone):
        def turn(self, question: Question) -> Answer:
            if question.name == "kk":
                (tmp_path / "registry.db").rename(tmp_path / "away.db")
            return super().turn(question)

    keys = f"1 {nik(WITH_NONE)} {kk_digits(WITH_NONE)} !"
    for _ in range(4):
        call = own.called(Spoils(ScriptedKeypad(keys)))
        assert "registration.unavailable" in call.heard
        (tmp_path / "away.db").rename(tmp_path / "registry.db")
    assert "ktp.card_issued" in own.call(keys).heard


@pytest.mark.parametrize(
    ("away", "noted"), [("registry.db", "RegistryStalled"), ("calls.db", "Late")], ids=["registry", "lock-outs"]
)
def test_a_disk_that_does_not_answer_in_mid_call_is_told_and_no_try_is_counted_and_none_is_granted(
    own: SampleOffice, tmp_path: Path, away: str, noted: str
) -> None:
    class Stalls(ScriptedPhone):
        def turn(self, question: Question) -> Answer:
            if question.name == "kk":
                other.execute("BEGIN EXCLUSIVE")
            return super().turn(question)

    wrong = f"1 {nik(WITH_NONE)} {kk_digits(WITH_ONE)} !"
    with closing(sqlite3.connect(tmp_path / away, isolation_level=None)) as other:
        for _ in range(own.settings.lockout.tries + 1):
            call = own.called(Stalls(ScriptedKeypad(wrong)))
            other.execute("ROLLBACK")
            assert own.book.flush(60)
            assert "registration.unavailable" in call.heard
            assert "identity.mismatch" not in call.heard
            assert ("registry.unavailable", noted) in call.notes.all_noted
            assert call.desk.visitor.failures == 0
            assert call.ending.outcome is not Outcome.FAILED
    assert "ktp.card_issued" in own.call(f"1 {nik(WITH_NONE)} {kk_digits(WITH_NONE)} !").heard


def test_that_a_try_was_wrong_is_told_also_where_the_disk_goes_away_before_its_lock_is_known(
    own: SampleOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(tmp_path / "calls.db", isolation_level=None)) as other:

        def looked_up(_nik: str, _kk: str) -> None:
            assert own.book.flush(60)
            other.execute("BEGIN EXCLUSIVE")

        monkeypatch.setattr(own.registry, "resident", looked_up)
        call = own.call(f"1 {nik(WITH_NONE)} {kk_digits(WITH_ONE)} !")
    assert call.heard[4:6] == ["identity.mismatch", "registration.unavailable"]
    assert call.desk.visitor.failures == 1


def test_a_registry_whose_folder_is_none_is_told_as_one_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RegistryDamaged, match="can't be opened"):
        Registry.open(tmp_path / "file" / "registry.db", KEY, KK_DIGITS)
