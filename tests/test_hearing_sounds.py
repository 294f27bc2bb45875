"""Prompts that are kept in memory: each is read once, and the one that was not played for longest goes first."""

import wave
from pathlib import Path

import pytest

from agi.hearing.sounds import NoSound, Sounds

SECOND = 16_000  # bytes


def clip(folder: Path, name: str) -> str:
    with wave.open(str(folder / f"{name}.wav"), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(name.encode() * SECOND)
    return str(folder / name)


def test_a_clip_is_read_once_and_the_one_not_played_for_longest_is_dropped(tmp_path: Path) -> None:
    first, second, third = (clip(tmp_path, name) for name in "abc")
    sounds = Sounds(2 * SECOND)
    assert sounds.joined([first, second, first]) == b"a" * SECOND + b"b" * SECOND + b"a" * SECOND
    sounds.joined([third])  # no room for three: the second goes
    for path in tmp_path.iterdir():
        path.unlink()
    assert sounds.joined([first, third]) == b"a" * SECOND + b"c" * SECOND
    with pytest.raises(NoSound):
        sounds.joined([second])
