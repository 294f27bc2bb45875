"""Talking with a caller: say, tell, ask; help that escalates; giving up.

What a caller does besides answering becomes an exception, so that a service reads like the conversation:
`Back` (`*`), `ToAgent` (`0`), `GaveUp` (no usable answer after all tries), `Transferred` (the caller is with the
agents: over). `HungUp` comes from the phone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agi.dialogue.question import (
    Answer,
    Case,
    Digits,
    Journal,
    Options,
    Phone,
    Prompt,
    Question,
    Result,
    Value,
)

Says = Mapping[str, Mapping[str, str]]
"""The prompts a module says: key -> its places and their kinds. What the checker compares the texts with."""

SAYS: Says = {
    "help.menu.silent": {},
    "help.menu.silent_again": {},
    "help.menu.wrong": {},
    "help.menu.wrong_again": {},
    "help.entry.silent": {},
    "help.entry.silent_again": {},
    "help.entry.short_again": {},
    "help.entry.cleared": {},
}
"""What the engine itself says."""

MOST_TURNS = 300
"""Turns of one call before we give up: no caller needs them, but a stuck key would go on for ever."""


class Back(Exception):
    """The caller pressed `*`: one level back."""


class ToAgent(Exception):
    """The caller wants an agent."""


class Transferred(Exception):
    """The caller was handed to the agents: this conversation is over."""


class GaveUp(Exception):
    """No usable answer at `where`; `why` is the last result; `target` is where the menu sends the caller."""

    def __init__(self, where: str, why: Result, target: str = "agent") -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why
        self.target = target


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a question waits (ms) and how often it is asked. ISO/IEC 13714: time-outs of 3 to 10 s."""

    first_key_ms: int = 7000
    between_keys_ms: int = 4000
    total_ms: int = 60000
    tries: int = 3


