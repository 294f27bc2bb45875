"""Walking the tree of prompts/menu.toml with a caller."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from agi.dialogue import facts
from agi.dialogue.asking import Back, Elsewhere, GaveUp, Patience
from agi.dialogue.check import check_tree
from agi.dialogue.facts import Fact
from agi.dialogue.finding import Finding
from agi.dialogue.menufile import MenuFile, Node, read
from agi.dialogue.question import Prompt
from agi.dialogue.spoken import INTENTS, Leads, Spoken
from agi.dialogue.talk import Says, Talk
from agi.dialogue.titles import titles
from agi.errors import HotlineError
from agi.languages import INDONESIAN
from agi.languages.language import Language

SAYS: Says = {"menu.more": {}, "menu.more_office": {}, "menu.more_details": {}}
"""What the walk itself says: the question after every service and every piece of information, with what it offers."""

MORE = "more"
"""The question to a caller who has got an answer, whether they want more."""

_MORE = f"question:{MORE}"
_MORE_DETAILS = "more_details"
MAIN_MENU, DONE, OFFICE, DETAILS = "1234"
"""Its keys. The first two mean the same after every answer; the others are there where information has them."""

ASKS: Mapping[str, str] = {MORE: MAIN_MENU + DONE, _MORE_DETAILS: MAIN_MENU + DONE + OFFICE + DETAILS}
"""Questions that may have words in [questions] of the menu, and their keys."""


class MenuError(HotlineError):
    """The menu cannot be served; the text is one finding with file and line for each line."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings


class Menu:
    """A menu that has the right form. Whether its prompts and services exist is not for it to say.

    `spoken`: what may be said on its questions, by grammar, in its `language`; `leads`: where any place may be wished
    for; `facts`: from where, and until when, what it tells is known. `titles`: what its places are called for people.
    """

    def __init__(self, found: MenuFile, language: Language, known: Sequence[Fact] = ()) -> None:
        self.start = found.start
        self.nodes = found.nodes
        self.language = language
        self.facts = known
        self.titles = titles(found)
        words = {
            grammar: {key: ways for key, ways in one.ways.items() if ways} for grammar, one in found.heard().items()
        }
        closed = found.closed()
        wishes = {node.name: node.intents for node in found.nodes.values() if node.intents and node.name not in closed}
        self.spoken: Spoken = {**words, **({INTENTS: wishes} if wishes else {})}
        menus = {f"menu:{node.name}": node.options for node in found.nodes.values() if node.options}
        self.leads: Leads = {
            name: leads
            for name, leads in {**menus, _MORE: {}, f"question:{_MORE_DETAILS}": {}}.items()
            if name in words and wishes
        }

    @classmethod
    def load(cls, path: Path, language: Language = INDONESIAN) -> "Menu":
        """Read and check the form of `path`, and of the facts beside it. Raises MenuError."""
        found = read(path)
        known = facts.read(path.with_name(facts.FILE))
        errors = tuple(finding for finding in (*check_tree(found, language), *known.findings) if finding.is_error)
        if errors:
            raise MenuError(errors)
        return cls(found, language, tuple(known.facts.values()))

    def overdue(self, today: date) -> Collection[str]:
        """The sentences that are not spoken on the day `today` at the office, since their facts are overdue."""
        return facts.overdue(self.facts, today)

    def run(self, talk: Talk, run_service: Callable[[str], None], start: str = "", *, answered: bool = False) -> None:
        """Walk with the caller from the node `start` until they want nothing more; where it is no node, from the first.

        `answered`: they have got their answer there by other means, and are asked what else.
        Raises ToAgent, GaveUp (with its target), HungUp…
        """
        path = self.way_to(start) if start in self.nodes else [self.start]
        usual = talk.patience
        while path:
            node = self.nodes[path[-1]]
            talk.enter(node.name)
            talk.patience = replace(usual, **node.patience)
            try:
                if node.options and not answered:
                    path.append(node.options[self._choose(talk, node)])
                    continue
                if answered:
                    answered, talk.answered = False, True
                elif node.service:
                    run_service(node.service)
                else:
                    talk.tell(*map(Prompt, node.say))
                path = self._more(talk, path, usual)
            except Elsewhere as wish:
                path = self.way_to(wish.place)
            except Back:
                path = path[:-1] or [self.start]
            except GaveUp as gone:
                if node.give_up not in self.nodes:
                    raise GaveUp(gone.where, gone.why, node.give_up) from gone
                path.append(node.give_up)

    def way_to(self, name: str) -> list[str]:
        """The nodes one passes from the first one to `name`, as far as options lead there."""
        way = [name]
        while way[0] != self.start:
            above = [one.name for one in self.nodes.values() if way[0] in one.options.values() and one.name not in way]
            if not above:
                break
            way.insert(0, above[0])
        return way

    def _choose(self, talk: Talk, node: Node) -> str:
        return talk.choose(
            node.name,
            [Prompt(node.prompt)],
            "".join(node.options),
            grammar=f"menu:{node.name}",
            barge_in=node.interrupts("key"),
            voice_barge_in=node.interrupts("voice"),
        )

    def _more(self, talk: Talk, path: list[str], usual: Patience) -> list[str]:
        """Ask what else; the new path, empty when the caller has done. Silence after an answer is no failure."""
        talk.patience = replace(usual, tries=min(2, usual.tries))
        node = self.nodes[path[-1]]
        ask, keys, grammar = _offers(node)
        while True:
            try:
                key = talk.choose(MORE, [Prompt(ask)], keys, repeat=talk.told, grammar=grammar)
            except GaveUp:
                return []
            if key == DETAILS:
                talk.tell(*map(Prompt, node.details))
            elif key == OFFICE:
                return [*path, node.office]
            else:
                return [self.start] if key == MAIN_MENU else []


def _offers(node: Node) -> tuple[str, str, str]:
    """The question after `node` has told: its prompt, its keys, its grammar."""
    if node.details:
        return "menu.more_details", ASKS[_MORE_DETAILS], f"question:{_MORE_DETAILS}"
    if node.office:
        return "menu.more_office", MAIN_MENU + DONE + OFFICE, f"question:{_MORE_DETAILS}"
    return "menu.more", ASKS[MORE], _MORE
