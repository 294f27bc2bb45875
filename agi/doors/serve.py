"""`python -m agi.doors.serve`: takes the webhooks of the doors that are set up, and answers what came by them.

It listens on 127.0.0.1 alone: the office's web server passes on what the networks call, and has the certificate.
"""

import os
from contextlib import closing
from datetime import timedelta

import structlog
import uvicorn

from agi import log, privacy
from agi.books.calls import CallBook
from agi.books.guesses import BookGuesses
from agi.books.mailbox import Mailbox
from agi.doors.application import application
from agi.doors.whatsapp import Came, WhatsApp
from agi.office.office import Office
from agi.ops.confined import Places, confine
from agi.ops.private import begin_private
from agi.settings import Settings
from agi.text.current import CurrentService
from agi.text.delivery import Delivery, Worker

_STOP_S = 2
_log = structlog.get_logger("doors")


def main() -> None:
    """Serve until the process is told to end. Raises RegistryError, BookError."""
    begin_private()
    settings = Settings()
    log.configure(settings, "doors", console=True)
    whatsapp = WhatsApp.of(settings)
    if whatsapp is None:
        return
    confine(_places(settings))
    key = privacy.hash_key(settings.var)
    book = CallBook.open(settings.calls_db, key)
    with closing(book), closing(Mailbox(settings.mailbox_db, key)) as mailbox:
        office = Office.open(settings, BookGuesses(book), surveys=book)
        with closing(office):
            delivery = Delivery(mailbox, CurrentService(settings, office, mailbox), [whatsapp], office.clock)
            worker = Worker(delivery, timedelta(days=settings.messages.keep_days))

            def take(came: Came) -> None:
                delivery.take(*came.messages)
                mailbox.confirm(came.taken)
                worker.wake()

            worker.start()
            _log.info("doors.serve", port=settings.messages.webhook_port)
            uvicorn.run(
                application(whatsapp, take),
                host="127.0.0.1",
                port=settings.messages.webhook_port,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_STOP_S,
            )
            worker.stop()


def _places(settings: Settings) -> Places:
    """What this process may touch: it reads all that its user may, and writes books and logs."""
    own = (settings.data, settings.var / "log")
    for folder in own:
        folder.mkdir(parents=True, exist_ok=True)
    return Places(read=("/",), write=(), execute=(), own=(*map(os.path.realpath, own), "/dev"))


if __name__ == "__main__":
    main()
