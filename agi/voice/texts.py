"""What the hotline says: `prompts/LANGUAGE.toml`, nested tables of strings; the key is the dotted path.

A text may have places, `{name:kind}` (see `places.py`). Indonesian (`id`) is the language every other
one falls back to.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from agi import tomlfile
from agi.languages import named
from agi.tomlfile import Problem
from agi.voice import places as kinds
from agi.voice.errors import PlaceError, TextsError, UnknownKey
from agi.voice.places import MASKED, Kind, Place, Value

FALLBACK = "id"
RESERVED = "silence"
"""First word of the file names of pauses; no key may begin with it."""

ANNOUNCEMENT = "announcement"
"""The key of what is announced before the greeting. No file holds it: all its words are the value of its place."""

WRITTEN = "text."
"""How the keys of sentences begin that are only written, in messages: "text.KEY" in place of the spoken KEY."""

_KEY = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")


@dataclass(frozen=True, slots=True)
class Text:
    """One text: its parts in order (fixed strings and places), and where it stands."""

    key: str
    raw: str
    parts: tuple[str | Place, ...]
    file: Path
    line: int

    @property
    def places(self) -> Mapping[str, Kind]:
        """Name and kind of every place."""
        return {part.name: part.kind for part in self.parts if isinstance(part, Place)}


_ANNOUNCED = Text(ANNOUNCEMENT, "{words:text}", (Place("words", Kind.TEXT),), Path(), 0)


class Texts(dict[str, Text]):
    """All texts of one language that are spoken, by key, in the order of the files, with Indonesian behind it.

    `messages`: those that are only written.
    """

    def __init__(self, language: str, texts: Mapping[str, Text], missing: tuple[str, ...] = ()) -> None:
        super().__init__({key: text for key, text in texts.items() if not key.startswith(WRITTEN)})
        self.messages = {key: text for key, text in texts.items() if key.startswith(WRITTEN)}
        self.language = language
        self.missing = missing
        """Keys that `language` has no text for: the Indonesian one is said."""

    @classmethod
    def load(cls, folder: Path, language: str = FALLBACK) -> "Texts":
        """Read `folder`/LANGUAGE.toml, and `id.toml` for what it lacks.

        Raises `TextsError` with file and line of everything that is wrong: no file, not TOML, a key
        twice, a value that is no string, an empty text, a place that is none, places that differ from
        the Indonesian text's.
        """
        base = _read(folder / f"{FALLBACK}.toml")
        if language == FALLBACK:
            return cls(language, base)
        own = _read(folder / f"{language}.toml")
        problems = [
            Problem(text.file, text.line, f"isian '{key}' berbeda dari yang di {base[key].file.name}")
            for key, text in own.items()
            if key in base and text.places != base[key].places
        ]
        if problems:
            raise TextsError(problems)
        return cls(language, base | own, tuple(key for key in base if key not in own))

    def with_text(self, key: str, raw: str) -> "Texts":
        """The same texts, of which `key` says `raw`. Raises `UnknownKey`, `TextsError`."""
        old = self[key]
        try:
            new = text_of(key, raw, old.file, old.line)
        except ValueError as error:
            raise TextsError([Problem(old.file, old.line, str(error))]) from None
        return Texts(self.language, {**self, **self.messages, key: new}, self.missing)

    def __missing__(self, key: str) -> Text:
        if key == ANNOUNCEMENT:
            return _ANNOUNCED
        if key in self.messages:
            return self.messages[key]
        raise UnknownKey(f"There is no text '{key}' in the prompts ({self.language}.toml).")

    def line(self, key: str) -> tuple[Path, int]:
        """File and line (from 1) where the text called `key` stands; raises `UnknownKey`."""
        return self[key].file, self[key].line

    def checked(self, key: str, places: Mapping[str, Value]) -> dict[str, Value]:
        """`places` in the types the text wants (see `places.checked`).

        Raises `UnknownKey`, also for the key in a phrase, or `PlaceError`.
        """
        text = self[key]
        _same_names(text, places)
        places_of = (part for part in text.parts if isinstance(part, Place))
        return {place.name: self._checked(key, place, places[place.name]) for place in places_of}

    def written(self, key: str, places: Mapping[str, Value] | None = None) -> str:
        """The sentence as a terminal or a record shows it: digits 4-4-4-4, dates in Indonesian.

        A value that holds a mask (•) is shown as it is. Raises `UnknownKey` or `PlaceError`.
        """
        text, given = self[key], places or {}
        _same_names(text, given)
        return self.filled(text, given)

    def variant(self, key: str) -> Text:
        """What a message says for `key`: the text that is written in its place, else itself. Raises `UnknownKey`."""
        return self.messages.get(f"{WRITTEN}{key}") or self[key]

    def message(self, key: str, places: Mapping[str, Value] | None = None) -> str:
        """The sentence as a message has it; a variant may leave places out. Raises `UnknownKey` or `PlaceError`."""
        text = self.variant(key)
        given = {name: value for name, value in (places or {}).items() if name in text.places}
        _same_names(text, given)
        return self.filled(text, given)

    def filled(self, text: Text, given: Mapping[str, Value]) -> str:
        """`text` with `given` in its places."""
        key, locale = text.key, named(self.language).locale
        out: list[str] = []
        for part in text.parts:
            if isinstance(part, str):
                out.append(part)
            elif MASKED in str(given[part.name]):
                out.append(str(given[part.name]))
            else:
                value = self._checked(key, part, given[part.name])
                phrase = part.kind is Kind.PHRASE
                out.append(self[str(value)].raw.strip() if phrase else kinds.written(part.kind, value, locale))
        # A phrase may end with a full stop of its own: the sentence around it brings the right one.
        joined = [left.rstrip(".") if right[:1] in {".", ",", ";"} else left for left, right in pairwise([*out, ""])]
        return re.sub(r"\s+", " ", "".join(joined)).strip()

    def _checked(self, key: str, place: Place, value: Value) -> Value:
        checked = kinds.checked(key, place, value)
        if place.kind is Kind.PHRASE and self[str(checked)].places:
            raise PlaceError(f"The text '{checked}' has places: it can't be a phrase of '{key}'.")
        return checked


def text_of(key: str, value: object, path: Path, line: int = 0) -> Text:
    """The text `key` that says `value`, in the file `path`. Raises ValueError with a sentence for the admin."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"kunci '{key}' hanya boleh berisi huruf kecil, angka, _ dan -")
    if key.split(".")[0] == RESERVED:
        raise ValueError(f"kunci '{key}' diawali '{RESERVED}', yaitu nama jeda: pakai nama lain")
    if not isinstance(value, str):
        raise ValueError(f"'{key}' harus satu kalimat di antara tanda kutip")
    if not value.strip():
        raise ValueError(f"'{key}' kosong: tulis yang harus diucapkan")
    try:
        parts = tuple(kinds.parts(value))
    except ValueError as error:
        raise ValueError(f"'{key}': {error}") from None
    names = [part.name for part in parts if isinstance(part, Place)]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"'{key}' memuat isian '{sorted(twice)[0]}' dua kali")
    return Text(key, value, parts, path, line)


