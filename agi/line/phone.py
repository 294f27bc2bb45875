"""The `Phone` that the dialogue sees: one Asterisk channel, prompts as clips, a keypad.

Keys: STREAM FILE and WAIT FOR DIGIT only say *that* a key came. *Which* keys came is read from HOTLINE_KEYS, where
the dialplan's StoreDTMF collects them, because Asterisk drops keys that arrive between two commands (measured: a
burst of 30 keys through six prompts, none lost, none doubled; without it every key during a look-up was lost).
Where no StoreDTMF runs (a plain AGI call from somebody's own dialplan), the commands' own results are taken.

Clips: one STREAM FILE each, one after another. Measured on the RTP of calls with 20 and 30 clips of 200 ms: packets
follow each other with consecutive numbers and timestamps, no gap between two clips. Asterisk's WAV reader leaves
out the last 22 samples of a file (44 bytes: the length of the header), 2.75 ms of the clip's closing silence.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from agi.dialogue.keypad import KeypadTurns
from agi.dialogue.question import Answer, Case, Prompt, Question, Value
from agi.line.channel import KEYS, Channel

NEXT = "HOTLINE_NEXT"
_UNWANTED = re.compile(r"[^A-Za-z0-9 ._+*/-]")
_LONGEST_HEADER = 120


class Clips(Protocol):
    """Where prompts come from as sound files (`agi.voice.clips.Clips`)."""

    def clips(self, key: str, places: Mapping[str, Value]) -> Sequence[Path]:
        """The files of the prompt `key`, absolute, without extension, in playing order."""


class AsteriskPhone:
    """A `Phone` and a `Keypad` on `channel`; `clock_ms` is monotonic. Any method may raise `HungUp`."""

    def __init__(self, channel: Channel, clips: Clips, clock_ms: Callable[[], int]) -> None:
        self._channel = channel
        self._clips = clips
        self._clock_ms = clock_ms
        self._turns = KeypadTurns(self, clock_ms)
        self._held = ""  # keys taken from Asterisk and not yet given to the dialogue
        self._store_works = True
        self._store_seen = False

    # ---- Phone ----

    @property
    def hears(self) -> bool:
        """Whether speech is listened to now."""
        return False

    def say(self, prompts: Sequence[Prompt], *, barge_in: bool = True) -> None:
        """Say `prompts`; with barge-in a key cuts them short and answers the next turn."""
        self._turns.say(prompts, barge_in=barge_in)

    def turn(self, question: Question) -> Answer:
        """Say the question's prompts, take one answer."""
        return self._turns.turn(question)

    def transfer(self, case: Case) -> None:
        """To the agents' queue: the dialplan does it when the script ends; the case goes along, masked."""
        for name, value in (
            ("TOPIC", case.topic),
            ("VERIFIED", case.verified),
            ("REACHED", case.reached),
            ("NUMBER", case.number),
            ("STATUS", case.status),
        ):
            self._channel.set_variable(f"__HOTLINE_{name}", header_safe(value))
        self._channel.set_variable(NEXT, "queue")

    def hang_up(self) -> None:
        """The dialplan hangs up when the script ends."""
        self._channel.set_variable(NEXT, "hangup")

    # ---- Keypad ----

    def play(self, prompts: Sequence[Prompt], *, barge_in: bool) -> str:
        """Play until the end or, with barge-in, until a key: that key (consumed), or ""."""
        if barge_in and (key := self._next()):
            return key
        for prompt in prompts:
            for clip in self._clips.clips(prompt.key, prompt.places):
                if key := self._play(str(clip), barge_in):
                    return key
        if not barge_in:
            self._held = ""
            self._channel.take_keys()
        return ""

    def key(self, timeout_ms: int) -> str:
        """The next key (0-9, *, #) within `timeout_ms`, or ""."""
        end_ms = self._clock_ms() + timeout_ms
        if key := self._next():
            return key
        while (left_ms := end_ms - self._clock_ms()) > 0:
            pressed = self._channel.wait_for_digit(left_ms)
            if key := self._next(pressed):
                return key
        return ""

    def _play(self, clip: str, barge_in: bool) -> str:
        if not barge_in:
            self._channel.stream(clip)
            return ""
        offset = 0
        while True:
            played = self._channel.stream(clip, KEYS, offset)
            if key := self._next(played.key):
                return key
            if not played.key:
                return ""
            offset = played.endpos  # stopped by a key that had been taken before: go on from there

    def _next(self, pressed: str = "") -> str:
        """The first key not yet given; `pressed` is what the last command said of itself."""
        if self._store_works:
            self._held += self._channel.take_keys()
            self._store_seen = self._store_seen or bool(self._held)
            if pressed and not self._store_seen:  # nothing collects keys here
                self._store_works = False
        if not self._store_works:
            self._held += pressed if pressed in KEYS else ""
        key, self._held = self._held[:1], self._held[1:]
        return key


def header_safe(value: str) -> str:
    """`value` as it may stand in a SIP header and in a dialplan expression: plain ASCII, dots of a mask as `*`."""
    return _UNWANTED.sub("_", value.replace("•", "*"))[:_LONGEST_HEADER]
