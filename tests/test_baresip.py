"""A telephone that is not ours: Debian's baresip dials, with each codec and each way of sending keys."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from installation import free_port
from line_exchange import Exchange, until
from raw_telephone import NUMBER, RawTelephone

from agi.softphone import rtp

RELEASED = "\x04"  # baresip's code for a key that is let go
ROW, COLUMN = 697, 1209  # Hz: the tones of key 1 (ITU-T Q.23)
RATES = {"PCMU": 8000, "PCMA": 8000, "G722": 16000}


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    made = Exchange(tmp_path_factory.mktemp("baresip"))
    made.start()
    made.start_line()
    yield made
    made.close()


class Baresip:
    """One baresip that is told what to do over its console, and sends silence as its owner's voice."""

    def __init__(self, exchange: Exchange, folder: Path, codec: str, keys: str) -> None:
        program = shutil.which("baresip")
        assert program is not None, "baresip is missing: `./hotline test` installs it; or: apt-get install baresip-core"
        self._console = ("127.0.0.1", free_port(socket.SOCK_DGRAM))
        self._exchange = exchange
        account, rate = exchange.account("tester1"), RATES[codec]
        soundfile.write(folder / "silence.wav", np.zeros(rate * 60, np.int16), rate, subtype="PCM_16")
        lines = [
            f"module_path {next(Path('/usr/lib').glob('**/baresip/modules'))}",
            f"cons_listen 127.0.0.1:{self._console[1]}",
            "sip_listen 127.0.0.1:0",
            f"audio_source aufile,{folder}/silence.wav",
            "rtp_ports 32000-32999",
            *(f"module {name}.so" for name in ("g711", "g722", "aufile", "cons")),
            *(f"module_app {name}.so" for name in ("account", "menu")),
        ]
        (folder / "config").write_text("\n".join(lines) + "\n")
        (folder / "accounts").touch(mode=0o600)
        (folder / "accounts").write_text(
            f"<sip:{account.user}@127.0.0.1:{account.port}>;auth_user={account.user};auth_pass={account.password}"
            f";audio_codecs={codec}/{rate}/1;dtmfmode={keys};regint=0\n"
        )
        self.printed = folder / "printed"
        with self.printed.open("wb") as out:
            self._process = subprocess.Popen(
                [program, "-4", "-f", str(folder)], stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        until("baresip is ready", lambda: b"baresip is ready" in self.printed.read_bytes())

    def tell(self, words: str) -> None:
        """A command, or a key."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(words.encode(), self._console)

    def dial(self) -> None:
        """Call the hotline and wait for its answer."""
        self.tell(f"/dial sip:{NUMBER}@127.0.0.1:{self._exchange.settings.telephony.sip_port}\n")
        until("the call is answered", lambda: b"Call established" in self.printed.read_bytes())

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


@pytest.mark.parametrize("keys", ["rtpevent", "info"])
@pytest.mark.parametrize("codec", ["PCMA", "PCMU", "G722"])
def test_a_telephone_of_others_is_heard(exchange: Exchange, tmp_path: Path, codec: str, keys: str) -> None:
    before = len(exchange.calls())
    telephone = Baresip(exchange, tmp_path, codec, keys)
    try:
        telephone.dial()
        codecs = exchange.ask("pjsip show channelstats")
        assert {"PCMU": "ulaw", "PCMA": "alaw", "G722": "g722"}[codec] in codecs
        telephone.press("1")
        until("it is asked for the NIK", lambda: len(exchange.calls()) > before and pressed(exchange), 20)
    finally:
        telephone.close()
    exchange.wait_for_silence()


def pressed(exchange: Exchange) -> bool:
    """Whether the newest call has pressed 1 in the main menu."""
    newest = max(exchange.calls(), key=lambda call: call.started)
    return any((event.node, event.value) == ("main", "1") for event in exchange.events(newest.id))


def test_a_telephone_without_key_events_is_heard_by_its_tones(exchange: Exchange) -> None:
    before = len(exchange.calls())
    with RawTelephone(exchange.account("tester1")) as telephone:
        own = telephone.rtp.getsockname()[1]
        offer = (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {own} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n"
        )
        assert telephone.dial(sdp=offer).code == 200
        times = np.arange(8000 // 5) / 8000
        tone = 6000 * (np.sin(2 * np.pi * ROW * times) + np.sin(2 * np.pi * COLUMN * times))
        sound = rtp.encode(tone.astype(np.int16))
        telephone.be_silent(0.5)
        telephone.play(telephone.audio(payload=sound[at : at + rtp.FRAME]) for at in range(0, len(sound), rtp.FRAME))
        telephone.be_silent(0.5)
        until("it is asked for the NIK", lambda: len(exchange.calls()) > before and pressed(exchange), 20)
    exchange.wait_for_silence()
