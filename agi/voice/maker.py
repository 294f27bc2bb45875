"""What makes the sound: a name that changes when the same words would sound otherwise than before."""

import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path

from agi.stamp import stamp, stamp_of

_SHAPES_SOUND = ("audio.py", "level.py", "speaker.py", "synthesis.py")
"""Wording and texts are not among them: what they give is in the name of a clip by itself."""


@cache
def maker() -> str:
    """Digest of our code that shapes sound, and the versions of pyttsx3 and espeak-ng: part of every clip's name."""
    code = stamp_of((name, Path(__file__).with_name(name)) for name in _SHAPES_SOUND)
    return stamp(f"{code} {version('pyttsx3')} {espeak_version()}".encode())


def espeak_version() -> str:
    """The version that espeak-ng tells; "" where it is missing."""
    try:
        done = subprocess.run(("espeak-ng", "--version"), capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.partition("Data at")[0].rpartition(":")[2].strip()
