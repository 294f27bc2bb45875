"""Talking with a caller: say, tell, ask; help that escalates; giving up.

What a caller does besides answering becomes an exception, so that a service reads like the conversation:
`Back` (`*`), `ToAgent` (`0`), `GaveUp` (no usable answer after all tries), `CallSpent` (the call has had what one call
may have), `Transferred` (the caller is with the agents: over). `HungUp` comes from the phone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from agi.dialogue import confirm, helps
from agi.dialogue.asking import (
    MOST_TURNS,
    MOST_UNHEARD,
    Asked,
    Asking,
    Back,
    Bounds,
    CallSpent,
    GaveUp,
    Spent,
    ToAgent,
    public,
)
from agi.dialogue.question import Answer, Case, Digits, Journal, Options, Phone, Prompt, Question
from agi.dialogue.spoken import Spoken
from agi.languages import INDONESIAN
from agi.languages.language import GROUP, Command, Language, Reply

__all__ = [
    "MOST_TURNS",
    "Back",
    "Bounds",
    "CallSpent",
    "GaveUp",
    "Patience",
    "Says",
    "Spent",
    "Talk",
    "ToAgent",
    "Transferred",
    "public",
]

Says = Mapping[str, Mapping[str, str]]
"""The prompts a module says: key -> its places and their kinds. What the checker compares the texts with."""

_YES_NO_TRIES = 2

SAYS: Says = {
    "help.menu.silent": {},
    "help.menu.silent_again": {},
    "help.menu.wrong": {},
    "help.menu.wrong_again": {},
    "help.entry.silent": {},
    "help.entry.silent_again": {},
    "help.entry.short_again": {},
    "help.entry.cleared": {},
    "help.menu.silent_heard": {},
    "help.menu.unheard": {},
    "help.menu.press": {},
    "help.menu.asked": {},
    "help.entry.silent_heard": {},
    "help.entry.unheard": {},
    "help.entry.press": {},
    "help.entry.asked": {},
    "help.yes_no": {},
    "speech.menu": {},
    "speech.entry": {},
    "speech.secret": {},
    "speech.keys_only": {},
    "speech.confirm_option": {"option": "text"},
    "speech.readback": {"number": "digits"},
    "speech.readback_halves": {"first": "digits", "second": "digits"},
    "speech.repair": {},
    "speech.group": {"group": "number"},
}
"""What the engine itself says."""


class Transferred(Exception):
    """The caller was handed to the agents: this conversation is over."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a question waits (ms) and how often it is asked. ISO/IEC 13714: time-outs of 3 to 10 s."""

    first_key_ms: int = 7000
    between_keys_ms: int = 4000
    total_ms: int = 60000
    tries: int = 3


def _no(_command: Command) -> bool:
    """For questions within a question: a command that was not heard for certain is no command there."""
    return False


def _any(_value: str) -> bool:
    """For entries that say nothing of themselves."""
    return True


