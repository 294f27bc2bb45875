"""What a message asks for, and the numbers in it; the same words always mean the same, whoever sends them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from agi.books.ticket import RefusedBy
from agi.languages.id import messages as typed
from agi.text.cleaned import Cleaned, Number, cleaned
from agi.text.numbers import NIK_DIGITS, Found, longest, named, of_length
from agi.text.slips import meant

REGISTRATION_DIGITS, TICKET_DIGITS, CALL_DIGITS, PIN_DIGITS = 12, 8, 7, 6
KK_DIGITS = 10
_FIRST_WORDS = 4
_NEARLY = range(13, 20)
"""Digits of a bare number that was probably meant as a NIK."""
_FEW = 3
OF_PROOFS = {"kk", "no", "nomor", "pin"}
"""Words beside a number that is sent after another, to prove it."""


class Intent(StrEnum):
    """What is asked for; the words are those of the office that testers compare."""

    CHECK = "cek_ktp"
    HOW_TO_CHECK = "cek_cara"
    NIK_LENGTH = "nik_panjang_salah"
    NIK_NOT_FOUND = "nik_tidak_ditemukan"
    STATUS = "status"
    STATUS_PIN = "status_pin_kurang"
    STATUS_NUMBER = "status_nomor_salah"
    HOW_TO_STATUS = "status_cara"
    TICKET = "tiket"
    TICKET_PIN = "tiket_pin_kurang"
    TICKET_NUMBER = "tiket_nomor_salah"
    HOW_TO_TICKET = "tiket_cara"
    REQUIREMENTS = "syarat"
    COMPLAIN = "lapor"
    NEW_TICKET = "tiket_baru"
    INFO = "info"
    OFFICE = "kantor"
    HOURS = "jam"
    FRAUD = "waspada_penipuan"
    CALL_NUMBER = "nomor_panggilan"
    AGENT = "petugas"
    STOP = "stop"
    EMPTY = "kosong"
    HELP = "bantuan"


BY_THE_HOTLINE = frozenset(
    {
        Intent.CHECK,
        Intent.NIK_LENGTH,
        Intent.NIK_NOT_FOUND,
        Intent.STATUS,
        Intent.STATUS_PIN,
        Intent.STATUS_NUMBER,
        Intent.TICKET,
        Intent.TICKET_PIN,
        Intent.TICKET_NUMBER,
        Intent.COMPLAIN,
        Intent.NEW_TICKET,
        Intent.CALL_NUMBER,
    }
)
"""What the hotline answers also while an agent has the thread: numbers, which no agent is shown, and complaints."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One message.

    `number`: of a registration, a ticket or a call. `kk`: the whole KK number; `kk_end`: its last digits. `digits`: how
    many a number had that can't be a NIK. `document`, `case`: of requirements. `words`: all of it. `loose`: numbers in
    a message that says nothing else. `said`: what a complaint says.
    """

    intent: Intent
    nik: str = field(default="", repr=False)
    kk: str = field(default="", repr=False)
    kk_end: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)
    digits: int = 0
    document: str = ""
    case: str = ""
    words: tuple[str, ...] = field(default=(), repr=False)
    loose: tuple[str, ...] = field(default=(), repr=False)
    said: str = field(default="", repr=False)

    @property
    def numbers(self) -> Mapping[str, str | int]:
        """The numbers that were found, by the names that testers know."""
        found: dict[str, str | int] = {
            "nik": self.nik,
            "kk": self.kk,
            "kk_end": self.kk_end,
            "no": self.number,
            "pin": self.pin,
            "digit": self.digits,
        }
        return {name: value for name, value in found.items() if value}

    @property
    def about(self) -> Mapping[str, str]:
        """Document and case, where they were named."""
        return {name: value for name, value in (("dok", self.document), ("kasus", self.case)) if value}


def read(message: str, kk_digits: int = KK_DIGITS) -> Reading:
    """What `message` asks for. `kk_digits`: how many of the last digits of the KK number prove a NIK."""
    told = cleaned(message)
    if not told.text.strip():
        return Reading(Intent.EMPTY)
    if told.words and told.words[0] in typed.STOP and len(told.words) == 1 and not told.numbers:
        return Reading(Intent.STOP)
    command = _command(told)
    match command:
        case "status":
            return _proved(told, _STATUS, REGISTRATION_DIGITS)
        case "ticket":
            return _proved(told, _TICKET, TICKET_DIGITS)
        case "call" if calls := of_length(told.numbers, CALL_DIGITS):
            return Reading(Intent.CALL_NUMBER, number=calls[0].digits, words=told.words)
        case "complain" if (said := _said(message)) or not told.numbers:
            return Reading(Intent.COMPLAIN, words=told.words, said=said)
    if (found := _about_a_nik(told, command, kk_digits)) is not None:
        return found
    if set(told.words) & set(typed.FRAUD):
        return Reading(Intent.FRAUD, words=told.words)
    if command == "reconcile" or _not_found(told.words):
        return Reading(Intent.NIK_NOT_FOUND, words=told.words)
    return _without_number(told, command)


def document_of(words: tuple[str, ...]) -> tuple[str, str]:
    """The document that is named, and the case; "" for none."""
    document = _document(words)
    return document, _case(words) if document else ""


def refused_by(words: tuple[str, ...]) -> RefusedBy:
    """Which institution is named that does not find a NIK; OTHER where none is."""
    return RefusedBy(_first_named(words, typed.REFUSED_BY) or RefusedBy.OTHER)


def agrees(words: tuple[str, ...]) -> bool:
    """Whether a message says yes, and nothing else."""
    return bool(set(words) & set(typed.YES)) and not set(words) - {*typed.YES, *typed.SAY_NOTHING}


def _command(told: Cleaned) -> str:
    """The first command among the first words that say something, "" where there is none."""
    telling = [word for word in told.words if word not in typed.SAY_NOTHING]
    for word in telling[:_FIRST_WORDS]:
        if command := meant(word, typed.COMMANDS):
            return command
        if glued := _glued(word):
            return glued
    return ""


def _glued(word: str) -> str:
    """The command that a word begins with, before what it is about: "cekktp"."""
    about = {way for ways in typed.DOCUMENTS.values() for way in ways} | {"nik"}
    for command, ways in typed.COMMANDS.items():
        if any(word.startswith(way) and word.removeprefix(way) in about for way in ways):
            return command
    return ""


def _about_a_nik(told: Cleaned, command: str, kk_digits: int) -> Reading | None:
    """A message that holds a NIK, or a number that was meant as one."""
    found = of_length(told.numbers, NIK_DIGITS)
    if found:
        nik, kk = _told_apart(found)
        refused = command == "reconcile" or _not_found(told.words[: told.before])
        intent = Intent.NIK_NOT_FOUND if refused else Intent.CHECK
        end = "" if kk else _end_of_kk(told.numbers, nik, kk_digits)
        return Reading(intent, nik=nik.digits, kk=kk.digits if kk else "", kk_end=end, words=told.words)
    digits = longest(told.numbers)
    bare = not [word for word in told.words if word not in ("nik", "ktp")]
    if (command in ("check", "habit") and digits > _FEW) or (bare and digits in _NEARLY):
        return Reading(Intent.NIK_LENGTH, digits=digits, words=told.words)
    return None


def _told_apart(found: tuple[Found, ...]) -> tuple[Found, Found | None]:
    """The NIK and the KK number: the first and the second, unless the words before them say otherwise."""
    first, *others = found
    second = next((one for one in others if one.digits != first.digits), None)
    if second is not None and named(first, "kk") and not named(second, "kk"):
        return second, first
    return first, second


def _end_of_kk(numbers: tuple[Number, ...], nik: Found, kk_digits: int) -> str:
    """The number right behind the NIK, if it is as long as the end of the KK number that is asked for."""
    behind = [Number(one.digits, one.parted or not at, one.after) for at, one in enumerate(numbers[nik.end :])]
    ends = of_length(behind, kk_digits)
    return ends[0].digits if ends and not ends[0].start and not named(ends[0], "telephone") else ""


@dataclass(frozen=True, slots=True)
class _Proved:
    """The intents around a number that a PIN proves."""

    whole: Intent
    no_pin: Intent
    wrong: Intent
    how: Intent


_STATUS = _Proved(Intent.STATUS, Intent.STATUS_PIN, Intent.STATUS_NUMBER, Intent.HOW_TO_STATUS)
_TICKET = _Proved(Intent.TICKET, Intent.TICKET_PIN, Intent.TICKET_NUMBER, Intent.HOW_TO_TICKET)


def _proved(told: Cleaned, intents: _Proved, length: int) -> Reading:
    found = of_length(told.numbers, length)
    if not found:
        return Reading(intents.wrong if told.numbers else intents.how, words=told.words)
    number = found[0]
    rest = [Number(one.digits, one.parted or not at, one.after) for at, one in enumerate(told.numbers[number.end :])]
    pins = of_length(rest, PIN_DIGITS)
    if pins:
        return Reading(intents.whole, number=number.digits, pin=pins[0].digits, words=told.words)
    return Reading(intents.no_pin, number=number.digits, words=told.words)


def _said(message: str) -> str:
    """What stands behind the first word, as it was typed."""
    _, _, said = message.strip().lstrip("#*").replace("#", " ", 1).partition(" ")
    return said.strip()


def _not_found(words: tuple[str, ...]) -> bool:
    told = set(words)
    return bool(told & {"nik", "ktp"} and told & set(typed.NOT) and told & set(typed.NOT_FOUND))


def _without_number(told: Cleaned, command: str) -> Reading:
    document, case = document_of(told.words)
    asks = len([word for word in told.words if word not in typed.SAY_NOTHING]) <= _FEW
    if command == "office" and "kantor" not in told.words and set(told.words) & set(typed.CHANGES):
        command = ""
    match command:
        case "requirements":
            return Reading(Intent.REQUIREMENTS, document=document, case=case, words=told.words)
        case "check" | "habit" if told.fields or asks:
            return Reading(Intent.HOW_TO_CHECK, words=told.words)
        case "info" if asks:
            return Reading(Intent.INFO, words=told.words)
        case "hours" if asks:
            return Reading(Intent.HOURS, words=told.words)
        case "office" if not set(told.words) & set(typed.OPEN):
            return Reading(Intent.OFFICE, words=told.words)
        case "office" | "hours":
            return Reading(Intent.HOURS, words=told.words)
    if asks and set(told.words) & set(typed.AGENT):
        return Reading(Intent.AGENT, words=told.words)
    loose = tuple(one.digits for one in told.numbers) if not set(told.words) - OF_PROOFS else ()
    return Reading(Intent.HELP, words=told.words, loose=loose)


def _document(words: tuple[str, ...]) -> str:
    for two in pairwise(words):
        if two in typed.DOCUMENT_IN_TWO_WORDS:
            return typed.DOCUMENT_IN_TWO_WORDS[two]
    return _first_named(words, typed.DOCUMENTS)


def _case(words: tuple[str, ...]) -> str:
    return _first_named(words, typed.CASES)


def _first_named(words: tuple[str, ...], names: Mapping[str, tuple[str, ...]]) -> str:
    """The first of `names` that a word means: without a slip where one is, else with one."""
    exact = next((name for name, ways in names.items() if any(word in ways for word in words)), "")
    return exact or next((name for word in words if (name := meant(word, names))), "")
