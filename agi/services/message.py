"""Whether a recorded message has anything in it."""

from pathlib import Path

from agi.books.ticket import Mark
from agi.dialogue.question import Recorded
from agi.speech.activity import FRAME, FRAME_MS, Activity
from agi.speech.sound import SoundError, read

SHORTEST_S = 1.2
"""Somebody who speaks for less has said no sentence ("halo?")."""


def judged(recorded: Recorded, sound: Path | None) -> Mark:
    """SILENT where nobody speaks in it, SHORT where it is no sentence; `sound`: its WAV file, where one is kept.

    A file that can't be read has nothing in it.
    """
    spoken_s = recorded.seconds if sound is None else _spoken_s(sound)
    if spoken_s <= 0:
        return Mark.SILENT
    return Mark.SHORT if spoken_s < SHORTEST_S else Mark.NONE


def _spoken_s(sound: Path) -> float:
    """Seconds in which somebody speaks, with pauses of up to 200 ms. Some 2 ms a second of sound."""
    try:
        samples = read(sound)
    except SoundError:
        return 0.0
    activity, frames = Activity(), 0
    for begin in range(0, len(samples) - FRAME + 1, FRAME):
        activity.hear(samples[begin : begin + FRAME])
        frames += activity.speaking
    return frames * FRAME_MS / 1000
