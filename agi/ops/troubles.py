"""Warnings and errors that Asterisk and our processes logged of late, each kind once."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_TAIL_BYTES = 1 << 20
_BAD = ("warning", "error", "critical")


@dataclass(frozen=True)
class Trouble:
    """What was logged, by whom, how often, and the last time (UTC)."""

    process: str
    text: str
    times: int
    last: datetime


def since(folder: Path, when: datetime) -> tuple[Trouble, ...]:
    """The troubles in the logs of `folder` after `when`, the most frequent first."""
    found: dict[tuple[str, str], Trouble] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for kind, text, at in _bad(path):
            if at >= when:
                before = found.get((path.stem, kind))
                found[path.stem, kind] = Trouble(path.stem, text, before.times + 1 if before else 1, at)
    return tuple(sorted(found.values(), key=lambda trouble: -trouble.times))


def _bad(path: Path) -> Iterator[tuple[str, str, datetime]]:
    """Kind, text and time of each warning and error at the end of a log."""
    with path.open("rb") as log:
        log.seek(max(path.stat().st_size - _TAIL_BYTES, 0))
        lines = log.read().split(b"\n")
    for line in lines:
        try:
            fields = json.loads(line)
            if fields["level"] in _BAD:
                text = str(fields["event"])
                yield str(fields.get("where", text)), text, datetime.fromisoformat(fields["timestamp"])
        except (ValueError, KeyError, TypeError):  # cut by rotation, or being written
            continue
