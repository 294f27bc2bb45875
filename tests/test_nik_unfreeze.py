"""`hotline nik unfreeze` opens a NIK that its owner has frozen, and the audit knows who did and why."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sample_office import KEY, WITH_MANY, SampleOffice, build_registry, kk_digits, nik

from agi.books.audit import Audit
from agi.books.guesses import MemoryGuesses
from agi.books.words import Resident
from agi.cli import nik as module
from agi.cli.nik import nik as command
from agi.office.counting import Visitor
from agi.office.office import Office
from agi.office.results import Frozen
from agi.ops.doctor import Level, frozen_niks

pytest_plugins = ["office_fixtures"]

NIK = nik(WITH_MANY)


@pytest.fixture
def frozen(office: SampleOffice, monkeypatch: pytest.MonkeyPatch) -> SampleOffice:
    monkeypatch.setattr(module, "Settings", lambda: office.settings)
    office.office.safety.frozen.freeze(NIK, "call-1", office.clock.now)
    return office


def unfreeze(given: str, *words: str) -> Result:
    return CliRunner().invoke(command, ["unfreeze", *words], input=f"{given}\n")


def answer(office: SampleOffice) -> object:
    return office.office.check_nik(Visitor("+6281234567890"), NIK, kk_digits(WITH_MANY))


def test_it_answers_again_and_the_audit_holds_four_digits_and_the_reason(frozen: SampleOffice) -> None:
    done = unfreeze(NIK, "--reason", f"KTP-el asli, {NIK}")
    assert done.exit_code == 0
    assert NIK not in done.output
    assert isinstance(answer(frozen), Resident)
    (entry,) = Audit(frozen.settings.pages_db, KEY).entries()
    assert (entry.who, entry.what) == ("hotline nik", "nik.buka_kunci")
    assert (entry.subject[-4:], entry.detail.startswith("KTP-el asli")) == (NIK[-4:], True)
    assert NIK not in f"{entry.subject} {entry.detail}"


@pytest.mark.parametrize("given", ["1234", "", nik(1)])
def test_what_is_no_nik_or_not_frozen_changes_nothing(frozen: SampleOffice, given: str) -> None:
    assert unfreeze(given, "--reason", "KTP-el").exit_code != 0
    assert answer(frozen) == Frozen()
    assert Audit(frozen.settings.pages_db, KEY).entries() == ()


def test_without_a_reason_nothing_is_opened(frozen: SampleOffice) -> None:
    assert unfreeze(NIK).exit_code != 0
    assert answer(frozen) == Frozen()


def test_a_nik_stays_frozen_when_the_registry_is_replaced(frozen: SampleOffice, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    frozen.settings.registry_db.unlink()
    build_registry(tmp_path / "new").rename(frozen.settings.registry_db)
    anew = Office.open(frozen.settings, MemoryGuesses(), frozen.clock)
    assert anew.check_nik(Visitor("+6281234567890"), NIK, kk_digits(WITH_MANY)) == Frozen()
    anew.close()


def test_doctor_tells_how_many_are_frozen_and_when_that_can_not_be_told(frozen: SampleOffice) -> None:
    assert (check := frozen_niks(frozen.settings)).level is Level.OK
    assert check.text == "1, as their owners wished"
    frozen.settings.safety_db.write_bytes(b"no database" * 100)
    assert frozen_niks(frozen.settings).level is Level.FAIL
