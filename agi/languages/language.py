"""What a language is to the hotline: its words and numbers, said and heard from one place.

It belongs to a call: who asks, hears or speaks is handed the call's language.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from agi.languages.lexicon import Lexicon
from agi.languages.pieces import Loop, Opt, Piece, alt, seq

Words = tuple[str, ...]
Sounds = tuple[str, ...]

_COMMAND_COST = 1.0
_ASIDE_COST = 2.0


GROUP = 4
"""Digits of a group: a NIK is read aloud, written and corrected 4-4-4-4, as it stands on a KTP."""


def groups(digits: str) -> list[str]:
    """`digits` in groups from the left; the last may be shorter."""
    return [digits[at : at + GROUP] for at in range(0, len(digits), GROUP)]


def begins(words: Words, longer: Words) -> bool:
    """Whether `longer` begins with `words` and goes on."""
    return len(longer) > len(words) and longer[: len(words)] == words


class Command(StrEnum):
    """What may be said on every question."""

    REPEAT = "ulangi"
    BACK = "kembali"
    AGENT = "petugas"
    HELP = "bantuan"
    HOLD = "tunggu"
    SLOWER = "lebih pelan"


class Reply(StrEnum):
    """What may be said to a question for yes or no."""

    YES = "ya"
    NO = "tidak"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What callers say, the usual way first.

    `before` and `after` an answer, and `titles` after yes and no, people say what means nothing; `fillers` they say
    while they think, or out of courtesy, and are no answer. `decoys` are common words that resemble an answer: a closed
    question listens for them, so that they are not taken for it. `numbered` stands
    before the number of an option, `ordered` before its ordinal; `option` is that before a number which is read back.
    `offers` is a regular expression for what a menu says before a key ("tekan"). Which group of a number just read back
    is wrong, is said as one of `groups` and its ordinal, with `wrong_before` and `wrong_after` it.
    """

    commands: Mapping[Command, Words]
    replies: Mapping[Reply, Words]
    before: Words
    after: Words
    titles: Words
    fillers: Words
    decoys: Words
    ordinals: Words
    numbered: Words
    ordered: Words
    option: str
    offers: str
    groups: Words
    wrong_before: Words
    wrong_after: Words


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What callers say in sentences of their own.

    `synonyms`: of each thing the ways to say it, its name first. `fillers` mean nothing; `suffixes` hang on other words
    and mean nothing either ("aktanya" is "akta").
    """

    synonyms: tuple[Words, ...] = ()
    fillers: Words = ()
    suffixes: Words = ()


@dataclass(frozen=True, slots=True)
class Numbers:
    """`digits` from 0 to 9, all words for zero, and numbers up to `most`, said and read.

    `read_digits` gives all readings, the most usual first ("seratus dua": 102, 1002). `one_by_one`, `mixed` and `whole`
    are what may be said: digits, digits with small numbers among them, one number.
    """

    digits: Words
    zeros: Words
    most: int
    say: Callable[[int], str]
    read: Callable[[Words], int | None]
    read_digits: Callable[[Words], tuple[str, ...]]
    one_by_one: Piece
    mixed: Piece
    whole: Piece

    def spell(self, digits: str) -> str:
        """ASCII `digits` one after another: "537" is "lima tiga tujuh"."""
        return " ".join(self.digits[int(digit)] for digit in digits)

    @property
    def digit(self) -> Piece:
        """Any one digit."""
        return alt((*self.digits, *(zero for zero in self.zeros if zero not in self.digits)))


@dataclass(frozen=True, slots=True)
class Dates:
    """Dates, said and read. One that ends with a word of `open` may still go on.

    `parts` are what a date is joined from when a caller is told it, in their order.
    """

    say: Callable[[date], str]
    parts: Callable[[date], Words]
    read: Callable[[Words], Iterable[date]]
    spoken: Piece
    open: frozenset[str]


@dataclass(frozen=True, slots=True)
class Spelling:
    """How words are pronounced: the `sounds` there are, the letters that are vowels, the readings of a word.

    `read` gives the most usual reading first; `stressed`, which of a word's sounds bears the stress, if any. `ease`
    gives, for a careful pronunciation, the ways people say it, that one first, and how unusual each is (negative
    logarithm).
    """

    sounds: Sounds
    vowels: frozenset[str]
    read: Callable[[str], tuple[Sounds, ...]]
    stressed: Callable[[str, Sounds], int | None]
    ease: Callable[[Sounds], Mapping[Sounds, float]]


@dataclass(frozen=True, slots=True)
class Wording:
    """How a written text is read aloud: what the voice would read wrongly, written out for it.

    `spoken` leaves only words and pauses of a text, with no digit; `unspeakable` names what of it would not be heard
    or not be understood; `amount` is a sum of money. `common` matches a word that hardly any other language has.
    """

    spoken: Callable[[str, Lexicon], str]
    unspeakable: Callable[[str, Lexicon], list[str]]
    amount: Callable[[int], str]
    common: re.Pattern[str]


@dataclass(frozen=True, eq=False)
class Language:
    """One language. `locale` is its name in CLDR, for what is written."""

    code: str
    locale: str
    vocabulary: Vocabulary
    numbers: Numbers
    dates: Dates
    wording: Wording
    spelling: Spelling
    own_words: OwnWords = OwnWords()

    def lexicon(self, path: Path) -> Lexicon:
        """The lexicon at `path`, for words that are said otherwise than they are spelt. Raises LexiconError."""
        return Lexicon.load(path, self.spelling.sounds)

    def sounds(self, word: str, lexicon: Lexicon) -> tuple[Sounds, ...]:
        """The ways to say `word` (letters a to z), the most usual first: the lexicon's, else as it is spelt."""
        return lexicon.sounds.get(word) or self.spelling.read(word)

    def command(self, words: Words) -> Command | None:
        """The command that `words` give."""
        return self._commands.get(" ".join(words))

    def reply(self, words: Words) -> Reply | None:
        """Whether `words` mean yes or no; None if neither."""
        bare = words[:-1] if words and words[-1] in self.vocabulary.titles else words
        return self._replies.get(" ".join(bare))

    def idle(self, words: Words) -> bool:
        """Whether `words` are nothing but fillers: courtesy, or thinking aloud."""
        return self._idle.fullmatch(" ".join(words)) is not None

    def goes_on(self, words: Words) -> bool:
        """Whether a longer yes or no begins with `words`."""
        return any(begins(words, tuple(longer.split())) for longer in self._replies)

    @property
    def commands(self) -> Piece:
        """All commands."""
        return alt((way for ways in self.vocabulary.commands.values() for way in ways), _COMMAND_COST)

    @property
    def fillers(self) -> Piece:
        """Fillers, one after another."""
        return Loop(alt(self.vocabulary.fillers, _COMMAND_COST))

    @property
    def yes_or_no(self) -> Piece:
        """Yes or no, with a title after it."""
        ways = alt(way for ways in self.vocabulary.replies.values() for way in ways)
        return seq(ways, Opt(alt(self.vocabulary.titles), _ASIDE_COST))

    def in_a_sentence(self, piece: Piece) -> Piece:
        """`piece` with what people say before and after."""
        return seq(Opt(alt(self.vocabulary.before), _ASIDE_COST), piece, Opt(alt(self.vocabulary.after), _ASIDE_COST))

    def bare(self, words: Words) -> Iterator[Words]:
        """`words`, and what is left of them without what people say before and after."""
        for begin in range(min(len(words), 4)):
            if begin and " ".join(words[:begin]) not in self.vocabulary.before:
                continue
            for end in range(len(words), max(begin, len(words) - 3), -1):
                if end == len(words) or " ".join(words[end:]) in self.vocabulary.after:
                    yield words[begin:end]

    def called(self, key: str) -> Words:
        """Ways to call an option by its number `key`; none for a key that has no ordinal."""
        if not key.isdigit() or not 1 <= int(key) <= len(self.vocabulary.ordinals):
            return ()
        number, ordinal = self.numbers.digits[int(key)], self.vocabulary.ordinals[int(key) - 1]
        return (
            *(f"{before} {number}".strip() for before in self.vocabulary.numbered),
            *(f"{before} {ordinal}" for before in self.vocabulary.ordered),
        )

    @cached_property
    def _commands(self) -> Mapping[str, Command]:
        return {way: command for command, ways in self.vocabulary.commands.items() for way in ways}

    @cached_property
    def _idle(self) -> re.Pattern[str]:
        filler = "|".join(map(re.escape, self.vocabulary.fillers)) or "(?!)"
        return re.compile(rf"(?:{filler})(?: (?:{filler}))*")

    @cached_property
    def _replies(self) -> Mapping[str, Reply]:
        return {way: reply for reply, ways in self.vocabulary.replies.items() for way in ways}
