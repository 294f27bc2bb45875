"""A `Phone` without sound: prompts are shown, and a line is what is pressed, or said, in one go.

The end of a line is a pause: `1` answers a menu, `1 3273…` types ahead, half a NIK and its end is half a NIK and
silence, an empty line is silence. A line with letters in it is what is said, where words are understood.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path

from agi.dialogue.keypad import FLUSH_MS, KeypadTurns
from agi.dialogue.keys import KEYS
from agi.dialogue.question import Answer, Case, Prompt, Question, Recorded, Result

_PAUSE = "\n"
_A_CHARACTER_S = 0.07

Understood = Callable[[str, Question], Answer]
"""Makes an answer to a question of a line of words."""


class _Said(Exception):
    """The caller typed words instead of keys."""

    def __init__(self, line: str) -> None:
        super().__init__("words were typed")
        self.line = line


class LinePhone(ABC):
    """A whole phone, of whatever shows prompts and gives lines. With `understood` it hears what is typed."""

    def __init__(self, understood: Understood | None = None) -> None:
        self._understood = understood
        self._typed = ""
        self.slow = False  # who types is waited for as long as it takes
        self._turns = KeypadTurns(self, lambda: time.monotonic_ns() // 1_000_000)

    @abstractmethod
    def show(self, prompt: Prompt) -> None:
        """Show what is said."""

    @abstractmethod
    def line(self) -> str:
        """The next line, as soon as there is one. Raises HungUp where none comes any more."""

    @abstractmethod
    def took(self, line: str) -> None:
        """A line was taken for this: its words, or the keys in it."""

    @abstractmethod
    def transfer(self, case: Case) -> None:
        """Show what the agent would see."""

    @abstractmethod
    def hang_up(self) -> None:
        """Show that the call is over."""

    def listens(self) -> bool:
        """Whether typed words are understood."""
        return self._understood is not None

    def say(self, prompts: Sequence[Prompt], *, barge_in: bool = True) -> None:
        """Show `prompts`."""
        self._turns.say(prompts, barge_in=barge_in)

    def turn(self, question: Question) -> Answer:
        """Show the question, read the answer."""
        try:
            return self._turns.turn(question)
        except _Said as said:
            return self._understood(said.line, question) if self._understood else Answer(Result.NO_INPUT)

    # ---- a `Recorder` that keeps nothing ----

    def record(self, name: str, most_s: int) -> Recorded:
        """Take a line for the message, an empty one for silence."""
        said = self.line().strip()
        self.took(said)
        return Recorded(min(most_s, len(said) * _A_CHARACTER_S))

    def replay(self, name: str) -> None:
        """Nothing to be heard: what was written stands there."""
        self.took("")

    def sound(self, name: str) -> Path | None:
        """None."""
        return None

    # ---- its keypad ----

    def play(self, prompts: Sequence[Prompt], *, barge_in: bool) -> str:
        """Show `prompts`, unless keys were typed ahead; the next typed-ahead key, or ""."""
        self._typed = self._typed.removeprefix(_PAUSE)
        if barge_in and self._typed:
            return self._next()
        self._typed = ""
        for prompt in prompts:
            self.show(prompt)
        return ""

    def key(self, timeout_ms: int) -> str:
        """The next typed key; "" at the end of a line. Waits for a line as long as it takes.

        A look of up to FLUSH_MS only takes what was typed already.
        """
        if not self._typed:
            if timeout_ms <= FLUSH_MS:
                return ""
            self._typed = self._read()
        return self._next()

    def _next(self) -> str:
        key, self._typed = self._typed[0], self._typed[1:]
        return "" if key == _PAUSE else key

    def _read(self) -> str:
        line = self.line()
        words = self.listens() and any(character.isalpha() for character in line)
        keys = "".join(key for key in line if key in KEYS)
        self.took(line.strip() if words else keys)
        if words:
            raise _Said(line)
        return keys + _PAUSE
