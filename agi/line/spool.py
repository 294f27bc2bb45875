"""Calls that have ended, as the dialplan tells them: the last word, also when the line was killed.

The hang-up handler in extensions.conf leaves one line for each call, made into one file for each in var/spool/ended,
named by the call's id (agi/line/last_words.py):
`started=… ended=… step=… fault=… back=… queue=… agent=… caller=… cause=… sound=… end`. The line takes them in,
completes or creates the record, and removes a file only when its record is on the disk: no ended call without its
record, whenever the line is killed. Taking a file in twice does no harm.
"""

import re
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from agi.books.contacts import HUNG_UP, Contact
from agi.books.errors import BookError
from agi.books.events import QUEUE, Ended, Noted, NoteKind, Outcome
from agi.books.ports import CallLog
from agi.line import last_words
from agi.ops.places import run_folder

_log = structlog.get_logger("line")
CALL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,149}")
_HALF_WRITTEN_S = 5.0
_LONGEST_FILE = 4096
_AT_ONCE = 200
_GIVEN_UP = {"44": "no sound from the telephone", "18": "the telephone answered no more"}
_FAULTS = {"full": "full", "stopped": "line stopped", "refused": "line not reached", "silent": "line silent"}


@dataclass(frozen=True, slots=True)
class Hangup:
    """One ended call as the dialplan saw it. `caller`: the last 3 digits; `agent`: who answered, "" if none.

    `cause`: why its channel ended (Q.850). `sound`: "other" where it went to another address than the call came from.
    """

    call_id: str
    started: datetime
    ended: datetime
    step: str
    fault: str
    queue: str
    agent: str
    caller: str
    cause: str
    sound: str


class Spool:
    """Takes ended calls into `log`. `open_calls`: those without an end (it may raise BookError); `live`: ids of the
    calls the line itself is talking in just now; `words`: the file that Asterisk writes.
    """

    def __init__(
        self,
        folder: Path,
        log: CallLog,
        open_calls: Callable[[], Iterable[Contact]],
        live: Callable[[], Collection[str]],
        asterisk_since: Callable[[], datetime | None],
        words: Path | None = None,
    ) -> None:
        self._folder = folder
        self._words = words
        self._log = log
        self._open_calls = open_calls
        self._live = live
        self._asterisk_since = asterisk_since
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, every_s: float = 1.0) -> None:
        """Drain now and then every `every_s` seconds, in a thread of its own."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._thread = threading.Thread(target=self._run, args=(every_s,), name="spool", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Drain a last time and stop."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(10.0)
            self._thread = None

    def drain(self) -> int:
        """Take in what is there; the number of files that are done with. Never raises for what it finds."""
        if self._words is not None:
            last_words.take(self._words, self._folder)
        live = self._live()
        found = [path for path in sorted(self._folder.glob("*"))[:_AT_ONCE] if path.name not in live]
        if found and not self._log.flush():  # a disk in trouble is not handed the same again and again
            return 0
        taken = [path for path in found if self._take(path)]
        if taken and not self._log.flush():
            return 0  # the disk is in trouble: the files stay for the next time
        for path in taken:
            path.unlink(missing_ok=True)
        return len(taken)

    def close_orphans(self) -> int:
        """End the records of calls that cannot be alive: begun before Asterisk was, or it does not run at all."""
        if self._words is not None and last_words.are_left(self._words):
            return 0  # of these calls something is known
        since = self._asterisk_since()
        try:
            open_calls = self._open_calls()
        except BookError:
            return 0
        live = self._live()
        gone = [call for call in open_calls if call.id not in live and (since is None or call.started < since)]
        for call in gone:
            if not (self._folder / call.id).exists():
                end = Ended(at=datetime.now(UTC), outcome=Outcome.FAILED, where="line", why="Asterisk stopped")
                self._log.event(call.id, end)
        return len(gone)

    def _run(self, every_s: float) -> None:
        sweeps = 0
        while True:
            last = self._stop.is_set()
            try:
                self.drain()
                if sweeps % 30 == 0:
                    self.close_orphans()
            except Exception as error:  # noqa: BLE001  # the thread must go on: it is what keeps the records whole
                _log.error("spool.failed", exc_info=error)
            sweeps += 1
            if last:
                return
            self._stop.wait(every_s)

    def _take(self, path: Path) -> bool:
        """Put one file into the book; False when it is not whole yet."""
        call_id = path.name
        if not CALL_ID.fullmatch(call_id) or not path.is_file():
            _log.warning("spool.junk")
            _set_aside(path)
            return False
        try:
            text = path.read_bytes()[:_LONGEST_FILE].decode(errors="replace")
            written = path.stat().st_mtime
        except FileNotFoundError:
            return False
        if not text.rstrip().endswith(" end") and abs(time.time() - written) < _HALF_WRITTEN_S:
            return False
        call = parse(call_id, text, datetime.fromtimestamp(written, UTC))
        self._log.begin(call_id, call.caller, call.started)
        for event in events(call):
            self._log.event(call_id, event)
        return True


def parse(call_id: str, text: str, written: datetime) -> Hangup:
    """What a file says; whatever is missing or junk is taken from the time it was `written`, or is ""."""
    fields = dict(word.split("=", 1) for word in text.split() if "=" in word)

    def when(name: str) -> datetime:
        value = fields.get(name, "")
        return datetime.fromtimestamp(int(value), UTC) if re.fullmatch(r"[0-9]{1,10}", value) else written

    def word(name: str) -> str:
        value = fields.get(name, "")
        return value if re.fullmatch(r"[A-Za-z0-9/_-]{0,40}", value) else ""

    caller = word("caller")
    ended = when("ended")
    return Hangup(
        call_id,
        min(when("started"), ended),
        ended,
        word("step"),
        word("fault"),
        word("queue"),
        agent_of(word("agent")),
        f"••••••{caller[-3:]}" if caller.isdigit() else "",
        word("cause"),
        word("sound"),
    )


def agent_of(interface: str) -> str:
    """The agent at a queue's `interface`, "PJSIP/7001"; "" where it is none."""
    found = re.fullmatch(r"PJSIP/([A-Za-z0-9_-]{1,40})", interface)
    return found[1] if found else ""


