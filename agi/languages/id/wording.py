"""The spoken form of a written Indonesian text: what espeak-ng reads wrongly, written out for it.

espeak-ng takes "0815-3636-9999" for thousands, spells nothing it should spell and says "garis miring" for
every slash. `spoken` leaves only words and pauses. It is pure: the same text and lexicon, the same result.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from agi.languages.id.numbers import NUMBERS
from agi.languages.id.numerals import RULES, amount, in_fours
from agi.languages.language import Wording
from agi.languages.lexicon import Lexicon

PAUSES = {":": ",", "(": ",", ")": ",", "[": ",", "]": ",", "–": ",", "—": ",", "…": ".", "\n": " "}
QUIET = set('"“”„«»‘`´_\t\r ')
"""Written, never spoken, and nothing is lost by it."""

_L = r"[^\W\d_]"
_DIGITS = r"[0-9]"
Name = Callable[[re.Match[str], Lexicon], str]


def spoken(text: str, lexicon: Lexicon) -> str:
    """`text` in words: only Latin letters, spaces and , . ? ! - ' ; remain, and no digit."""
    text = "".join(" " if _lost(char, lexicon) else char for char in _plain(text))
    # Each replacement is fenced by spaces, so that no rule joins it to a neighbour.
    for named, name in _NAMES:
        text = named.sub(lambda found, name=name: f" {name(found, lexicon)} ", text)  # type: ignore[misc]
    text = lexicon.pattern.sub(lambda found: f" {lexicon.word(found[0]) or found[0]} ", text)
    for pattern, say in RULES:
        text = pattern.sub(lambda found, say=say: f" {say(found)} ", text)  # type: ignore[misc]
    text = _CAPITALS.sub(lambda found: f" {_abbreviation(found[0], lexicon)} ", text)
    text = _SLASH.sub(" atau ", text).replace("@", " at ")
    return _tidied("".join(_character(char, lexicon) for char in text))


def unspeakable(text: str, lexicon: Lexicon) -> list[str]:
    """What of `text` (places and all) would not be heard or not be understood, for the checker.

    Characters that have no spoken form, words without a vowel that the lexicon does not know ("tgl"), or
    the whole text where nothing is left to say.
    """
    bare = _plain(re.sub(r"\{[^{}]*\}", " ", text))
    lost = [char for char in dict.fromkeys(bare) if _lost(char, lexicon)]
    heard = re.findall(rf"{_L}+", spoken(bare, lexicon))
    lost += dict.fromkeys(word for word in heard if len(word) > 1 and _vowelless(word))
    if not lost and not heard and "{" not in text:
        lost.append(text.strip())
    return lost


def _plain(text: str) -> str:
    """One form for each character: compatibility forms folded, every decimal digit ASCII."""
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‑", "-").replace("−", "-")
    return "".join(str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c for c in folded)


@lru_cache(maxsize=1024)
def _latin(char: str) -> bool:
    return char.isalpha() and (char.isascii() or unicodedata.name(char, "").startswith("LATIN "))


def _lost(char: str, lexicon: Lexicon) -> bool:
    """Whether nothing at all is heard of `char`."""
    known = _latin(char) or char.isdigit() or char in ",.?!-';@/"
    return not (known or char in QUIET or char in PAUSES or char in lexicon.symbols)


def _character(char: str, lexicon: Lexicon) -> str:
    """What is left of one character that no rule has taken."""
    if _latin(char) or char in ",.?!-'; ":
        return char
    if char in PAUSES:
        return PAUSES[char]
    return f" {lexicon.symbols[char]} " if char in lexicon.symbols else " "


