"""A message and its answer on their way through the mailbox."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from agi.books.parts import Part


class Sending(StrEnum):
    """How far an answer is."""

    READY = "ready"
    SENDING = "sending"  # in doubt when the process was killed
    SENT = "sent"
    DEAD = "dead"


class ThreadState(StrEnum):
    """Who answers the words of a thread: numbers with their proof are always answered by the hotline."""

    HOTLINE = "hotline"
    WAITING = "waiting"  # the hotline, while an agent is wanted
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message that came by `door`, where it is known as `message` ("": see `mailbox.AGAIN_FOR`), and what it says.

    `address`: where its answer goes. `sender`: who wrote it, for locks and follow-ups. `part`: which one it is of a
    longer message. `account`: what many senders have in common, where anybody may be another sender at any time.
    """

    door: str
    message: str
    address: str = field(repr=False)
    body: str = field(repr=False)
    sender: str = field(repr=False)
    part: Part | None = None
    account: str = ""


class Waiting(NamedTuple):
    """An incoming message that is not answered yet, its number in the book, and the contact that it is in all records:
    the same for the same message, whatever was deleted from this book. `with_agent`: an agent has its thread."""

    seq: int
    contact: str
    came: Incoming
    with_agent: bool


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An answer on its way. `token`: by which its peer is asked whether it has it. `attempts`: with this one."""

    seq: int
    door: str
    token: str
    attempts: int
    address: str = field(repr=False)
    body: str = field(repr=False)


class Written(NamedTuple):
    """The answer to the message `seq`; "" where there is none. `intent`: what was asked. `calls_agent`: an agent is
    wanted, who goes on with the call that had the number `call`, "" for none."""

    seq: int
    body: str
    intent: str
    calls_agent: bool = False
    call: str = ""


class Outcome(NamedTuple):
    """What came of sending the answer `seq`, and why; `next_at`: when it is tried again, where it is READY.

    `tried`: whether this counts for an attempt. `known`: what its peer knows it by, "" where it does not say so.
    """

    seq: int
    state: Sending
    why: str = ""
    next_at: datetime | None = None
    tried: bool = True
    known: str = ""
