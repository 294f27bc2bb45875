"""How long texts last is told by their clips, and reckoned where nobody has spoken them; nothing is spoken for it."""

import shutil
from pathlib import Path

import pytest
from voice_office import WORDS, PromptsFolder, prompts_folder

from agi.voice import audio
from agi.voice.lengths import lengths

WORDS_PER_MINUTE = 120


@pytest.fixture
def folder(tmp_path: Path) -> PromptsFolder:
    return prompts_folder(tmp_path)


def test_before_anything_is_spoken_words_tell(folder: PromptsFolder) -> None:
    with folder.clips() as clips:
        told = lengths(clips, WORDS_PER_MINUTE)
        assert told.seconds["call.welcome"] == pytest.approx(5 * 60 / WORDS_PER_MINUTE)
        assert told.guessed == len(clips.texts)
        assert not any(folder.var.rglob("*.wav"))


def test_what_an_edition_has_rendered_lasts_as_long_as_its_clips(folder: PromptsFolder, tmp_path: Path) -> None:
    with folder.clips() as clips:
        clips.render(tmp_path / "rendered")
    shutil.rmtree(folder.var)
    with folder.clips() as clips:
        told = lengths(clips, WORDS_PER_MINUTE, tmp_path / "rendered")
    assert told.guessed == 0
    assert told.seconds["call.welcome"] == audio.seconds(tmp_path / "rendered" / "call" / "welcome")
    parts = (tmp_path / "rendered" / "status").glob("cost.*.wav")
    assert told.seconds["status.cost"] == pytest.approx(sum(audio.seconds(one.with_suffix("")) for one in parts))


def test_what_is_new_is_reckoned_at_the_pace_of_the_rest(folder: PromptsFolder, tmp_path: Path) -> None:
    with folder.clips() as clips:
        clips.render(tmp_path / "rendered")
        before = lengths(clips, WORDS_PER_MINUTE)
    folder.write(WORDS.replace("Selamat datang di Halo Dukcapil.", "Selamat datang di Halo Dukcapil hari ini juga ya."))
    with folder.clips() as clips:
        told = lengths(clips, WORDS_PER_MINUTE)
    assert told.guessed == 1
    assert told.seconds["call.welcome"] > before.seconds["call.welcome"]
    assert {**told.seconds, "call.welcome": 0.0} == {**before.seconds, "call.welcome": 0.0}
