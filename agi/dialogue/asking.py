"""One question until it is answered: turns, help that escalates, speech that fails and yields to the keypad.

What a caller does besides answering becomes an exception: `Back` (`*`), `ToAgent` (`0`), `GaveUp` (no usable answer
after all tries). `HungUp` comes from the phone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from agi.dialogue import helps
from agi.dialogue.helps import Helps
from agi.dialogue.question import (
    Answer,
    Digits,
    HungUp,
    Journal,
    Mode,
    Options,
    Phone,
    Prompt,
    Question,
    Result,
    Value,
)
from agi.languages.language import Command

MOST_TURNS = 300
"""Turns of one call before we give up: no caller needs them, but a stuck key would go on for ever."""

MOST_UNHEARD = 2
"""Answers to one question that were not understood, or understood wrongly, before the keypad is offered first."""

_DOWN = ("slow", "full", "dead")
"""Why speech does not listen although it should (`Answer.fell_back`); "off" is an office's own choice."""

_LEAVING = {Result.BACK: Command.BACK, Result.AGENT: Command.AGENT}
"""Commands that take the caller elsewhere."""

_KEYS_ONLY = "speech.keys_only"


class Back(Exception):
    """The caller pressed `*`: one level back."""


class ToAgent(Exception):
    """The caller wants an agent."""


class GaveUp(Exception):
    """No usable answer at `where`; `why` is the last result; `target` is where the menu sends the caller."""

    def __init__(self, where: str, why: Result, target: str = "agent") -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why
        self.target = target


class Spent(StrEnum):
    """What a call has used up; for the record."""

    TURNS = "nobody answers"
    TIME = "longest call"


class CallSpent(Exception):
    """The call has had what one call may have."""

    def __init__(self, where: str, why: Spent) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one call may have: turns in a row without any key or word, and time."""

    silent_turns: int = 12
    time_is_up: Callable[[], bool] = field(default=_never)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and how it is asked.

    `ask` is said before it, `again` when the caller wants to hear it again; `short` is the help for too few digits.
    `accept` makes a value of a spoken answer, "" if it is none after all; `meant` confirms a command that was heard
    without certainty. After `unheard` answers that were not understood the keypad comes first. `invite` tells the
    caller that this may be spoken.
    """

    question: Question
    ask: tuple[Prompt, ...]
    again: tuple[Prompt, ...]
    helps: Helps
    tries: int
    accept: Callable[[Answer], str]
    meant: Callable[[Command], bool]
    short: Prompt | None = None
    unheard: int = MOST_UNHEARD
    invite: str = ""


