"""Text messages of telephones (SIP MESSAGE, RFC 3428): Asterisk hands them to the line, and sends the answers.

One channel of Asterisk's serves all that come, one after another: they are kept there and answered in a thread. For an
answer Asterisk is told its token alone; it asks for the words by FastAGI, so that they stand in no command and no file.
"""

import base64
import binascii
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import uuid4

import structlog

from agi import privacy
from agi.books import events
from agi.books.errors import BookError
from agi.books.mailbox import Mailbox
from agi.books.mailbox_rows import Incoming
from agi.books.ports import CallLog
from agi.line.channel import Channel
from agi.line.served import ServedEditions
from agi.line.variables import KEPT
from agi.office.office import Office
from agi.ops import console
from agi.settings import Settings
from agi.text.delivery import Delivery, NotSent, Worker
from agi.text.service import TextService

CAME, SENDS = "text", "texting"
"""The script that Asterisk asks for when a message has come, and when it is to send one."""
LONGEST = 900
"""Bytes of one message: what fits into a packet of UDP with the headers that carry it (RFC 3428, section 8)."""
_SENT_WITHIN_S = 5.0
_FROM = re.compile(r"<sips?:([^@<>;\s]{1,64})@")
_WHERE = re.compile(r"(?:[0-9.]{7,15}|\[[0-9a-fA-F:.]{2,45}\]):[0-9]{1,5}")
_NAME = re.compile(r"[0-9A-Za-z_.+-]{1,64}")
_SENTENCE = re.compile(r"(?<=[.!?]) ")
_log = structlog.get_logger("line")


@dataclass(slots=True)
class _Job:
    """An answer that Asterisk is to send."""

    address: str
    body: str
    status: str = ""
    over: threading.Event = field(default_factory=threading.Event)


class Telephones:
    """The door of telephones that have an account here; `ask` is Asterisk's command line.

    An address is `USER@HOST:PORT`: who wrote, and where from. Asterisk does not tell whether a telephone has taken what
    it was sent.
    """

    name = "sip"
    channel = events.Channel.SIP
    again_in_doubt = True
    at_once = 1

    def __init__(self, ask: Callable[[str], str | None]) -> None:
        self._ask = ask
        self._jobs: dict[str, _Job] = {}

    def came(self, channel: Channel) -> Incoming | None:
        """The message on `channel`; None where it does not say where from.

        What is longer than Asterisk takes (1,023 bytes) comes empty, and is told how to ask.
        """
        user, where = _FROM.search(_value(channel, "MESSAGE(from)")), _value(channel, "MESSAGE_DATA(PJSIP_RECVADDR)")
        try:
            body = base64.b64decode(_value(channel, "BASE64_ENCODE(${MESSAGE(body)})"), validate=True)
        except binascii.Error:
            return None
        if user is None or not _NAME.fullmatch(user[1]) or not _WHERE.fullmatch(where):
            return None
        known = channel.env.get("agi_arg_1") or uuid4().hex
        return Incoming(self.name, known, f"{user[1]}@{where}", body.decode(errors="replace"), user[1])

    def give(self, channel: Channel, number: str) -> None:
        """Let Asterisk send, from our `number`, the answer that it asks for; nothing, if nobody waits for that."""
        job = self._jobs.get(channel.env.get("agi_arg_1", ""))
        if job is None:
            return
        user, _, where = job.address.partition("@")
        for part in parts(job.body):
            channel.set_variable("MESSAGE(body)", part)
            channel.command("EXEC", "MessageSend", f"pjsip:texting/sip:{user}@{where},sip:{number}@{where}", wait_s=2.0)
            job.status = _value(channel, "MESSAGE_SEND_STATUS")
            if job.status != "SUCCESS":
                break
        job.over.set()

    def send(self, address: str, body: str, token: str) -> None:
        """See `Door`."""
        job = self._jobs[token] = _Job(address, body)
        try:
            if self._ask(f"channel originate Local/{token}@texting/n application NoOp") is None:
                raise NotSent("Asterisk does not answer")
            if not job.over.wait(_SENT_WITHIN_S):
                raise NotSent("Asterisk has not sent it in time")
        finally:
            del self._jobs[token]
        if job.status != "SUCCESS":
            raise NotSent(f"Asterisk could not send it: {job.status.lower()}")

    def has(self, _token: str) -> bool | None:
        """See `Door`."""
        return None


class Texting:
    """Answers the messages that come by `door`, kept and brought by `delivery`."""

    def __init__(self, door: Telephones, delivery: Delivery, keep: timedelta) -> None:
        self._door = door
        self._delivery = delivery
        self._worker = Worker(delivery, keep)

    @classmethod
    def by_asterisk(cls, settings: Settings, editions: ServedEditions, office: Office, log: CallLog) -> "Texting":
        """As this installation answers them, with the words of the edition of now. Raises BookError."""
        mailbox = Mailbox(settings.mailbox_db, privacy.hash_key(settings.var))

        def service() -> TextService:
            served = editions.current()
            return TextService(office, served.menu, served.clips.texts, mailbox, served.number)

        door = Telephones(partial(console.ask, settings.var))
        delivery = Delivery(mailbox, service, [door], office.clock, log)
        return cls(door, delivery, timedelta(days=settings.messages.keep_days))

    def start(self) -> None:
        """Answer from now on."""
        self._worker.start()

    def stop(self) -> None:
        """Begin no more answers."""
        self._worker.stop()

    def came(self, channel: Channel) -> None:
        """Keep the message on `channel`, and tell Asterisk so, which brings it again else; it is answered soon.

        Raises HungUp, ChannelError.
        """
        message = self._door.came(channel)
        if message is None:
            _log.warning("text.unreadable")
        else:
            try:
                self._delivery.take(message)
            except BookError as trouble:
                _log.error("text.not_kept", why=type(trouble).__name__)
                return
            self._worker.wake()
        channel.set_variable(KEPT, "1")

    def sends(self, channel: Channel, number: str) -> None:
        """Tell Asterisk the answer that it asks for. Raises HungUp, ChannelError."""
        self._door.give(channel, number)


def parts(body: str) -> Iterator[str]:
    """`body` in messages of at most `LONGEST` bytes, cut between sentences where that goes, else between words."""
    part = ""
    for piece in (piece for sentence in _SENTENCE.split(body) for piece in _short(sentence)):
        longer = f"{part} {piece}".strip()
        if part and len(longer.encode()) > LONGEST:
            yield part
            longer = piece
        part = longer
    if part:
        yield part


def _short(sentence: str) -> list[str]:
    return [sentence] if len(sentence.encode()) <= LONGEST else sentence.split(" ")


def _value(channel: Channel, expression: str) -> str:
    return channel.command("GET FULL VARIABLE", f"${{{expression}}}").data
