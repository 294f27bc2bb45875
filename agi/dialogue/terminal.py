"""A `Phone` on a terminal: prompts are printed, keys are typed.

A line is what is pressed in one go, and its end is a pause: `1` answers a menu, `1 3273…` types ahead, half a NIK and
Enter is half a NIK and silence, an empty line is silence. End of file and Ctrl-C hang up. A line with letters in it is
what is said, on a terminal that hears.
"""

import time
from collections.abc import Callable, Sequence
from typing import TextIO

from agi.dialogue.keypad import FLUSH_MS, KeypadTurns
from agi.dialogue.keys import KEYS
from agi.dialogue.question import Answer, Case, HungUp, Prompt, Question, Result

_PAUSE = "\n"


class _Said(Exception):
    """The caller typed words instead of keys."""

    def __init__(self, line: str) -> None:
        super().__init__("words were typed")
        self.line = line


class Terminal:
    """A whole phone: `keys` gives lines, and prompts are printed to `out` as `written`.

    With `understood` it hears what is typed: that makes an answer of a line.
    """

    def __init__(
        self,
        keys: TextIO,
        out: TextIO,
        written: Callable[[Prompt], str],
        understood: Callable[[str, Question], Answer] | None = None,
    ) -> None:
        self._keys = keys
        self._out = out
        self._written = written
        self._understood = understood
        self._typed = ""
        self.slow = False  # a terminal waits for as long as it takes
        self._turns = KeypadTurns(self, lambda: time.monotonic_ns() // 1_000_000)

    def listens(self) -> bool:
        """Whether typed words are understood."""
        return self._understood is not None

    def say(self, prompts: Sequence[Prompt], *, barge_in: bool = True) -> None:
        """Print `prompts`."""
        self._turns.say(prompts, barge_in=barge_in)

    def turn(self, question: Question) -> Answer:
        """Print the question, read the answer."""
        try:
            return self._turns.turn(question)
        except _Said as said:
            return self._understood(said.line, question) if self._understood else Answer(Result.NO_INPUT)

    def transfer(self, case: Case) -> None:
        """Show what the agent would see."""
        print("[Panggilan diteruskan ke antrean petugas]", file=self._out)
        for name, value in (
            ("topik", case.topic),
            ("terbukti", case.verified),
            ("sampai", case.reached),
            ("nomor", case.number),
            ("status", case.status),
        ):
            if value:
                print(f"  {name}: {value}", file=self._out)

    def hang_up(self) -> None:
        """Show that the call is over."""
        print("[Panggilan berakhir]", file=self._out)

    # ---- its keypad ----

    def play(self, prompts: Sequence[Prompt], *, barge_in: bool) -> str:
        """Print `prompts`, unless keys were typed ahead; the next typed-ahead key, or ""."""
        self._typed = self._typed.removeprefix(_PAUSE)
        if barge_in and self._typed:
            return self._next()
        self._typed = ""
        for prompt in prompts:
            print(self._written(prompt), file=self._out)
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
        print("> ", end="", file=self._out, flush=True)
        try:
            line = self._keys.readline()
        except KeyboardInterrupt:
            raise HungUp from None
        if not line:
            print(file=self._out)
            raise HungUp
        words = self.listens() and any(character.isalpha() for character in line)
        keys = "".join(key for key in line if key in KEYS)
        if not self._keys.isatty():
            print(line.strip() if words else keys, file=self._out)
        if words:
            raise _Said(line)
        return keys + _PAUSE
