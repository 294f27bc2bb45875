"""What may be said on one question: its network of words, and what the words mean.

A grammar is data: `piece` says what the graph accepts, `value` reads an answer. Grammars of a fixed kind share one
part of the graph whatever the length asked for; menus and lists have parts of their own, by `name`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from agi.speech import number_network, number_words
from agi.speech.dates import DATE, read_date
from agi.speech.network import Alt, Anything, Loop, Opt, Piece, alt, seq
from agi.speech.number_words import DIGITS, ZEROS

Words = tuple[str, ...]


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


class Command(StrEnum):
    """What may be said on every question."""

    REPEAT = "ulangi"
    BACK = "kembali"
    AGENT = "petugas"
    HELP = "bantuan"


class NikStanding(StrEnum):
    """What the floor above knows of 16 digits."""

    KNOWN = "known"  # may be a NIK, and the district is on the list
    UNKNOWN_REGION = "unknown region"  # may be a NIK, but the district is not (retired codes live on in NIKs)
    INVALID = "invalid"  # never a NIK


COMMANDS: Mapping[Command, tuple[str, ...]] = {
    Command.REPEAT: ("ulangi", "ulang", "tolong ulangi", "ulangi lagi", "coba ulangi", "sekali lagi"),
    Command.BACK: ("kembali", "kembali ke menu", "menu sebelumnya"),
    Command.AGENT: (
        *("petugas", "operator", "ke petugas", "hubungkan ke petugas", "sambungkan ke petugas"),
        *("bicara dengan petugas", "mau bicara dengan petugas", "saya mau bicara dengan petugas", "tolong petugas"),
    ),
    Command.HELP: ("bantuan", "tolong bantuan", "minta bantuan", "saya perlu bantuan"),
}
_COMMAND_OF = {tuple(text.split()): command for command, texts in COMMANDS.items() for text in texts}
_COMMAND_COST = 1.0

CARRIERS = (
    *("tolong", "mau", "saya mau", "saya ingin", "saya pilih", "pilih", "minta", "coba", "untuk", "saya mau pilih"),
    *("ya", "yang", "halo saya mau", "pak saya mau", "bu saya mau", "ke"),
)
"""What people say before an answer; it means nothing."""

ENDINGS = ("saja", "dong", "pak", "bu", "ya", "tolong")
"""What people say after an answer; it means nothing."""

_CARRIERS = {tuple(text.split()) for text in CARRIERS}
_ENDINGS = {tuple(text.split()) for text in ENDINGS}
_ASIDE_COST = 2.0
_ORDINALS = ("pertama", "kedua", "ketiga", "keempat", "kelima", "keenam", "ketujuh", "kedelapan")
_NUMBERED = ("", "nomor ", "pilihan ", "angka ", "tekan ", "nomor pilihan ")


class Grammar(Protocol):
    """One question's grammar."""

    @property
    def name(self) -> str:
        """The part of the graph it uses."""

    @property
    def kind(self) -> Kind:
        """Which thresholds it uses."""

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
    commands = alt((text for texts in COMMANDS.values() for text in texts), _COMMAND_COST)
    rest = (Loop(Anything()),) if other else ()
    return Alt((grammar.piece, commands, *rest))


def command(words: Words) -> Command | None:
    """The command that `words` give."""
    return _COMMAND_OF.get(words)


def aside(piece: Piece) -> Piece:
    """`piece` with what people say before and after."""
    return seq(Opt(alt(CARRIERS), _ASIDE_COST), piece, Opt(alt(ENDINGS), _ASIDE_COST))


def bare(words: Words) -> Iterator[Words]:
    """`words`, and what is left of them without what people say before and after."""
    for begin in range(min(len(words), 4)):
        if begin and words[:begin] not in _CARRIERS:
            continue
        for end in range(len(words), max(begin, len(words) - 3), -1):
            if end == len(words) or words[end:] in _ENDINGS:
                yield words[begin:end]


