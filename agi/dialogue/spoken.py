"""The words of menu.toml: what a caller may say instead of pressing a key."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_SAYABLE = re.compile(r"[a-z]+(?: [a-z]+)*")
_PATTERN = re.compile(r"[a-z]+(?:/[a-z]+)*(?: [a-z]+(?:/[a-z]+)*)*")

INTENTS = "intents"
"""The grammar of wishes for any place of the menu."""

Spoken = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Grammar ("menu:main", "question:more") -> option -> ways to say it; the first is the one that is read back.

INTENTS -> place -> patterns of words that tell ("ktp hilang"), the first again what is read back."""

Leads = Mapping[str, Mapping[str, str]]
"""The questions on which any place may be wished for -> option -> the place it leads to."""

Wrong = Callable[[str, str, str], None]
"""Told of what is wrong: its code, the dotted name of where it stands, and a sentence."""


@dataclass(frozen=True, slots=True)
class Words:
    """What may be said on one question, in its normal form, as it stands in the table `name` ("main.words")."""

    name: str
    ways: Mapping[str, tuple[str, ...]]


def normal(text: str) -> str:
    """`text` as it is heard: small letters, single blanks, no hyphens ("KTP-el" -> "ktp el")."""
    return " ".join(text.lower().replace("-", " ").split())


def read_patterns(place: str, texts: tuple[str, ...], wrong: Wrong) -> tuple[str, ...]:
    """The patterns of the node `place` in their normal form; `wrong` is told what is wrong with their form."""
    patterns = tuple(dict.fromkeys(map(normal, texts)))
    for nth, pattern in enumerate(patterns):
        if not _PATTERN.fullmatch(pattern):
            problem = (
                f"intents di [{place}]: {pattern!r} tidak bisa didengar: tulis kata-kata dengan huruf, misalnya "
                '"KTP hilang", atau "KTP/KK hilang" untuk dua sekaligus'
            )
            wrong("M022", f"{place}.{INTENTS}", problem)
        elif nth == 0 and "/" in pattern:
            problem = f"intents di [{place}]: yang pertama dibacakan kepada penelepon: tulis tanpa garis miring"
            wrong("M022", f"{place}.{INTENTS}", problem)
    return tuple(pattern for pattern in patterns if _PATTERN.fullmatch(pattern))


def read_words(name: str, body: object, wrong: Wrong) -> Words:
    """The words in the table `name`; `wrong` is told what is wrong with its form."""
    if not isinstance(body, dict):
        wrong("M002", name, f'[{name}] harus tabel pilihan: 1 = ["cek NIK", "NIK"]')
        return Words(name, {})
    return Words(name, {option: _ways(name, option, value, wrong) for option, value in body.items()})


def _ways(name: str, option: str, value: Any, wrong: Wrong) -> tuple[str, ...]:
    place, what = f"{name}.{option}", f"{option} di [{name}]"
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        wrong("M002", place, f'{what} harus daftar kata, misalnya ["cek NIK", "NIK"]')
        return ()
    if not texts:
        wrong("M022", place, f"{what} belum berisi kata: tulis, atau hapus barisnya")
    ways = dict.fromkeys(map(normal, texts))
    for way in ways:
        if not _SAYABLE.fullmatch(way):
            problem = f"{what}: {way!r} tidak bisa didengar: tulis seperti diucapkan, dengan huruf ('dua', bukan '2')"
            wrong("M022", place, problem)
    return tuple(way for way in ways if _SAYABLE.fullmatch(way))
