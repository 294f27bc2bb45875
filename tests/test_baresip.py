"""Telephones that are not ours: Debian's baresip, with each codec and each way of sending keys; one that dials fast."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from baresip import Baresip
from line_exchange import Exchange, until
from raw_telephone import NUMBER, RawTelephone

from agi.rehearsal import g711
from agi.workshop.softphone import rtp

ROW, COLUMN = 697, 1209  # Hz: the tones of key 1 (ITU-T Q.23)


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with closing(Exchange(tmp_path_factory.mktemp("baresip"))) as made:
        made.context(
            "keeps-keys", "exten => _X.,1,Answer()", " same => n,StoreDTMF(RX,KEYS)", " same => n,MusicOnHold()"
        )
        made.more("pjsip.conf", "\n[tester2](+)\ncontext = keeps-keys\n")
        made.start()
        made.start_line()
        yield made


@pytest.mark.parametrize("keys", ["rtpevent", "info"])
@pytest.mark.parametrize("codec", ["PCMA", "PCMU", "G722"])
def test_a_telephone_of_others_is_heard(exchange: Exchange, tmp_path: Path, codec: str, keys: str) -> None:
    before = len(exchange.calls())
    with closing(Baresip(exchange.account("tester1"), tmp_path, codec, keys)) as telephone:
        telephone.dial(NUMBER)
        codecs = exchange.ask("pjsip show channelstats")
        assert {"PCMU": "ulaw", "PCMA": "alaw", "G722": "g722"}[codec] in codecs
        telephone.press("1")
        until("it is asked for the NIK", lambda: len(exchange.calls()) > before and pressed(exchange), 20)
    exchange.wait_for_silence()


def pressed(exchange: Exchange) -> bool:
    """Whether the newest call has pressed 1 in the main menu."""
    newest = max(exchange.calls(), key=lambda call: call.started)
    return any((one.question, one.answer.value) == ("main", "1") for one in exchange.asked(newest.id))


@pytest.mark.thorough
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
        sound = g711.MU_LAW.encode(tone.astype(np.int16))
        telephone.be_silent(0.5)
        telephone.play(telephone.audio(payload=sound[at : at + rtp.FRAME]) for at in range(0, len(sound), rtp.FRAME))
        telephone.be_silent(0.5)
        until("it is asked for the NIK", lambda: len(exchange.calls()) > before and pressed(exchange), 20)
    exchange.wait_for_silence()


def test_short_keys_of_a_telephone_that_dials_fast_are_kept_once_each(exchange: Exchange) -> None:
    with RawTelephone(exchange.account("tester2")) as telephone:
        assert telephone.dial().code == 200
        telephone.be_silent(0.3)
        # Each is down for 20 ms, in packets of 10 ms, and the next one follows 80 ms after it.
        telephone.play([one for key in "1234567890" for one in telephone.key(key, ms=10, lasts=20, pause=50)], 10)
        telephone.be_silent(1.0)
        (channel,) = (line.split("!")[0] for line in exchange.channels())
        assert "KEYS=1234567890\n" in exchange.ask(f"core show channel {channel}")
    exchange.wait_for_silence()
