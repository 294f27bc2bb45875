"""One turn, pure: events in (keys, voice, what was said, the end of the prompt, time), actions out.

Whoever has a caller drives it: the keypad (`agi.dialogue.keypad`), AudioSocket (`agi.hearing.turn`), the terminal. The
rules, in VoiceXML 2.1's words where it has them:

- Menu (`Options`): one key answers. `0` agent, `9` repeat, `*` back, `#` hold, unless the question lists them.
- Entry (`Digits`): ends by itself at `most` digits, or by `#`. `*` after digits clears the entry, before any
  digit it goes back, and `#` holds. `0#` asks for an agent and `9#` for a repetition; a lone `0` followed by the
  between-digits time-out is an agent too. An entry cut off by a time-out is never taken as whole while digits are
  missing.
- The time for a whole entry (`total_ms`) counts from its first key.
- Type-ahead: a key pressed before a prompt skips it and answers the turn. A no-match throws away what was typed
  ahead: it was meant for another place. A prompt without barge-in does so too (VoiceXML 2.0, section 4.1.5).
- `#` pressed by habit after a turn that ended without it (a menu's key, an entry that ended by itself) still belongs
  to that turn and is swallowed, if it comes in the first seconds of the next one (`HABIT_MS`).
- Speech that the recogniser is sure of being speech stops the prompt, as a key does, where the question allows it.
- A key on a menu is the answer. In a number it follows the digits spoken before it, and digits may be spoken after it.
- Who agrees to what is read back has heard it: such an answer by voice, begun before that was said, is as if it had not
  been, and what is left of the prompt is heard. A no, a command and a key are taken at once.
- Silence is counted from the end of the prompt or of the last sound of speech. A noise that turns out to be no speech,
  and "halo?", is as if it had not been: the turn goes on, and a prompt that it stopped is heard to its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agi.dialogue.keys import KeyQueue
from agi.dialogue.question import Answer, Digits, Mode, Options, Question, Result

LONGEST_SPEECH_MS = 30_000
"""Talk without an end (a television beside the caller) is taken as it is after this time."""

_MOST_RESUMED = 2
"""So often what was nothing is let stop a prompt that then goes on: an echo would tear it to pieces."""

HABIT_MS = 3000
"""How long after the beginning of a turn a `#` may be meant for the last one; later it is this one's."""

_COMMAND_KEYS = {"0": Result.AGENT, "9": Result.REPEAT, "*": Result.BACK, "#": Result.HOLD}
_COMMANDS = frozenset((*_COMMAND_KEYS.values(), Result.SLOWER))


@dataclass(frozen=True, slots=True)
class Voice:
    """An event. What is known of the caller's voice while they may still talk: talking now, has talked in this turn."""

    speaking: bool
    started: bool


@dataclass(frozen=True, slots=True)
class Said:
    """An event. What the recogniser made of it. `digits`: those in it, in a number that is not whole; private.

    NO_INPUT: it was no speech. `began_ms`: so much of the caller's sound had been heard in this turn when they began.
    """

    answer: Answer
    digits: str = ""
    began_ms: int = 0


@dataclass(frozen=True, slots=True)
class Finish:
    """An action: ask the recogniser what was said so far. `Said` answers it, then it listens anew."""


@dataclass(frozen=True, slots=True)
class Listen:
    """An action: the recogniser forgets what it heard, and listens for at most `digits` more digits of a number."""

    digits: int


Actions = Sequence[Finish | Listen]


class Announcement:
    """Something that is said and asks nothing: a key cuts it short and stays, to answer the next turn.

    Without `barge_in` it is heard whole, and keys pressed until its end are thrown away.
    """

    def __init__(self, keys: KeyQueue, *, barge_in: bool = True) -> None:
        self._keys = keys
        self._barge_in = barge_in
        self.playing = True

    def begin(self, now_ms: int) -> Actions:
        """It begins: what to do but play."""
        return self.pressed(now_ms)

    def pressed(self, now_ms: int) -> Actions:
        """Keys have come into the queue."""
        if not self._barge_in:
            self._keys.flush()
        elif not _only_habit(self._keys) and self.playing:
            self.playing = False
        return ()

    def prompt_over(self, now_ms: int) -> None:
        """It was heard to its end."""
        self.playing = False


