"""IMAP: a folder that is watched for mails nobody has read, whatever becomes of the connection (RFC 3501, 2177)."""

import ssl
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BufferedReader
from itertools import islice
from typing import Any, NamedTuple, cast

import structlog
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted

LONGEST_READ = 262_144
"""Bytes of a mail that are fetched: its text comes before its pictures."""
_LIMIT_S = 30
_ROUND_S = 30
"""Seconds after which the folder is looked through although nothing was told: a connection may be dead unnoticed."""
_AT_ONCE = 20
_OLDEST = timedelta(days=7)
"""What came before that is a person's: nobody waits so long for a program."""
_LONGEST_WAIT_S = 300
_log = structlog.get_logger("doors")


class Mail(NamedTuple):
    """A mail in the folder. `place`: what it is known by on its server for good; `raw`: its first bytes."""

    uid: str
    place: str
    raw: bytes


Keep = Callable[[Sequence[Mail]], Collection[str]]
"""Keeps mails; the uids of those that are done with, and nobody needs to read. Raises BookError: they come again."""


class ImapError(Exception):
    """The server refuses what must be possible in this folder."""


@dataclass(frozen=True)
class Folder:
    """A folder at an IMAP server, and who may read it. `security`: tls, starttls or none."""

    host: str
    port: int
    security: str
    folder: str
    user: str = field(repr=False)
    password: str = field(repr=False)

    @contextmanager
    def opened(self) -> Iterator[BaseMailBox]:
        """The folder, open. Raises OSError, imaplib.IMAP4.error, imap_tools.ImapToolsError."""
        box = self._connected()
        try:
            box.login(self.user, self.password, self.folder)
            told = _checked(box.client.capability())[-1]  # many a server tells only who has logged in
            box.client.capabilities = tuple(told.decode("ascii", "replace").upper().split())
            yield box
        finally:
            with suppress(OSError):
                box.client.shutdown()

    def _connected(self) -> BaseMailBox:
        if self.security == "none":
            return MailBoxUnencrypted(self.host, self.port, _LIMIT_S)
        trusted = ssl.create_default_context()
        if self.security == "starttls":
            return MailBoxStartTls(self.host, self.port, _LIMIT_S, ssl_context=trusted)
        return MailBox(self.host, self.port, _LIMIT_S, ssl_context=trusted)


class Watch:
    """Gives the unread mails of `folder` to `keep`, in a thread of its own, and marks what is kept as read.

    `looked` is set once all was looked through. A process killed between the two gives a mail again. A mail that a
    person has read is that person's.
    """

    def __init__(self, folder: Folder, keep: Keep, looked: threading.Event) -> None:
        self._folder = folder
        self._looked = looked
        self._keep = keep
        self._ended = threading.Event()
        self._left: set[str] = set()
        """Places of unread mails that are a person's."""

    def start(self) -> None:
        """From now on."""
        threading.Thread(target=self._run, name="mail", daemon=True).start()

    def end(self) -> None:
        """Begin nothing more."""
        self._ended.set()

    def _run(self) -> None:
        wait = 1
        while not self._ended.is_set():
            try:
                with self._folder.opened() as box:
                    validity = box.client.response("UIDVALIDITY")[1][0] or b""
                    while not self._ended.is_set():
                        self._look(box, validity.decode("ascii", "replace"))
                        self._looked.set()
                        wait = 1
                        self._idle(box)
            except Exception as trouble:  # noqa: BLE001  # whatever it is: mails wait there, and are looked for again
                _log.warning("doors.no_mailbox", door="mail", why=type(trouble).__name__, again_in_s=wait)
                self._ended.wait(wait)
                wait = min(wait * 2, _LONGEST_WAIT_S)

    def _look(self, box: BaseMailBox, validity: str) -> None:
        since = (date.today() - _OLDEST).strftime("%d-%b-%Y")
        found = (Mail(uid, f"{validity}.{uid}", b"") for uid in box.uids(f"UNSEEN UNDELETED SINCE {since}"))
        new = (one for one in found if one.place not in self._left)
        while few := list(islice(new, _AT_ONCE)):
            mails = [one._replace(raw=raw) for one in few if (raw := _fetched(box, one.uid))]
            done = self._keep(mails)
            if done:
                _checked(box.client.uid("STORE", ",".join(done), "+FLAGS", r"(\Seen)"))
            self._left |= {one.place for one in few if one.uid not in done}

    def _idle(self, box: BaseMailBox) -> None:
        """Wait until something has come, at the most a round. Raises imaplib.IMAP4.abort: the connection is dead."""
        if "IDLE" in box.client.capabilities:
            with box.idle as idle:
                if not _told_already(box):
                    idle.poll(_ROUND_S)
        else:
            self._ended.wait(_ROUND_S)
            _checked(box.client.noop())


def _told_already(box: BaseMailBox) -> bool:
    """Whether something was told in one packet with the beginning of IDLE: `IdleManager.poll` would not see it."""
    box.client.sock.settimeout(0)
    try:
        return bool(cast(BufferedReader, box.client.file).peek(1))
    except OSError:  # TLS has nothing either
        return False
    finally:
        box.client.sock.settimeout(_LIMIT_S)


def delete(box: BaseMailBox, uid: str) -> None:
    """Delete this mail alone: where the server can't (RFC 4315), it stays, marked. (`BaseMailBox.delete` and `flag`
    remove for good what anybody has marked.)"""
    _checked(box.client.uid("STORE", uid, "+FLAGS", r"(\Deleted)"))
    if "UIDPLUS" in box.client.capabilities:
        _checked(box.client.uid("EXPUNGE", uid))


def _fetched(box: BaseMailBox, uid: str) -> bytes:
    """The first bytes of a mail, which stays unread; none where somebody has deleted it."""
    told = _checked(box.client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LONGEST_READ}>)"))
    return next((one[1] for one in told if isinstance(one, tuple)), b"")


def _checked(answer: tuple[str, list[Any]]) -> list[Any]:
    if answer[0] != "OK":
        raise ImapError(f"the server says {answer[0]}")
    return answer[1]
