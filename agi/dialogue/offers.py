"""What the sentence of a menu offers: which words it says before which key, and what it should say."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from agi.dialogue.menufile import OPTION_KEYS, MenuFile, Node
from agi.dialogue.spoken import normal
from agi.dialogue.titles import title_of, titles
from agi.languages.language import Language

_WORD = re.compile(r"[a-z]+")
_BETWEEN = " \t\n,.;:–-"
Ways = Mapping[str, tuple[str, ...]]
"""Key of an option -> ways to say it, the first one that which is read back."""


@dataclass(frozen=True, slots=True)
class Offer:
    """`words` before "tekan `key`"; `verb` is how that was written, up to the key."""

    words: str
    key: str
    verb: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence of a menu, taken apart; `tail`: what it says after the last key."""

    offers: tuple[Offer, ...]
    tail: str


def ways_of(found: MenuFile, node: Node) -> Ways:
    """What may be said for each option of `node` that is offered; where nothing may, what its place is called."""
    said, named = found.heard().get(f"menu:{node.name}"), titles(found)
    return {
        key: (said.ways.get(key) if said else None) or (normal(named.get(target, target)),)
        for key, target in node.options.items()
    }


def spoken(sentence: str, language: Language) -> Spoken:
    """What `sentence` offers, key by key, also those that every question has (0, 9)."""
    key_of = {digit: str(value) for value, digit in enumerate(language.numbers.digits[:10])}
    pattern = re.compile(rf"\b({language.vocabulary.offers})([0-9]|{'|'.join(key_of)})\b", re.IGNORECASE)
    text = " ".join(sentence.split())
    matches = list(pattern.finditer(text))
    begins = [0, *(match.end() for match in matches)]
    offers = tuple(
        Offer(text[begin : match.start()].strip(_BETWEEN), key_of.get(match[2].lower(), match[2]), match[1])
        for begin, match in zip(begins, matches, strict=False)
    )
    return Spoken(offers, text[begins[-1] :].strip(_BETWEEN))


def crossed(said: Spoken, ways: Ways) -> Mapping[str, str]:
    """Keys before which the sentence says the words of another option -> the key of that one."""
    wrong = {}
    for offer in said.offers:
        best = _best(offer.words, ways)
        if (
            offer.key in ways
            and best
            and best != offer.key
            and _alike(offer.words, ways[offer.key]) < _alike(offer.words, ways[best])
        ):
            wrong[offer.key] = best
    return wrong


def proposed(said: Spoken, ways: Ways) -> str:
    """What the sentence should say: each option by the words it has there already, else by the first for it."""
    words: dict[str, str] = {}
    for offer in (one for one in said.offers if one.key in OPTION_KEYS):
        if (best := _best(offer.words, ways)) and best not in words:
            words[best] = offer.words
    verb = next((offer.verb for offer in said.offers), "tekan ")
    clauses = [f"{_inside(words.get(key) or title_of(one[0]))} {verb}{key}".strip() for key, one in ways.items()]
    for place, offer in enumerate(said.offers):
        if offer.key not in OPTION_KEYS:
            clauses.insert(place, f"{_inside(offer.words)} {offer.verb}{offer.key}")
    text = f"{', '.join(clauses)}."
    return f"{text[:1].upper()}{text[1:]}{f' {said.tail}.' if said.tail else ''}"


def fits(said: Spoken, ways: Ways) -> bool:
    """Whether the sentence offers just the options there are, in words that are theirs."""
    offered = [offer.key for offer in said.offers if offer.key in OPTION_KEYS]
    return sorted(offered) == sorted(ways) and not crossed(said, ways)


def _best(words: str, ways: Ways) -> str:
    """The option that `words` are most like; "" where they are like none."""
    found = max(ways, key=lambda key: _alike(words, ways[key]), default="")
    return found if found and _alike(words, ways[found]) else ""


def _alike(words: str, ways: Collection[str]) -> float:
    """How much of both is the same, from 0 to 1."""
    said = set(_WORD.findall(words.lower().replace("-", " ")))
    return max((len(said & set(way.split())) / len(said | set(way.split())) for way in ways), default=0.0)


def _inside(words: str) -> str:
    """As it is written within a sentence: a name keeps its capitals, the first word of a sentence does not."""
    first = words.partition(" ")[0]
    return words if first[1:] != first[1:].lower() or first in _NAMES else words[:1].lower() + words[1:]


_NAMES = frozenset({"Kartu", "Identitas"})
"""How papers begin that are written with a capital ("Kartu Keluarga")."""
