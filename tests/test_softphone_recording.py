"""A telephone's recording: sound where its sender put it, silence where nothing was sent or came."""

from pathlib import Path

import numpy as np
import pytest

from agi.workshop.softphone.wavfile import RATE, Recording, samples

FRAME = 160
START = 2**32 - 40 * FRAME  # the sender's clock goes past its end on the way


class Sent:
    """Frames of 20 ms, each of one value of its own, with what the sender's clock shows."""

    def __init__(self) -> None:
        self.frames = [(n + 1, (START + n * FRAME) % 2**32) for n in range(200)]

    def into(self, recording: Recording, first: int, last: int) -> None:
        for value, time in self.frames[first:last]:
            recording.add(np.full(FRAME, value, "<i2").tobytes(), time)


def values(path: Path) -> list[int]:
    """The value of each frame in a recording."""
    heard = samples(path)
    assert len(heard) % FRAME == 0
    frames = heard.reshape(-1, FRAME)
    assert (frames == frames[:, :1]).all()
    return [int(value) for value in frames[:, 0]]


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    return tmp_path / "heard.wav"


@pytest.fixture
def recording(wav: Path) -> Recording:
    return Recording(wav)


def test_packets_that_were_held_up_leave_no_hole(wav: Path, recording: Recording) -> None:
    sent = Sent()
    sent.into(recording, 0, 50)
    recording.fill(1.7)
    assert len(samples_so_far(wav)) == 1.6 * RATE, "after some time without packets there is silence"
    sent.into(recording, 50, 120)
    recording.close()
    assert values(wav) == list(range(1, 121))


def test_a_lost_packet_is_silence_of_its_length(wav: Path, recording: Recording) -> None:
    sent = Sent()
    sent.into(recording, 0, 50)
    sent.into(recording, 52, 60)
    recording.close()
    assert values(wav) == [*range(1, 51), 0, 0, *range(53, 61)]


def test_packets_that_overtook_each_other_are_in_order(wav: Path, recording: Recording) -> None:
    sent = Sent()
    for first, last in ((0, 3), (4, 5), (3, 4), (5, 8)):
        sent.into(recording, first, last)
    recording.close()
    assert values(wav) == list(range(1, 9))


def test_where_the_sender_paused_is_silence_of_that_length(wav: Path, recording: Recording) -> None:
    sent = Sent()
    sent.into(recording, 0, 10)
    recording.fill(3.1)
    sent.into(recording, 150, 160)
    recording.close()
    assert values(wav) == [*range(1, 11), *[0] * 140, *range(151, 161)]


def test_what_comes_too_late_follows_the_silence_and_nothing_is_lost(wav: Path, recording: Recording) -> None:
    sent = Sent()
    sent.into(recording, 0, 10)
    recording.fill(1.5)
    sent.into(recording, 10, 80)
    recording.close()
    assert values(wav) == [*range(1, 11), *[0] * 60, *range(11, 81)]


def test_another_sender_goes_on_where_the_first_one_ended(wav: Path, recording: Recording) -> None:
    sent = Sent()
    sent.into(recording, 0, 10)
    recording.add(np.full(FRAME, 99, "<i2").tobytes(), 123_456_789)
    recording.add(np.full(FRAME, 100, "<i2").tobytes(), 123_456_789 + FRAME)
    recording.close()
    assert values(wav) == [*range(1, 11), 99, 100]


def samples_so_far(path: Path) -> bytes:
    """One byte for each sample of a recording that still grows."""
    return path.read_bytes()[44::2]
