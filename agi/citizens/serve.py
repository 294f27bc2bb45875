"""`python -m agi.citizens.serve`: the process of the page for citizens, which `hotline up` keeps where it is wanted.

A process of its own, because anybody may ask it: what floods it or finds a hole in it has neither the office's pages
with their sessions, nor the doors, nor the line. It listens on 127.0.0.1: the office's web server stands before it.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta

import uvicorn

from agi import log, privacy
from agi.books.calls import CallBook
from agi.books.citizens import CitizensBook
from agi.books.days import Days
from agi.books.guesses import BookGuesses
from agi.books.mailbox import Mailbox
from agi.citizens.application import application
from agi.citizens.chat_door import Chat
from agi.citizens.gate import Gate
from agi.citizens.site import Site
from agi.office.limit import utc_now
from agi.office.office import Office
from agi.ops.confined import Places, confine
from agi.ops.private import begin_private
from agi.ops.quiet import give_up_unix_sockets
from agi.settings import Settings
from agi.text.current import CurrentService

_STOP_S = 2
_AT_ONCE = 200
"""Requests served at once; one more is told to come again."""


@contextmanager
def opened(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Iterator[Site]:
    """What the pages ask, open for as long as they are served. Raises RegistryError, BookError."""
    key, folder = privacy.hash_key(settings.var), settings.citizens_folder
    with (
        closing(CallBook.open(settings.calls_db, key)) as calls,
        closing(Mailbox(settings.mailbox_db, key)) as mailbox,
        closing(CitizensBook(folder / "citizens.db", key)) as book,
        closing(Office.open(settings, BookGuesses(calls), clock, earlier=calls)) as office,
    ):
        service = CurrentService(settings, office, mailbox)
        keep = timedelta(days=settings.messages.keep_days)
        chat = Chat(book, mailbox, service, clock, calls, keep, key)
        days = Days(settings.calls_db, folder / "days.jsonl", settings.zone)
        chat.start()
        try:
            yield Site(settings, office, service, book, Gate(book, key, clock), chat, days, calls, key)
        finally:
            chat.stop()


def main() -> None:
    """Serve until the process is told to end. Raises RegistryError, BookError."""
    begin_private()
    settings = Settings()
    log.configure(settings, "citizens", console=True)
    confine(places(settings))
    give_up_unix_sockets()
    with opened(settings) as site:
        uvicorn.run(
            application(site),
            host="127.0.0.1",
            port=settings.citizens.port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # see site.network_of
            limit_concurrency=_AT_ONCE,
            timeout_graceful_shutdown=_STOP_S,
        )


def places(settings: Settings) -> Places:
    """What this process may touch: it reads all that its user may, and writes books and logs."""
    own = (settings.data, settings.citizens_folder, settings.var / "log")
    for folder in own:
        folder.mkdir(parents=True, exist_ok=True)
    return Places(read=("/",), write=(), execute=(), own=(*map(os.path.realpath, own), "/dev"))


if __name__ == "__main__":
    main()
