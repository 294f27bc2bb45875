"""The examination of a model, for `hotline doctor`: it must hear what espeak-ng says to it."""

from pathlib import Path

import pytest
from speech_voices import PRONUNCIATIONS, acoustic_model, foreign_model

from agi.speech.build import build
from agi.speech.examine import Examined, examine
from agi.speech.standard import standard


def examined(source: Path, folder: Path) -> Examined:
    return examine(build(source, folder / "model", standard(), PRONUNCIATIONS).folder)


def test_the_model_that_ships_hears_digits_yes_and_no(tmp_path: Path) -> None:
    found = examined(acoustic_model(), tmp_path)
    assert found.trouble == ""
    assert len(found.answers) == 4
    assert all(one.right for one in found.answers), found
    assert found.load_s > 0


def test_a_model_that_takes_one_word_for_another_is_found_out(tmp_path: Path) -> None:
    source = foreign_model(tmp_path / "theirs")
    words = source / "graph" / "words.txt"
    text = words.read_text(encoding="utf-8")
    for one, other in (("satu", "tidak"), ("\ndua ", "\nenam "), ("\nbetul ", "\nsalah ")):
        text = text.replace(one, "*").replace(other, one).replace("*", other)
    words.write_text(text, encoding="utf-8")
    found = examined(source, tmp_path)
    assert found.trouble == ""
    assert not any(one.right for one in found.answers), found


def test_without_espeak_the_model_is_only_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = examined(acoustic_model(), tmp_path)
    assert (found.trouble, found.answers) == ("", ())


def test_a_model_without_yes_and_no_is_told_to_be_built_again(tmp_path: Path) -> None:
    folder = build(acoustic_model(), tmp_path / "model", standard()[1:], PRONUNCIATIONS).folder
    assert examine(folder).trouble == f"{folder} lacks the grammar 'yesno': run `hotline up`."


def test_a_model_whose_source_was_taken_away_is_told_to_be_built_again(tmp_path: Path) -> None:
    source = foreign_model(tmp_path / "theirs")
    folder = build(source, tmp_path / "model", standard(), PRONUNCIATIONS).folder
    (source / "graph").rename(source / "gone")
    assert "has lost the model that it was built from" in examine(folder).trouble
