"""One spoken turn: what is played, what is heard, when it is over. Pure: no socket, no thread, no clock of its own.

A caller may press, speak, or do both for one number. The rules beside those of the keypad (`agi.dialogue.keypad`):

- Speech that the recogniser is sure of being speech stops the prompt, as a key does, where the question allows it.
- A key on a menu is the answer. In a number it follows the digits spoken before it, and digits may be spoken after it.
- A telephone that sends nothing while the caller is silent is heard as silence: time does not stop with its packets.
- Silence is counted from the end of the prompt or of the last sound of speech. A noise that turns out to be no speech
  is as if it had not been: the turn goes on.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from agi.dialogue.keypad import KEYS, Entry
from agi.dialogue.question import Answer, Digits, Mode, Question, Result
from agi.hearing.audiosocket import FRAME_BYTES, FRAME_MS

LONGEST_SPEECH_MS = 30_000
"""Talk without an end (a television beside the caller) is taken as it is after this time."""
GAP_MS = 200
"""So long a packet of sound may be late. What is still missing then was not sent: some telephones send no silence."""
_REMEMBERED_FRAMES = 3  # the two directions are not in step, by a frame or two
_COMMANDS = {Result.BACK, Result.REPEAT, Result.AGENT}


@dataclass(frozen=True, slots=True)
class Voice:
    """What is known of the caller's voice while they may still talk: talking now, has talked in this turn."""

    speaking: bool
    started: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What the recogniser made of it. `digits`: the digits in it, in a number that is not whole; private.

    NO_INPUT: it was no speech.
    """

    answer: Answer
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """The recogniser has failed; `why` is the kind of fault, never what was said."""

    why: str = ""


News = Voice | Said | Broken


class Ear(Protocol):
    """The recogniser of one turn, somewhere else: it takes sound now and gives `News` later."""

    def hear(self, sound: bytes, sent: bytes) -> None:
        """Listen to `sound`; `sent` is what was played in the same time ("" where nothing was)."""

    def finish(self) -> None:
        """Ask for what was said so far: `Said` comes, then it listens anew."""

    def listen_for_rest(self, digits: int) -> None:
        """Forget what was heard, and listen for at most `digits` more digits of a number."""

    def lag_ms(self) -> int:
        """How long the oldest sound that was not listened to has been waiting."""


class SpokenTurn:
    """The state of one turn; every method takes the time (ms, monotonic). `answer` or `fell_back` says that it is over.

    `received` are all keys that came, of which the first `used` belong to this turn. `slow_ms`: a lag of recognition
    that is not waited for.
    """

    def __init__(
        self,
        question: Question,
        prompt: bytes,
        ear: Ear,
        now_ms: int,
        *,
        slow_ms: int = 1500,
        hash_is_habit: bool = False,
    ) -> None:
        self.question = question
        self._prompt = prompt
        self._at = 0
        self._ear = ear
        self._entry = Entry(question)
        self._keyed = 0
        self._spoken: list[Answer] = []  # digits of a number that were said, one Answer for each time
        self._voice = Voice(False, False)
        self._sent: deque[bytes] = deque(maxlen=_REMEMBERED_FRAMES)
        self._waiting: deque[str] = deque()  # keys that came while the recogniser was asked what it had heard
        self._asked = False
        self._time_is_up = False
        self._hash_is_habit = hash_is_habit
        self._slow_ms = slow_ms
        self._begun_ms = now_ms
        self._quiet_since_ms = now_ms
        self._sound_until_ms: int | None = None  # up to then there is sound of the caller's; None: there was none yet
        self._sends_nothing = False
        self._input_since_ms: int | None = None
        self.stopped_ms: int | None = None
        self._cut_short = False  # by voice
        self.answer: Answer | None = None
        self.fell_back = ""
        self.received = ""
        self.used = 0

    @property
    def over(self) -> bool:
        """Whether the turn has ended."""
        return self.answer is not None or bool(self.fell_back)

    @property
    def playing(self) -> bool:
        """Whether there is more of the prompt to play."""
        return self._at < len(self._prompt)

    def next_frame(self, now_ms: int) -> bytes:
        """The frame of the prompt to send now, "" when there is none. To be called every 20 ms; keeps the time-outs."""
        self._hear_missing(now_ms)
        if self.over:
            return b""
        if self.playing:
            frame = self._prompt[self._at : self._at + FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
            self._at += FRAME_BYTES
            self._sent.append(frame)
            self._quiet_since_ms = now_ms
            return frame
        self._watch_the_time(now_ms)
        return b""

    def sound(self, sound: bytes, now_ms: int) -> None:
        """The caller's sound has come."""
        self._sound_until_ms, self._sends_nothing = now_ms, False
        self._hear(sound)

    def _hear_missing(self, now_ms: int) -> None:
        """Hear silence for the time for which no sound has come."""
        if self._sound_until_ms is None:
            return
        missing_ms = now_ms - self._sound_until_ms
        if not self._sends_nothing and missing_ms < GAP_MS:
            return
        self._sends_nothing = True
        if frames := missing_ms // FRAME_MS:
            self._sound_until_ms += frames * FRAME_MS
            self._hear(bytes(frames * FRAME_BYTES))

    def _hear(self, sound: bytes) -> None:
        sent = bytearray()
        while self._sent and len(sent) < len(sound):
            sent += self._sent.popleft()
        if self.over or (self.playing and not self.question.voice_barge_in):
            return
        self._ear.hear(sound, bytes(sent[: len(sound)]).ljust(len(sound), b"\0") if sent else b"")
        if self._ear.lag_ms() > self._slow_ms:
            self.fell_back = "slow"

    def key(self, key: str, now_ms: int) -> None:
        """The caller has pressed `key`."""
        if key not in KEYS:
            return
        self.received += key
        if self.over:
            return
        if self.playing and not self.question.barge_in:
            self.used += 1  # as on a keypad: pressed during such a prompt, it counts for nothing
        elif self._asked or (isinstance(self.question.accepts, Digits) and self._voice.started):
            self._stop_prompt(now_ms)
            self._waiting.append(key)
            self._ask()
        else:
            self._press(key, now_ms)

    def news(self, news: News, now_ms: int) -> None:
        """The recogniser has something to tell."""
        if self.over:
            return
        match news:
            case Broken():
                self.fell_back = "dead"
            case Voice():
                self._talks(news, now_ms)
            case Said():
                self._asked = False
                self._voice = Voice(False, False)
                self._take(news, now_ms)

    # ---- the prompt ----

    def _stop_prompt(self, now_ms: int) -> None:
        if self.playing:
            self._at = len(self._prompt)
            self.stopped_ms = now_ms
        self._quiet_since_ms = now_ms

    # ---- keys ----

    def _press(self, key: str, now_ms: int) -> None:
        self.used += 1
        habit, self._hash_is_habit = self._hash_is_habit, False
        if key == "#" and habit and not self._begun:
            return
        self._stop_prompt(now_ms)
        self._keyed += 1
        self._end(self._entry.press(key, now_ms))
        if not self.over:
            self._listen_for_rest()

    @property
    def _begun(self) -> bool:
        return bool(self._keyed or self._spoken)

    def _listen_for_rest(self) -> None:
        accepts = self.question.accepts
        left = accepts.most - len(self._entry.keyed) if isinstance(accepts, Digits) else 0
        if left > 0:
            self._voice = Voice(False, False)
            self._ear.listen_for_rest(left)

    # ---- speech ----

    def _ask(self) -> None:
        if not self._asked:
            self._asked = True
            self._ear.finish()

    def _talks(self, voice: Voice, now_ms: int) -> None:
        if (voice.speaking or voice.started) and self.playing:  # under load a short word is told when it is over
            self._stop_prompt(now_ms)
            self._cut_short = True
        if voice.started and self._input_since_ms is None:
            self._input_since_ms = now_ms
        if voice.speaking or self._voice.speaking:
            self._quiet_since_ms = now_ms
        self._voice = voice

    def _take(self, said: Said, now_ms: int) -> None:
        """What was said (or, asked in vain, was not)."""
        answer = said.answer
        if self._begun or self._waiting:
            self._take_into_number(said, now_ms)
        elif answer.result is Result.NO_INPUT:
            self._input_since_ms = None
            if self._time_is_up:
                self._end(answer)
        else:
            self._end(answer)

    def _take_into_number(self, said: Said, now_ms: int) -> None:
        """A number that is partly keyed: spoken digits, then the keys that came after them."""
        answer = said.answer
        if answer.result in _COMMANDS and not self._waiting:
            self._end(answer)
            return
        if not self._begun and answer.result is Result.MATCH and self._waiting and self._is_longest(answer.value):
            if self._waiting[0] == "#":  # pressed to end it
                self.used += 1
            self._end(answer)
            return
        if said.digits:
            self._spoken.append(answer)
            self._press_all(said.digits, now_ms)
        while self._waiting and not self.over:
            self._press(self._waiting.popleft(), now_ms)
        if self._time_is_up and not self.over:
            self._end(self._entry.silence())

    def _is_longest(self, digits: str) -> bool:
        accepts = self.question.accepts
        return isinstance(accepts, Digits) and len(digits) == accepts.most

    def _press_all(self, digits: Iterable[str], now_ms: int) -> None:
        for digit in digits:
            self._quiet_since_ms = now_ms
            self._end(self._entry.press(digit, now_ms))
            if self.over:
                return
        self._listen_for_rest()

    # ---- time and the end ----

    def _watch_the_time(self, now_ms: int) -> None:
        if self._asked:
            if self._ear.lag_ms() > self._slow_ms:
                self.fell_back = "slow"
            return
        if self._voice.speaking:
            self._quiet_since_ms = now_ms
        if now_ms - self._quiet_since_ms >= self._patience_ms(now_ms) or self._talked_too_long(now_ms):
            self._time_is_up = True
            if self._voice.started:
                self._ask()
            else:
                self._end(self._entry.silence())

    def _patience_ms(self, now_ms: int) -> int:
        if self._begun:
            return self._entry.patience_ms(now_ms)
        return self.question.between_keys_ms if self._voice.started else self.question.first_key_ms

    def _talked_too_long(self, now_ms: int) -> bool:
        longest = min(self.question.total_ms, LONGEST_SPEECH_MS)
        return self._input_since_ms is not None and now_ms - self._input_since_ms >= longest

    def _end(self, answer: Answer | None) -> None:
        if answer is None:
            return
        if self._spoken and answer.result in (Result.MATCH, Result.NO_MATCH):
            answer = replace(
                answer,
                mode=Mode.SPEECH,
                confidence=min(one.confidence for one in self._spoken),
                sure=all(one.sure for one in self._spoken),
            )
        self.answer = answer

    def finished(self, now_ms: int) -> Answer | None:
        """The answer with the time it took; None where the turn fell back."""
        if self.answer is None:
            return None
        return replace(self.answer, took_ms=now_ms - self._begun_ms, cut_short=self._cut_short)
