"""A `Phone` on a terminal: prompts are printed, lines are typed; end of file and Ctrl-C hang up."""

from collections.abc import Callable
from typing import TextIO

from agi.dialogue.lines import LinePhone, Understood
from agi.dialogue.question import Case, HungUp, Prompt


class Terminal(LinePhone):
    """`keys` gives lines, and prompts are printed to `out` as `written`."""

    def __init__(
        self, keys: TextIO, out: TextIO, written: Callable[[Prompt], str], understood: Understood | None = None
    ) -> None:
        super().__init__(understood)
        self._keys = keys
        self._out = out
        self._written = written

    def show(self, prompt: Prompt) -> None:
        """Print it."""
        print(self._written(prompt), file=self._out)

    def line(self) -> str:
        """The next line that is typed."""
        print("> ", end="", file=self._out, flush=True)
        try:
            line = self._keys.readline()
        except KeyboardInterrupt:
            raise HungUp from None
        if not line:
            print(file=self._out)
            raise HungUp
        return line

    def took(self, line: str) -> None:
        """Print it where nobody has seen it being typed."""
        if not self._keys.isatty():
            print(line, file=self._out)

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
