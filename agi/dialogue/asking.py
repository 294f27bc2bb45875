"""One question until it is answered: turns, help that escalates, speech that fails and yields to the keypad.

What a caller does besides answering becomes an exception: `Back` (`*`), `ToAgent` (`0`), `GaveUp` (no usable answer
after all tries). `HungUp` comes from the phone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from agi.dialogue.helps import Helps, before_asking_again
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
from agi.dialogue.waiting import Waiting
from agi.languages import INDONESIAN
from agi.languages.language import GROUP, Command, Language, Reply

MOST_TURNS = 300
"""Turns of one call before we give up: no caller needs them, but a stuck key would go on for ever."""

_MOST_UNHEARD = 2
"""Answers to one question that were not understood, or understood wrongly, before the keypad is offered first."""

_NESTED_TRIES = 2

_MOST_SILENT = 2
"""Silences at one menu before a person is offered: who does not know what to do is not asked for a third time."""

SLOWER_WAITS = 2
"""How many times longer time-outs are for a caller who has asked for slower speech."""

_SLOWER_AFTER = 2
"""To hear a question again so often asks for slower speech, too: the keypad has no other key for it."""

_DOWN = ("slow", "full", "dead")
"""Why speech does not listen although it should (`Answer.fell_back`); "off" is an office's own choice."""

_LEAVING = {Result.BACK: Command.BACK, Result.AGENT: Command.AGENT}
"""Commands that take the caller elsewhere."""

_KEYS_ONLY = "speech.keys_only"


class Back(Exception):
    """The caller pressed `*`: one level back."""


class ToAgent(Exception):
    """The caller wants an agent."""


