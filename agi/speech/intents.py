"""Wishes in sentences of the caller's own: to which place of the menu they lead, by the words that tell.

A place has patterns of a few words ("KTP hilang"). Each word stands for all that mean the same in the language, and a
sentence means the place if all of them are in it, in any order, whatever stands between. Where patterns of several
places fit, that with more, and rarer, words counts; where two are about as good, the caller is asked.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, product

from agi.languages import INDONESIAN
from agi.languages.language import Language, Words
from agi.languages.pieces import UNKNOWN, Anything, Loop, Piece, alt
from agi.speech.grammar import Grammar, Kind

INTENTS = "intents"
"""The name of the grammar, and of its part of the graph."""

_LEAST, _MARGIN = 2.0, 1.0
"""What a pattern must weigh, and how much more than that of another place, to be taken unasked. A word of one place
among thirty weighs 3.4, one that ten of them share 1.4."""

_FEWEST = 2
"""What fewer words tell is not taken unasked: one is said, or heard, in sentences about anything ("pindah channel")."""

_SENTENCE = 5
"""Words in which one that tells must be heard for certain even to be asked about."""

_LEFT_OVER = 3.0
"""What else was said may weigh less than this: who says "akta" and "di mana" may not want to know how to get one. Of
sentences as people say them this asks back one in nine more, and takes three in five fewer for the wrong place."""

_USUAL_COST = -1.5
"""Of the usual way to say a thing: short as it is ("NIK"), it is said more often than what resembles it ("menikah")."""

_ALONE = 3
"""Letters of a word that may be heard by itself."""


@dataclass(frozen=True, slots=True)
class _Fit:
    """A place, and the words of its pattern that were said."""

    place: str
    things: frozenset[str]
    weight: float


@dataclass(frozen=True, slots=True)
class Clash:
    """A sentence that means `place` and `other` alike."""

    sentence: str
    place: str
    other: str


@dataclass(frozen=True)
class Intents(Grammar):
    """Any place that callers may wish for; the value is the place.

    `places`: for each its patterns, in small letters: "ktp/kk hilang" is two of them. `above`: the menus that lead to a
    place, which a wish for it means less than the place itself.
    """

    places: Mapping[str, tuple[str, ...]]
    above: Mapping[str, frozenset[str]]
    name = INTENTS
    kind = Kind.INTENTS
    language: Language = INDONESIAN

    @property
    def piece(self) -> Piece:
        """All words that tell, and any others, in any order.

        A word of one or two letters stands only within its way: the e of "e ktp" would be heard everywhere.
        """
        alone = {word for word in self._telling if len(word) >= _ALONE or (word,) in self._names}
        alone |= {*self.language.own_words.fillers, *self.language.own_words.suffixes}
        together = {" ".join(way) for way in self._names if not alone.issuperset(way)}
        usual = {one[0] for one in self.language.own_words.synonyms} & alone
        return Loop(alt((alt(sorted(usual), _USUAL_COST), *sorted((alone | together) - usual), Anything())))

    def whole(self, *, other: bool = True) -> Piece:
        """Other speech stands among the words already."""
        return alt((self.piece, self.language.commands))

    def values(self, words: Words) -> tuple[str, ...]:
        """The places that `words` may mean, the likeliest first; a command stays a command."""
        if self.language.command(words):
            return ()
        return tuple(fit.place for fit in self._fits(self.things(words)))

    def kind_of(self, words: Words) -> Kind:
        """A sentence in which a single word tells has thresholds of its own."""
        lone = len(words) >= _SENTENCE and sum(1 for _ in self._in_order(words)) == 1
        return Kind.LONE_WORD if lone else self.kind

    def doubtful(self, words: Words) -> bool:
        """Whether they say little, or fit another place about as well, or say much that does not belong to it.

        So it is, too, where a part was not made out, which may be what it is about.
        """
        said = self.things(words)
        best, *others = self._fits(said) or (None,)
        if best is None:
            return False
        limit = max((_LEAST, *(one.weight + _MARGIN for one in others)))
        telling = {way for way in self._ways(words) if self._names[way] in best.things}
        little = len(telling) < _FEWEST or best.weight < limit
        return little or UNKNOWN in words or self._weight(said - best.things) >= _LEFT_OVER

    def may_lengthen(self, words: Words) -> bool:
        """A sentence may go on, until it is known what it is about and beyond."""
        return bool(self.things(words))

    def things(self, words: Words) -> frozenset[str]:
        """What `words` tell, each thing by its name; of ways of several words the longest counts."""
        return frozenset(self._in_order(words))

    def known(self, words: Words) -> Iterator[str]:
        """`words` as they are heard: suffixes apart from the words they hang on."""
        for word in words:
            stem = next((word.removesuffix(one) for one in self.language.own_words.suffixes if word.endswith(one)), "")
            heard = word not in self._telling and stem in self._telling
            yield from (stem, word.removeprefix(stem)) if heard else (word,)

    def sentences(self, place: str) -> Iterator[str]:
        """The sentences that mean `place`: its patterns, with every way to say each of their words, one at a time."""
        ways = {one[0]: one for one in self.language.own_words.synonyms}
        seen = set()
        for words in chain.from_iterable(map(_written, self.places[place])):
            things = tuple(dict.fromkeys(self._in_order(words)))
            for nth, thing in enumerate(things):
                for way in ways.get(thing, (thing,)):
                    sentence = " ".join((*things[:nth], way, *things[nth + 1 :]))
                    if sentence not in seen:
                        seen.add(sentence)
                        yield sentence

    def clashes(self) -> Iterator[Clash]:
        """Sentences that two places claim alike."""
        first: dict[frozenset[str], str] = {}
        for pattern in self._patterns:
            other = first.setdefault(pattern.things, pattern.place)
            if other != pattern.place:
                yield Clash(" ".join(sorted(pattern.things)), other, pattern.place)

    def _fits(self, said: frozenset[str]) -> tuple[_Fit, ...]:
        """The best pattern of each place that fits, unless a better one says all of it and more."""
        best: dict[str, _Fit] = {}
        for pattern in self._patterns:
            held = best.get(pattern.place)
            if pattern.things <= said and (held is None or pattern.weight > held.weight):
                best[pattern.place] = pattern
        menus = set(chain.from_iterable(self.above.get(place, ()) for place in best))
        fits = sorted((one for one in best.values() if one.place not in menus), key=lambda one: -one.weight)
        return tuple(one for one in fits if not any(one.things < other.things for other in fits))

    @cached_property
    def _names(self) -> Mapping[Words, str]:
        """Each way to say a thing, as words, and the thing's name; words of the patterns that mean themselves, too."""
        names = {tuple(way.split()): line[0] for line in self.language.own_words.synonyms for way in line}
        fillers = set(self.language.own_words.fillers)
        own = {word for texts in self.places.values() for text in texts for word in text.replace("/", " ").split()}
        within = {word for way in names for word in way}
        return {**{(word,): word for word in own - fillers - within}, **names}

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._names), default=0)

    @cached_property
    def _telling(self) -> frozenset[str]:
        """All words of all ways."""
        return frozenset(word for way in self._names for word in way)

    @cached_property
    def _patterns(self) -> tuple[_Fit, ...]:
        found = [
            (place, frozenset(self._in_order(words)))
            for place, texts in self.places.items()
            for text in texts
            for words in _written(text)
        ]
        return tuple(_Fit(place, things, self._weight(things)) for place, things in found if things)

    def _weight(self, things: frozenset[str]) -> float:
        """The fewer places have a thing in their patterns, the more it weighs; one that none has tells nothing."""
        return sum(math.log(1 + len(self.places) / self._shared[one]) for one in things if one in self._shared)

    @cached_property
    def _shared(self) -> Counter[str]:
        """In the patterns of how many places each thing is."""
        found = ((place, words) for place, texts in self.places.items() for text in texts for words in _written(text))
        return Counter(thing for _, thing in {(place, one) for place, words in found for one in self._in_order(words)})

    def _in_order(self, words: Words) -> Iterator[str]:
        """The things that `words` tell, one after another."""
        return (self._names[way] for way in self._ways(words))

    def _ways(self, words: Words) -> Iterator[Words]:
        """The words by which `words` tell things, one after another."""
        at = 0
        while at < len(words):
            length = next((one for one in range(self._longest, 0, -1) if words[at : at + one] in self._names), 0)
            if length:
                yield words[at : at + length]
            at += length or 1


def _written(pattern: str) -> Iterator[Words]:
    """The patterns that one with alternatives stands for."""
    return product(*(word.split("/") for word in pattern.split()))