class Asking:
    """Asks the questions of one call through a `Phone`, writes them down in a `Journal`.

    `node` and `step`: where the caller is, a node of the menu and a question in it. `responded`: whether the caller
    has given an answer or a command that fits, to any question.
    """

    def __init__(self, phone: Phone, journal: Journal, bounds: Bounds) -> None:
        self._phone = phone
        self._journal = journal
        self._bounds = bounds
        self._turns = 0
        self._silent_turns = 0
        self.responded = False
        self._invited: set[str] = set()
        self._down = ""
        self.node = "start"
        self.step = ""

    @property
    def where(self) -> str:
        """Where the caller is: the node of the menu, and the question in it where that is another, "nik_check.kk"."""
        return f"{self.node}.{self.step}" if self.step not in ("", self.node) else self.node

    def note(self, what: str, detail: str = "") -> None:
        """Write a step into the call's record; never a number or a name."""
        self._journal.noted(what, detail)

    def ask(self, asked: Asked) -> Answer:
        """Ask until there is a value; the answer that gave it. Raises Back, ToAgent, GaveUp, CallSpent, HungUp."""
        question, short = asked.question, asked.short
        failures = unheard = 0
        listening = bool(question.grammar) and self._phone.listens()
        prompts = self._opened(question, asked, listening)
        while True:
            answer = self._turn(replace(question, prompts=prompts), failures + 1)
            listening = listening and not answer.fell_back
            if answer.result is Result.MATCH:
                value = answer.value if answer.mode is not Mode.SPEECH else asked.accept(answer)
                if value:
                    return replace(answer, value=value)
                answer = replace(answer, result=Result.NO_MATCH, value="")
            elif answer.result in _LEAVING and not answer.sure and not asked.meant(_LEAVING[answer.result]):
                answer = replace(answer, result=Result.NO_MATCH)
            self.step = question.name
            match answer.result:
                case Result.BACK:
                    raise Back
                case Result.AGENT:
                    raise ToAgent
                case Result.REPEAT:
                    prompts = asked.again
                    continue
                case Result.CLEARED:
                    prompts = (Prompt("help.entry.cleared"),)
                    continue
            if helps.asked_for_help(answer):
                prompts = (Prompt(asked.helps.asked), *asked.ask)
                continue
            if answer.result is Result.NO_INPUT and answer.cut_short:
                # An echo or a noise without words: not a second time.
                question = replace(question, voice_barge_in=False)
            failures += 1
            spoken = answer.result is Result.NO_MATCH and answer.mode is Mode.SPEECH
            unheard += spoken
            press = spoken and unheard >= asked.unheard
            if press and isinstance(question.accepts, Digits) and question.grammar:
                question = replace(question, grammar="")  # noise that spoilt two entries spoils the third
                listening = False
                failures = 0
                self.note("speech.to_keys", question.name)
            if failures >= asked.tries:
                raise GaveUp(self.where, answer.result)
            said = helps.before_asking_again(answer, failures, asked.helps, short, hears=listening, keys_next=press)
            prompts = (*self._fallen(question, listening), *said, *asked.ask)

    def _opened(self, question: Question, asked: Asked, listening: bool) -> tuple[Prompt, ...]:
        """What is said the first time: once a call, that the caller may speak; a secret, each time, better not."""
        if not question.grammar:
            return asked.ask
        if not listening:
            return (*self._fallen(question, listening), *asked.ask)
        if not asked.invite or asked.invite in self._invited:
            return asked.ask
        if asked.invite != "speech.secret":
            self._invited.add(asked.invite)
        invitation = (Prompt(asked.invite),)
        return (*invitation, *asked.ask) if isinstance(question.accepts, Options) else (*asked.ask, *invitation)

    def _fallen(self, question: Question, listening: bool) -> tuple[Prompt, ...]:
        """Once a call: that only keys are taken now, to callers who were told, or who found, that they may speak."""
        told = _KEYS_ONLY in self._invited
        if told or not question.grammar or listening or not (self._invited or self._down):
            return ()
        self._invited.add(_KEYS_ONLY)
        return (Prompt(_KEYS_ONLY),)

    def _turn(self, question: Question, attempt: int) -> Answer:
        self.step = question.name
        self._turns += 1
        if self._turns > MOST_TURNS:
            raise GaveUp(self.where, Result.NO_MATCH)
        if self._bounds.time_is_up():
            raise CallSpent(self.where, Spent.TIME)
        if self._silent_turns >= self._bounds.silent_turns:
            raise CallSpent(self.where, Spent.TURNS)
        shown = replace(question, prompts=tuple(map(public, question.prompts)))
        try:
            answer = self._phone.turn(question)
        except HungUp as gone:
            self._journal.asked(shown, Answer(Result.HANG_UP, took_ms=gone.after_ms), attempt)
            raise
        self._silent_turns = self._silent_turns + 1 if answer.mode is Mode.NONE else 0
        self.responded = self.responded or answer.result not in (Result.NO_INPUT, Result.NO_MATCH)
        if answer.fell_back in _DOWN and answer.fell_back != self._down:
            self._down = answer.fell_back
            self.note("speech.fell_back", self._down)
        seen = replace(answer, value="•" * len(answer.value), alternatives=()) if question.private else answer
        self._journal.asked(shown, seen, attempt)
        return answer


def public(prompt: Prompt) -> Prompt:
    """`prompt` as a record may hold it: values that are digits (a NIK, a part of one) become dots."""
    return replace(prompt, places={name: _dots(value) for name, value in prompt.places.items()})


def _dots(value: Value) -> Value:
    return "•" * len(value) if isinstance(value, str) and value.isdigit() else value
