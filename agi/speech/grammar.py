"""What may be said on one question: its network of words, and what the words mean.

A grammar is data: `piece` says what the graph accepts, `value` reads an answer. Grammars of a fixed kind share one
part of the graph whatever the length asked for; menus and lists have parts of their own, by `name`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from agi.languages import INDONESIAN
from agi.languages.language import GROUP, Language, Reply, Words
from agi.languages.pieces import Alt, Anything, Loop, Opt, Piece, alt, seq

_NIK_DIGITS = 16


class Kind(StrEnum):
    """Kinds of question; each has thresholds of its own."""

    YES_NO = "yesno"
    OPTIONS = "options"
    DIGITS = "digits"
    NIK = "nik"
    DATE = "date"
    NUMBER = "number"
    LIST = "list"
    REPAIR = "repair"


class NikStanding(StrEnum):
    """What the floor above knows of 16 digits."""

    KNOWN = "known"  # may be a NIK, and the district is on the list
    UNKNOWN_REGION = "unknown region"  # may be a NIK, but the district is not (retired codes live on in NIKs)
    INVALID = "invalid"  # never a NIK


class Grammar(Protocol):
    """One question's grammar."""

    @property
    def name(self) -> str:
        """The part of the graph it uses."""

    @property
    def kind(self) -> Kind:
        """Which thresholds it uses."""

    @property
    def language(self) -> Language:
        """The language of the call."""

    @property
    def piece(self) -> Piece:
        """What the graph accepts, without commands and other speech: `whole` adds them."""

    def values(self, words: Words) -> tuple[str, ...]:
        """What `words` may mean, the most usual first; none if they are no answer."""

    def may_go_on(self, words: Words) -> bool:
        """Whether an answer that is whole may still become another one: then a pause is waited for."""

    def may_lengthen(self, words: Words) -> bool:
        """Whether more words may follow that mean the same: then a short pause is waited for."""


def whole(grammar: Grammar, *, other: bool = True) -> Piece:
    """The piece that the graph is made of: the grammar's own, commands, and any other speech (`other`)."""
    rest = (Loop(Anything()),) if other else ()
    return Alt((grammar.piece, grammar.language.commands, *rest))


@dataclass(frozen=True, slots=True)
class YesNo:
    """Yes or no; the value is a `Reply`."""

    name: str = "yesno"
    kind: Kind = Kind.YES_NO
    language: Language = INDONESIAN

    @property
    def piece(self) -> Piece:
        """What may be said."""
        return self.language.yes_or_no

    def values(self, words: Words) -> tuple[str, ...]:
        """Yes or no."""
        reply = self.language.reply(words)
        return () if reply is None else (reply,)

    def may_go_on(self, words: Words) -> bool:
        """ "ya" may become "ya betul", never "tidak"; "tidak" and "bukan" may become nothing else either."""
        return False

    def may_lengthen(self, words: Words) -> bool:
        """ "ya" may become "ya betul"."""
        return self.language.goes_on(words)


@dataclass(frozen=True, slots=True)
class DigitsGrammar:
    """A number of `least` to `most` digits."""

    least: int
    most: int
    name: str = "digits"
    kind: Kind = Kind.DIGITS
    language: Language = INDONESIAN

    @property
    def piece(self) -> Piece:
        """Digits, doubled digits, and small numbers: "tiga satu", "dobel tiga", "tiga puluh satu"."""
        return self.language.numbers.mixed

    def values(self, words: Words) -> tuple[str, ...]:
        """Every reading of the right length."""
        return tuple(text for text in self.language.numbers.read_digits(words) if self.least <= len(text) <= self.most)

    def may_go_on(self, words: Words) -> bool:
        """Until the longest length is reached."""
        return all(len(text) < self.most for text in self.values(words))

    def may_lengthen(self, words: Words) -> bool:
        """Nothing that would mean the same."""
        return False


@dataclass(frozen=True, slots=True)
class Nik:
    """Sixteen digits one by one; `standing` knows what a NIK is."""

    standing: Callable[[str], NikStanding]
    name: str = "nik"
    kind: Kind = Kind.NIK
    length: int = _NIK_DIGITS
    language: Language = INDONESIAN

    @property
    def piece(self) -> Piece:
        """Digits and doubled digits. Number words in here cost accuracy (measured): they are left out."""
        return self.language.numbers.one_by_one

    def values(self, words: Words) -> tuple[str, ...]:
        """The 16 digits, if they may be a NIK."""
        readings = (text for text in self.language.numbers.read_digits(words) if len(text) == self.length)
        return tuple(text for text in readings if self.standing(text) is not NikStanding.INVALID)

    def may_go_on(self, words: Words) -> bool:
        """Sixteen are enough."""
        return False

    def may_lengthen(self, words: Words) -> bool:
        """Nothing that would mean the same."""
        return False


