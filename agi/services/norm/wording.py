"""What is measured of the words: the order of key and purpose, sentences, the reading level, office jargon, pauses."""

import re
from collections.abc import Iterator
from pathlib import Path

from agi import tomlfile
from agi.dialogue.finding import Finding
from agi.errors import HotlineError
from agi.services.norm import rules
from agi.services.norm.measured import Measured
from agi.services.norm.subject import Subject, words_of

JARGON = Path(__file__).resolve().parents[3] / "data" / "norm" / "jargon.toml"
_SPOKEN_KEYS = "[0-9]|bintang|pagar"
_KEY_FIRST = re.compile(rf"\b(?:tekan\s+)?({_SPOKEN_KEYS})\s+(?:untuk|guna)\b", re.IGNORECASE)
_NAMED = re.compile(rf"\b(?:{_SPOKEN_KEYS})\b", re.IGNORECASE)
_LONG_WORD = 6
_BY_ASTERISK = "digits."
"""Number words: no sentences."""


def option_first(on: Subject) -> Measured:
    """N001: no key is named before what it is for."""
    found = [
        on.in_text(rules.OPTION_FIRST.code, key, f"“{said[0]} …” menyebut tombol sebelum kegunaannya")
        for key in on.texts
        if (said := _KEY_FIRST.search(on.texts[key].raw))
    ]
    offering = sum("tekan" in text.raw.lower() or bool(_NAMED.search(text.raw)) for text in on.texts.values())
    return Measured(f"{len(found)} dari {offering} kalimat terbalik", tuple(found))


def sentences(on: Subject) -> Measured:
    """N005: no sentence is too long, by words and by seconds."""
    longest, slowest = 0, 0.0
    found: list[Finding] = []
    for key in _spoken(on):
        count = len(words_of(on.texts[key].raw)) or 1
        for sentence in on.sentences(key):
            words = len(words_of(sentence))
            lasts_s = on.seconds.get(key, 0.0) * words / count
            longest, slowest = max(longest, words), max(slowest, lasts_s)
            if words > rules.MOST_WORDS or lasts_s > rules.MOST_SENTENCE_S:
                message = f"“{sentence[:50]}…” panjangnya {words} kata, {_one(lasts_s)} detik"
                found.append(on.in_text(rules.SENTENCES.code, key, message))
    return Measured(f"{longest} kata, {_one(slowest)} detik", tuple(found))


def reading(on: Subject) -> Measured:
    """N006: no text is hard to follow, by Björnsson's LIX, which needs no syllables and suits any language."""
    levels = {key: level for key in _spoken(on) if (level := _lix(on, key))}
    found = [
        on.in_text(rules.READING.code, key, f"LIX {level:.0f}: sulit diikuti")
        for key, level in levels.items()
        if level > rules.MOST_LIX
    ]
    mean = sum(levels.values()) / len(levels) if levels else 0.0
    return Measured(f"tertinggi {max(levels.values(), default=0.0):.0f}, rata-rata {mean:.0f}", tuple(found))


def jargon(on: Subject) -> Measured:
    """N007: no word of the list is said. Raises HotlineError where the list can't be read."""
    listed = _jargon()
    found = []
    for key in _spoken(on):
        for word, instead in listed.items():
            if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", on.texts[key].raw, re.IGNORECASE):
                found.append(on.in_text(rules.JARGON.code, key, f"“{word}”: lebih jelas “{instead}”"))
    return Measured(f"{len(found)} dari {len(listed)} istilah dalam daftar terpakai", tuple(found))


def pauses(on: Subject) -> Measured:
    """N008: after each option there is a mark at which the voice rests."""
    offers = re.compile(rf"\b{on.language.vocabulary.offers}(?:\d)(?P<after>.?)", re.IGNORECASE)
    options = 0
    found: list[Finding] = []
    for key in on.offering:
        for said in offers.finditer(on.texts[key].raw.strip()):
            options += 1
            if said["after"] and said["after"] not in ".,;:!?":
                found.append(on.in_text(rules.PAUSES.code, key, f"tidak ada jeda di belakang “{said[0].strip()}”"))
    return Measured(f"{options - len(found)} dari {options} pilihan", tuple(found))


def _spoken(on: Subject) -> Iterator[str]:
    return (key for key in on.texts if not key.startswith(_BY_ASTERISK))


def _lix(on: Subject, key: str) -> float | None:
    said = list(on.sentences(key))
    words = [word for sentence in said for word in words_of(sentence)]
    if len(words) < rules.LIX_WORDS:
        return None
    return len(words) / len(said) + 100 * sum(len(word) > _LONG_WORD for word in words) / len(words)


def _jargon() -> dict[str, str]:
    """Each word of the list, and what to say instead."""
    try:
        tables = tomlfile.read(JARGON).tables
    except tomlfile.TomlError as wrong:
        raise HotlineError(f"{JARGON}:{wrong.line}: {wrong.message}") from None
    return {word: str(instead) for word, instead in tables.items()}


def _one(seconds: float) -> str:
    return f"{seconds:.1f}".replace(".", ",")
