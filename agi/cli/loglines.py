"""The logs of all processes, JSON lines in var/log, as one readable stream."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from agi.privacy import visible

_TAIL_BYTES = 262_144
_POLL_S = 0.2


Entry = tuple[datetime, str]
"""One log line: when (UTC), and how it reads."""


@dataclass
class Reader:
    """Reads the logs below `folder`; times are shown in `zone`."""

    folder: Path
    zone: ZoneInfo
    _read: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def last(self, count: int) -> list[str]:
        """The last `count` lines of all logs together, oldest first."""
        entries = self._all_new()
        return [text for _, text in entries[max(len(entries) - count, 0) :]]

    def follow(self) -> Iterator[str]:
        """Lines as they are written, for ever; rotated files are followed."""
        while True:
            entries = self._all_new()
            yield from (text for _, text in entries)
            if not entries:
                time.sleep(_POLL_S)

    def _all_new(self) -> list[Entry]:
        return sorted(entry for path in self.folder.glob("*.jsonl") for entry in self._new(path))

    def _new(self, path: Path) -> Iterator[Entry]:
        """Whole lines of `path` that were not given yet (of a file not seen before, only its end)."""
        try:
            with path.open("rb") as lines:
                now = path.stat()
                inode, offset = self._read.get(path, (now.st_ino, max(now.st_size - _TAIL_BYTES, 0)))
                if inode != now.st_ino or offset > now.st_size:  # rotated
                    offset = 0
                lines.seek(offset)
                block = lines.read()
        except FileNotFoundError:  # being rotated
            return
        whole, _, _ = block.rpartition(b"\n")
        self._read[path] = (now.st_ino, offset + len(whole) + (1 if whole else 0))
        for line in whole.decode("utf-8", "replace").split("\n"):
            entry = self._entry(path.stem, line)
            if entry is not None:
                yield entry

    def _entry(self, name: str, line: str) -> Entry | None:
        try:
            fields = json.loads(line)
            at = datetime.fromisoformat(fields.pop("timestamp")).astimezone(UTC)
            level, event = str(fields.pop("level")), str(fields.pop("event"))
        except (ValueError, KeyError, AttributeError):  # the start of a file cut by rotation
            return None
        rest = " ".join(f"{key}={value}" for key, value in fields.items())
        local = at.astimezone(self.zone).isoformat(" ", "milliseconds")[:23]
        return at, f"{local} {level.upper():<7} {name:<8} {visible(f'{event} {rest}'.rstrip())}"
