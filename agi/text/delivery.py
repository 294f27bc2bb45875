"""Messages through the text service: taken, answered and sent, each once, whatever is killed in between."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from agi.books.errors import BookError
from agi.books.events import Channel, NoteKind
from agi.books.mailbox import Mailbox
from agi.books.mailbox_rows import Incoming, Outcome, Outgoing, Sending, Waiting, Written
from agi.books.ports import CallLog
from agi.text.reading import BY_THE_HOTLINE, Intent
from agi.text.record import record
from agi.text.service import TextService

ATTEMPTS = 8
"""So often an answer is sent before it is given up: after 5, 10, 20 s … some 20 minutes."""
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)
_EVERY_S = 1.0
_PURGE_EVERY = 3600
"""Rounds between two looks for what is old."""
_RECORD_WAIT_S = 1.0
"""So long an answer waits for its record: a disk in trouble keeps nobody from being answered."""
Limits = Sequence[tuple[timedelta, int]]
"""How many messages of one sender are answered within each of these times; more stay without an answer."""
_log = structlog.get_logger("text")


class NotSent(Exception):
    """The peer has not taken an answer, and never will where `for_good`.

    `wait`: it takes none at all for so long; this was no try.
    """

    def __init__(self, why: str, *, for_good: bool = False, wait: timedelta | None = None) -> None:
        super().__init__(why)
        self.for_good = for_good
        self.wait = wait


class Door(Protocol):
    """One way in and out. `channel`: how records call it."""

    name: str
    channel: Channel

    def send(self, address: str, body: str, token: str) -> str | None:
        """Bring `body` to `address`; `token` makes it one message however often it is sent. Raises NotSent.

        What the peer knows the message by, where it says so, and tells of it later by that alone.
        """

    def has(self, token: str) -> bool | None:
        """Whether the peer has what was sent with this `token`; None where it can't tell. Raises NotSent: ask later."""

    again_in_doubt: bool
    """What to do where the peer can't tell: send again (perhaps twice), or not (perhaps never)."""

    at_once: int
    """To how many people it may `send` at the same time, from as many threads."""


