"""What callers would hear otherwise, in words that a person reads: sentence by sentence, menu row by menu row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from agi.dialogue.facts import Fact
from agi.dialogue.menu import Menu
from agi.dialogue.menufile import Node
from agi.languages import named
from agi.languages.lexicon import SAID, Lexicon
from agi.voice.recordings import Recordings
from agi.voice.texts import FALLBACK, Text, Texts

_T = TypeVar("_T")


class Kind(StrEnum):
    """What a change is about, as its heading says."""

    SENTENCE = "Kalimat"
    MESSAGE = "Pesan tertulis"
    MENU = "Menu"
    LEXICON = "Kamus"
    FACT = "Keterangan"
    RECORDING = "Rekaman"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that callers hear otherwise, or may press or say otherwise.

    `name`: the key of a sentence, the row of a menu … `before`, `after`: what it said and says, None where there is no
    such sentence; only sentences and messages have them. `line` tells the change in words.
    """

    kind: Kind
    name: str
    line: str
    before: str | None = None
    after: str | None = None


def changes(before: Path, after: Path, language: str) -> tuple[Change, ...]:
    """How the prompts in the folder `after` differ from those in `before`.

    Raises TextsError, MenuError, LexiconError.
    """
    known = named(language)
    texts = [Texts.load(folder, language) for folder in (before, after)]
    menus = [Menu.load(folder / "menu.toml", known) for folder in (before, after)]
    return (
        *_sentences(Kind.SENTENCE, *texts),
        *_sentences(Kind.MESSAGE, *(one.messages for one in texts)),
        *_menu(*menus),
        *_lexicon(known.lexicon(before / "lexicon.toml"), known.lexicon(after / "lexicon.toml")),
        *_facts(menus[0].facts, menus[1].facts),
        *_recordings(_recorded(before, language), _recorded(after, language)),
    )


def differences(before: Path, after: Path, language: str) -> Iterator[str]:
    """The same in lines for a terminal; none where nothing differs. Raises as `changes` does."""
    for kind, found in groupby(changes(before, after, language), lambda change: change.kind):
        yield f"{kind}:"
        for change in found:
            yield f"  {change.line}"
            if change.before is not None:
                yield f"    - {change.before}"
            if change.after is not None:
                yield f"    + {change.after}"


def _sentences(kind: Kind, before: Mapping[str, Text], after: Mapping[str, Text]) -> Iterator[Change]:
    sentences = [{key: text.raw.strip() for key, text in texts.items()} for texts in (before, after)]
    for key, old, new in _pairs(*sentences):
        yield Change(kind, key, f"{key}{_what(old, new)}", old, new)


def _menu(before: Menu, after: Menu) -> Iterator[Change]:
    if before.start != after.start:
        line = f"Panggilan dimulai di [{after.start}], sebelumnya [{before.start}]"
        yield Change(Kind.MENU, after.start, line)
    rows = [{name: _row(node) for name, node in menu.nodes.items()} for menu in (before, after)]
    for name, old, new in _pairs(*rows):
        if old is None or new is None:
            yield Change(Kind.MENU, name, f"[{name}]{_what(old, new)}")
        for what, was, now in _pairs(old or {}, new or {}):
            yield Change(Kind.MENU, name, f"[{name}] {what}: {_change(was, now)}")
    for grammar, asked, asks in _pairs(before.spoken, after.spoken):
        name = grammar.removeprefix("menu:").replace("question:", "questions.")
        for key, said, say in _pairs(asked or {}, asks or {}):
            lost = [way for way in said or () if way not in (say or ())]
            won = [way for way in say or () if way not in (said or ())]
            parts = [f"{sign} “{'”, “'.join(ways)}”" for sign, ways in (("-", lost), ("+", won)) if ways]
            line = f"[{name}] kata untuk {key}: {'; '.join(parts) or 'urutannya lain'}"
            yield Change(Kind.MENU, name, line)


def _lexicon(before: Lexicon, after: Lexicon) -> Iterator[Change]:
    for section in SAID:
        for key, old, new in _pairs(getattr(before, section), getattr(after, section)):
            yield Change(Kind.LEXICON, key, f"{key} dibaca: {_change(old, new)}")
    ways = [{word: " / ".join(map(" ".join, one)) for word, one in book.sounds.items()} for book in (before, after)]
    for word, was, now in _pairs(*ways):
        yield Change(Kind.LEXICON, word, f"{word} didengar: {_change(was, now)}")


def _facts(before: Sequence[Fact], after: Sequence[Fact]) -> Iterator[Change]:
    was, now = ({fact.name: _fields(fact) for fact in facts} for facts in (before, after))
    for name, old, new in _pairs(was, now):
        if old is None or new is None:
            yield Change(Kind.FACT, name, f"{(new or old or {})['tentang']}{_what(old, new)}")
            continue
        for what, before_it, after_it in _pairs(old, new):
            yield Change(Kind.FACT, name, f"{new['tentang']}: {what}: {_change(before_it, after_it)}")


def _fields(fact: Fact) -> dict[str, str]:
    return {
        "tentang": fact.about,
        "kalimat": ", ".join(fact.sentences),
        "sumber": fact.source,
        "diperiksa": fact.checked.isoformat() if fact.checked else "belum pernah",
        "diperiksa lagi": fact.again.isoformat(),
        "penanggung jawab": fact.owner,
    }


def _recordings(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[Change]:
    for name, old, new in _pairs(before, after):
        what = "baru" if old is None else "dihapus, suara mesin dipakai" if new is None else "diganti"
        yield Change(Kind.RECORDING, name, f"{name}: {what}")


def _recorded(prompts: Path, language: str) -> dict[str, bytes]:
    recordings = Recordings(prompts / "recordings")
    return {
        path.relative_to(recordings.folder).with_suffix("").as_posix(): path.read_bytes()
        for one in dict.fromkeys((FALLBACK, language))
        for path in recordings.used(one)
    }


def _row(node: Node) -> dict[str, str]:
    """What a node is, in words: its options and its other fields; where they stand in the file does not matter."""
    others = {
        **node.model_dump(include={"title", "prompt", "say", "details", "office", "service", "give_up", "barge_in"}),
        **node.patience,
    }
    withdrawn = {f"tombol {key}": f"{target}, tidak ditawarkan" for key, target in node.withdrawn.items()}
    return (
        {f"tombol {key}": target for key, target in node.options.items()}
        | withdrawn
        | {name: _worded(value) for name, value in others.items() if value not in ("", ())}
    )


def _worded(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return {True: "ya", False: "tidak"}[value] if isinstance(value, bool) else str(value)


def _pairs(before: Mapping[str, _T], after: Mapping[str, _T]) -> Iterator[tuple[str, _T | None, _T | None]]:
    """(key, what it was, what it is) of all that differs, in the order of `after`, what is gone last."""
    for key in (*after, *(key for key in before if key not in after)):
        old, new = before.get(key), after.get(key)
        if old != new:
            yield key, old, new


def _what(old: object, new: object) -> str:
    return " (baru)" if old is None else " (dihapus)" if new is None else ""


def _change(old: str | None, new: str | None) -> str:
    if old is None:
        return f"{new} (baru)"
    return f"{old} (dihapus)" if new is None else f"{old} → {new}"
