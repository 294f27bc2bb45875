"""Who changed what last in the working copy: a small file beside the editions, which nothing depends on."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from agi.editions.spelling import Place, Tables, leaves
from agi.stamp import stamp


@dataclass(frozen=True, slots=True)
class LastEdit:
    """Who changed something, and when; `by` is "" where it was changed in the file itself after that."""

    by: str
    at: datetime


class _Noted(BaseModel):
    """An edit as it is kept: who, when, and the digest of what was put there."""

    by: str
    at: datetime
    digest: str


class _Book(BaseModel):
    files: dict[str, dict[str, _Noted]] = {}


def digest(value: object) -> str:
    """Of a value or a table of a TOML file, in its order; None stands for nothing there."""
    return stamp(json.dumps(value, ensure_ascii=False, default=str).encode())


class Edits:
    """The last edit of each place, in `path`. To be written by one at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, file: str, places: Mapping[Place, str], by: str) -> None:
        """`by` has put something with these digests at `places` just now. Raises OSError."""
        book, now = self._book(), datetime.now(UTC).replace(microsecond=0)
        noted = {".".join(place): _Noted(by=by, at=now, digest=of) for place, of in places.items()}
        book.files[file] = {**book.files.get(file, {}), **noted}
        fresh = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        fresh.write_text(book.model_dump_json(), encoding="utf-8")
        fresh.replace(self._path)

    def last(self, file: str, place: Place, tables: Tables) -> LastEdit | None:
        """Of what stands at or below `place` of `tables`."""
        name = ".".join(place)
        found = [edit for one, edit in self.all(file, tables).items() if one == name or one.startswith(f"{name}.")]
        return max(found, key=lambda edit: edit.at, default=None)

    def all(self, file: str, tables: Tables) -> Mapping[str, LastEdit]:
        """Of all places of `tables`, by their dotted names; in the file itself: at the time when that is looked at."""
        now = {".".join(place): digest(value) for place, value in leaves(tables)}
        gone = digest(None)
        noted = self._book().files.get(file, {})
        return {
            name: LastEdit(edit.by if now.get(name, gone) == edit.digest else "", edit.at)
            for name, edit in noted.items()
        }

    def _book(self) -> _Book:
        try:
            return _Book.model_validate_json(self._path.read_bytes())
        except (OSError, ValidationError):  # it tells who, and no more: what is lost of it is begun anew
            return _Book()
