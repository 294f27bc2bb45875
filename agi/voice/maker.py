"""What makes the sound: a name that changes when the same words would sound otherwise than before."""

import subprocess
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

_SHAPES_SOUND = ("audio.py", "level.py", "speaker.py", "synthesis.py")
"""Wording and texts are not among them: what they give is in the name of a clip by itself."""


@cache
def maker() -> str:
    """Digest of our code that shapes sound, and the versions of pyttsx3 and espeak-ng: part of every clip's name."""
    made = blake2b(digest_size=8)
    for name in _SHAPES_SOUND:
        made.update(Path(__file__).with_name(name).read_bytes())
    made.update(f"{version('pyttsx3')} {_espeak()}".encode())
    return made.hexdigest()


def _espeak() -> str:
    """What espeak-ng says of its version; "" where it is missing."""
    try:
        done = subprocess.run(("espeak-ng", "--version"), capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.partition("Data at")[0]