def _same_names(text: Text, places: Mapping[str, Value]) -> None:
    """Raise `PlaceError` unless `places` names exactly the places of `text`."""
    wanted = text.places
    if lacking := [name for name in wanted if name not in places]:
        raise PlaceError(f"The text '{text.key}' needs a value for its place '{lacking[0]}'.")
    if extra := [name for name in places if name not in wanted]:
        known = ", ".join(wanted) or "none"
        raise PlaceError(f"The text '{text.key}' has no place '{extra[0]}' (its places: {known}).")


def _read(path: Path) -> dict[str, Text]:
    """All texts of one file; raises `TextsError`."""
    try:
        file = tomlfile.read(path)
    except tomlfile.TomlError as error:
        raise TextsError([Problem(path, error.line, error.message)]) from None
    if not file.tables:
        raise TextsError([Problem(path, 0, "berkas ini kosong: kembalikan dari cadangan atau dari git")])
    texts: dict[str, Text] = {}
    problems: list[Problem] = []
    for key, value in _flat(file.tables, ""):
        line = file.lines.get(key, 0)
        try:
            texts[key] = text_of(key, value, path, line)
        except ValueError as error:
            problems.append(Problem(path, line, str(error)))
    if problems:
        raise TextsError(problems)
    return texts


def _flat(tables: Mapping[str, object], above: str) -> list[tuple[str, object]]:
    """(dotted key, value) of every leaf."""
    leaves: list[tuple[str, object]] = []
    for name, value in tables.items():
        key = f"{above}.{name}" if above else name
        leaves += _flat(value, key) if isinstance(value, dict) else [(key, value)]
    return leaves
