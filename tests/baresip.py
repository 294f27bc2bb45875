"""Debian's baresip, a telephone that is not ours, as a caller's or an agent's."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

import numpy as np
import soundfile
from line_exchange import until

from agi.workshop.bench.installation import free_port
from agi.workshop.softphone.phone import Account

RELEASED = "\x04"  # its code for a key that is let go
_WAV_HEADER = 44
RATES = {"PCMU": 8000, "PCMA": 8000, "G722": 16000}


class Baresip:
    """One baresip that is told what to do over its console, and sends silence as its owner's voice.

    `on_duty`: it signs in and can be called.
    """

    def __init__(
        self, account: Account, folder: Path, codec: str = "PCMA", keys: str = "rtpevent", *, on_duty: bool = False
    ) -> None:
        program = shutil.which("baresip")
        assert program is not None, "baresip is missing: `./hotline test` installs it; or: apt-get install baresip-core"
        self._console = ("127.0.0.1", free_port(socket.SOCK_DGRAM))
        self._account = account
        self._folder = folder
        rate = RATES[codec]
        soundfile.write(folder / "silence.wav", np.zeros(rate * 60, np.int16), rate, subtype="PCM_16")
        lines = [
            f"module_path {next(Path('/usr/lib').glob('**/baresip/modules'))}",
            f"cons_listen 127.0.0.1:{self._console[1]}",
            "sip_listen 127.0.0.1:0",
            f"audio_source aufile,{folder}/silence.wav",
            "rtp_ports 32000-32999",
            f"snd_path {folder}",
            *(f"module {name}.so" for name in ("g711", "g722", "aufile", "cons", "sndfile")),
            *(f"module_app {name}.so" for name in ("account", "menu")),
        ]
        (folder / "config").write_text("\n".join(lines) + "\n")
        (folder / "accounts").touch(mode=0o600)
        (folder / "accounts").write_text(
            f"<sip:{account.user}@{account.host}:{account.port}>;auth_user={account.user};auth_pass={account.password}"
            f";audio_codecs={codec}/{rate}/1;dtmfmode={keys};regint={300 if on_duty else 0}\n"
        )
        self.printed = folder / "printed"
        with self.printed.open("wb") as out:
            self._process = subprocess.Popen(
                [program, "-4", "-f", str(folder)], stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        try:
            self.wait("[1 binding]" if on_duty else "baresip is ready")
        except AssertionError:
            self.close()
            raise

    def wait(self, words: str, limit_s: float = 10.0) -> str:
        """Wait until it prints `words`; all that it has printed."""
        until(f"baresip prints {words!r}", lambda: words in self.printed.read_text(), limit_s)
        return self.printed.read_text()

    def tell(self, words: str) -> None:
        """A command, or a key."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(words.encode(), self._console)

    def dial(self, number: str) -> None:
        """Call and wait for the answer."""
        self.tell(f"/dial sip:{number}@{self._account.host}:{self._account.port}\n")
        self.wait("Call established")

    def answer(self) -> None:
        """Answer the call that rings."""
        self.tell("/accept\n")
        self.wait("Call established")

    def hears(self) -> bool:
        """Whether it has heard more than silence so far."""
        sounds = (file.read_bytes()[_WAV_HEADER:] for file in self._folder.glob("dump-*-dec.wav"))
        return any(
            np.abs(np.frombuffer(sound[: len(sound) // 2 * 2], np.int16)).max(initial=0) > 1000 for sound in sounds
        )

    def press(self, key: str) -> None:
        """Press a key for a tenth of a second."""
        self.tell(key)
        time.sleep(0.1)
        self.tell(RELEASED)

    def close(self) -> None:
        """Hang up and end it."""
        self.tell("/quit\n")
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
