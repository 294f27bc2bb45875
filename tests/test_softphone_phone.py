"""One telephone, call after call: what came in a call is in that call's recording, and nothing else."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from agi.workshop.softphone import rtp, sip
from agi.workshop.softphone.phone import Account
from agi.workshop.softphone.plain_call import PlainCall
from agi.workshop.softphone.wavfile import samples

HOST = "127.0.0.1"
FRAME_S = 0.005  # four times as fast as a telephone: many packets around each call's end


class Server:
    """Answers every request with 200, and sends sound to the telephone that called last, without a pause."""

    def __init__(self) -> None:
        self.sip, self.rtp = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        for port in (self.sip, self.rtp):
            port.bind((HOST, 0))
            port.settimeout(0.1)
        self.hears: tuple[str, int] | None = None
        self._over = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._answer, self._send)]
        for thread in self._threads:
            thread.start()

    def _answer(self) -> None:
        while not self._over.is_set():
            try:
                data, address = self.sip.recvfrom(4096)
            except TimeoutError:
                continue
            request = sip.Message.parse(data)
            if request is None or request.method == "ACK":
                continue
            answer = request.reply(200, "OK", "server")
            if (media := sip.media(request.body)) is not None:
                self.hears = media.address, media.port
                answer.body = sip.offer(*self.rtp.getsockname())
            self.sip.sendto(answer.encode(), address)

    def _send(self) -> None:
        sender = rtp.Sender(1)
        begun, sent = time.monotonic(), 0
        while not self._over.wait(max(begun + sent * FRAME_S - time.monotonic(), 0)):
            sent += 1
            if self.hears is not None:
                self.rtp.sendto(sender.audio(b"\x80" * rtp.FRAME), self.hears)

    def close(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self.sip.close()
        self.rtp.close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def test_a_telephone_that_calls_again_at_once_hears_the_second_call_whole(server: Server, tmp_path: Path) -> None:
    async def calls() -> None:
        phone = PlainCall(Account(HOST, server.sip.getsockname()[1], "tester1", ""), tmp_path / "first.wav")
        await phone.open()
        for name in ("first", "second"):
            phone.recording = tmp_path / f"{name}.wav"
            await phone.dial("1500537", "", 5.0)
            await asyncio.sleep(0.5)
            await phone.hang_up()
        await phone.close()

    asyncio.run(calls())
    for name in ("first", "second"):
        heard = samples(tmp_path / f"{name}.wav")
        sound = np.flatnonzero(heard)
        assert len(sound) > 25 * rtp.FRAME
        assert heard[sound[0] : sound[-1] + 1].all(), f"the {name} call has holes"


def test_what_came_before_the_end_of_a_call_is_in_its_recording(tmp_path: Path) -> None:
    async def call() -> None:
        phone = PlainCall(Account(HOST, 9, "tester1", ""), tmp_path / "call.wav")
        await phone.open()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind((HOST, 0))
            phone._talk(sip.offer(*server.getsockname()))
            sender = rtp.Sender(1)
            for _ in range(50):
                server.sendto(sender.audio(), (HOST, phone._rtp_port))
            phone._end(200, "OK")  # known in the same moment: its packet overtook those of the sound
            await phone.close()

    asyncio.run(call())
    assert len(samples(tmp_path / "call.wav")) == 50 * rtp.FRAME


def test_what_is_beside_a_caller_goes_on_under_their_words_and_between_them() -> None:
    beside = rtp.Background(np.arange(300, dtype=np.int16))
    assert beside.under(np.zeros(rtp.FRAME, np.int16)).tolist() == list(range(160))
    words = beside.under(np.full(200, 1000, np.int16))
    assert len(words) == 2 * rtp.FRAME
    assert words.tolist()[:200] == [1000 + at % 300 for at in range(160, 360)]
    assert words.tolist()[200:] == [at % 300 for at in range(360, 480)]
    assert beside.under(np.full(rtp.FRAME, 32767, np.int16)).max() == 32767


def test_a_telephone_sends_what_is_beside_its_caller(server: Server, tmp_path: Path) -> None:
    heard = bytearray()

    async def call() -> None:
        phone = PlainCall(Account(HOST, server.sip.getsockname()[1], "tester1", ""), tmp_path / "heard.wav")
        phone.beside = rtp.Background(np.full(100, 5000, np.int16))
        await phone.open()
        await phone.dial("1500537", "", 5.0)
        server.rtp.settimeout(2.0)
        packet = rtp.unpack(await asyncio.to_thread(server.rtp.recv, 2048))
        heard.extend(packet.payload if packet else b"")
        await phone.hang_up()
        await phone.close()

    asyncio.run(call())
    assert np.abs(np.frombuffer(rtp.decode(rtp.PCMU, bytes(heard)) or b"", "<i2") - 5000).max() < 200
