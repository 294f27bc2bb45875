"""The `Phone` that the dialogue sees: one Asterisk channel, prompts as clips, a keypad.

Keys: STREAM FILE and WAIT FOR DIGIT only say *that* a key came. *Which* keys came is read from HOTLINE_KEYS, where
the dialplan's StoreDTMF collects them, because Asterisk drops keys that arrive between two commands (measured: a
burst of 30 keys through six prompts, none lost, none doubled; without it every key during a look-up was lost).
Where no StoreDTMF runs (a plain AGI call from somebody's own dialplan), the commands' own results are taken.

Clips: one STREAM FILE each, one after another. Measured on the RTP of calls with 20 and 30 clips of 200 ms: packets
follow each other with consecutive numbers and timestamps, no gap between two clips. Asterisk's WAV reader leaves
out the last 22 samples of a file (44 bytes: the length of the header), 2.75 ms of the clip's closing silence.

Speech: a question that may be answered by it is asked by the speech service (`agi.hearing`), to which Asterisk brings
the call by AudioSocket until the answer is there. Meanwhile AudioSocket's own list of keys is the true one: a phone's
key (RFC 4733) stands in HOTLINE_KEYS twice then, when it goes down and when it is let go (measured; a STREAM FILE hides
the first). What the turn has not used is typed ahead. Whatever goes wrong there, the same question is asked by keypad.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Protocol

from agi.dialogue.keypad import KeypadTurns
from agi.dialogue.keys import KEYS, KeyQueue, Source
from agi.dialogue.question import Answer, Case, HungUp, Mode, Prompt, Question, Result, Value
from agi.hearing.client import SpeechClient, Unheard
from agi.hearing.protocol import Report
from agi.line.channel import Channel
from agi.line.protocol import Refused
from agi.line.variables import NEXT, SHOWN_CASE, inherited, of_case
from agi.services.shown import in_words

_REASONS = ("slow", "full", "dead")
_BYTES_A_SECOND = 16_000  # of a clip: 8 kHz, 16 bits
_SPOKEN_TRIES = 2
_UNWANTED = re.compile(r"[^A-Za-z0-9 ._+*/-]")
_UNSHOWN = re.compile(r"[^A-Za-z0-9 ,•.-]")
_LONGEST_HEADER = 120
_PRESSED = re.compile(r"(.)\1")  # down and up


class Clips(Protocol):
    """Where prompts come from as sound files (`agi.voice.clips.Clips`)."""

    def playable(self, key: str, places: Mapping[str, Value]) -> Sequence[Path]:
        """The files of the prompt `key`, absolute, without extension, in playing order."""


class _Void(Exception):
    """The first key of a spoken turn had been counted in the turn before: what came of it is worth nothing."""


class AsteriskPhone:
    """A `Phone` and a `Keypad` on `channel`; `clock_ms` is monotonic. Any method may raise `HungUp`.

    `hearing` is the speech service; None where speech is off.
    """

    def __init__(
        self,
        channel: Channel,
        clips: Clips,
        clock_ms: Callable[[], int],
        hearing: SpeechClient | None = None,
        edition: int = 0,
    ) -> None:
        self._channel = channel
        self._clips = clips
        self._clock_ms = clock_ms
        self._keys = KeyQueue()
        self._turns = KeypadTurns(self, clock_ms, self._keys)
        self._store_works = True
        self._store_seen = False
        self._hearing = hearing
        self._deaf = False
        self._edition = edition
        self._after_speech = False

    # ---- Phone ----

    def listens(self) -> bool:
        """Whether speech is listened to now; a service that does not say so in time is not asked in this question."""
        self._deaf = False
        if self._hearing is None:
            return False
        try:
            return self._hearing.state().free > 0
        except Unheard:
            self._deaf = True
            return False

    def say(self, prompts: Sequence[Prompt], *, barge_in: bool = True) -> None:
        """Say `prompts`; with barge-in a key cuts them short and answers the next turn."""
        self._after_speech = False
        self._turns.say(prompts, barge_in=barge_in)

    def turn(self, question: Question) -> Answer:
        """Say the question's prompts, take one answer."""
        started_ms = self._clock_ms()
        try:
            answer = self._taken(replace(question, after_speech=self._after_speech, edition=self._edition))
        except HungUp as gone:
            gone.after_ms = self._clock_ms() - started_ms
            raise
        self._after_speech = answer.mode is Mode.SPEECH
        return answer

    def _taken(self, question: Question) -> Answer:
        """One answer, by voice or by keys."""
        if not question.grammar:
            return self._turns.turn(question)
        if self._hearing is None:
            return replace(self._turns.turn(question), fell_back="off")
        for _ in range(_SPOKEN_TRIES):
            if self._typed_ahead(question):
                break
            try:
                return self._spoken_turn(self._hearing, question)
            except _Void:
                continue
            except Unheard as trouble:
                return replace(self._turns.turn(question), fell_back=trouble.why)
        return self._turns.turn(question)

    def transfer(self, case: Case) -> None:
        """To the agents' queue: the dialplan does it when the script ends; the case goes along, masked."""
        self._channel.set_variable(inherited(SHOWN_CASE), _UNSHOWN.sub("_", in_words(case))[:_LONGEST_HEADER])
        for part in fields(Case):
            self._channel.set_variable(inherited(of_case(part.name)), header_safe(getattr(case, part.name)))
        self._channel.set_variable(NEXT, "queue")

    def case(self) -> Case:
        """The case as `transfer` left it on the channel: of a caller who comes back from the queue."""
        kept = {part.name: self._channel.get_variable(of_case(part.name)) for part in fields(Case)}
        kept["number"] = kept["number"].replace("*", "•")
        return Case(**kept)

    def hang_up(self) -> None:
        """The dialplan hangs up when the script ends."""
        self._channel.set_variable(NEXT, "hangup")

    # ---- speech ----

    def _typed_ahead(self, question: Question) -> bool:
        """Whether keys wait that answer the question before it is asked: no prompt is played then, so none is heard."""
        if not question.barge_in:
            return False
        self._keys.put(self._take(), Source.KEYPAD)
        return bool(self._keys)

    def _spoken_turn(self, hearing: SpeechClient, question: Question) -> Answer:
        """One turn at the speech service. Raises `Unheard`."""
        if self._deaf:
            raise Unheard("dead")
        clips = [clip for prompt in question.prompts for clip in self._clips.playable(prompt.key, prompt.places)]
        if not question.barge_in:
            self._keys.flush()
            self._take()
        longest_s = sum(map(_lasts_s, clips)) + (question.first_key_ms + question.total_ms) / 1000

        def connect(uuid: str, port: int) -> None:
            # Asterisk could not connect, or the connection broke: the caller is there, and the report tells the rest.
            with suppress(Refused):
                self._channel.appexec("AudioSocket", f"{uuid},127.0.0.1:{port}", wait_s=longest_s)

        try:
            report = hearing.turn(question, clips, connect, hash_is_habit=self._keys.hash_is_habit)
        except Unheard:
            self._take()  # which of these keys are doubled nobody can tell any more: the entry begins again
            raise
        return self._answered(report)

    def _answered(self, report: Report) -> Answer:
        """The answer of `report`. Raises `Unheard` when the question must be asked by keypad, and `_Void`."""
        stored = self._take()
        if self._store_seen and first_is_old(stored, report.received):
            self._keys.put(report.received[1:] + keys_after(stored, report.received[1:]), Source.AUDIOSOCKET)
            raise _Void
        later = keys_after(stored, report.received)
        answer = report.answer
        if answer is None:
            self._keys.put(report.received + later, Source.AUDIOSOCKET)
            raise Unheard(report.fell_back if report.fell_back in _REASONS else "dead")
        self._keys.put(report.received[report.used :] + later, Source.AUDIOSOCKET)
        self._keys.hash_is_habit = report.received[: report.used][-1:] not in ("", "#")
        if answer.result is Result.NO_MATCH:
            self._keys.flush()
        return answer

    def _take(self) -> str:
        """The keys of HOTLINE_KEYS since the last time."""
        keys = self._channel.take_keys() if self._store_works else ""
        self._store_seen = self._store_seen or bool(keys)
        return keys

    # ---- Keypad ----

    def play(self, prompts: Sequence[Prompt], *, barge_in: bool) -> str:
        """Play until the end or, with barge-in, until keys come: these keys, or ""."""
        if barge_in and (keys := self._new()):
            return keys
        for prompt in prompts:
            for clip in self._clips.playable(prompt.key, prompt.places):
                if keys := self._play(clip, barge_in):
                    return keys
        if not barge_in:
            self._channel.take_keys()
        return ""

    def key(self, timeout_ms: int) -> str:
        """The keys (0-9, *, #) that come first within `timeout_ms`, or ""."""
        end_ms = self._clock_ms() + timeout_ms
        if keys := self._new():
            return keys
        while (left_ms := end_ms - self._clock_ms()) > 0:
            pressed = self._channel.wait_for_digit(left_ms)
            if keys := self._new(pressed):
                return keys
        return ""

    def _play(self, clip: Path, barge_in: bool) -> str:
        lasts_s = _lasts_s(clip)
        if not barge_in:
            self._channel.stream(str(clip), lasts_s=lasts_s)
            return ""
        offset = 0
        while True:
            played = self._channel.stream(str(clip), KEYS, offset, lasts_s=lasts_s)
            if keys := self._new(played.key):
                return keys
            if not played.key:
                return ""
            offset = played.endpos  # stopped by a key that had been taken before: go on from there

    def _new(self, pressed: str = "") -> str:
        """The keys that came since the last time; `pressed` is what the last command said of itself."""
        keys = self._take()
        if pressed and not self._store_seen:  # nothing collects keys here
            self._store_works = False
        return keys if self._store_works else pressed


