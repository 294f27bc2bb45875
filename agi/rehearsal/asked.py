"""Which questions are rehearsed: all that have an option, or those that callers would be asked otherwise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from agi.dialogue.menu import Menu
from agi.dialogue.menufile import Node, read
from agi.dialogue.spoken import INTENTS
from agi.dialogue.titles import titles
from agi.languages import named
from agi.languages.language import Language
from agi.languages.lexicon import Lexicon
from agi.voice.texts import Texts

_MENU = "menu:"
_OF_SERVICES = "question:"
_WISHES = "Dengan kata sendiri, di menu utama"


@dataclass(frozen=True, slots=True)
class Choice:
    """An option: its key (of a wish, the place), the title of where it leads, and the ways to say it."""

    key: str
    leads: str
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question. `grammar` is what listens; `node` is its place in the menu, None where a service asks it.

    `prompt`: the words that are said, "" where they are not known here.
    """

    name: str
    title: str
    grammar: str
    options: tuple[Choice, ...]
    node: Node | None = None
    prompt: str = ""


class Script:
    """The menu, texts and lexicon in a folder of prompts. Raises MenuError, TextsError, LexiconError."""

    def __init__(self, folder: Path, code: str) -> None:
        self.language: Language = named(code)
        self.menu = Menu.load(folder / "menu.toml", self.language)
        self.titles: Mapping[str, str] = titles(read(folder / "menu.toml"))
        self.texts = Texts.load(folder, code)
        self.lexicon: Lexicon = self.language.lexicon(folder / "lexicon.toml")

    def questions(self) -> Iterator[Asked]:
        """All with an option, in the order of the file; wishes are no question of their own."""
        spoken = self.menu.spoken
        for node in self.menu.nodes.values():
            if node.options:
                ways = spoken.get(f"{_MENU}{node.name}", {})
                options = (Choice(key, self.titles[to], ways.get(key, ())) for key, to in node.options.items())
                prompt = self.texts[node.prompt].raw if node.prompt in self.texts else ""
                yield Asked(node.name, self.titles[node.name], f"{_MENU}{node.name}", tuple(options), node, prompt)
        for grammar, words in spoken.items():
            if grammar.startswith(_OF_SERVICES):
                name = grammar.removeprefix(_OF_SERVICES)
                options = (Choice(key, "", ways) for key, ways in words.items())
                yield Asked(name, f"Pertanyaan layanan “{name}”", grammar, tuple(options))

    def facts(self, asked: Asked) -> object:
        """All that makes this question what it is; compare it with that of another script."""
        words = {word for choice in asked.options for way in choice.ways for word in way.split()}
        sounds = {word: (self.lexicon.sounds.get(word), self.lexicon.respelt.get(word)) for word in words}
        node = asked.node
        row = (node.options, node.barge_in, node.patience) if node else ()
        return asked.prompt, row, asked.options, sounds

    def aloud(self, words: str) -> str:
        """`words` as people say them, and a voice must be told: "ikd" is "i ka de"."""
        return " ".join(part for word in words.split() for part in self._parts(word))

    def _parts(self, word: str) -> tuple[str, ...]:
        """What has no vowel espeak-ng spells by itself, and better; what has sounds of its own is heard by them."""
        as_written = word in self.lexicon.sounds or not self.language.spelling.vowels & set(word)
        return (word,) if as_written else self.lexicon.respelt.get(word) or (word,)

    @property
    def wishes(self) -> Mapping[str, tuple[str, ...]]:
        """Of each place that may be wished for, the patterns by which."""
        return {
            place: tuple(dict.fromkeys(" ".join(words) for one in patterns for words in _written(one)))
            for place, patterns in self.menu.spoken.get(INTENTS, {}).items()
        }


def asked(draft: Script, live: Script | None, *, every: bool) -> tuple[Asked, ...]:
    """The questions of `draft` to rehearse: those that are another in `live` (None: all), or `every` one.

    Wishes are said at the first menu: all that are new, or of every place the first.
    """
    before = {one.grammar: live.facts(one) for one in live.questions()} if live else {}
    found = [one for one in draft.questions() if every or before.get(one.grammar) != draft.facts(one)]
    known = live.wishes if live else {}
    wished = []
    for place, ways in draft.wishes.items():
        new = ways[:1] if every or live is None else tuple(way for way in ways if way not in known.get(place, ()))
        if new:
            wished.append(Choice(place, draft.titles[place], new))
    first = f"{_MENU}{draft.menu.start}"
    if wished and first in draft.menu.leads:
        found.append(Asked(INTENTS, _WISHES, first, tuple(wished)))
    return tuple(found)


def _written(pattern: str) -> Iterator[tuple[str, ...]]:
    """The patterns that one with alternatives stands for: "KTP/KK hilang" is two."""
    return product(*(word.split("/") for word in pattern.split()))