def _tidied(text: str) -> str:
    """One space between words, one mark at a pause, hyphens and apostrophes only inside words."""
    text = re.sub(rf"(?<!{_L})['-]+|['-]+(?!{_L})", " ", text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ?([,.?!;])(?: ?[,.?!;])*", _strongest, text)
    return re.sub(r"\s+", " ", text).strip(" ,;").lstrip(".?! ")


def _strongest(marks: re.Match[str]) -> str:
    """Of several marks in a row the one that ends most: a sentence before a clause."""
    return next(mark for mark in "?!.;," if mark in marks[0]) + " "


def _vowelless(word: str) -> bool:
    return not re.search(r"[aeiouyàáâèéêëìíòóôöùúü]", word.lower())


def _address(found: re.Match[str], lexicon: Lexicon) -> str:
    """E-mail and web addresses: every mark is said, words stay words."""
    address = re.sub(r"^https?://", "", found[0].rstrip(".,;?!")).rstrip("/")
    names = {".": "titik", "/": "garis miring", "-": "strip", "_": "garis bawah", "@": "at", "+": "plus"}
    names |= {"?": "tanda tanya", "=": "sama dengan", "&": "dan", "#": "pagar", "%": "persen", ":": "titik dua"}
    words: list[str] = []
    for piece in re.findall(rf"{_L}+|{_DIGITS}+|[^\w\s]|_", address):
        if piece.isascii() and piece.isdigit():
            words.append(NUMBERS.spell(piece))
        elif piece in names:
            words.append(names[piece])
        elif (known := lexicon.word(piece)) is not None:
            words.append(known)
        else:
            words.append(lexicon.spelt(piece) if _vowelless(piece) else piece.lower())
    mark = found[0][len(found[0].rstrip(".,;?!")) :]
    return " ".join(words) + mark


def _form(found: re.Match[str], lexicon: Lexicon) -> str:
    """Numbers of forms, F-1.02: letter, then digits with "titik"."""
    return f"{lexicon.spelt(found[1])} {NUMBERS.spell(found[2])} titik {NUMBERS.spell(found[3])}"


def _code(found: re.Match[str], lexicon: Lexicon) -> str:
    """Numbers of documents, 3273-LU-01012020-0001: part by part, digits one by one."""
    parts: list[str] = []
    for part in re.split(r"[-/]", found[0]):
        pieces = re.findall(r"[A-Z]+|[0-9]+", part)
        parts.append(
            " ".join(
                in_fours(piece) if piece.isdigit() else lexicon.word(piece) or lexicon.spelt(piece) for piece in pieces
            )
        )
    return (" garis miring " if "/" in found[0] else ", ").join(parts)


def _abbreviation(capitals: str, lexicon: Lexicon) -> str:
    """Capitals the lexicon does not know: spelt where no vowel makes a word of them."""
    return lexicon.spelt(capitals) if len(capitals) == 1 or _vowelless(capitals) else capitals.lower()


_NAMES: tuple[tuple[re.Pattern[str], Name], ...] = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", _address),
        (r"https?://\S+", _address),
        (r"(?<![\w.])(?:[a-z0-9-]+\.)+(?:id|com|org|net)(?:/[^\s,;)]*)?(?!\w)", _address),
        (r"(?<!\w)([A-Z])-([0-9]+)\.([0-9]+)", _form),
        (r"(?<!\w)(?=[A-Z0-9/-]*[0-9])(?=[A-Z0-9/-]*[A-Z])[A-Z0-9]+(?:[-/][A-Z0-9]+){2,}(?!\w)", _code),
    )
)
_CAPITALS = re.compile(r"(?<![^\W_])[A-Z]+(?![^\W_])")
_SLASH = re.compile(r"\s*/\s*")

WORDING = Wording(
    spoken,
    unspeakable,
    amount,
    common=re.compile(
        r"yang|dan|atau|di|ke|dari|dengan|untuk|pada|ini|itu|anda|kami|tidak|belum|sudah|ada|adalah|bisa|akan|jika|kalau"
        r"|tekan|nomor|silakan|maaf|terima|kasih|satu|dua|tiga|kantor|petugas|surat|kartu|akta|lagi|saat|waktu|kurang|lebih|hanya|harap|mohon"
        r"|(?:ber|ter|men|mem|meng|peng)[a-z]{3,}|[a-z]{3,}(?:kan|nya)"
    ),
)
