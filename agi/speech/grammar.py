"""What may be said on one question: its network of words, and what the words mean.

A grammar is data: `piece` says what the graph accepts, `value` reads an answer. Grammars of a fixed kind share one
part of the graph whatever the length asked for; menus and lists have parts of their own, by `name`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from agi.languages import INDONESIAN
from agi.languages.language import GROUP, Language, Reply, Words, begins
from agi.languages.pieces import Alt, Anything, Loop, Opt, Piece, alt, seq

NIK_DIGITS = 16


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
    INTENTS = "intents"
    LONE_WORD = "lone_word"


class NikStanding(StrEnum):
    """What the floor above knows of 16 digits."""

    KNOWN = "known"  # may be a NIK, and the district is on the list
    UNKNOWN_REGION = "unknown region"  # may be a NIK, but the district is not (retired codes live on in NIKs)
    INVALID = "invalid"  # never a NIK


class Grammar(ABC):
    """One question's grammar. `name` is the part of the graph it uses, `kind` tells its thresholds."""

    name: str
    kind: Kind
    language: Language

    @property
    @abstractmethod
    def piece(self) -> Piece:
        """What may be said, without commands and other speech."""

    @abstractmethod
    def values(self, words: Words) -> tuple[str, ...]:
        """What `words` may mean, the most usual first; none if they are no answer."""

    def kind_of(self, words: Words) -> Kind:
        """Whose thresholds an answer in `words` must reach."""
        return self.kind

    def doubtful(self, words: Words) -> bool:
        """Whether `words` may mean one thing as well as another, however well they were heard."""
        return False

    def may_go_on(self, words: Words) -> bool:
        """Whether an answer that is whole may still become another one: then a pause is waited for."""
        return False

    def may_lengthen(self, words: Words) -> bool:
        """Whether more words may follow that mean the same: then a short pause is waited for."""
        return False

    def whole(self, *, other: bool = True) -> Piece:
        """The piece that the graph is made of: what may be said, commands, fillers, and any other speech (`other`)."""
        # Decoys have a loop of their own: among other speech they would make it cheaper, and answers were lost in it.
        decoys = (Loop(alt(self.decoys)),) if self.decoys else ()
        rest = (Loop(Anything()),) if other else ()
        return Alt((self.piece, self.language.commands, self.language.fillers, *decoys, *rest))

    @property
    def decoys(self) -> Words:
        """Words to be told from the answers that they resemble."""
        return ()


@dataclass(frozen=True)
class YesNo(Grammar):
    """Yes or no; the value is a `Reply`."""

    name = "yesno"
    kind = Kind.YES_NO
    language: Language = INDONESIAN

    @property
    def piece(self) -> Piece:
        """What may be said."""
        return self.language.yes_or_no

    @property
    def decoys(self) -> Words:
        """ "saya" ends like "ya"."""
        return self.language.vocabulary.decoys

    def values(self, words: Words) -> tuple[str, ...]:
        """Yes or no."""
        reply = self.language.reply(words)
        return () if reply is None else (reply,)

    def may_lengthen(self, words: Words) -> bool:
        """ "ya" may become "ya betul"."""
        return self.language.goes_on(words)


@dataclass(frozen=True)
class DigitsGrammar(Grammar):
    """A number of `least` to `most` digits."""

    least: int
    most: int
    name = "digits"
    kind = Kind.DIGITS
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


@dataclass(frozen=True)
class Nik(Grammar):
    """Sixteen digits one by one; `standing` knows what a NIK is."""

    standing: Callable[[str], NikStanding]
    name = "nik"
    kind = Kind.NIK
    language: Language = INDONESIAN

    @property
    def piece(self) -> Piece:
        """Digits and doubled digits. Number words in here cost accuracy (measured): they are left out."""
        return self.language.numbers.one_by_one

    def values(self, words: Words) -> tuple[str, ...]:
        """The 16 digits, if they may be a NIK."""
        readings = (text for text in self.language.numbers.read_digits(words) if len(text) == NIK_DIGITS)
        return tuple(text for text in readings if self.standing(text) is not NikStanding.INVALID)


@dataclass(frozen=True)
class Date(Grammar):
    """A date with day, month and year; the value is ISO 8601."""

    name = "date"
    kind = Kind.DATE
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


@dataclass(frozen=True)
class Number(Grammar):
    """A whole number; the value is in ASCII digits."""

    name = "number"
    kind = Kind.NUMBER
    language: Language = INDONESIAN

    @property
    def piece(self) -> Piece:
        """A number in words, or its digits one by one."""
        return self.language.numbers.whole

    def values(self, words: Words) -> tuple[str, ...]:
        """The number that `words` say."""
        value = self.language.numbers.read(words)
        readings = self.language.numbers.read_digits(words) if value is None else (str(value),)
        return tuple(str(int(text)) for text in readings if text and int(text) <= self.language.numbers.most)

    def may_go_on(self, words: Words) -> bool:
        """ "dua" may become "dua puluh", "seratus" "seratus lima"."""
        return True