@dataclass(frozen=True, slots=True)
class Date:
    """A date with day, month and year; the value is ISO 8601."""

    name: str = "date"
    kind: Kind = Kind.DATE
    language: Language = INDONESIAN

    @property
    def piece(self) -> Piece:
        """What may be said."""
        return self.language.dates.spoken

    def values(self, words: Words) -> tuple[str, ...]:
        """The date that `words` name."""
        return tuple(one.isoformat() for one in self.language.dates.read(words))

    def may_go_on(self, words: Words) -> bool:
        """ "dua ribu" is a year, and "dua ribu lima" another; after a month's name nothing is whole yet."""
        return bool(words) and words[-1] in self.language.dates.open

    def may_lengthen(self, words: Words) -> bool:
        """Nothing that would mean the same."""
        return False


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number from `least` to `most`; the value is in ASCII digits."""

    least: int = 0
    most: int = INDONESIAN.numbers.most
    name: str = "number"
    kind: Kind = Kind.NUMBER
    language: Language = INDONESIAN

    @property
    def piece(self) -> Piece:
        """A number in words, or its digits one by one."""
        return self.language.numbers.whole

    def values(self, words: Words) -> tuple[str, ...]:
        """The number that `words` say."""
        value = self.language.numbers.read(words)
        readings = self.language.numbers.read_digits(words) if value is None else (str(value),)
        return tuple(str(int(text)) for text in readings if text and self.least <= int(text) <= self.most)

    def may_go_on(self, words: Words) -> bool:
        """ "dua" may become "dua puluh", "seratus" "seratus lima"."""
        return True

    def may_lengthen(self, words: Words) -> bool:
        """Nothing that would mean the same."""
        return False


@dataclass(frozen=True, slots=True)
class OneOf:
    """One entry of a list: for each value its words."""

    name: str
    words: Mapping[str, tuple[str, ...]]
    kind: Kind = Kind.LIST
    language: Language = INDONESIAN
    _meanings: dict[Words, str] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        for value, texts in self.words.items():
            for text in (*texts, *self._also(value)):
                self._meanings.setdefault(tuple(text.split()), value)

    def _also(self, value: str) -> tuple[str, ...]:
        """More ways to say `value` than its words."""
        return ()

    @property
    def piece(self) -> Piece:
        """The words of every entry, with what people say before and after."""
        return self.language.in_a_sentence(alt(" ".join(words) for words in self._meanings))

    def values(self, words: Words) -> tuple[str, ...]:
        """The entry."""
        return tuple(
            dict.fromkeys(self._meanings[part] for part in self.language.bare(words) if part in self._meanings)
        )

    def may_go_on(self, words: Words) -> bool:
        """Whether another entry begins with these words."""
        values = self.values(words)
        begun = [part for part in self.language.bare(words) if part in self._meanings]
        return any(
            _begins(part, longer) and value not in values for part in begun for longer, value in self._meanings.items()
        )

    def may_lengthen(self, words: Words) -> bool:
        """ "status" may become "status dokumen"."""
        return any(_begins(part, longer) for part in self.language.bare(words) for longer in self._meanings)


@dataclass(frozen=True, slots=True)
class ChoiceGrammar(OneOf):
    """The options of a menu: for each key its words. Every option may also be called by its number."""

    kind: Kind = Kind.OPTIONS

    def _also(self, value: str) -> tuple[str, ...]:
        """The number of the option, as people say it."""
        return self.language.called(value)


@dataclass(frozen=True, slots=True)
class NikRepair:
    """Correct one group of four of a number just read back: "bukan, kelompok kedua [tiga satu tujuh empat]".

    The value is "ya", "tidak", the group ("2"), or group and digits ("2:3174").
    """

    name: str = "repair"
    kind: Kind = Kind.REPAIR
    language: Language = INDONESIAN

    @property
    def piece(self) -> Piece:
        """Yes, no, or which group and how it should be."""
        repairs, digit = self.language.repairs, self.language.numbers.digit
        group = seq(alt(repairs.groups), alt(self._ordinals))
        wrong = seq(Opt(alt(repairs.before)), group, Opt(alt(repairs.after)))
        return alt((self.language.yes_or_no, seq(wrong, Opt(seq(*[digit] * GROUP)))))

    def values(self, words: Words) -> tuple[str, ...]:
        """What is to be done."""
        if (reply := self.language.reply(words)) is not None:
            return (reply,)
        group = next((nth for nth, name in enumerate(self._ordinals, 1) if name in words), 0)
        if not group:
            return ()
        rest = words[words.index(self._ordinals[group - 1]) + 1 :]
        after = {word for way in self.language.repairs.after for word in way.split()}
        rest = tuple(word for word in rest if word not in after)
        if not rest:
            return (str(group),)
        readings = self.language.numbers.read_digits(rest)
        return tuple(f"{group}:{text}" for text in readings if len(text) == GROUP)

    @property
    def _ordinals(self) -> Words:
        return self.language.vocabulary.ordinals[: _NIK_DIGITS // GROUP]

    def may_go_on(self, words: Words) -> bool:
        """ "kelompok kedua" may go on with its digits, "bukan" with the group."""
        return ":" not in "".join(self.values(words)) and self.values(words) != (Reply.YES,)

    def may_lengthen(self, words: Words) -> bool:
        """Nothing that would mean the same."""
        return False


def _begins(words: Words, longer: Words) -> bool:
    return len(longer) > len(words) and longer[: len(words)] == words
