"""The chat of the citizens' page as a door: its messages lie in the mailbox like those of all others."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from agi.books.citizens import CitizensBook, Line
from agi.books.events import Channel
from agi.books.mailbox import Mailbox, answer_token
from agi.books.mailbox_rows import Incoming
from agi.books.ports import CallLog
from agi.office.counting import Visitor
from agi.text.delivery import Delivery, Worker
from agi.text.service import TextService

KEPT = timedelta(hours=24)
"""So long a line can be read on the page, since an agent may answer it; then it is gone from there."""
_MOST_LINES = 40
_WAIT_S = 3.0


class Chat:
    """A `text.delivery.Door`, and what is shown of what went through it. `keep`: see `Worker`. Any thread may ask."""

    name = "chat"
    channel = Channel.CHAT
    again_in_doubt = True
    at_once = 1

    def __init__(
        self,
        book: CitizensBook,
        mailbox: Mailbox,
        service: Callable[[], TextService],
        clock: Callable[[], datetime],
        log: CallLog,
        keep: timedelta,
        key: bytes,
    ) -> None:
        self._book = book
        self._clock = clock
        self._key = key
        self._delivery = Delivery(mailbox, service, [self], clock, log)
        self._worker = Worker(self._delivery, keep)
        self._awaited: dict[str, threading.Event] = {}

    def start(self) -> None:
        """Answer what waits, and what comes from now on. Raises BookError."""
        self._book.forget(self._clock() - KEPT)
        self._worker.start()

    def stop(self) -> None:
        """Begin nothing more."""
        self._worker.stop()

    def say(self, who: Visitor, line: str, message: str) -> None:
        """Keep what somebody writes, which is answered within a moment; later where much waits, or an agent answers.

        `line` names it: said again by that name, it is answered once. Raises BookError: then it may be said again.
        """
        sender, now, answered = who.number, self._clock(), threading.Event()
        token = answer_token(self._key, self.name, line)
        self._book.forget(now - KEPT)
        self._book.ask(sender, line, message, now)
        self._awaited[token] = answered
        try:
            if self._delivery.take(Incoming(self.name, line, sender, message, sender, account=who.account)):
                self._worker.wake()
                answered.wait(_WAIT_S)
        finally:
            self._awaited.pop(token, None)

    def lines(self, sender: str) -> tuple[Line, ...]:
        """What can be read of this chat. Raises BookError."""
        return self._book.lines(sender, self._clock() - KEPT, _MOST_LINES)

    def end(self, sender: str) -> None:
        """Nothing of it can be read any more. Raises BookError."""
        self._book.end(sender)

    def send(self, address: str, body: str, token: str) -> None:
        """See `Door`; `address` is the sender. Sent twice it is there once."""
        self._book.answer(address, token, body, self._clock())
        if answered := self._awaited.get(token):
            answered.set()

    def has(self, token: str) -> bool | None:
        """See `Door`."""
        return self._book.has(token)
