"""What a call is at, this very moment, for the page that it came from: a small file for each, by the line.

A record tells of a question when it has been answered; who does not hear must read it before.
"""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from agi.books.events import Said
from agi.books.rows import packed, unpacked

BROWSER = "browser"
"""The account, at Asterisk, of all testers who call from a page."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What is said in the call `call`, which hears `edition`, and what may be answered.

    `question`: what is asked by it, "" for nothing; `keys`: one of them answers, "" where `digits` (at most) do.
    """

    call: str
    edition: int
    said: tuple[Said, ...]
    question: str = ""
    grammar: str = ""
    keys: str = ""
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Moments:
    """Those of all calls from pages, in `folder`, by the name of the page (hex digits)."""

    folder: Path

    def put(self, page: str, moment: Moment) -> None:
        """Let `moment` be that of `page`. A disk that is full keeps nobody from talking."""
        told = json.dumps({**asdict(moment), "said": packed(moment.said)})
        path = self._path(page)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(f".{os.getpid()}")
            fresh.write_text(told)
            fresh.replace(path)

    def of(self, page: str) -> Moment | None:
        """That of `page`; None where it has no call."""
        try:
            told = json.loads(self._path(page).read_text())
        except (OSError, ValueError):
            return None
        return Moment(**{**told, "said": unpacked(told["said"])})

    def clear(self, page: str) -> None:
        """The call is over."""
        with suppress(OSError):
            self._path(page).unlink()

    def _path(self, page: str) -> Path:
        return self.folder / f"{page}.json"
