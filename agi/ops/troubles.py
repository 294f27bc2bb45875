"""Warnings and errors that Asterisk and our processes logged of late, each kind once."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_TAIL_BYTES = 1 << 20
_BAD = ("warning", "error", "critical")


@dataclass(frozen=True)
class Trouble:
    """What was logged, by whom, and how often."""

    process: str
    text: str
    times: int


def since(folder: Path, when: datetime) -> tuple[Trouble, ...]:
    """The troubles in the logs of `folder` after `when`, the most frequent first."""
    times: Counter[tuple[str, str]] = Counter()
    texts = {}
    for path in sorted(folder.glob("*.jsonl")):
        for kind, text, at in _bad(path):
            if at >= when:
                times[path.stem, kind] += 1
                texts[path.stem, kind] = text
    return tuple(Trouble(key[0], texts[key], count) for key, count in times.most_common())


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
