"""A message as tokens: words, numbers and the marks between them, whatever alphabet, spaces and habits it came with."""

import re
import unicodedata
from dataclasses import dataclass

_FIELD_MARKS = "#,;:|/*_\n\"'“”()[]<>=+&"
_TOKEN = re.compile(rf"(\d+)|([^\W\d_]+)|([{re.escape(_FIELD_MARKS)}])")
_LETTERS_FOR_DIGITS = str.maketrans("oil", "011")
_WRITTEN_NUMBER = re.compile(r"\d[\doil]*(?![^\W_])")
_IN_FOURS = re.compile(r"(?<![^\W_])[\doil]{4}(?:[ .\-][\doil]{4}){3}(?![^\W_])")
_LENGTHS = (16, 12)
"""Of numbers in which letters are taken for digits: a NIK or KK number, and a registration number."""
_MOST_LETTERS = 6
LONGEST = 1000
"""Characters of a message that are read."""


@dataclass(frozen=True, slots=True)
class Number:
    """Digits as typed; `parted`: words or a field's mark stand between it and the number before; `after`: the word
    right before it, "" where there is none."""

    digits: str
    parted: bool
    after: str = ""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """`text` in small letters and ASCII digits; its words, its numbers, and whether it has fields ("cek#ktp#…").

    `before`: how many of the words stand before the first number.
    """

    text: str
    words: tuple[str, ...]
    numbers: tuple[Number, ...]
    fields: bool
    before: int


def cleaned(message: str) -> Cleaned:
    """`message` as tokens."""
    text = plain(message)
    words: list[str] = []
    numbers: list[Number] = []
    parted, last, before = True, "", -1
    for digits, word, _mark in _TOKEN.findall(text):
        if digits:
            before = len(words) if before < 0 else before
            numbers.append(Number(digits, parted, last))
            parted, last = False, ""
        else:
            parted = True
            if word:
                words.append(word)
                last = word
    return Cleaned(
        text, tuple(words), tuple(numbers), "#" in text or "*" in text, before if before >= 0 else len(words)
    )


def plain(message: str) -> str:
    """`message` in compatible characters (NFKC), small, all digits ASCII, without what nobody sees; letters that stand
    for digits within a long number are digits."""
    told = unicodedata.normalize("NFKC", message[:LONGEST])
    visible = (one for one in told if unicodedata.category(one) not in {"Cf", "Mn", "Co", "Cn"})
    text = "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in visible).casefold()
    text = text.replace("\r", "\n")
    return _WRITTEN_NUMBER.sub(_in_digits, _IN_FOURS.sub(_in_digits, text))


def _in_digits(found: re.Match[str]) -> str:
    """The same number in digits, where it can only be one: it has just the right length, and few letters."""
    bare = re.sub(r"[ .\-]", "", found[0])
    letters = sum(one.isalpha() for one in bare)
    return found[0].translate(_LETTERS_FOR_DIGITS) if len(bare) in _LENGTHS and letters <= _MOST_LETTERS else found[0]
