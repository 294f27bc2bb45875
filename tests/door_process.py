"""The process of the doors, with an installation of its own: to be started, killed and started again."""

import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx2
from installation import private_environment, publish_unspoken, settings_of
from line_exchange import until

from agi.books.importing import import_csv
from agi.books.mailbox_log import MailboxLog
from agi.privacy import hash_key
from agi.settings import SAMPLE, Settings
from agi.voice.texts import Texts
from agi.workshop.bench.installation import free_port


@dataclass
class DoorProcess:
    """`python -m agi.doors.serve` as it is set up."""

    settings: Settings
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def install(cls, home: Path, secrets: dict[str, str], **environment: str) -> Self:
        """An installation in `home` with these secrets (file: value), the sample's residents and all sentences."""
        own = private_environment(
            home, HOTLINE_MESSAGES__WEBHOOK_PORT=str(free_port(socket.SOCK_STREAM)), **environment
        )
        settings = settings_of(own)
        folder = settings.var / "secrets"
        folder.mkdir(mode=0o700, parents=True)
        for name, value in secrets.items():
            (folder / name).write_text(f"{value}\n")
        publish_unspoken(settings)
        key, digits = hash_key(settings.var), settings.identity.kk_digits
        import_csv(settings.registry_db, key, "residents", SAMPLE / "residents.csv", kk_digits=digits)
        return cls(settings, {**os.environ, **own})

    @property
    def log(self) -> MailboxLog:
        return MailboxLog(self.settings.mailbox_db)

    def start(self) -> None:
        self.process = subprocess.Popen((sys.executable, "-m", "agi.doors.serve"), env=self.environment)
        until("the doors are open", self._listens)

    def settle(self) -> None:
        """Wait until nothing is to be answered or sent again, which a kill may leave behind."""
        until("all is sent", lambda: not any(one.waiting for one in self.log.doors()))

    def stop(self) -> int:
        """Tell it to end, as supervisord does; its exit code."""
        assert self.process
        self.process.terminate()
        return self.process.wait(20)

    def kill(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def url(self, door: str) -> str:
        return f"http://127.0.0.1:{self.settings.messages.webhook_port}/{door}"

    def spoken(self, key: str) -> str:
        """A sentence as it is written."""
        return Texts.load(self.settings.prompts).message(key)

    def written(self) -> bytes:
        """All that stands on the disk of what came and went."""
        places = (self.settings.data, self.settings.var / "log")
        return b"".join(path.read_bytes() for place in places for path in place.rglob("*") if path.is_file())

    def _listens(self) -> bool:
        try:
            return httpx2.get(self.url("")).status_code == 404
        except httpx2.TransportError:
            return False
