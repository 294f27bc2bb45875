"""`hotline doctor` on speech: off, no model, one that does not load, hears wrongly, hears rightly, or is not in use."""

from pathlib import Path

import pytest
from speech_voices import PRONUNCIATIONS, acoustic_model, foreign_model

from agi.ops import doctor
from agi.ops.doctor import Level
from agi.settings import Settings
from agi.settings.tables import Places, Speech
from agi.speech.build import build
from agi.speech.standard import standard


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


def test_a_missing_model_is_a_fault_that_names_the_folder(tmp_path: Path) -> None:
    level, text = found(tmp_path, Speech(enabled=True, model=tmp_path / "nowhere"))
    assert level is Level.FAIL
    assert str(tmp_path / "nowhere") in text


@pytest.mark.parametrize("running", [True, False])
def test_a_model_that_does_not_load_is_a_fault(tmp_path: Path, running: bool) -> None:
    level, text = found(tmp_path, Speech(enabled=True, model=model(tmp_path / "model")), running=running)
    assert level is Level.FAIL
    assert "hotline up" in text


def built(source: Path, var: Path) -> Speech:
    """The settings of an installation in `var` that hears with `source`."""
    build(source, Settings(places=Places(var=var)).speech_built, standard(), PRONUNCIATIONS)
    return Speech(enabled=True, model=source)


def test_a_model_that_hears_says_what_and_what_it_costs(tmp_path: Path) -> None:
    level, text = found(tmp_path, built(acoustic_model(), tmp_path))
    assert level is Level.OK
    assert 'hears: "nol satu dua tiga empat"' in text
    assert " MB" in text


def test_a_service_that_does_not_answer_is_a_fault(tmp_path: Path) -> None:
    level, text = found(tmp_path, built(acoustic_model(), tmp_path), running=True)
    assert level is Level.FAIL
    assert "does not answer" in text


def test_a_model_that_mishears_is_a_warning_with_both_texts(tmp_path: Path) -> None:
    source = foreign_model(tmp_path / "theirs")
    words = source / "graph" / "words.txt"
    text = words.read_text(encoding="utf-8")
    words.write_text(text.replace("tidak ", "* ").replace("betul ", "tidak ").replace("* ", "betul "), encoding="utf-8")
    level, text = found(tmp_path, built(source, tmp_path))
    assert level is Level.WARN
    assert 'hears "betul" where espeak-ng says "tidak"' in text


def test_a_model_that_is_set_but_not_yet_built_is_a_warning(tmp_path: Path) -> None:
    built(acoustic_model(), tmp_path)
    level, text = found(tmp_path, Speech(enabled=True, model=foreign_model(tmp_path / "theirs")))
    assert level is Level.WARN
    assert "still heard with another model" in text
