"""Numbers as networks of words: digits one by one, numbers said among them, whole numbers up to 999,999."""

from agi.speech.network import Alt, Loop, Opt, Piece, alt, seq
from agi.speech.number_words import DIGITS, THRICE, TWICE, ZEROS

_DOUBLE_COST = 3.0
_NUMBER_COST = 5.0


def digits() -> Piece:
    """Digits one by one, and doubles ("dobel tiga")."""
    return Loop(alt((*DIGITS, *ZEROS, _times())))


def digits_and_numbers() -> Piece:
    """The same, and two-digit numbers, hundreds and years, as they are said inside a number of digits."""
    return Loop(alt((*DIGITS, *ZEROS, _times(), _priced(_hundreds(units=False), _NUMBER_COST))))


def number() -> Piece:
    """A whole number, as a number or digit by digit."""
    return alt((_thousands(), alt((Loop(alt((*DIGITS, *ZEROS))),), _NUMBER_COST)))


def _times() -> Piece:
    return seq(_priced(alt((*TWICE, *THRICE)), _DOUBLE_COST), alt((*DIGITS, *ZEROS)))


def _priced(piece: Piece, cost: float) -> Piece:
    """`piece` at a price."""
    return Alt((seq(piece),), cost)


def _tens(*, units: bool = True) -> Piece:
    unit = DIGITS[1:]
    pieces: list[Piece] = [
        *("sepuluh", "sebelas", "satu puluh"),
        seq(alt(DIGITS[2:]), "belas"),
        seq(alt(DIGITS[2:]), "puluh", Opt(alt(unit))),
    ]
    return alt((*unit, *pieces) if units else pieces)


def _hundreds(*, units: bool = True) -> Piece:
    head = alt(("seratus", seq(alt(DIGITS[1:]), "ratus")))
    return alt((_tens(units=units), seq(head, Opt(_tens()))))


def _thousands() -> Piece:
    head = alt(("seribu", seq(_hundreds(), "ribu")))
    return alt((*ZEROS, _hundreds(), seq(head, Opt(_hundreds()))))
