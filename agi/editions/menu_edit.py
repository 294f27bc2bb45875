"""Changes of the menu file as an admin makes them: option by option, place by place; comments and order stay.

Each takes the document that `WorkingCopy.edit` hands it. Raises ValueError, in Indonesian, for what can't be done.
"""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.items import Comment, Item

from agi.dialogue.menufile import GIVE_UP_AGENT, OPTION_KEYS, PATIENCE

_WORDS, _OFF = "words", "off"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")


@dataclass(frozen=True, slots=True)
class Option:
    """Where a key leads, what may be said instead of pressing it, and whether it is offered at present.

    `spelt`: target and words as the file spells them, with what is noted beside: it goes with them wherever they go.
    """

    target: str
    words: tuple[str, ...] = ()
    offered: bool = True
    spelt: tuple[Any, Any] = field(default=(None, None), compare=False, repr=False)


def options(document: Mapping[str, Any], node: str) -> list[Option]:
    """The options of `node`, in the order of their keys."""
    table = _table(document, node)
    words, off = table.get(_WORDS, {}), _listed(table.get(_OFF, ()))
    return [
        Option(str(table[key]), _listed(words.get(key, ())), key not in off, (table[key], words.get(key)))
        for key in OPTION_KEYS
        if key in table
    ]


def put_options(document: TOMLDocument, node: str, wanted: Sequence[Option]) -> None:
    """Let the keys of `node`, from 1 on, be `wanted`; a menu keeps at least one."""
    if not wanted:
        raise ValueError("Menu tanpa pilihan tidak bisa dipakai: pindahkan atau hapus menunya.")
    if len(wanted) > len(OPTION_KEYS):
        raise ValueError(f"Paling banyak {len(OPTION_KEYS)} pilihan.")
    if not options(document, node):
        raise ValueError("Tempat ini bukan menu: tidak bisa diberi pilihan.")
    if not any(option.offered for option in wanted):
        raise ValueError("Paling sedikit satu pilihan harus tetap ditawarkan.")
    table: Any = _table(document, node)
    if _WORDS not in table:
        table[_WORDS] = tomlkit.table()
    words = table[_WORDS]
    for key, option in zip(OPTION_KEYS, [*wanted, *[None] * len(OPTION_KEYS)], strict=False):
        target, listed = option.spelt if option else (None, None)
        _set(table, key, target if option and target == option.target else option and option.target)
        said = option.words if option else ()
        _set(words, key, listed if listed is not None and _listed(listed) == said else list(said) or None)
    if not words and not any(isinstance(part, Comment) for _, part in words.value.body):  # what is noted there stays
        table.pop(_WORDS)
    off = [key for key, option in zip(OPTION_KEYS, wanted, strict=False) if not option.offered]
    if off != list(_listed(table.get(_OFF, ()))):
        _set(table, _OFF, off or None)


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
    if tuple(intents) != _listed(table.get("intents", ())):
        _set(table, "intents", list(intents) or None)


def put_patience(document: TOMLDocument, node: str, patience: Mapping[str, int]) -> None:
    """The time-outs (ms) and tries that are the node's own; those that are not named are the settings' again."""
    table: Any = _table(document, node)
    for name in PATIENCE:
        if table.get(name) != patience.get(name):
            _set(table, name, patience.get(name))


def put_manner(document: TOMLDocument, node: str, give_up: str, barge_in: bool | str) -> None:
    """What becomes of who gives up at `node`, and what may interrupt its sentence; what is usual needs no line."""
    table: Any = _table(document, node)
    for name, value, usual in (("give_up", give_up, GIVE_UP_AGENT), ("barge_in", barge_in, True)):
        if table.get(name, usual) != value:
            _set(table, name, None if value == usual else value)


def put_title(document: TOMLDocument, node: str, title: str) -> None:
    """What people call `node`; "" lets it be called by the words that lead there."""
    table: Any = _table(document, node)
    if table.get("title", "") != title:
        _set(table, "title", title or None)


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
        for key in (*OPTION_KEYS, "office", "give_up")
        if table.get(key) == node
    ]
    return (*(("start",) if document.get("start") == node else ()), *found)


def name_of(title: str, taken: Container[str]) -> str:
    """A name in the file for a place that people call `title`: letters and digits, none that is `taken`."""
    plain = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:30]
    base = plain if _NAME.fullmatch(plain) else f"info_{plain}".rstrip("_")
    return next(name for nth in range(1, 1000) if (name := base if nth == 1 else f"{base}_{nth}") not in taken)


def _table(document: Mapping[str, Any], node: str) -> Any:
    table = document.get(node)
    if not isinstance(table, Mapping):
        raise ValueError("Tempat itu sudah tidak ada di menu.")
    return table


def _set(table: Any, key: str, value: Any) -> None:
    """Let `key` say `value` (None: nothing). What is noted beside an item of the file goes with it."""
    if value is None:
        table.pop(key, None)
    elif table.get(key) is not value:
        note = (value.trivia.comment_ws, value.trivia.comment) if isinstance(value, Item) else None
        table[key] = value
        if note is not None:
            trivia = table[key].trivia
            trivia.comment_ws, trivia.comment = note


def _listed(words: Any) -> tuple[str, ...]:
    return (str(words),) if isinstance(words, str) else tuple(map(str, words))
