"""`python -m agi.doors.serve`: takes the webhooks of the doors that are set up, and answers what came by them.

It listens on 127.0.0.1 alone: the office's web server passes on what the networks call, and has the certificate.
"""

import os
import signal
import sys
from contextlib import closing
from datetime import timedelta

import structlog
import uvicorn

from agi import log, privacy
from agi.books.calls import CallBook
from agi.books.guesses import BookGuesses
from agi.books.mailbox import Mailbox
from agi.books.ports import CallLog
from agi.doors.application import application
from agi.doors.door import Came, OpenDoor
from agi.doors.known import opened
from agi.office.office import Office
from agi.ops.confined import Places, confine
from agi.ops.private import begin_private
from agi.settings import Settings
from agi.text.complaints import take_mention
from agi.text.current import CurrentService
from agi.text.delivery import Delivery, Worker

_STOP_S = 2
_log = structlog.get_logger("doors")


def main() -> None:
    """Serve until the process is told to end. Raises RegistryError, BookError."""
    begin_private()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # uvicorn raises it again when it has ended itself
    settings = Settings()
    log.configure(settings, "doors", console=True)
    doors = opened(settings)
    if not doors:
        return
    confine(_places(settings))
    key = privacy.hash_key(settings.var)
    book = CallBook.open(settings.calls_db, key)
    with closing(book), closing(Mailbox(settings.mailbox_db, key)) as mailbox:
        office = Office.open(settings, BookGuesses(book), earlier=book)
        with closing(office):
            service = CurrentService(settings, office, mailbox)
            served = [Served(door, mailbox, service, office, book, settings.messages.keep_days) for door in doors]
            for one in served:
                one.start()
            _log.info("doors.serve", port=settings.messages.webhook_port, doors=[door.name for door in doors])
            try:
                uvicorn.run(
                    application((one.door, one.take) for one in served),
                    host="127.0.0.1",
                    port=settings.messages.webhook_port,
                    log_config=None,
                    access_log=False,
                    server_header=False,
                    proxy_headers=False,
                    timeout_graceful_shutdown=_STOP_S,
                )
            finally:
                for one in served:
                    one.stop()
                for one in served:
                    one.join(_STOP_S / len(served))


class Served:
    """A door and a worker of its own, so that a network that does not answer holds up no other."""

    def __init__(
        self, door: OpenDoor, mailbox: Mailbox, service: CurrentService, office: Office, log: CallLog, keep_days: int
    ) -> None:
        self.door = door
        self._mailbox = mailbox
        self._office = office
        self._delivery = Delivery(mailbox, service, [door], office.clock, log, door.limits)
        self._worker = Worker(self._delivery, timedelta(days=keep_days))

    def take(self, came: Came) -> None:
        """See `Take`."""
        self._delivery.take(*came.messages)
        for one in came.mentions:
            take_mention(self._office, self.door.channel, one.id, one.author, one.text, one.link)
        self._mailbox.confirm(came.taken)
        for known, is_it in came.proofs:
            self._mailbox.confirm_as(self.door.name, known, is_it)
        self._worker.wake()

    def start(self) -> None:
        """Answer what waits, and what comes from now on."""
        self._worker.start()
        self.door.begin(self.take)

    def stop(self) -> None:
        """Begin nothing more."""
        self._worker.stop()

    def join(self, limit_s: float) -> None:
        """Let what is being sent end, for nobody knows otherwise whether it was; then leave the network."""
        self._worker.join(limit_s)
        self.door.end()


def _places(settings: Settings) -> Places:
    """What this process may touch: it reads all that its user may, and writes books and logs."""
    own = (settings.data, settings.var / "log")
    for folder in own:
        folder.mkdir(parents=True, exist_ok=True)
    return Places(read=("/",), write=(), execute=(), own=(*map(os.path.realpath, own), "/dev"))


if __name__ == "__main__":
    main()
