"""Talking with a caller: say, tell, ask; help that escalates; giving up.

What a caller does besides answering becomes an exception, so that a service reads like the conversation:
`Back` (`*`), `ToAgent` (`0`), `Elsewhere` (a wish for another place of the menu), `GaveUp` (no usable answer after all
tries), `CallSpent` (the call has had what one call may have). `HungUp` comes from the phone.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agi.dialogue import confirm
from agi.dialogue.asking import Asked, Asking, Elsewhere, public
from agi.dialogue.facts import OVERDUE
from agi.dialogue.helps import IN_BOTH, Helps
from agi.dialogue.question import Answer, Digits, Options, Prompt
from agi.dialogue.spoken import INTENTS, Spoken
from agi.languages.language import Command, Reply

Says = Mapping[str, Mapping[str, str]]
"""The prompts a module says: key -> its places and their kinds. What the checker compares the texts with."""

SAYS: Says = {
    **{f"{helps}.{name}": {} for helps in (Helps.MENU, Helps.ENTRY) for name in IN_BOTH},
    "help.menu.wrong": {},
    "help.menu.wrong_again": {},
    "help.entry.short_again": {},
    "help.entry.cleared": {},
    "help.yes_no": {},
    "help.hold": {},
    "help.fetch": {},
    "help.slower": {},
    OVERDUE: {},
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


@dataclass(eq=False)
class Talk(Asking):
    """One call's conversation.

    `told` is the last answer given (what `9` repeats afterwards), `answered` whether one was given since the caller
    came to this node, `told_anything` whether one was given at all.
    `overdue`: sentences that must not be said today, for nobody has checked again in time whether they are true.
    `spoken`: the words of the menu, for questions that may be answered by voice, in the `language` of the call.
    """

    spoken: Spoken = field(default_factory=dict)
    overdue: Collection[str] = ()
    told: tuple[Prompt, ...] = ()
    answered: bool = False
    told_anything: bool = False

    def enter(self, node: str) -> None:
        """The caller has come to `node`."""
        self.node = node
        self.step = ""
        self.told = ()
        self.answered = False

    def say(self, *prompts: Prompt, barge_in: bool = True) -> None:
        """Say something that asks nothing. Without barge-in it is heard whole, and type-ahead is thrown away."""
        certain = self._certain(prompts)
        self.journal.said(tuple(map(public, certain)))
        self.phone.say(certain, barge_in=barge_in)

    def tell(self, *prompts: Prompt, barge_in: bool = True) -> None:
        """Say what the caller called for; `9` repeats it afterwards. `barge_in` as in `say`."""
        self.told = self._certain(prompts)
        self.step = "told"
        self.say(*prompts, barge_in=barge_in)
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
    ) -> str:
        """Ask for one key out of `keys`, or for the words that `grammar` has for it; `9` says `repeat` before `ask`.

        Raises Back, ToAgent, Elsewhere, GaveUp, HungUp.
        """
        words = self.spoken.get(grammar, {})
        wishes = self.spoken.get(INTENTS, {})
        question = replace(
            self._question(name, ask, Options(keys), grammar if words else ""),
            barge_in=barge_in,
            voice_barge_in=voice_barge_in,
        )

        def accept(answer: Answer) -> str:
            return confirm.option(self, name, answer, {**wishes, **words})

        asked = Asked(question, Helps.MENU, accept, self._means(name), repeat)
        chosen = self._ask(asked).value
        if chosen in wishes:
            raise Elsewhere(chosen)
        return chosen

    def enter_digits(
        self,
        name: str,
        ask: Sequence[Prompt],
        digits: int,
        *,
        short: Prompt,
        least: int = 0,
        paper: Prompt | None = None,
        repeat: Sequence[Prompt] = (),
        grammar: str = "digits",
        plausible: Callable[[str], bool] = lambda _: True,
        secret: bool = False,
    ) -> str:
        """Ask for a private number of so many `digits`, or of `least` and more. Raises Back, ToAgent, GaveUp, HungUp.

        `short` is the prompt for too few digits; its place `{count:number}` is filled in. `paper` tells where the
        number stands: who says nothing may be fetching it. `9#` says `repeat` before `ask`. A spoken number that is not
        `plausible` was misheard. A `secret` should not be said where others listen: the caller is told so, and it is
        never read back.
        """
        question = self._question(name, ask, Digits(least or digits, digits), grammar, private=True)

        def accept(answer: Answer) -> str:
            readings = [one for one in (answer.value, *answer.alternatives) if plausible(one)]
            sure = answer.sure and plausible(answer.value)
            return "" if secret and not sure else confirm.number(self, name, readings, sure)

        asked = Asked(question, Helps.ENTRY, accept, self._means(name), repeat, short, paper, secret)
        return self._ask(asked).value

    def enter_listed(
        self,
        name: str,
        ask: Sequence[Prompt],
        digits: int,
        *,
        short: Prompt,
        paper: Prompt,
        grammar: str,
        words: Mapping[str, tuple[str, ...]],
    ) -> str:
        """Ask for one of a list that everybody may know: keyed as its `digits`, or said by its name.

        `words`: of each value the ways to say it, which `grammar` listens for; the first is read back in doubt. The
        rest as in `enter_digits`. Raises Back, ToAgent, GaveUp, HungUp.
        """
        question = self._question(name, ask, Digits(digits, digits), grammar)

        def accept(answer: Answer) -> str:
            return confirm.option(self, name, answer, words)

        return self._ask(Asked(question, Helps.ENTRY, accept, self._means(name), (), short, paper)).value

    def _certain(self, prompts: tuple[Prompt, ...]) -> tuple[Prompt, ...]:
        """`prompts`, with one sentence in place of those that must not be said today."""
        certain = tuple(one for one in prompts if one.key not in self.overdue)
        return certain if len(certain) == len(prompts) else (*certain, Prompt(OVERDUE))

    def _means(self, name: str) -> Callable[[Command], bool]:
        """Whether the caller means a command that was not heard for certain."""
        return lambda command: confirm.agreed(self, name, self.language.vocabulary.commands[command][0]) == Reply.YES