class Talk:
    """One call's conversation: asks through a `Phone`, writes down in a `Journal`.

    `told` is the last answer given (what `9` repeats afterwards), `answered` whether one was given since the caller
    came to this node.
    """

    def __init__(self, phone: Phone, journal: Journal, patience: Patience | None = None) -> None:
        self._phone = phone
        self._journal = journal
        self._turns = 0
        self.patience = patience or Patience()
        self._node = "start"
        self._step = ""
        self.told: tuple[Prompt, ...] = ()
        self.answered = False

    @property
    def where(self) -> str:
        """Where the caller is: the node of the menu, and the question in it where that is another, "nik_check.kk"."""
        return f"{self._node}.{self._step}" if self._step not in ("", self._node) else self._node

    def enter(self, node: str) -> None:
        """The caller has come to `node`."""
        self._node = node
        self._step = ""
        self.told = ()
        self.answered = False

    def note(self, what: str, detail: str = "") -> None:
        """Write a step of a service into the call's record; never a number or a name."""
        self._journal.noted(what, detail)

    def say(self, *prompts: Prompt, barge_in: bool = True) -> None:
        """Say something that asks nothing. Without barge-in it is heard whole, and type-ahead is thrown away."""
        self._journal.said(tuple(map(public, prompts)))
        self._phone.say(prompts, barge_in=barge_in)

    def tell(self, *prompts: Prompt) -> None:
        """Say what the caller called for; `9` repeats it afterwards."""
        self.told = prompts
        self._step = "told"
        self.say(*prompts)
        self.answered = True

    def refuse(self, *prompts: Prompt) -> None:
        """Say why an entry was not accepted: heard whole, and what was typed ahead after it is void."""
        self.say(*prompts, barge_in=False)

    def choose(
        self,
        name: str,
        ask: Sequence[Prompt],
        keys: str,
        *,
        repeat: Sequence[Prompt] = (),
        barge_in: bool = True,
        patience: Patience | None = None,
    ) -> str:
        """Ask for one key out of `keys`; `9` says `repeat` before `ask`. Raises Back, ToAgent, GaveUp, HungUp."""
        question = self._question(name, Options(keys), barge_in=barge_in, patience=patience)
        return self._ask(question, ask, [*repeat, *ask], _MENU_HELP, "", patience or self.patience)

    def enter_digits(
        self, name: str, ask: Sequence[Prompt], *, least: int, most: int, short: str, repeat: Sequence[Prompt] = ()
    ) -> str:
        """Ask for a private number of `least` to `most` digits. Raises Back, ToAgent, GaveUp, HungUp.

        `short` is the prompt for too few digits; it has the place `{count:number}`. `9#` says `repeat` before `ask`.
        """
        question = self._question(name, Digits(least, most), private=True)
        return self._ask(question, ask, [*repeat, *ask], _ENTRY_HELP, short, self.patience)

    def confirm(self, name: str, ask: Sequence[Prompt]) -> bool:
        """Ask yes (1) or no (2)."""
        return self.choose(name, ask, "12") == "1"

    def transfer(self, case: Case) -> None:
        """Hand the caller to the agents. Always raises Transferred (or HungUp)."""
        self._phone.transfer(case)
        raise Transferred

    def hang_up(self) -> None:
        """End the call from our side."""
        self._phone.hang_up()

    def _question(
        self,
        name: str,
        accepts: Options | Digits,
        *,
        private: bool = False,
        barge_in: bool = True,
        patience: Patience | None = None,
    ) -> Question:
        waits = patience or self.patience
        return Question(
            name,
            (),
            accepts,
            private=private,
            barge_in=barge_in,
            first_key_ms=waits.first_key_ms,
            between_keys_ms=waits.between_keys_ms,
            total_ms=waits.total_ms,
        )

    def _ask(
        self,
        question: Question,
        ask: Sequence[Prompt],
        again: Sequence[Prompt],
        helps: Mapping[Result, tuple[str, str]],
        short: str,
        patience: Patience,
    ) -> str:
        failures = 0
        prompts = tuple(ask)
        while True:
            answer = self._turn(replace(question, prompts=prompts), failures + 1)
            match answer.result:
                case Result.MATCH:
                    return answer.value
                case Result.BACK:
                    raise Back
                case Result.AGENT:
                    raise ToAgent
                case Result.REPEAT:
                    prompts = tuple(again)
                case Result.CLEARED:
                    prompts = (Prompt("help.entry.cleared"),)
                case Result.NO_INPUT | Result.NO_MATCH:
                    failures += 1
                    if failures >= patience.tries:
                        raise GaveUp(self.where, answer.result)
                    prompts = (*_help(answer, failures, helps, short), *ask)

    def _turn(self, question: Question, attempt: int) -> Answer:
        self._step = question.name
        self._turns += 1
        if self._turns > MOST_TURNS:
            raise GaveUp(self.where, Result.NO_MATCH)
        answer = self._phone.turn(question)
        seen = replace(answer, value="•" * len(answer.value)) if question.private else answer
        shown = replace(question, prompts=tuple(map(public, question.prompts)))
        self._journal.asked(shown, seen, attempt)
        return answer


_MENU_HELP = {
    Result.NO_INPUT: ("help.menu.silent", "help.menu.silent_again"),
    Result.NO_MATCH: ("help.menu.wrong", "help.menu.wrong_again"),
}
_ENTRY_HELP = {
    Result.NO_INPUT: ("help.entry.silent", "help.entry.silent_again"),
    Result.NO_MATCH: ("", "help.entry.short_again"),
}


def _help(answer: Answer, failures: int, helps: Mapping[Result, tuple[str, str]], short: str) -> tuple[Prompt, ...]:
    """What is said before asking again: a short hint after the first failure, more after the next ones."""
    key = helps[answer.result][0 if failures == 1 else 1]
    said = (Prompt(key),) if key else ()
    if short and answer.result is Result.NO_MATCH:
        return (Prompt(short, {"count": len(answer.value)}), *said)
    return said


def public(prompt: Prompt) -> Prompt:
    """`prompt` as a record may hold it: numbers of four or more digits become dots."""
    return replace(prompt, places={name: _dots(value) for name, value in prompt.places.items()})


def _dots(value: Value) -> Value:
    return "•" * len(value) if isinstance(value, str) and value.isdigit() and len(value) > 3 else value
