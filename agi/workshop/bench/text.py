"""How many messages are answered a second, and whether any is lost or answered twice when the process is killed."""

import csv
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from agi.books.calls import CallBook
from agi.books.events import Channel
from agi.books.guesses import BookGuesses
from agi.books.importing import import_csv
from agi.books.mailbox import Mailbox
from agi.books.mailbox_rows import Incoming
from agi.books.tickets import MemoryTickets
from agi.dialogue.menu import Menu
from agi.office.office import Office
from agi.privacy import hash_key
from agi.settings import SAMPLE, Settings
from agi.settings.tables import Places
from agi.text.delivery import Delivery
from agi.text.service import TextService
from agi.voice.texts import Texts

_AT_ONCE = 50
"""Messages that come together."""
_RESIDENTS = SAMPLE / "residents.csv"


@dataclass(frozen=True, slots=True)
class TextFigures:
    """What was measured; `per_s` is of the run without kills."""

    messages: int
    kills: int
    lost: int
    twice: int
    per_s: float


def measure(folder: Path, messages: int, kills: int) -> TextFigures:
    """Answer `messages` in `folder`, by a process that is killed `kills` times; as many again by one that is not."""
    killed, quiet = folder / "killed", folder / "quiet"
    chance = random.Random(messages)
    for place in (killed, quiet):
        _prepare(place)
    for nth in range(kills):
        with _running(killed, messages) as child:
            steps = chance.randrange(1, max(2, 2 * messages // _AT_ONCE // (kills + 1) * (nth + 1)))
            for _ in islice(child.stdout or (), steps):
                pass
            child.send_signal(signal.SIGKILL)
    for place in (killed, quiet):
        began = time.monotonic()
        with _running(place, messages) as child:
            child.communicate()
        took = time.monotonic() - began
    got = Counter(line.split()[0] for line in (killed / "peer").read_text().splitlines())
    twice = sum(count - 1 for count in got.values())
    return TextFigures(messages, kills, messages - len(got), twice, messages / took)


def _prepare(folder: Path) -> None:
    folder.mkdir()
    settings = _settings(folder)
    settings.data.mkdir()
    import_csv(
        settings.registry_db,
        hash_key(settings.var),
        "residents",
        _RESIDENTS,
        kk_digits=settings.identity.kk_digits,
    )


def _settings(folder: Path) -> Settings:
    return Settings(places=Places(data=folder / "data", var=folder / "var"))


def _running(folder: Path, messages: int) -> "subprocess.Popen[str]":
    command = (sys.executable, "-m", "agi.workshop.bench.text", str(folder), str(messages))
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})


class _Peer:
    """A door whose peer stands on the disk: it keeps a line for each message, and tells whether it has one."""

    name, channel = "bench", Channel.SMS
    again_in_doubt = True
    at_once = 1

    def __init__(self, path: Path) -> None:
        self._path = path
        self._out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def send(self, address: str, body: str, token: str) -> None:
        """See `Door`."""
        os.write(self._out, f"{token} {len(body)} {address}\n".encode())

    def has(self, token: str) -> bool | None:
        """See `Door`."""
        return token in self._path.read_text()


def _deliver(folder: Path, messages: int) -> None:
    """What the process does: take all messages (again), answer and send them; a line is printed at each step."""
    settings = _settings(folder)
    key = hash_key(settings.var)
    texts = Texts.load(settings.prompts, settings.office.language)
    book, mailbox = CallBook.open(settings.calls_db, key), Mailbox(settings.mailbox_db, key)
    with (
        closing(book),
        closing(mailbox),
        closing(Office.open(settings, BookGuesses(book), tickets=MemoryTickets())) as office,
    ):
        service = TextService(office, Menu.load(settings.prompts / "menu.toml"), texts, mailbox)
        delivery = Delivery(mailbox, lambda: service, [_Peer(folder / "peer")], lambda: datetime.now(UTC), book)
        delivery.recover()
        with _RESIDENTS.open() as rows:
            people = [(row["nik"], row["kk"]) for row in csv.DictReader(rows)]
        sent = [_message(nth, *people[nth % len(people)]) for nth in range(messages)]
        for first in range(0, messages, _AT_ONCE):
            delivery.take(*sent[first : first + _AT_ONCE])
            print("taken")
            delivery.work()
            print("sent")
        while delivery.work():
            print("sent")


def _message(nth: int, nik: str, kk: str) -> Incoming:
    asked = (f"cek#ktp#{nik}#{kk}", f"cek#ktp#{nik}", "syarat ktp hilang", "jam buka")[nth % 4]
    sender = f"08{nth:010d}"
    return Incoming("bench", str(nth), sender, asked, sender)


if __name__ == "__main__":
    _deliver(Path(sys.argv[1]), int(sys.argv[2]))