class Delivery:
    """Brings the messages of these `doors` from the mailbox through the `service` of now, and out again; what came of
    each goes to the `log` of contacts. `limits` keep two programs from answering each other for ever.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        service: Callable[[], TextService],
        doors: Iterable[Door],
        clock: Callable[[], datetime],
        log: CallLog,
        limits: Limits = (),
    ) -> None:
        self._mailbox = mailbox
        self._log = log
        self._service = service
        self._doors: Mapping[str, Door] = {door.name: door for door in doors}
        self._clock = clock
        self._limits = limits

    def take(self, *messages: Incoming) -> int:
        """Keep what came; how many of it are new. The peer may be told so once this returns. Raises BookError."""
        return self._mailbox.take(messages, self._clock())

    def recover(self) -> int:
        """Settle what a killed process left in doubt, by asking the peers; how many it was."""
        doubtful = self._mailbox.in_doubt(self._doors)
        self._mailbox.settle([self._resolved(one) for one in doubtful])
        return len(doubtful)

    def work(self) -> int:
        """Answer what waits and send what is due; how many of both. Raises BookError."""
        waiting = self._mailbox.waiting(self._doors, self._clock())
        if waiting:
            written = [self._written(one) for one in waiting]
            self._log.flush(_RECORD_WAIT_S)
            self._mailbox.answer(written, self._clock())
        due = self._mailbox.begin_sending(self._clock(), self._doors)
        if due:
            self._mailbox.settle(self._send(due))
        return len(waiting) + len(due)

    def purge(self, keep: timedelta) -> int:
        """Delete what is through and came longer ago; how many messages. Raises BookError."""
        return self._mailbox.forget(self._clock(), keep)

    def _written(self, waiting: Waiting) -> Written:
        seq, contact, came, with_agent = waiting
        if any(self._mailbox.came(seq, self._clock() - span) > most for span, most in self._limits):
            _log.warning("text.too_many", door=came.door)
            return Written(seq, "", "")
        channel, begun = self._doors[came.door].channel, self._clock()
        service = self._service()
        try:
            answer = service.answer(came.sender, came.body, contact, channel, came.account)
        except Exception as error:  # noqa: BLE001  # one message's fault must not keep the others from being answered
            _log.error("text.fault", door=came.door, exc_info=error)
            answer = None
        record(self._log, contact, came.sender, channel, service.edition, answer, begun, self._clock())
        if answer is None:
            return Written(seq, service.fault, "")
        silent = with_agent and answer.intent not in BY_THE_HOTLINE
        call = answer.found.about if answer.found.note is NoteKind.CASE_TOLD else ""
        calls_agent = answer.intent is Intent.AGENT or bool(call)
        return Written(seq, "" if silent else answer.text, answer.intent, calls_agent, call)

    def _send(self, due: Iterable[Outgoing]) -> list[Outcome]:
        """To many people at once where the door can; what goes to one person goes in turn."""
        by_person: dict[tuple[str, str], list[Outgoing]] = {}
        for one in due:
            by_person.setdefault((one.door, one.address), []).append(one)
        at_once = min(max(door.at_once for door in self._doors.values()), len(by_person))
        with ThreadPoolExecutor(at_once) as pool:
            sent = pool.map(lambda answers: [self._sent(one) for one in answers], by_person.values())
            return [outcome for outcomes in sent for outcome in outcomes]

    def _sent(self, one: Outgoing) -> Outcome:
        try:
            known = self._doors[one.door].send(one.address, one.body, one.token)
        except NotSent as refused:
            if refused.for_good:
                _log.error("text.dead", door=one.door, why=str(refused))
                return Outcome(one.seq, Sending.DEAD, str(refused))
            if refused.wait is not None:
                return Outcome(one.seq, Sending.READY, str(refused), self._clock() + refused.wait, tried=False)
            return self._later(one, str(refused))
        except Exception as error:  # noqa: BLE001  # one answer's fault must not keep the others in doubt
            _log.error("text.fault", door=one.door, why=type(error).__name__)
            return self._later(one, type(error).__name__)
        return Outcome(one.seq, Sending.SENT, known=known or "")

    def _later(self, one: Outgoing, why: str) -> Outcome:
        if one.attempts >= ATTEMPTS:
            _log.error("text.dead", door=one.door, why=why)
            return Outcome(one.seq, Sending.DEAD, why)
        wait = min(_FIRST_WAIT * 2 ** (one.attempts - 1), _LONGEST_WAIT)
        return Outcome(one.seq, Sending.READY, why, self._clock() + wait)

    def _resolved(self, one: Outgoing) -> Outcome:
        door = self._doors[one.door]
        try:
            has = door.has(one.token)
        except NotSent as unknown:
            return self._later(one, str(unknown)) if door.again_in_doubt else Outcome(one.seq, Sending.SENDING)
        if has is None:
            has = not door.again_in_doubt
        return Outcome(one.seq, Sending.SENT if has else Sending.READY)


class Worker:
    """Does the work of `delivery` in a thread of its own; messages are deleted after `keep`."""

    def __init__(self, delivery: Delivery, keep: timedelta) -> None:
        self._delivery = delivery
        self._keep = keep
        self._awake = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="texts", daemon=True)

    def start(self) -> None:
        """From now on."""
        self._thread.start()

    def stop(self) -> None:
        """Begin no more; what is not answered stays for the next worker."""
        self._stopped = True
        self._awake.set()

    def join(self, limit_s: float) -> None:
        """Wait until what it was doing when it was told to `stop` is done."""
        self._thread.join(limit_s)

    def wake(self) -> None:
        """Something has come."""
        self._awake.set()

    def _run(self) -> None:
        recovered, rounds = False, 0
        while not self._stopped:
            self._awake.clear()
            try:
                recovered = recovered or self._delivery.recover() >= 0
                while not self._stopped and self._delivery.work():
                    pass
                if rounds % _PURGE_EVERY == 0:
                    self._delivery.purge(self._keep)
            except (BookError, OSError) as trouble:  # a full disk: they wait, and so do their answers
                _log.error("text.not_answered", why=type(trouble).__name__)
            except Exception as error:  # noqa: BLE001  # the thread must go on: others wait for an answer
                _log.error("text.failed", exc_info=error)
            rounds += 1
            self._awake.wait(_EVERY_S)