class Turn:
    """One question. Every method takes the time (ms, monotonic); `answer` says that the turn is over.

    `playing`: the prompt is to be played, from its beginning; again after a stop, from about there.
    """

    def __init__(self, question: Question, keys: KeyQueue, now_ms: int) -> None:
        self.question = question
        self.playing = True
        self.answer: Answer | None = None
        accepts = question.accepts
        self._least, self._most = (accepts.least, accepts.most) if isinstance(accepts, Digits) else (1, 1)
        self._keys = keys
        self._used: list[str] = []
        self._entry = ""
        self._first_key_ms: int | None = None
        self._spoken: list[Answer] = []  # digits of a number that were said, one Answer for each time
        self._voice = Voice(False, False)
        self._talks_since_ms: int | None = None
        self._quiet_since_ms = self._begun_ms = now_ms
        self._asked = False  # the recogniser, what was said
        self._time_is_up = False
        self._cut_short = False  # by voice
        self._read_back_ms: int | None = None
        self._resumed = 0
        self._out: list[Finish | Listen] = []

    # ---- events ----

    def begin(self, now_ms: int) -> Actions:
        """The turn begins: what to do but play."""
        if not self.question.barge_in:
            self._keys.flush()
        return self.pressed(now_ms)

    def pressed(self, now_ms: int) -> Actions:
        """Keys have come into the queue."""
        if self.playing and not self.question.barge_in:
            self._keys.flush()
        while self._keys and self.answer is None and not self._waits_for_speech(now_ms):
            self._press(self._keys.take(), now_ms)
        return self._actions()

    def voice(self, voice: Voice, now_ms: int) -> Actions:
        """The recogniser tells of the caller's voice."""
        if self.answer is None:
            if (voice.speaking or voice.started) and self.playing:  # under load a short word is told when it is over
                self._stop(now_ms)
                self._cut_short = True
            if voice.started and self._talks_since_ms is None:
                self._talks_since_ms = now_ms
            if voice.speaking or self._voice.speaking:
                self._quiet_since_ms = now_ms
            was_nothing = self._voice.started and not voice.started
            self._voice = voice
            if was_nothing:
                self._go_on(now_ms)
        return self._actions()

    def said(self, said: Said, now_ms: int) -> Actions:
        """The recogniser tells what was said (or, asked in vain, was not)."""
        if self.answer is not None:
            return ()
        self._asked = False
        self._voice = Voice(False, False)
        if self._entry or self._spoken or self._keys:
            self._said_in_number(said, now_ms)
        elif self._agrees_too_soon(said):
            if self.playing or self._may_resume:
                self._go_on(now_ms)
            else:
                self._end(Answer(Result.NO_MATCH, mode=Mode.SPEECH), now_ms)
        elif said.answer.result is not Result.NO_INPUT or self._time_is_up:
            self._end(said.answer, now_ms)
        else:
            self._go_on(now_ms)
        return self._actions()

    def prompt_over(self, now_ms: int) -> None:
        """The prompt was played to its end."""
        self.playing = False
        self._quiet_since_ms = now_ms

    def read_back(self, heard_ms: int) -> None:
        """All that a `consent` would agree to has been said; so much of the caller's sound was heard by then."""
        if self._read_back_ms is None:
            self._read_back_ms = heard_ms

    def time(self, now_ms: int) -> Actions:
        """Time has passed."""
        if self.playing or self.answer is not None or self._asked:
            return ()
        if self._voice.speaking:
            self._quiet_since_ms = now_ms
        longest_ms = min(self.question.total_ms, LONGEST_SPEECH_MS)
        talks_on = self._talks_since_ms is not None and now_ms - self._talks_since_ms >= longest_ms
        return self.silence(now_ms) if talks_on or self.patience_ms(now_ms) == 0 else ()

    def silence(self, now_ms: int) -> Actions:
        """The caller let a time-out pass."""
        self._time_is_up = True
        if self._voice.started:
            self._ask()
        else:
            self._end(self._ended("0", Mode.NONE), now_ms)
        return self._actions()

    def patience_ms(self, now_ms: int) -> int:
        """How long (ms) the caller may stay silent from now on."""
        question, quiet_since_ms = self.question, self._quiet_since_ms
        if self._first_key_ms is not None:
            until_ms = min(quiet_since_ms + question.between_keys_ms, self._first_key_ms + question.total_ms)
        else:
            until_ms = quiet_since_ms + (question.between_keys_ms if self._voice.started else question.first_key_ms)
        return max(0, until_ms - now_ms)

    def give_up(self) -> None:
        """The turn is taken by other means: its keys are there again."""
        self._keys.put_back(self._used)

    def _go_on(self, now_ms: int) -> None:
        """What was heard was nothing: what is left of the prompt is said, and the caller has all the time again."""
        self._talks_since_ms = None
        self._quiet_since_ms = now_ms
        if self._may_resume:
            self._cut_short = False
            self._resumed += 1
            self.playing = True

    @property
    def _may_resume(self) -> bool:
        """Whether what is left of a prompt that a voice stopped may be said."""
        return self._cut_short and self._first_key_ms is None and self._resumed < _MOST_RESUMED

    # ---- keys ----

    def _waits_for_speech(self, now_ms: int) -> bool:
        """Whether the keys in the queue wait until it is known what was said before them."""
        if self._asked or (isinstance(self.question.accepts, Digits) and self._voice.started):
            self._stop(now_ms)
            self._ask()
            return True
        return False

    def _press(self, key: str, now_ms: int) -> None:
        habit, self._keys.hash_is_habit = self._keys.hash_is_habit, False
        if key == "#" and habit and not self._spoken and now_ms - self._begun_ms <= HABIT_MS:
            self._quiet_since_ms = now_ms
            return
        self._used.append(key)
        self._stop(now_ms)
        if self._first_key_ms is None:
            self._first_key_ms = now_ms
        accepts = self.question.accepts
        answer = _choice(accepts, key) if isinstance(accepts, Options) else self._digit(key)
        self._end(answer, now_ms, key)
        self._listen_for_rest()

    def _digit(self, digit: str) -> Answer | None:
        """The answer if `digit` ends the entry."""
        if digit == "*":
            return Answer(Result.CLEARED if self._entry else Result.BACK, mode=Mode.KEYS)
        if digit == "#":
            return self._ended("09", Mode.KEYS) if self._entry else Answer(Result.HOLD, mode=Mode.KEYS)
        self._entry += digit
        return self._whole() if len(self._entry) == self._most else None

    def _ended(self, commands: str, mode: Mode) -> Answer:
        """An entry that is over without being full: one of the `commands` alone, or what there is of it."""
        if not self._entry:
            return Answer(Result.NO_INPUT, mode=mode)
        if self._least > 1 and self._entry in tuple(commands):
            return Answer(_COMMAND_KEYS[self._entry], mode=Mode.KEYS)
        return self._whole()

    def _whole(self) -> Answer:
        """The entry as it stands: a match only if no digit is missing."""
        enough = self._least <= len(self._entry) <= self._most
        return Answer(Result.MATCH if enough else Result.NO_MATCH, self._entry, Mode.KEYS)

    # ---- speech ----

    def _agrees_too_soon(self, said: Said) -> bool:
        consent = self.question.consent
        agrees = consent and said.answer.result is Result.MATCH and said.answer.value == consent
        return bool(agrees) and (self._read_back_ms is None or said.began_ms < self._read_back_ms)

    def _said_in_number(self, said: Said, now_ms: int) -> None:
        """A number that is partly keyed: spoken digits, then the keys that came after them."""
        answer = said.answer
        if answer.result in _COMMANDS and not self._keys:
            self._end(answer, now_ms)
        elif not (self._entry or self._spoken) and answer.result is Result.MATCH and self._is_longest(answer.value):
            if self._keys.waiting[0] == "#":  # pressed to end it
                self._used.append(self._keys.take())
            self._end(answer, now_ms)
        else:
            if said.digits:
                self._spoken.append(answer)
                self._speak(said.digits, now_ms)
            while self._keys and self.answer is None:
                self._press(self._keys.take(), now_ms)
            if self._time_is_up and self.answer is None:
                self._end(self._ended("0", Mode.NONE), now_ms)

    def _speak(self, digits: str, now_ms: int) -> None:
        """Digits count as if they had been keyed."""
        if self._first_key_ms is None:
            self._first_key_ms = now_ms
        self._quiet_since_ms = now_ms
        for digit in digits:
            self._end(self._digit(digit), now_ms)
            if self.answer is not None:
                return
        self._listen_for_rest()

    def _is_longest(self, digits: str) -> bool:
        return isinstance(self.question.accepts, Digits) and len(digits) == self._most

    def _listen_for_rest(self) -> None:
        if self.answer is None:
            self._voice = Voice(False, False)
            self._out.append(Listen(self._most - len(self._entry)))

    def _ask(self) -> None:
        if not self._asked:
            self._asked = True
            self._out.append(Finish())

    # ---- time and the end ----

    def _stop(self, now_ms: int) -> None:
        self.playing = False
        self._quiet_since_ms = now_ms

    def _end(self, answer: Answer | None, now_ms: int, last_key: str = "") -> None:
        if answer is None:
            return
        if self._spoken and answer.result in (Result.MATCH, Result.NO_MATCH):
            answer = replace(
                answer,
                mode=Mode.SPEECH,
                confidence=min(one.confidence for one in self._spoken),
                sure=all(one.sure for one in self._spoken),
            )
        self.playing = False
        self._keys.hash_is_habit = last_key not in ("", "#")
        if answer.result is Result.NO_MATCH:
            self._keys.flush()
        self.answer = replace(answer, took_ms=now_ms - self._begun_ms, cut_short=self._cut_short)

    def _actions(self) -> Actions:
        out, self._out = self._out, []
        return out


def _choice(accepts: Options, digit: str) -> Answer:
    if digit in accepts.keys:
        return Answer(Result.MATCH, digit, Mode.KEYS)
    if digit in _COMMAND_KEYS:
        return Answer(_COMMAND_KEYS[digit], mode=Mode.KEYS)
    return Answer(Result.NO_MATCH, digit, Mode.KEYS)


def _only_habit(keys: KeyQueue) -> bool:
    """Whether there is no key but, at most, a `#` that belongs to the last turn: it is swallowed."""
    if keys and keys.hash_is_habit and keys.waiting[0] == "#":
        keys.take()
        keys.hash_is_habit = False
    return not keys
