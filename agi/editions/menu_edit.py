"""Changes of the menu file as an admin makes them: option by option, place by place; comments and order stay.

Each takes the document that `WorkingCopy.edit` hands it. Raises ValueError, in Indonesian, for what can't be done.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tomlkit
from tomlkit import TOMLDocument

from agi.dialogue.menufile import OPTION_KEYS, PATIENCE

_WORDS = "words"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")


@dataclass(frozen=True, slots=True)
class Option:
    """Where a key leads, and what may be said instead of pressing it."""

    target: str
    words: tuple[str, ...] = ()


def options(document: Mapping[str, Any], node: str) -> list[Option]:
    """The options of `node`, in the order of their keys."""
    table = _table(document, node)
    words = table.get(_WORDS, {})
    return [Option(str(table[key]), _listed(words.get(key, ()))) for key in OPTION_KEYS if key in table]


def put_options(document: TOMLDocument, node: str, wanted: Sequence[Option]) -> None:
    """Let the keys of `node`, from 1 on, be `wanted`; a menu keeps at least one."""
    if not wanted:
        raise ValueError("Menu tanpa pilihan tidak bisa dipakai: pindahkan atau hapus menunya.")
    if len(wanted) > len(OPTION_KEYS):
        raise ValueError(f"Paling banyak {len(OPTION_KEYS)} pilihan.")
    table: Any = _table(document, node)
    if _WORDS not in table:
        table[_WORDS] = tomlkit.table()
    words = table[_WORDS]
    for key, option in zip(OPTION_KEYS, [*wanted, *[None] * len(OPTION_KEYS)], strict=False):
        if option is None:
            table.pop(key, None)
            words.pop(key, None)
            continue
        if table.get(key) != option.target:
            table[key] = option.target
        if _listed(words.get(key, ())) != option.words:
            if option.words:
                words[key] = list(option.words)
            else:
                words.pop(key, None)
    if not words:
        table.pop(_WORDS)


def move(wanted: Sequence[Option], place: int, by: int) -> list[Option]:
    """`wanted` with the one at `place` (from 0) moved up (-1) or down (1); at the end it stays."""
    other = place + by
    moved = list(wanted)
    if 0 <= place < len(moved) and 0 <= other < len(moved):
        moved[place], moved[other] = moved[other], moved[place]
    return moved


def add_information(document: TOMLDocument, name: str, say: str, intents: Sequence[str]) -> None:
    """A new place `name` that says the sentence `say`; callers may wish for it by `intents`."""
    if not _NAME.fullmatch(name) or name in document:
        raise ValueError(f"Nama {name!r} tidak bisa dipakai, atau sudah ada.")
    table = tomlkit.table()
    table["say"] = say
    if intents:
        table["intents"] = list(intents)
    document[name] = table


def put_intents(document: TOMLDocument, node: str, intents: Sequence[str]) -> None:
    """By which words callers may wish for `node` on any menu; none: only by its key."""
    table: Any = _table(document, node)
    if intents:
        table["intents"] = list(intents)
    else:
        table.pop("intents", None)


def put_patience(document: TOMLDocument, node: str, patience: Mapping[str, int]) -> None:
    """The time-outs (ms) and tries that are the node's own; those that are not named are the settings' again."""
    table: Any = _table(document, node)
    for name in PATIENCE:
        if name in patience:
            table[name] = patience[name]
        else:
            table.pop(name, None)


def drop(document: TOMLDocument, node: str) -> None:
    """Remove the place `node`, which nothing leads to."""
    used = uses(document, node)
    if used:
        raise ValueError(f"Masih dipakai di {', '.join(used)}: hapus pilihannya dulu.")
    _table(document, node)
    document.remove(node)


def uses(document: Mapping[str, Any], node: str) -> tuple[str, ...]:
    """From where one gets to `node`: options, what is done when somebody gives up, and the start."""
    found = [
        f"{name}.{key}"
        for name, table in document.items()
        if isinstance(table, Mapping)
        for key in (*OPTION_KEYS, "give_up")
        if table.get(key) == node
    ]
    return (*(("start",) if document.get("start") == node else ()), *found)


def name_of(title: str, taken: Mapping[str, Any]) -> str:
    """A name in the file for a place that people call `title`: letters and digits, none that is `taken`."""
    plain = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:30]
    base = plain if _NAME.fullmatch(plain) else f"info_{plain}".rstrip("_")
    return next(name for nth in range(1, 1000) if (name := base if nth == 1 else f"{base}_{nth}") not in taken)


def _table(document: Mapping[str, Any], node: str) -> Any:
    table = document.get(node)
    if not isinstance(table, Mapping):
        raise ValueError("Tempat itu sudah tidak ada di menu.")
    return table


def _listed(words: Any) -> tuple[str, ...]:
    return (str(words),) if isinstance(words, str) else tuple(map(str, words))