class Elsewhere(Exception):
    """The caller wishes for another `place` of the menu."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


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


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a question waits (ms), how often it is asked, and how many in a row may pass without any key or word.

    ISO/IEC 13714: time-outs of 3 to 10 s.
    """

    first_key_ms: int = 7000
    between_keys_ms: int = 4000
    total_ms: int = 60000
    tries: int = 3
    silent_turns: int = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and how it is asked.

    `accept` makes a value of a spoken answer, "" if it is none after all; `meant` confirms a command that was heard
    without certainty: None in a question within a question, where it is no command. `repeat` is said before the
    question when the caller wants to hear it again; `short` is the help for too few digits; `paper` tells a caller who
    wants help, or says nothing, on which paper the number stands, and where. A `secret` should not be said where others
    listen.
    """

    question: Question
    helps: Helps
    accept: Callable[[Answer], str]
    meant: Callable[[Command], bool] | None = None
    repeat: Sequence[Prompt] = ()
    short: Prompt | None = None
    paper: Prompt | None = None
    secret: bool = False


@dataclass(eq=False)
class Asking:
    """Asks the questions of one call through a `phone`, writes them down in a `journal`.

    `time_is_up`: whether the call has lasted long enough. `node` and `step`: where the caller is, a node of the menu
    and a question in it. `responded`: whether the caller has given an answer or a command that fits, to any question.
    """

    phone: Phone
    journal: Journal
    patience: Patience
    language: Language = INDONESIAN
    time_is_up: Callable[[], bool] = lambda: False
    node: str = "start"
    step: str = ""
    responded: bool = False
    _turns: int = 0
    _silent_turns: int = 0
    _repeats: int = 0
    _invited: set[str] = field(default_factory=set)
    _down: str = ""

    @property
    def where(self) -> str:
        """Where the caller is: the node of the menu, and the question in it where that is another, "nik_check.kk"."""
        return f"{self.node}.{self.step}" if self.step not in ("", self.node) else self.node

    @property
    def silent(self) -> bool:
        """Whether the last question got neither a key nor a word."""
        return self._silent_turns > 0

    def note(self, what: str, detail: str = "") -> None:
        """Write a step into the call's record; never a number or a name."""
        self.journal.noted(what, detail)

    def reply(self, name: str, ask: Sequence[Prompt], grammar: str) -> str:
        """Ask whether what was heard is right: "ya" or "tidak", "" where the caller says neither.

        With the grammar "repair" also a group of digits to correct ("2"), or the group and its digits ("2:3174").
        """

        def meant(answer: Answer) -> str:
            if grammar == "repair" and answer.mode is Mode.SPEECH:
                return answer.value
            return Reply.YES if answer.value == "1" else Reply.NO

        def accept(answer: Answer) -> str:
            return answer.value if answer.sure or meant(answer) != Reply.YES else ""

        question = replace(
            self._question(name, ask, Options("12"), grammar, private=grammar == "repair"),
            consent=Reply.YES if grammar == "repair" else "1",
        )
        answer = self._nested(Asked(question, Helps.YES_NO, accept))
        return meant(answer) if answer else ""

    def group(self, name: str, ask: Sequence[Prompt]) -> str:
        """Ask for a group of digits that is read back afterwards; "" where none is given."""
        question = self._question(name, ask, Digits(GROUP, GROUP), "digits", private=True)
        answer = self._nested(Asked(question, Helps.ENTRY, lambda answer: answer.value))
        return answer.value if answer else ""

    def _nested(self, asked: Asked) -> Answer | None:
        """A question within a question: to go back from it, or to give it no answer, is to answer neither way."""
        try:
            return self._ask(asked)
        except (Back, GaveUp):
            return None

    def _question(
        self, name: str, ask: Sequence[Prompt], accepts: Options | Digits, grammar: str, *, private: bool = False
    ) -> Question:
        return Question(name, tuple(ask), accepts, private, grammar=grammar, language=self.language.code)

    def _patiently(self, question: Question, prompts: Sequence[Prompt], first_ms: int) -> Question:
        """`question` with `prompts`, and with the time there is for it: `first_ms` for the first key, 0 as usual."""
        waits, pace = self.patience, SLOWER_WAITS if self.phone.slow else 1
        return replace(
            question,
            prompts=tuple(prompts),
            first_key_ms=first_ms or waits.first_key_ms * pace,
            between_keys_ms=waits.between_keys_ms * pace,
            total_ms=waits.total_ms * pace,
        )

    def _ask(self, asked: Asked) -> Answer:
        """Ask until there is a value; the answer that gave it. Raises Back, ToAgent, GaveUp, CallSpent, HungUp."""
        question, ask = asked.question, asked.question.prompts
        failures = silent = unheard = self._repeats = 0
        waiting = Waiting(asked.paper)
        listening = bool(question.grammar) and self.phone.listens()
        prompts = self._opened(asked, listening)
        while True:
            answer = self._turn(self._patiently(question, prompts, waiting.left_ms), failures + 1)
            listening = listening and not answer.fell_back
            if answer.result is Result.MATCH:
                value = answer.value if answer.mode is not Mode.SPEECH else asked.accept(answer)
                if value:
                    return replace(answer, value=value)
                answer = replace(answer, result=Result.NO_MATCH, value="")
            elif answer.result in _LEAVING and not answer.sure and not self._meant(asked, answer):
                answer = replace(answer, result=Result.NO_MATCH)
            self.step = question.name
            if (wished := self._wished(asked, answer)) is not None:
                prompts = wished
                continue
            if answer.result is Result.NO_INPUT and answer.cut_short:
                # An echo or a noise without words: not a second time.
                question = replace(question, voice_barge_in=False)
            if (said := waiting.after(answer)) is not None:
                prompts = said or ask
                continue
            if answer.result is Result.HOLD:
                answer = replace(answer, result=Result.NO_INPUT)
            spoken = answer.result is Result.NO_MATCH and answer.mode is Mode.SPEECH
            failures += 1
            unheard += spoken
            silent += answer.result is Result.NO_INPUT
            press = spoken and unheard >= (1 if asked.secret else _MOST_UNHEARD)
            if press and isinstance(question.accepts, Digits) and question.grammar:
                question = replace(question, grammar="")  # noise that spoilt two entries spoils the third
                listening = False
                failures = 0
                self.note("speech.to_keys", question.name)
            lost = asked.helps is Helps.MENU and silent >= _MOST_SILENT
            if lost or failures >= (self.patience.tries if asked.meant else _NESTED_TRIES):
                raise GaveUp(self.where, answer.result)
            said = before_asking_again(answer, failures, asked.helps, asked.short, hears=listening, keys_next=press)
            prompts = (*self._fallen(question, listening), *said, *ask)

    def _wished(self, asked: Asked, answer: Answer) -> tuple[Prompt, ...] | None:
        """What is said to a caller who wants to hear it again, or slower, or help; None for another answer.

        Raises Back, ToAgent.
        """
        ask = asked.question.prompts
        match answer.result:
            case Result.BACK:
                raise Back
            case Result.AGENT:
                raise ToAgent
            case Result.REPEAT:
                self._repeats += 1
                if self._repeats >= _SLOWER_AFTER:
                    self._slow_down()
                return (*asked.repeat, *ask)
            case Result.CLEARED:
                return (Prompt("help.entry.cleared"),)
            case Result.SLOWER:
                self._slow_down()
                return (Prompt("help.slower"), *ask)
            case Result.NO_MATCH if answer.mode is Mode.SPEECH and answer.value == Command.HELP:
                return (*([asked.paper] if asked.paper else []), asked.helps.prompt("asked"), *ask)
        return None

    def _slow_down(self) -> None:
        """Speak slower and wait longer for the rest of the call."""
        if not self.phone.slow:
            self.phone.slow = True
            self.note("pace.slower", self.step)

    def _meant(self, asked: Asked, answer: Answer) -> bool:
        """Whether the caller means the command that was not heard for certain."""
        return asked.meant is not None and asked.meant(_LEAVING[answer.result])

    def _opened(self, asked: Asked, listening: bool) -> tuple[Prompt, ...]:
        """What is said the first time: once a call, that the caller may speak; a secret, each time, better not."""
        question = asked.question
        if not listening:
            return (*self._fallen(question, listening), *question.prompts)
        invitation = "speech.menu" if asked.helps is Helps.MENU else "speech.secret" if asked.secret else "speech.entry"
        if asked.meant is None or invitation in self._invited:
            return question.prompts
        if not asked.secret:
            self._invited.add(invitation)
        invited = Prompt(invitation)
        return (invited, *question.prompts) if asked.helps is Helps.MENU else (*question.prompts, invited)

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
        if self.time_is_up():
            raise CallSpent(self.where, Spent.TIME)
        if self._silent_turns >= self.patience.silent_turns:
            raise CallSpent(self.where, Spent.TURNS)
        shown = replace(question, prompts=tuple(map(public, question.prompts)))
        try:
            answer = self.phone.turn(question)
        except HungUp as gone:
            self.journal.asked(shown, Answer(Result.HANG_UP, took_ms=gone.after_ms), attempt)
            raise
        self._silent_turns = self._silent_turns + 1 if answer.mode is Mode.NONE else 0
        self.responded = self.responded or answer.result not in (Result.NO_INPUT, Result.NO_MATCH)
        if answer.fell_back in _DOWN and answer.fell_back != self._down:
            self._down = answer.fell_back
            self.note("speech.fell_back", self._down)
        seen = replace(answer, value="•" * len(answer.value), alternatives=()) if question.private else answer
        self.journal.asked(shown, seen, attempt)
        return answer


def public(prompt: Prompt) -> Prompt:
    """`prompt` as a record may hold it: values that are digits (a NIK, a part of one) become dots."""
    return replace(prompt, places={name: _dots(value) for name, value in prompt.places.items()})


def _dots(value: Value) -> Value:
    return "•" * len(value) if isinstance(value, str) and value.isdigit() else value
