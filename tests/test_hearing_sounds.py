"""Prompts that are kept in memory: each is read once."""

import wave
from pathlib import Path

import pytest

from agi.hearing.sounds import NoSound, joined

SECOND = 16_000  # bytes


def clip(folder: Path, name: str) -> str:
    with wave.open(str(folder / f"{name}.wav"), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(name.encode() * SECOND)
    return str(folder / name)


def test_a_clip_is_read_once_and_one_that_is_missing_may_come(tmp_path: Path) -> None:
    first, second = clip(tmp_path, "a"), str(tmp_path / "b")
    assert joined([first, first]) == b"a" * 2 * SECOND
    with pytest.raises(NoSound):
        joined([first, second])
    Path(f"{first}.wav").unlink()
    clip(tmp_path, "b")
    assert joined([first, second]) == b"a" * SECOND + b"b" * SECOND
