"""`hotline doctor` on speech: off, no model, a model that does not load, one that does while nobody listens."""

from pathlib import Path

import pytest

from agi.ops import doctor
from agi.ops.doctor import Level
from agi.settings import Places, Settings, Speech


def found(var: Path, speech: Speech, *, running: bool = False) -> tuple[Level, str]:
    settings = Settings(places=Places(var=var), speech=speech)
    finding = doctor.speech_model(settings, running)
    return finding.level, finding.text


def model(folder: Path) -> Path:
    (folder / "am").mkdir(parents=True)
    (folder / "am" / "final.mdl").write_bytes(b"junk")
    return folder


def test_speech_that_is_off_is_no_fault(tmp_path: Path) -> None:
    level, text = found(tmp_path, Speech(enabled=False))
    assert level is Level.OK
    assert "off" in text


def test_a_missing_model_is_a_warning_that_names_the_folder(tmp_path: Path) -> None:
    level, text = found(tmp_path, Speech(enabled=True, model=tmp_path / "nowhere"))
    assert level is Level.WARN
    assert str(tmp_path / "nowhere") in text


@pytest.mark.parametrize("running", [True, False])
def test_a_model_that_does_not_load_is_a_fault(tmp_path: Path, running: bool) -> None:
    level, text = found(tmp_path, Speech(enabled=True, model=model(tmp_path / "model")), running=running)
    assert level is Level.FAIL
    assert "hotline speech build" in text