def _lasts_s(clip: Path) -> float:
    """How long a clip plays: Asterisk is not waited for much longer. 0 for a missing one, told by Asterisk at once."""
    try:
        return Path(f"{clip}.wav").stat().st_size / _BYTES_A_SECOND
    except OSError:
        return 0.0


def header_safe(value: str) -> str:
    """`value` as it may stand in a SIP header and in a dialplan expression: plain ASCII, dots of a mask as `*`."""
    return _UNWANTED.sub("_", value.replace("•", "*"))[:_LONGEST_HEADER]


def first_is_old(stored: str, received: str) -> bool:
    """Whether the first key of AudioSocket's went down before, and was counted then: HOTLINE_KEYS knows it no more."""
    return bool(received) and not _fits(stored, received) and _fits(stored, received[1:])


def _fits(stored: str, received: str) -> bool:
    """Whether `stored` begins with the keys of `received`, once each or twice (the first perhaps once)."""
    twice = "".join(key * 2 for key in received)
    return stored.startswith((received, twice, twice[1:])) if received else True


def keys_after(stored: str, received: str) -> str:
    """The keys that HOTLINE_KEYS had after AudioSocket's last one; "" where that cannot be told for certain.

    `stored` has each of `received` once or twice; twice too what came later, but for a key that is still down.
    """
    twice = "".join(key * 2 for key in received)
    for seen in (twice, twice[1:]):  # the first may have gone down before
        if stored.startswith(seen):
            return "".join(pressed[1] for pressed in _PRESSED.finditer(stored[len(seen) :]))
    return stored[len(received) :] if stored.startswith(received) else ""
