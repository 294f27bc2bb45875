"""Calls that have ended, as the dialplan tells them: the last word, also when the line was killed.

The hang-up handler (extensions.conf, [ended]) says a line for each call as an event, which Asterisk adds to a file at
once: `call=… started=… ended=… step=… fault=… back=… queue=… agent=… caller=… cause=… sound=… queued=… held=… rtp=…
end`. The line puts the file aside, reads it a moment later (Asterisk may just be writing its last line), completes or
creates the records, and removes it only when they are on the disk: no ended call without its record, whenever the line
is killed. Taking a line in twice does no harm.
"""

import re
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import structlog

from agi.books.calls import CallBook
from agi.books.contacts import HUNG_UP
from agi.books.errors import BookError
from agi.books.events import QUEUE, Carried, Ended, Noted, NoteKind, Outcome, Waited, WaitEnd
from agi.ops.places import run_folder

_log = structlog.get_logger("line")
CALL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,149}")
# Asterisk puts it into JSON and that into quotation marks; in it are none.
_WORD = re.compile(rf"call=({CALL_ID.pattern}) ([^\"]* end)\b")
_WRITTEN_BY_THEN_S = 1.0
_GIVEN_UP = {"44": "no sound from the telephone", "18": "the telephone answered no more"}
_NOBODY = ("JOINEMPTY", "LEAVEEMPTY")
_FAULTS = {"full": "full", "stopped": "line stopped", "refused": "line not reached", "silent": "line silent"}


def last_words(var: Path) -> Path:
    """The file that Asterisk writes."""
    return var / "log" / "asterisk" / "cel-custom" / "ended"


@dataclass(frozen=True, slots=True)
class Hangup:
    """One ended call as the dialplan saw it. `caller`: the last 3 digits; `agent`: who answered, "" if none.

    `cause`: why its channel ended (Q.850). `sound`: "other" where it went to another address than the call came from.
    `queued`: when they came to the queue last; `held_s`: how long they waited there until an agent answered. `rtp`:
    what Asterisk knows of the packets of sound, by its own names.
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
    queued: datetime | None = None
    held_s: int | None = None
    rtp: Mapping[str, str] = field(default_factory=dict)


class Spool:
    """Takes the ended calls of the file `words` into `book`. `live`: ids of the calls the line talks in just now.

    `left_waiting` is told the id of each call that ended while its caller waited for an agent, and when.
    """

    def __init__(
        self,
        words: Path,
        book: CallBook,
        live: Callable[[], Collection[str]],
        asterisk_since: Callable[[], datetime | None],
        left_waiting: Callable[[str, datetime], None] = lambda *_: None,
    ) -> None:
        self._words = words
        self._aside = words.with_name("taken")
        self._book = book
        self._live = live
        self._asterisk_since = asterisk_since
        self._left_waiting = left_waiting
        self._stop = threading.Event()

    def start(self, every_s: float = 1.0) -> None:
        """Drain now and then every `every_s` seconds, in a thread of its own."""
        self._thread = threading.Thread(target=self._run, args=(every_s,), name="spool", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Drain a last time and stop."""
        self._stop.set()
        self._thread.join(10.0)

    def drain(self) -> int:
        """Take in what is there; how many calls. Those that are being talked in are said again, for the next time."""
        if not self._aside.exists():
            if not self._words.exists():
                return 0
            self._words.rename(self._aside)
        written = self._aside.stat().st_mtime
        if time.time() - written < _WRITTEN_BY_THEN_S:
            return 0
        told = [found for line in self._aside.read_text(errors="replace").splitlines() if (found := _WORD.search(line))]
        if told and not self._book.flush():  # a disk in trouble is not handed the same again and again
            return 0
        live = self._live()
        for found in told:
            if found[1] not in live:
                self._record(parse(found[1], found[2], datetime.fromtimestamp(written, UTC)))
        if told and not self._book.flush():
            return 0
        if waiting := [found for found in told if found[1] in live]:
            with self._words.open("a") as words:
                words.writelines(f"{found[0]}\n" for found in waiting)
        self._aside.unlink()
        return len(told) - len(waiting)

    def close_orphans(self) -> int:
        """End the records of calls that cannot be alive: begun before Asterisk was, or it does not run at all."""
        if self._words.exists() or self._aside.exists():
            return 0  # of these calls something is known
        since = self._asterisk_since()
        try:
            open_calls = self._book.open_calls()
        except BookError:
            return 0
        live = self._live()
        gone = [call for call in open_calls if call.id not in live and (since is None or call.started < since)]
        for call in gone:
            end = Ended(at=datetime.now(UTC), outcome=Outcome.FAILED, where="line", why="Asterisk stopped")
            self._book.event(call.id, end)
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

    def _record(self, call: Hangup) -> None:
        if call.step == "queue" and not call.agent and call.queue not in _NOBODY:
            self._left_waiting(call.call_id, call.ended)
        self._book.begin(call.call_id, call.caller, call.started)
        for event in events(call):
            self._book.event(call.call_id, event)


