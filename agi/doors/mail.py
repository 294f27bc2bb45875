"""E-mail: mails come by IMAP, answers go out by SMTP, by the rules for programs that answer mails (RFC 3834).

Each answer has an id made of its token, and goes to the office's own address as well, by the same transaction: once
that copy has come by IMAP, it is proven that the server has taken the answer, whatever was killed meanwhile.
"""

import imaplib
import re
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import Message
from itertools import chain
from secrets import token_hex

import structlog
from imap_tools import ImapToolsError

from agi.books.events import Channel
from agi.books.mailbox_rows import Incoming
from agi.doors import autoreply, mime
from agi.doors.autoreply import Thread
from agi.doors.door import Came, OpenDoor, Take
from agi.doors.imap import Folder, Mail, Watch, delete
from agi.doors.smtp import Submission
from agi.ops.doors import secrets
from agi.privacy import hash_key, keyed_hash
from agi.settings import Settings
from agi.text.delivery import NotSent
from agi.text.reading import Intent, read

_ANSWER = re.compile(r"<answer\.([0-9a-f]{32})@.*>")
_ARRIVES_S = 60.0
_LOOK_EVERY_S = 0.5
_LOOK_S = 20.0
"""So long what is in doubt waits until the mailbox was looked through."""
_log = structlog.get_logger("doors")


@dataclass
class MailDoor(OpenDoor):
    """The door of one address of the office's. `key` hashes what a mail is known by, which may hold an address."""

    address: str
    folder: Folder
    submission: Submission
    kk_digits: int
    key: bytes = field(repr=False)
    _looked: threading.Event = field(default_factory=threading.Event, repr=False)

    name, channel = "mail", Channel.MAIL
    at_once = 4
    limits = ((timedelta(hours=1), 10), (timedelta(days=1), 30))

    @classmethod
    def of(cls, settings: Settings) -> "MailDoor":
        """As it is set up."""
        setup, password = settings.mail, secrets(settings, cls.name)["password"]
        user = setup.user or setup.address
        return cls(
            setup.address,
            Folder(setup.imap_host, setup.imap_port, setup.imap_security, setup.folder, user, password),
            Submission(setup.smtp_host or setup.imap_host, setup.smtp_port, setup.smtp_security, user, password),
            settings.identity.kk_digits,
            hash_key(settings.var),
        )

    def begin(self, take: Take) -> None:
        """See `OpenDoor`."""
        self._watch = Watch(self.folder, lambda mails: self._kept(mails, take), self._looked)
        self._watch.start()

    def end(self) -> None:
        """See `OpenDoor`."""
        self._watch.end()

    def _kept(self, mails: Sequence[Mail], take: Take) -> Collection[str]:
        """See `imap.Keep`."""
        read = {one.uid: came for one in mails if (came := self._read(one))}
        if read:
            messages = chain.from_iterable(came.messages for came in read.values())
            take(Came(tuple(messages), tuple(chain.from_iterable(came.taken for came in read.values()))))
        return read.keys()

    def _read(self, one: Mail) -> Came | None:
        """A citizen's mail, or the token of an answer of ours that has come back; None: it is left for a person."""
        try:
            mail = mime.headers(one.raw)
            if ours := _ANSWER.fullmatch(autoreply.message_id(mail)):
                return Came(taken=(ours[1],))
            if why := autoreply.why_not(mail, self.address):
                _log.info("doors.not_answered", door=self.name, why=why)
                return None
            return Came((self._message(one, mail),))
        except Exception as fault:  # noqa: BLE001  # one mail made to break readers must not hold up the others
            _log.warning("doors.unreadable", door=self.name, why=type(fault).__name__)
            return None

    def _message(self, one: Mail, mail: Message) -> Incoming:
        """The mail with these headers."""
        subject = mime.subject(mail)
        thread = autoreply.thread(mail, subject)
        known = keyed_hash(self.key, "mail", thread.message_id or one.place, thread.to).hex()
        asked = self._asked(one.raw, "" if autoreply.is_reply(mail, subject) else subject)
        return Incoming(self.name, known, thread.written(), asked, thread.to.casefold())

    def _asked(self, raw: bytes, subject: str) -> str:
        """What a mail asks: its own words, or its subject where they ask nothing."""
        try:
            said = mime.own_words(raw)
        except Exception as fault:  # noqa: BLE001  # it is told how to ask
            _log.warning("doors.unreadable", door=self.name, why=type(fault).__name__)
            said = ""
        return subject if not said or (self._nothing(said) and not self._nothing(subject)) else said

    def _nothing(self, text: str) -> bool:
        return read(text, self.kk_digits).intent in (Intent.HELP, Intent.EMPTY)

    def send(self, address: str, body: str, token: str) -> None:
        """See `OpenDoor`."""
        thread = Thread.read(address)
        raw = autoreply.answer(thread, body, self.address, self._id("answer", token))
        self.submission.send(raw, thread.to, copy=self.address)

    def has(self, _token: str) -> bool | None:
        """See `text.delivery.Door`: what the copies that have come prove is no longer in doubt once this raises."""
        self._looked.wait(_LOOK_S)
        raise NotSent("its copy has not come")

    def tried(self, webhook: str) -> str:
        """See `OpenDoor`: a mail to the office's own address, which is deleted once it has come."""
        known = self._id("test", token_hex(16))
        began = time.monotonic()
        self.submission.send(autoreply.probe(self.address, known), self.address)
        try:
            self._arrived(known, began + _ARRIVES_S)
        except (OSError, imaplib.IMAP4.error, ImapToolsError) as trouble:
            raise NotSent(f"the mailbox can't be used ({type(trouble).__name__})") from None
        return f"A mail to our own address was taken by SMTP, came by IMAP after {time.monotonic() - began:.1f} s"

    def _arrived(self, known: str, deadline: float) -> None:
        with self.folder.opened() as box:
            while not (uids := box.uids(f'HEADER Message-ID "{known}"')):
                if time.monotonic() > deadline:
                    raise NotSent(f"it was taken by SMTP, but has not come to {self.folder.folder}")
                time.sleep(_LOOK_EVERY_S)
                box.client.noop()
            for uid in uids:
                delete(box, uid)

    def _id(self, kind: str, token: str) -> str:
        return f"<{kind}.{token}@{self.address.rpartition('@')[2]}>"
