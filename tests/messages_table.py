"""The tables of messages that people type, with what each means: tests/fixtures/messages*.tsv."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).parent / "fixtures"


class Typed(NamedTuple):
    """One message, its intent, and its numbers with what it is about."""

    message: str
    intent: str
    found: Mapping[str, str | int]


def rows() -> list[Typed]:
    """All messages of all tables."""
    found = []
    for path in sorted(_FOLDER.glob("messages*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines()[2:]:
            _, message, intent, args = line.split("\t")
            found.append(Typed(message.replace("\\n", "\n"), intent, json.loads(args)))
    return found
