"""Messages of callers, recorded by Asterisk into its spool: it writes them on when the line is killed meanwhile."""

import os
from pathlib import Path

import numpy as np
import soundfile

from agi.books.messages import length_s
from agi.dialogue.keys import KEYS
from agi.dialogue.question import NotRecorded, Recorded
from agi.line.channel import Channel
from agi.line.phone import AsteriskPhone
from agi.line.protocol import Refused, key_in

SILENCE_S = 5
"""A silence that ends a message, of which Asterisk keeps one second."""
_RATE = 8000
_TONE_HZ, _TONE_S, _TONE_LEVEL = 1000, 0.15, 0.12
_ROOM_BYTES = 8 << 20
"""Left on the disk, so that what is recorded at the same time finds its place: 5 minutes are 5 MB."""


def prepare(spool: Path) -> None:
    """Make the folder and the tone in it. Raises OSError."""
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    tone, draft = spool / "tone.wav", spool / ".tone.wav"
    if not tone.exists():
        times = np.arange(round(_TONE_S * _RATE)) / _RATE
        soundfile.write(draft, _TONE_LEVEL * np.sin(2 * np.pi * _TONE_HZ * times), _RATE, subtype="PCM_16")
        draft.replace(tone)


class AsteriskRecorder:
    """A `Recorder` of the call on `channel`, whose questions `phone` asks; files lie in `spool`."""

    def __init__(self, phone: AsteriskPhone, channel: Channel, spool: Path) -> None:
        self._phone = phone
        self._channel = channel
        self._spool = spool

    def record(self, name: str, most_s: int) -> Recorded:
        """See `Recorder`."""
        self._phone.forget_keys()
        try:
            prepare(self._spool)
            self._find_room()
            self._channel.stream(str(self._spool / "tone"))
            longest_ms, path = most_s * 1000, self._spool / name
            reply = self._channel.command(
                "RECORD FILE", path, "wav", KEYS, longest_ms, f"s={SILENCE_S}", wait_s=float(most_s)
            )
            self._find_room()
        except (Refused, OSError) as error:
            raise NotRecorded(str(error)) from error
        self._phone.forget_keys()
        return Recorded(length_s(self._spool / f"{name}.wav"), key_in(reply))

    def replay(self, name: str) -> None:
        """See `Recorder`."""
        self._phone.leave()
        self._channel.stream(str(self._spool / name), KEYS)

    def sound(self, name: str) -> Path | None:
        """See `Recorder`."""
        return self._spool / f"{name}.wav"

    def _find_room(self) -> None:
        """Raise NotRecorded where the disk is full: what Asterisk could not write, it does not tell."""
        disk = os.statvfs(self._spool)
        if disk.f_bavail * disk.f_frsize < _ROOM_BYTES:
            raise NotRecorded("the disk of the spool is full")