@dataclass(frozen=True)
class OneOf(Grammar):
    """One entry of a list: for each value its words."""

    name: str
    words: Mapping[str, tuple[str, ...]]
    kind = Kind.LIST
    language: Language = INDONESIAN

    @cached_property
    def _meanings(self) -> Mapping[Words, str]:
        found: dict[Words, str] = {}
        for value, texts in self.words.items():
            for text in (*texts, *self._also(value)):
                found.setdefault(tuple(text.split()), value)
        return found

    def _also(self, value: str) -> tuple[str, ...]:
        """More ways to say `value` than its words."""
        return ()

    @property
    def piece(self) -> Piece:
        """The words of every entry, with what people say before and after."""
        return self.language.in_a_sentence(alt(" ".join(words) for words in self._meanings))

    @property
    def decoys(self) -> Words:
        """ "tidak" resembles "tiga"."""
        return self.language.vocabulary.decoys

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
            begins(part, longer) and self._meanings[longer] not in values for part in begun for longer in self._meanings
        )

    def may_lengthen(self, words: Words) -> bool:
        """ "status" may become "status dokumen"."""
        return any(begins(part, longer) for part in self.language.bare(words) for longer in self._meanings)


@dataclass(frozen=True)
class ChoiceGrammar(OneOf):
    """The options of a menu: for each key its words. Every option may also be called by its number.

    `beside` them wishes for any place of the menu may be said, whose value is the place: they are listened for where no
    option was heard for certain. `leads`: to which place each key leads, so that a wish for it means the key.
    """

    kind = Kind.OPTIONS
    beside: Grammar | None = None
    leads: Mapping[str, str] = field(default_factory=dict)

    def _also(self, value: str) -> tuple[str, ...]:
        """The number of the option, as people say it."""
        return self.language.called(value)

    def values(self, words: Words) -> tuple[str, ...]:
        """The option, else the place that is wished for."""
        own = super().values(words)
        if own or self.beside is None:
            return own
        key_of = {place: key for key, place in self.leads.items()}
        return tuple(dict.fromkeys(key_of.get(place, place) for place in self.beside.values(words)))

    def kind_of(self, words: Words) -> Kind:
        """A wish has thresholds of its own."""
        return self.kind if self.beside is None or super().values(words) else self.beside.kind_of(words)

    def doubtful(self, words: Words) -> bool:
        """An option is not; a wish may be."""
        return self.beside is not None and not super().values(words) and self.beside.doubtful(words)

    def may_lengthen(self, words: Words) -> bool:
        """ "KTP" may become "KTP saya hilang"."""
        return super().may_lengthen(words) or (self.beside is not None and self.beside.may_lengthen(words))


@dataclass(frozen=True)
class NikRepair(Grammar):
    """Correct one group of four of a number just read back: "bukan, kelompok kedua [tiga satu tujuh empat]".

    The value is "ya", "tidak", the group ("2"), or group and digits ("2:3174").
    """

    name = "repair"
    kind = Kind.REPAIR
    language: Language = INDONESIAN

    @property
    def piece(self) -> Piece:
        """Yes, no, or which group and how it should be."""
        said, digit = self.language.vocabulary, self.language.numbers.digit
        group = seq(alt(said.groups), alt(self._ordinals))
        wrong = seq(Opt(alt(said.wrong_before)), group, Opt(alt(said.wrong_after)))
        return alt((self.language.yes_or_no, seq(wrong, Opt(seq(*[digit] * GROUP)))))

    def values(self, words: Words) -> tuple[str, ...]:
        """What is to be done."""
        if (reply := self.language.reply(words)) is not None:
            return (reply,)
        group = next((nth for nth, name in enumerate(self._ordinals, 1) if name in words), 0)
        if not group:
            return ()
        rest = words[words.index(self._ordinals[group - 1]) + 1 :]
        after = {word for way in self.language.vocabulary.wrong_after for word in way.split()}
        rest = tuple(word for word in rest if word not in after)
        if not rest:
            return (str(group),)
        readings = self.language.numbers.read_digits(rest)
        return tuple(f"{group}:{text}" for text in readings if len(text) == GROUP)

    @property
    def _ordinals(self) -> Words:
        return self.language.vocabulary.ordinals[: NIK_DIGITS // GROUP]

    def may_go_on(self, words: Words) -> bool:
        """ "kelompok kedua" may go on with its digits, "bukan" with the group."""
        return ":" not in "".join(self.values(words)) and self.values(words) != (Reply.YES,)