def _phrase_values(words: Words, meanings: Mapping[Words, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(meanings[part] for part in bare(words) if part in meanings))


YES = (
    *("ya", "iya", "ya ya", "iya iya", "betul", "benar", "ya betul", "ya benar", "iya betul", "iya benar"),
    *("betul sekali", "benar sekali", "sudah benar", "sudah betul", "ya sudah benar", "oke", "setuju"),
)
NO = (
    *("tidak", "bukan", "salah", "tidak benar", "tidak betul", "bukan itu", "belum benar", "masih salah", "enggak"),
    *("tidak salah", "bukan salah", "itu salah", "nggak", "tidak bukan", "tidak jadi"),
)


@dataclass(frozen=True, slots=True)
class YesNo:
    """Ya or tidak; the value is "ya" or "tidak"."""

    name: str = "yesno"
    kind: Kind = Kind.YES_NO

    @property
    def piece(self) -> Piece:
        """What may be said."""
        return seq(alt((*YES, *NO)), Opt(alt(("pak", "bu")), _ASIDE_COST))

    def values(self, words: Words) -> tuple[str, ...]:
        """ "ya" or "tidak"."""
        said = " ".join(words[:-1] if words[-1:] in (("pak",), ("bu",)) else words)
        return ("ya",) if said in YES else ("tidak",) if said in NO else ()

    def may_go_on(self, words: Words) -> bool:
        """ "ya" may become "ya betul", never "tidak"; "tidak" and "bukan" may become nothing else either."""
        return False

    def may_lengthen(self, words: Words) -> bool:
        """ "ya" may become "ya betul"."""
        return any(_begins(words, tuple(text.split())) for text in (*YES, *NO))


@dataclass(frozen=True, slots=True)
class Digits:
    """A number of `least` to `most` digits."""

    least: int
    most: int
    name: str = "digits"
    kind: Kind = Kind.DIGITS

    @property
    def piece(self) -> Piece:
        """Digits, doubled digits, and small numbers: "tiga satu", "dobel tiga", "tiga puluh satu"."""
        return number_network.digits_and_numbers()

    def values(self, words: Words) -> tuple[str, ...]:
        """Every reading of the right length."""
        return tuple(text for text in number_words.digit_readings(words) if self.least <= len(text) <= self.most)

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
    length: int = 16

    @property
    def piece(self) -> Piece:
        """Digits and doubled digits. Number words in here cost accuracy (measured): they are left out."""
        return number_network.digits()

    def values(self, words: Words) -> tuple[str, ...]:
        """The 16 digits, if they may be a NIK."""
        readings = (text for text in number_words.digit_readings(words) if len(text) == self.length)
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

    @property
    def piece(self) -> Piece:
        """What may be said."""
        return DATE

    def values(self, words: Words) -> tuple[str, ...]:
        """The date that `words` name."""
        return tuple(one.isoformat() for one in read_date(words))

    def may_go_on(self, words: Words) -> bool:
        """ "dua ribu" is a year, and "dua ribu lima" another; after a month's name nothing is whole yet."""
        return bool(words) and words[-1] in ("ribu", "puluh", "ratus", *DIGITS[1:])

    def may_lengthen(self, words: Words) -> bool:
        """Nothing that would mean the same."""
        return False


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number from `least` to `most`; the value is in ASCII digits."""

    least: int = 0
    most: int = number_words.MOST
    name: str = "number"
    kind: Kind = Kind.NUMBER

    @property
    def piece(self) -> Piece:
        """A number in words, or its digits one by one."""
        return number_network.number()

    def values(self, words: Words) -> tuple[str, ...]:
        """The number that `words` say."""
        value = number_words.number(words)
        readings = number_words.digit_readings(words) if value is None else (str(value),)
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
        return aside(alt(" ".join(words) for words in self._meanings))

    def values(self, words: Words) -> tuple[str, ...]:
        """The entry."""
        return _phrase_values(words, self._meanings)

    def may_go_on(self, words: Words) -> bool:
        """Whether another entry begins with these words."""
        return _goes_on(words, self._meanings, self.values(words))

    def may_lengthen(self, words: Words) -> bool:
        """ "status" may become "status dokumen"."""
        return any(_begins(part, longer) for part in bare(words) for longer in self._meanings)


@dataclass(frozen=True, slots=True)
class Options(OneOf):
    """The options of a menu: for each key its words. Every option may also be called by its number."""

    kind: Kind = Kind.OPTIONS

    def _also(self, value: str) -> tuple[str, ...]:
        """The number of the option, as people say it."""
        return _by_number(value)


@dataclass(frozen=True, slots=True)
class NikRepair:
    """Correct one group of four of a number just read back: "bukan, kelompok kedua [tiga satu tujuh empat]".

    The value is "ya", "tidak", the group ("2"), or group and digits ("2:3174").
    """

    name: str = "repair"
    kind: Kind = Kind.REPAIR

    @property
    def piece(self) -> Piece:
        """Yes, no, or which group and how it should be."""
        group = seq(alt(("kelompok", "bagian", "yang")), alt(_ORDINALS[:4]))
        wrong = seq(Opt(alt(("bukan", "tidak", "salah"))), group, Opt(alt(("salah", "yang salah"))))
        digits = seq(*[alt((*DIGITS, *ZEROS))] * 4)
        return alt((YesNo().piece, seq(wrong, Opt(digits))))

    def values(self, words: Words) -> tuple[str, ...]:
        """What is to be done."""
        if plain := YesNo().values(words):
            return plain
        group = next((nth for nth, name in enumerate(_ORDINALS[:4], 1) if name in words), 0)
        if not group:
            return ()
        rest = tuple(word for word in words[words.index(_ORDINALS[group - 1]) + 1 :] if word not in ("salah", "yang"))
        if not rest:
            return (str(group),)
        return tuple(f"{group}:{text}" for text in number_words.digit_readings(rest) if len(text) == 4)

    def may_go_on(self, words: Words) -> bool:
        """ "kelompok kedua" may go on with its digits, "bukan" with the group."""
        return ":" not in "".join(self.values(words)) and self.values(words) != ("ya",)

    def may_lengthen(self, words: Words) -> bool:
        """Nothing that would mean the same."""
        return False


def _by_number(key: str) -> tuple[str, ...]:
    if not key.isdigit() or not 1 <= int(key) <= len(_ORDINALS):
        return ()
    said = (f"{prefix}{DIGITS[int(key)]}" for prefix in _NUMBERED)
    ordinal = _ORDINALS[int(key) - 1]
    return (*said, f"yang {ordinal}", f"pilihan {ordinal}")


def _begins(words: Words, longer: Words) -> bool:
    return len(longer) > len(words) and longer[: len(words)] == words


def _goes_on(words: Words, meanings: Mapping[Words, str], values: Sequence[str]) -> bool:
    begun = [part for part in bare(words) if part in meanings]
    return any(_begins(part, longer) and value not in values for part in begun for longer, value in meanings.items())
