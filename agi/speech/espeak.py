"""Speech made with espeak-ng, to try a model on."""

import io
import subprocess

import soundfile

from agi.speech.sound import Samples, at_8k

_LIMIT_S = 30


class CannotSpeak(Exception):
    """espeak-ng is missing or refuses; the message says which."""


def said(text: str, voice: str, words_a_minute: int) -> Samples:
    """`text` at half of full scale, about as loud as people speak on a telephone. Raises CannotSpeak."""
    command = ("espeak-ng", "-v", voice, "-s", str(words_a_minute), "--stdout", text)
    try:
        made = subprocess.run(command, capture_output=True, check=True, timeout=_LIMIT_S)
        samples, rate = soundfile.read(io.BytesIO(made.stdout), dtype="float32")
    except (OSError, subprocess.SubprocessError, soundfile.LibsndfileError) as error:
        raise CannotSpeak(f"espeak-ng cannot speak as {voice}: {error}") from error
    return at_8k(samples / 2, rate)