class Talk:
    """One call's conversation: asks through a `Phone`, writes down in a `Journal`.

    `told` is the last answer given (what `9` repeats afterwards), `answered` whether one was given since the caller
    came to this node, `told_anything` whether one was given at all.
    `spoken`: the words of the menu, for questions that may be answered by voice, in the `language` of the call.
    """

    def __init__(
        self,
        phone: Phone,
        journal: Journal,
        patience: Patience | None = None,
        spoken: Spoken | None = None,
        bounds: Bounds | None = None,
        language: Language = INDONESIAN,
    ) -> None:
        self._phone = phone
        self._journal = journal
        self._asking = Asking(phone, journal, bounds or Bounds())
        self._spoken = spoken or {}
        self._language = language
        self.patience = patience or Patience()
        self.told: tuple[Prompt, ...] = ()
        self.answered = False
        self.told_anything = False

    @property
    def where(self) -> str:
        """Where the caller is: the node of the menu, and the question in it where that is another, "nik_check.kk"."""
        return self._asking.where

    @property
    def responded(self) -> bool:
        """Whether the caller has given an answer or a command that fits, to any question."""
        return self._asking.responded

    def enter(self, node: str) -> None:
        """The caller has come to `node`."""
        self._asking.node = node
        self._asking.step = ""
        self.told = ()
        self.answered = False

    def note(self, what: str, detail: str = "") -> None:
        """Write a step of a service into the call's record; never a number or a name."""
        self._asking.note(what, detail)

    def say(self, *prompts: Prompt, barge_in: bool = True) -> None:
        """Say something that asks nothing. Without barge-in it is heard whole, and type-ahead is thrown away."""
        self._journal.said(tuple(map(public, prompts)))
        self._phone.say(prompts, barge_in=barge_in)

    def tell(self, *prompts: Prompt) -> None:
        """Say what the caller called for; `9` repeats it afterwards."""
        self.told = prompts
        self._asking.step = "told"
        self.say(*prompts)
        self.answered = self.told_anything = True

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
        grammar: str = "",
        barge_in: bool = True,
        voice_barge_in: bool = True,
        patience: Patience | None = None,
    ) -> str:
        """Ask for one key out of `keys`, or for the words that `grammar` has for it; `9` says `repeat` before `ask`.

        Raises Back, ToAgent, GaveUp, HungUp.
        """
        words = self._spoken.get(grammar, {})
        question = replace(
            self._question(name, Options(keys), grammar if words else "", patience),
            barge_in=barge_in,
            voice_barge_in=voice_barge_in,
        )

        def accept(answer: Answer) -> str:
            return confirm.option(self, name, answer, words, self._language)

        tries = (patience or self.patience).tries
        asked = Asked(
            question, tuple(ask), (*repeat, *ask), helps.MENU, tries, accept, self._means(name), invite="speech.menu"
        )
        return self._asking.ask(asked).value

    def enter_digits(
        self,
        name: str,
        ask: Sequence[Prompt],
        *,
        least: int,
        most: int,
        short: Prompt,
        repeat: Sequence[Prompt] = (),
        grammar: str = "digits",
        plausible: Callable[[str], bool] = _any,
        secret: bool = False,
    ) -> str:
        """Ask for a private number of `least` to `most` digits. Raises Back, ToAgent, GaveUp, HungUp.

        `short` is the prompt for too few digits; its place `{count:number}` is filled in. `9#` says `repeat`
        before `ask`. A spoken number that is not `plausible` was misheard. A `secret` should not be said where others
        listen: the caller is told so, and it is never read back.
        """
        question = replace(self._question(name, Digits(least, most), grammar), private=True)
        form = confirm.Number(most, secret)

        def accept(answer: Answer) -> str:
            readings = [one for one in (answer.value, *answer.alternatives) if plausible(one)]
            return confirm.number(self, name, readings, answer.sure and plausible(answer.value), form)

        asked = Asked(
            question,
            tuple(ask),
            (*repeat, *ask),
            helps.ENTRY,
            self.patience.tries,
            accept,
            self._means(name),
            short,
            unheard=1 if secret else MOST_UNHEARD,
            invite="speech.secret" if secret else "speech.entry",
        )
        return self._asking.ask(asked).value

    def confirm(self, name: str, ask: Sequence[Prompt], grammar: str = "") -> bool:
        """Ask for the first of two things (1) or the second (2); whether it is the first."""
        return self.choose(name, ask, "12", grammar=grammar) == "1"

    def reply(self, name: str, ask: Sequence[Prompt], grammar: str) -> Answer | None:
        """Ask whether what was heard is right: yes (1) or no (2); None where the caller says neither."""

        def accept(answer: Answer) -> str:
            consent = answer.value in ("1", Reply.YES) if grammar == "yesno" else answer.value == Reply.YES
            return "" if consent and not answer.sure else answer.value

        question = replace(self._question(name, Options("12"), grammar), private=grammar == "repair")
        return self._short(Asked(question, tuple(ask), tuple(ask), helps.YES_NO, _YES_NO_TRIES, accept, _no))

    def group(self, name: str, ask: Sequence[Prompt]) -> str:
        """Ask for a group of digits that is read back afterwards; "" where none is given."""
        digits = Digits(GROUP, GROUP)
        question = replace(self._question(name, digits, "digits"), private=True)
        asked = Asked(question, tuple(ask), tuple(ask), helps.ENTRY, _YES_NO_TRIES, lambda answer: answer.value, _no)
        answer = self._short(asked)
        return answer.value if answer else ""

    def transfer(self, case: Case) -> None:
        """Hand the caller to the agents. Always raises Transferred (or HungUp)."""
        self._phone.transfer(case)
        raise Transferred

    def hang_up(self) -> None:
        """End the call from our side."""
        self._phone.hang_up()

    def _question(
        self, name: str, accepts: Options | Digits, grammar: str, patience: Patience | None = None
    ) -> Question:
        waits = patience or self.patience
        return Question(
            name,
            (),
            accepts,
            first_key_ms=waits.first_key_ms,
            between_keys_ms=waits.between_keys_ms,
            total_ms=waits.total_ms,
            grammar=grammar,
            language=self._language.code,
        )

    def _means(self, name: str) -> Callable[[Command], bool]:
        """Whether the caller means a command that was not heard for certain."""
        return lambda command: confirm.agreed(self, name, self._language.vocabulary.commands[command][0])

    def _short(self, asked: Asked) -> Answer | None:
        """A question within a question: to go back from it, or to give it no answer, is to answer neither way."""
        try:
            return self._asking.ask(asked)
        except (Back, GaveUp):
            return None
