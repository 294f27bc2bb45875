"""An office that answers mails: the process of its doors, a mail server beside it, and citizens who write."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from installation import private_environment, publish_unspoken, settings_of
from line_exchange import until
from mail_peer import OFFICE, PASSWORD, Handed, MailServer

from agi.books.importing import import_csv
from agi.books.mailbox_log import Letter, MailboxLog
from agi.privacy import hash_key
from agi.settings import SAMPLE, Settings
from agi.voice.texts import Texts
from agi.workshop.bench.installation import free_port

CITIZEN = "siti.aminah@warga.example"


@dataclass
class MailOffice:
    """The process of the doors, with the mail server that it speaks to."""

    server: MailServer
    settings: Settings
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        before = self.server.logins
        self.process = subprocess.Popen((sys.executable, "-m", "agi.doors.serve"), env=self.environment)
        until("the mailbox is watched", lambda: self.server.logins > before)

    def kill(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def kill_at(self, step: str) -> threading.Event:
        """Kill the process as soon as the server is asked for this step, before it answers; set when that is done."""
        done = threading.Event()

        def kill(name: str) -> None:
            if name == step and not done.is_set():
                self.kill()
                done.set()

        self.server.step = kill
        return done

    def write(self, body: str, sender: str | None = CITIZEN, *, read: bool = False, **headers: str) -> int:
        """A plain mail comes; its uid. `read`: by a person; `headers`: more of them, `_` for `-`."""
        given = {"From": f"Warga <{sender or CITIZEN}>", "To": OFFICE, "Content-Type": "text/plain; charset=utf-8"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        return self.server.deliver(f"{lines}\r\n{body}\r\n".encode(), sender, *([r"\Seen"] if read else []))

    def answers(self, citizen: str, count: int, limit_s: float = 60.0) -> list[Handed]:
        """What this one is answered, as soon as it is so much."""
        until(f"{count} answers", lambda: len(self.server.answers(citizen)) >= count, limit_s)
        return self.server.answers(citizen)

    def answer(self, citizen: str) -> Handed:
        """The one answer to this one, who has not written before."""
        (answer,) = self.answers(citizen, 1)
        return answer

    def letters(self) -> tuple[Letter, ...]:
        return MailboxLog(self.settings.mailbox_db).letters(1000)

    def spoken(self, key: str) -> str:
        """What a mail says that is answered by this sentence."""
        texts = Texts.load(self.settings.prompts)
        return f"{texts.message(key)}\n\n{texts.message('info.channels')}"


@contextmanager
def mail_office(home: Path) -> Iterator[MailOffice]:
    server = MailServer()
    environment = private_environment(
        home,
        HOTLINE_MAIL__ADDRESS=OFFICE,
        HOTLINE_MAIL__IMAP_HOST="127.0.0.1",
        HOTLINE_MAIL__IMAP_PORT=str(server.imap_port),
        HOTLINE_MAIL__IMAP_SECURITY="none",
        HOTLINE_MAIL__SMTP_PORT=str(server.smtp_port),
        HOTLINE_MAIL__SMTP_SECURITY="none",
        HOTLINE_MESSAGES__WEBHOOK_PORT=str(free_port(socket.SOCK_STREAM)),
    )
    settings = settings_of(environment)
    secrets = settings.var / "secrets"
    secrets.mkdir(mode=0o700, parents=True)
    (secrets / "mail-password").write_text(f"{PASSWORD}\n")
    publish_unspoken(settings)
    key, digits = hash_key(settings.var), settings.identity.kk_digits
    import_csv(settings.registry_db, key, "residents", SAMPLE / "residents.csv", kk_digits=digits)
    made = MailOffice(server, settings, {**os.environ, **environment})
    try:
        made.start()
        yield made
    finally:
        made.kill()
        server.close()