def events(call: Hangup) -> Iterator[Noted | Ended]:
    """What the dialplan saw of `call`. Each has a key of its own: to tell it again changes nothing."""
    if call.sound == "other":
        detail = "of another address than the call's"
        yield Noted(at=call.ended, key="hangup sound", kind=NoteKind.SOUND, detail=detail)
    if call.fault:
        yield _ended(call, "fault", Outcome.FAILED, "", fault_in_words(call.fault))
    match call.step:
        case "fault":
            yield _ended(call, "queue", Outcome.ABANDONED, QUEUE, f"{_gone(call)} during the apology")
        case "queue" if call.agent:
            yield _ended(call, "queue", Outcome.TRANSFERRED, QUEUE, f"agent {call.agent}")
        case "queue" if call.queue not in {"JOINEMPTY", "LEAVEEMPTY"}:
            yield _ended(call, "queue", Outcome.ABANDONED, QUEUE, f"{_gone(call)} while waiting")
        case "queue" | "nobody":
            yield _ended(call, "queue", Outcome.FAILED, QUEUE, "no agent on duty")
        case _:
            yield _ended(call, "line", Outcome.ABANDONED, "", _gone(call))


def _ended(call: Hangup, key: str, outcome: Outcome, where: str, why: str) -> Ended:
    return Ended(at=call.ended, key=f"hangup {key}", outcome=outcome, where=where, why=why)


def fault_in_words(fault: str) -> str:
    """Why the dialplan had to take a caller, by its HOTLINE_FAULT; "" if it had not."""
    return _FAULTS.get(fault, "line failed") if fault else ""


def _gone(call: Hangup) -> str:
    """How the caller went: by hanging up, unless Asterisk says that it gave the telephone up."""
    return _GIVEN_UP.get(call.cause, HUNG_UP)


def _set_aside(path: Path) -> None:
    """Out of the way, not deleted: junk in the spool is for an admin to see."""
    aside = path.parent.parent / "junk"
    try:
        aside.mkdir(exist_ok=True)
        path.rename(aside / f"{time.time_ns()}")
    except OSError as error:
        _log.error("spool.junk_stays", exc_info=error)


def asterisk_since(var: Path) -> datetime | None:
    """When the Asterisk of this installation was started; None when it does not run."""
    path = run_folder(var) / "asterisk.pid"
    try:
        pid = int(path.read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) if b"asterisk" in command else None
    except (OSError, ValueError):
        return None
