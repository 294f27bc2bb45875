"""What the testers' telephone computes is what the standards' own examples, and another implementation, say."""

import re
import secrets
from pathlib import Path

import numpy as np
import pytest
import soundfile

from agi.rehearsal import g711
from agi.workshop.softphone import rtp, sip

CHALLENGE = (
    'Digest realm="testrealm@host.com", qop="auth,auth-int", '
    'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)


def test_a_challenge_is_answered_as_in_the_example_of_rfc_2617(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda _: "0a4f113b")
    answer = sip.authorization(CHALLENGE, "GET", "/dir/index.html", "Mufasa", "Circle Of Life")
    found = {name: quoted or plain for name, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^",\s]+))', answer)}
    assert found["response"] == "6629fae49393a05397450978507c4ef1"
    assert (found["nc"], found["qop"], found["opaque"]) == ("00000001", "auth", "5ccc069c403ebaf9f0171e9517f40e41")


@pytest.mark.parametrize(("kind", "law"), [(rtp.PCMU, "ULAW"), (rtp.PCMA, "ALAW")])
def test_every_octet_of_g711_is_the_sample_that_soundfile_reads(tmp_path: Path, kind: int, law: str) -> None:
    octets = bytes(range(256))
    (tmp_path / "all.raw").write_bytes(octets)
    there, _ = soundfile.read(
        tmp_path / "all.raw", samplerate=8000, channels=1, format="RAW", subtype=law, dtype="int16"
    )
    ours = rtp.decode(kind, octets)
    assert ours is not None
    assert np.frombuffer(ours, np.int16).tolist() == there.tolist()


def test_a_sample_becomes_the_octet_whose_sample_is_nearest() -> None:
    samples = np.arange(-32768, 32768, 7).astype(np.int16)
    chosen = np.frombuffer(g711.MU_LAW.encode(samples), np.uint8)
    far = np.abs(g711.MU_LAW.decode(bytes(range(256))).astype(np.int32)[None, :] - samples.astype(np.int32)[:, None])
    assert (far[np.arange(len(samples)), chosen] == far.min(axis=1)).all()
