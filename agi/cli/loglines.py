"""The logs of all processes as one readable stream: the line's JSON lines and Asterisk's own file."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

_ASTERISK = re.compile(r"^\[(?P<at>[\d\-]+T[\d:.]+)\] (?P<level>[A-Z]+)\[\d+\](?:\[C-\w+\])? (?P<text>.*)$")
_TAIL_BYTES = 262_144
_POLL_S = 0.2


@dataclass(frozen=True, order=True)
class Entry:
    """One log line: when (UTC), and how it reads."""

    at: datetime
    text: str


@dataclass
class Reader:
    """Reads the logs below `folder`; times are shown in `zone`."""

    folder: Path
    zone: ZoneInfo
    _read: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def last(self, count: int) -> list[str]:
        """The last `count` lines of all logs together, oldest first."""
        entries = sorted(entry for path in self._files() for entry in self._new(path))
        return [entry.text for entry in entries[len(entries) - count if count < len(entries) else 0 :]]

    def follow(self) -> Iterator[str]:
        """Lines as they are written, for ever; rotated files are followed."""
        while True:
            entries = sorted(entry for path in self._files() for entry in self._new(path))
            yield from (entry.text for entry in entries)
            if not entries:
                time.sleep(_POLL_S)

    def _files(self) -> list[Path]:
        return [*self.folder.glob("*.jsonl"), *self.folder.glob("asterisk/messages")]

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
        for line in whole.decode("utf-8", "replace").splitlines():
            entry = self._entry(path, line)
            if entry is not None:
                yield entry

    def _entry(self, path: Path, line: str) -> Entry | None:
        return self._of_asterisk(line) if path.name == "messages" else self._of_ours(path.stem, line)

    def _of_asterisk(self, line: str) -> Entry | None:
        found = _ASTERISK.match(line)
        if found is None:
            return None
        at = datetime.fromisoformat(found["at"]).astimezone(UTC)  # Asterisk writes the machine's own time
        return self._shown(at, found["level"], "asterisk", found["text"])

    def _of_ours(self, name: str, line: str) -> Entry | None:
        try:
            fields = json.loads(line)
            at = datetime.fromisoformat(fields.pop("timestamp")).astimezone(UTC)
            level, event = str(fields.pop("level")), str(fields.pop("event"))
        except (ValueError, KeyError, AttributeError):  # the start of a file cut by rotation
            return None
        rest = " ".join(f"{key}={value}" for key, value in fields.items())
        return self._shown(at, level.upper(), name, f"{event} {rest}".rstrip())

    def _shown(self, at: datetime, level: str, name: str, text: str) -> Entry:
        local = at.astimezone(self.zone).isoformat(" ", "milliseconds")[:23]
        return Entry(at, f"{local} {level:<7} {name:<8} {text}")
