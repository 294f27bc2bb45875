"""One turn on a keypad: a pure state machine (`Entry`) and the loop that feeds it keys (`KeypadTurns`).

The rules, in VoiceXML 2.1's words where it has them:

- Menu (`Options`): one key answers. `0` agent, `9` repeat, `*` back, unless the question lists them.
- Entry (`Digits`): ends by itself at `most` digits, or by `#`. `*` after digits clears the entry, before any
  digit it goes back. `0#` asks for an agent and `9#` for a repetition; a lone `0` followed by the between-digits
  time-out is an agent too. An entry cut off by a time-out is never taken as whole while digits are missing.
- The time for a whole entry (`total_ms`) counts from its first key.
- Type-ahead: a key pressed before a prompt skips it and answers the turn. A no-match throws away what was typed
  ahead: it was meant for another place. A prompt without barge-in does so too (VoiceXML 2.0, section 4.1.5).
- `#` pressed by habit after a turn that ended without it (a menu's key, an entry that ended by itself) still belongs
  to that turn and is swallowed: at the start of a turn it could mean nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from agi.dialogue.question import Answer, Digits, Keypad, Mode, Options, Prompt, Question, Result

DIGITS = "0123456789"

KEYS = DIGITS + "*#"
"""All keys of a caller's telephone. DTMF (ITU-T Q.23) knows A to D too, which exchanges send among themselves: they say
nothing here, and whoever brings keys leaves them out."""

FLUSH_MS = 60
"""How long a flush waits for one more typed-ahead key: Asterisk spaces queued keys at least 45 ms apart."""

_MOST_FLUSHED = 64


class Entry:
    """What has been keyed in one turn. Feed it keys or silence; an `Answer` means that the turn is over."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._keyed = ""
        self._first_at_ms: int | None = None

    @property
    def keyed(self) -> str:
        """The digits so far; private."""
        return self._keyed

    def patience_ms(self, now_ms: int) -> int:
        """How long to wait for the next key (ms); 0 when the time for the whole entry is up."""
        if self._first_at_ms is None:
            return self._question.first_key_ms
        left = self._first_at_ms + self._question.total_ms - now_ms
        return max(0, min(self._question.between_keys_ms, left))

    def press(self, key: str, now_ms: int) -> Answer | None:
        """The caller pressed `key`; the answer if that ends the turn."""
        if key not in KEYS:
            return None
        if self._first_at_ms is None:
            self._first_at_ms = now_ms
        if isinstance(self._question.accepts, Options):
            return _choice(self._question.accepts, key)
        return self._digit(self._question.accepts, key)

    def silence(self) -> Answer:
        """The caller let a time-out pass: the turn is over."""
        accepts = self._question.accepts
        if not self._keyed:
            return Answer(Result.NO_INPUT)
        if isinstance(accepts, Digits) and accepts.least > 1 and self._keyed == "0":
            return Answer(Result.AGENT, mode=Mode.KEYS)
        return self._whole()

    def _digit(self, accepts: Digits, key: str) -> Answer | None:
        if key == "*":
            return Answer(Result.CLEARED if self._keyed else Result.BACK, mode=Mode.KEYS)
        if key == "#":
            return self._ended_by_hash(accepts)
        self._keyed += key
        return self._whole() if len(self._keyed) == accepts.most else None

    def _ended_by_hash(self, accepts: Digits) -> Answer:
        if not self._keyed:
            return Answer(Result.NO_INPUT, mode=Mode.KEYS)
        if accepts.least > 1 and self._keyed in ("0", "9"):
            return Answer(Result.AGENT if self._keyed == "0" else Result.REPEAT, mode=Mode.KEYS)
        return self._whole()

    def _whole(self) -> Answer:
        """The entry as it stands: a match only if no digit is missing."""
        accepts = self._question.accepts
        enough = isinstance(accepts, Digits) and accepts.least <= len(self._keyed) <= accepts.most
        return Answer(Result.MATCH if enough else Result.NO_MATCH, self._keyed, Mode.KEYS)


_COMMANDS = {"0": Result.AGENT, "9": Result.REPEAT, "*": Result.BACK}


def _choice(accepts: Options, key: str) -> Answer:
    if key in accepts.keys:
        return Answer(Result.MATCH, key, Mode.KEYS)
    if key in _COMMANDS:
        return Answer(_COMMANDS[key], mode=Mode.KEYS)
    return Answer(Result.NO_MATCH, key, Mode.KEYS)


class KeypadTurns:
    """The `say` and `turn` of a `Phone` on top of a `Keypad`; one per call: it remembers type-ahead."""

    def __init__(self, keypad: Keypad, clock_ms: Callable[[], int]) -> None:
        self._keypad = keypad
        self._clock_ms = clock_ms
        self._ahead = ""  # the key that cut a message short: it answers the next turn
        self._hash_is_habit = False  # the last turn ended without "#": one now still belongs to it

    def say(self, prompts: Sequence[Prompt], *, barge_in: bool = True) -> None:
        """Say `prompts`; a key cuts them short and answers the next turn. Without barge-in keys are thrown away."""
        self._ahead = self._play(prompts, barge_in)

    def turn(self, question: Question) -> Answer:
        """Say the question's prompts and take one answer."""
        started_ms = self._clock_ms()
        entry = Entry(question)
        key = self._play(question.prompts, question.barge_in)
        if not key:
            key = self._keypad.key(question.first_key_ms)
            if key == "#" and self._hash_is_habit:
                key = self._keypad.key(question.first_key_ms)
        self._hash_is_habit = False
        while True:
            answer = entry.press(key, self._clock_ms()) if key else entry.silence()
            if answer is not None:
                break
            wait_ms = entry.patience_ms(self._clock_ms())
            key = self._keypad.key(wait_ms) if wait_ms else ""
        self._hash_is_habit = key not in ("", "#")
        if answer.result is Result.NO_MATCH:
            self._flush()
        return replace(answer, took_ms=self._clock_ms() - started_ms)

    @property
    def ahead(self) -> str:
        """The key that cut a message short and answers the next turn, or ""."""
        return self._ahead

    @property
    def hash_is_habit(self) -> bool:
        """Whether a `#` pressed before any other key still belongs to the last turn."""
        return self._hash_is_habit

    def ended_elsewhere(self, key: str) -> None:
        """A turn was taken by other means; `key` was its last key, "" where the caller pressed none."""
        self._hash_is_habit = key not in ("", "#")

    def _play(self, prompts: Sequence[Prompt], barge_in: bool) -> str:
        """Play `prompts`; the key that cut them short, or ""."""
        if not barge_in:
            self._flush()
            self._keypad.play(prompts, barge_in=False)
            return ""
        if self._ahead:
            key, self._ahead = self._ahead, ""
            return key
        key = self._keypad.play(prompts, barge_in=True)
        if key == "#" and self._hash_is_habit:
            self._hash_is_habit = False
            key = self._keypad.play(prompts, barge_in=True)
        return key

    def _flush(self) -> None:
        """Throw away what was typed ahead."""
        self._ahead = ""
        self._hash_is_habit = False
        for _ in range(_MOST_FLUSHED):
            if not self._keypad.key(FLUSH_MS):
                return


def turn(keypad: Keypad, question: Question, clock_ms: Callable[[], int]) -> Answer:
    """A single turn on `keypad`. A call uses one `KeypadTurns` instead, which remembers between turns."""
    return KeypadTurns(keypad, clock_ms).turn(question)
