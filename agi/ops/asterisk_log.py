"""What Asterisk prints, written by supervisord into var/log/asterisk.jsonl.

Anybody who can send a packet has a hand in what Asterisk logs. So it logs to its standard output, as JSON, which
keeps messages apart whatever stands in them; supervisord reads that anyway, and this part of it masks, escapes and
bounds before anything reaches the disk. It runs inside supervisord: no further process can die, freeze or lose
lines. While supervisord itself does not read, Asterisk's logger waits and nothing else of it does.
"""

import json
import logging
import logging.handlers
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from supervisor import events

from agi.privacy import visible

FILE = "asterisk.jsonl"
PROGRAM = "asterisk"
WINDOW_S = 60.0
MOST_OF_A_KIND = 20
"""Lines of one kind (one place in Asterisk's source) in `WINDOW_S`; of all kinds together `MOST_OF_ALL`."""
MOST_OF_ALL = 200
LONGEST = 500
"""Characters of a message that are kept."""
HUNG_UP = ("Failed to receive frame from channel", "Failed to forward frame")
"""What app_audiosocket warns of whenever a caller hangs up during a question: nothing is wrong, nothing is kept."""
ORDINARY = ("Unable to join queue",)
"""What Asterisk warns of and nobody must act on: no agent is on duty."""

_LONGEST_LINE = 1 << 16
_LEVELS = {"NOTICE": "notice", "WARNING": "warning", "ERROR": "error"}
_DOTS = "•••"
_ESCAPED_DIGIT = re.compile(r"%3([0-9])")  # a digit as an address may spell it (RFC 3261, section 25.1)
_NUMBER = re.compile(r"\d(?:[ -]?\d){5,}|\d{1,4}(?:\.\d{4}){2,}")  # also in groups; an IP address stays
_NAME = re.compile(r"(?:\"[^\"]*\"|[^\"<>:,;'\s][^\"<>:,;']*)\s*(?=<sips?:)", re.I)
_USER = re.compile(r"(?<=sip:)(?!tester\d+@)[^@\s<>\"]*(?=@)|(?<=sips:)[^@\s<>\"]*(?=@)", re.I)


@dataclass(frozen=True)
class Entry:
    """One message of Asterisk, not yet made fit to be kept. `where` is the place in its source."""

    at: datetime
    level: str
    where: str
    text: str
    call: str = ""

    def kept(self) -> str:
        """The line of the file; of a message of several lines the first: what follows is the packet itself."""
        first = self.text.strip().partition("\n")[0].rstrip()
        fields = {
            "timestamp": self.at.astimezone(UTC).isoformat(),
            "level": self.level,
            "event": nameless(visible(first))[:LONGEST],
            "where": self.where,
            "channel": self.call,
        }
        return json.dumps({name: value for name, value in fields.items() if value}, ensure_ascii=False)


def nameless(text: str) -> str:
    """`text` that strangers had a hand in, without numbers of 6 and more digits and without names in SIP addresses."""
    text = _ESCAPED_DIGIT.sub(r"\1", text)
    return _NUMBER.sub(_DOTS, _USER.sub(_DOTS, _NAME.sub(f"{_DOTS} ", text)))


def read(line: bytes) -> Entry | None:
    """The message in a line that Asterisk printed; None when it is none to keep."""
    try:
        found = json.loads(line)
        message, place = found["logmsg"], found["logmsg"]["location"]
        text = str(message["message"])
        if message["level"] not in _LEVELS or any(known in text for known in HUNG_UP):
            return None
        where = f"{place['filename']}:{place['line']}"
        level = _LEVELS[message["level"]]
        if place["filename"] == "pjproject":  # the SIP library: names its own file first, and judges others' packets
            level, (where, _, text) = "notice", text.strip().partition(" ")
        if any(known in text for known in ORDINARY):
            level = "notice"
        at = datetime.fromisoformat(found["timestamp"])
        return Entry(at, level, visible(where), text, str(found["identifiers"]["callid"]))
    except (ValueError, KeyError, TypeError):  # printed before logging begins, or longer than Asterisk's buffer
        text = line.decode("utf-8", "backslashreplace").strip()
        return Entry(datetime.now(UTC), "notice", "", text) if text else None


@dataclass
class Budget:
    """How many lines may be written in a window of time, and how many of each kind were not."""

    began: float = field(default_factory=monotonic)
    written: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)

    def allows(self, kind: str) -> bool:
        """Whether one more line of `kind` may be written; counts it either way."""
        fits = self.written[kind] < MOST_OF_A_KIND and self.written.total() < MOST_OF_ALL
        (self.written if fits else self.left_out)[kind] += 1
        return fits


class AsteriskLog:
    """Takes what Asterisk prints, in pieces of any size, and keeps what may be kept in `file`."""

    def __init__(self, file: Path, max_mb: int, keep: int) -> None:
        self._file = logging.handlers.RotatingFileHandler(
            file, maxBytes=max_mb * 1_000_000, backupCount=keep, encoding="utf-8", errors="backslashreplace", delay=True
        )
        self._rest = b""
        self._budget = Budget()

    def take(self, data: bytes) -> None:
        """Keep the whole lines of `data`; what is cut waits for the next piece."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[:_LONGEST_LINE]
        for entry in filter(None, map(read, lines)):
            self.turn()
            if self._budget.allows(entry.where):
                self._write(entry)

    def turn(self) -> None:
        """When a window of time is over: tell what was left out in it, begin the next."""
        if monotonic() - self._budget.began >= WINDOW_S:
            for where, count in self._budget.left_out.most_common(MOST_OF_A_KIND):
                self._write(Entry(datetime.now(UTC), "notice", where, f"… {count:,} more like these in a minute"))
            self._budget = Budget()

    def _write(self, entry: Entry) -> None:
        self._file.emit(logging.LogRecord("", logging.INFO, "", 0, entry.kept(), None, None))


def listen(_supervisord: object, file: str, max_mb: str, keep: str) -> object:
    """What supervisord calls at its start, with the words of the section in its configuration."""
    logging.raiseExceptions = False  # a full disk is no reason to print a traceback for every line
    log = AsteriskLog(Path(file), int(max_mb), int(keep))

    def printed(event: "events.ProcessLogStdoutEvent") -> None:
        if event.process.config.name == PROGRAM:
            with suppress(Exception):  # whatever is wrong with a line or the disk: supervisord goes on
                log.take(event.data)

    def ticked(_event: "events.Tick5Event") -> None:
        with suppress(Exception):
            log.turn()

    events.subscribe(events.ProcessLogStdoutEvent, printed)
    events.subscribe(events.Tick5Event, ticked)
    return object()