def parse(call_id: str, text: str, written: datetime) -> Hangup:
    """What a line says; whatever is missing or junk is taken from the time it was `written`, or is ""."""
    fields = dict(word.split("=", 1) for word in text.split() if "=" in word)

    def when(name: str) -> datetime:
        value = fields.get(name, "")
        return datetime.fromtimestamp(int(value), UTC) if re.fullmatch(r"[0-9]{1,10}", value) else written

    def word(name: str) -> str:
        value = fields.get(name, "")
        return value if re.fullmatch(r"[A-Za-z0-9/_-]{0,40}", value) else ""

    caller, held = word("caller"), word("held")
    ended = when("ended")
    rtp = dict(part.split("=", 1) for part in fields.get("rtp", "").split(";") if "=" in part)
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
        when("queued") if word("queued") else None,
        int(held) if held.isdecimal() and len(held) < 7 else None,
        rtp,
    )


def agent_of(interface: str) -> str:
    """The agent at a queue's `interface`, "PJSIP/7001"; "" where it is none."""
    found = re.fullmatch(r"PJSIP/([A-Za-z0-9_-]{1,40})", interface)
    return found[1] if found else ""


def events(call: Hangup) -> Iterator[Noted | Ended | Waited | Carried]:
    """What the dialplan saw of `call`. Each has a key of its own: to tell it again changes nothing."""
    if call.sound == "other":
        detail = "of another address than the call's"
        yield Noted(at=call.ended, key="hangup sound", kind=NoteKind.SOUND, detail=detail)
    if call.fault:
        yield _ended(call, "fault", Outcome.FAILED, "", fault_in_words(call.fault))
    if call.step == "queue" and (wait := _wait(call)):
        yield wait
    match call.step:
        case "fault":
            yield _ended(call, "queue", Outcome.ABANDONED, QUEUE, f"{_gone(call)} during the apology")
        case "queue" if call.agent:
            yield _ended(call, "queue", Outcome.TRANSFERRED, QUEUE, f"agent {call.agent}")
        case "queue" if call.queue not in _NOBODY:
            yield _ended(call, "queue", Outcome.ABANDONED, QUEUE, f"{_gone(call)} while waiting")
        case "queue" | "nobody":
            yield _ended(call, "queue", Outcome.FAILED, QUEUE, "no agent on duty")
        case _:
            yield _ended(call, "line", Outcome.ABANDONED, "", _gone(call))
    if sound := _carried(call):
        yield sound


def _wait(call: Hangup) -> Waited | None:
    """The wait in which, or after which, the call ended; None where nobody was there to wait for."""
    if call.held_s is not None:
        return Waited(at=call.ended, key="hangup waited", seconds=call.held_s, end=WaitEnd.ANSWERED)
    if call.queued is None or call.queue in _NOBODY:
        return None
    seconds = max(int((call.ended - call.queued).total_seconds()), 0)
    return Waited(at=call.ended, key="hangup waited", seconds=seconds, end=WaitEnd.HUNG_UP)


def _carried(call: Hangup) -> Carried | None:
    """How the sound was carried; None where Asterisk does not know."""

    def number(name: str) -> float:
        value = call.rtp.get(name, "")
        return float(value) if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,12})?", value) else 0.0

    received, sent = int(number("rxcount")), int(number("txcount"))
    if not received and not sent:
        return None
    codec = call.rtp.get("codec", "")
    return Carried(
        at=call.ended,
        key="hangup carried",
        codec=codec if re.fullmatch("[a-z0-9]{0,20}", codec) else "",
        received=received,
        lost=int(number("lp")),
        jitter_ms=round(1000 * number("rxjitter"), 1),
        sent=sent,
        lost_there=int(number("rlp")),
        rtt_ms=round(1000 * number("rtt"), 1),
    )


def _ended(call: Hangup, key: str, outcome: Outcome, where: str, why: str) -> Ended:
    return Ended(at=call.ended, key=f"hangup {key}", outcome=outcome, where=where, why=why)


def fault_in_words(fault: str) -> str:
    """Why the dialplan had to take a caller, by its HOTLINE_FAULT; "" if it had not."""
    return _FAULTS.get(fault, "line failed") if fault else ""


def _gone(call: Hangup) -> str:
    """How the caller went: by hanging up, unless Asterisk says that it gave the telephone up."""
    return _GIVEN_UP.get(call.cause, HUNG_UP)


def asterisk_since(var: Path) -> datetime | None:
    """When the Asterisk of this installation was started; None when it does not run."""
    path = run_folder(var) / "asterisk.pid"
    try:
        pid = int(path.read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) if b"asterisk" in command else None
    except (OSError, ValueError):
        return None
