"""A process that takes, answers and sends messages, to be killed: `killed_delivery.py FOLDER MESSAGES`.

Its peer keeps what it gets in FOLDER/peer, a line each, and tells whether it has a token. Prints a line at each step.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from memory_books import MemoryCalls

from agi.books.events import Channel
from agi.books.mailbox import Mailbox
from agi.books.mailbox_rows import Incoming
from agi.dialogue.question import Prompt
from agi.text.delivery import Delivery
from agi.text.reading import Intent
from agi.text.service import Answer, Found, TextService


class Echo:
    """A service that answers with what it was asked."""

    edition = 0

    def answer(self, _sender: str, message: str, _contact: str, _channel: str, _account: str) -> Answer:
        print("answered", flush=True)
        return Answer(message, Intent.HELP, Found((Prompt("text.help"),)))


class Peer:
    """The door, with a peer on the disk."""

    name, channel = "test", Channel.SMS
    again_in_doubt = True
    at_once = 1

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, _address: str, body: str, token: str) -> None:
        print("sending", flush=True)
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(handle, f"{token} {body}\n".encode())
        os.close(handle)
        print("sent", flush=True)

    def has(self, token: str) -> bool:
        return self._path.exists() and token in self._path.read_text()


def main(folder: Path, messages: int) -> None:
    mailbox = Mailbox(folder / "mailbox.db", bytes(32))
    service = cast("TextService", Echo())
    delivery = Delivery(mailbox, lambda: service, [Peer(folder / "peer")], lambda: datetime.now(UTC), MemoryCalls())
    delivery.recover()
    for first in range(0, messages, 10):
        ten = range(first, first + 10)
        delivery.take(*(Incoming("test", str(one), "0812", f"message {one}", "0812") for one in ten))
        print("taken", flush=True)
        delivery.work()
    while delivery.work():
        pass
    mailbox.close()


main(Path(sys.argv[1]), int(sys.argv[2]))
