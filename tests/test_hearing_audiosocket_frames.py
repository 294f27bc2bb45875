"""AudioSocket's frames: whatever way they are cut, whatever comes instead of them."""

import re
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi.hearing.audiosocket import END, FRAME_BYTES, LONGEST_AUDIO, Frame, Kind, NotAudioSocket, Reader, audio, packed

RECORDED = Path(__file__).parent / "fixtures" / "audiosocket"

FRAMES = st.one_of(
    st.just(Frame(Kind.END)),
    st.uuids().map(lambda uuid: Frame(Kind.UUID, uuid.bytes)),
    st.sampled_from("0123456789*#ABCD").map(lambda key: Frame(Kind.KEY, key.encode())),
    st.integers(0, 320).map(lambda size: Frame(Kind.AUDIO, bytes(2 * size))),
    st.binary(max_size=4).map(lambda code: Frame(Kind.ERROR, code)),
)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """`data` cut at `places`."""
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[begin:end] for begin, end in pairwise(edges)]


@given(st.lists(FRAMES, max_size=20), st.lists(st.integers(0, 10_000), max_size=30))
def test_frames_are_read_however_they_are_cut(frames: list[Frame], places: list[int]) -> None:
    data = b"".join(packed(frame.kind, frame.payload) for frame in frames)
    reader = Reader()
    found = [frame for piece in cut(data, places) for frame in reader.take(piece)]
    assert found == frames
    assert not reader._held


@given(st.binary(max_size=2000), st.lists(st.integers(0, 2000), max_size=10))
def test_any_bytes_are_frames_or_refused_and_never_fill_the_memory(data: bytes, places: list[int]) -> None:
    reader = Reader()
    try:
        for piece in cut(data, places):
            for frame in reader.take(piece):
                assert frame.kind in Kind
            assert len(reader._held) <= LONGEST_AUDIO + 3
    except NotAudioSocket as refused:
        assert len(str(refused)) < 60


@given(st.sampled_from([*Kind]), st.integers(0, 65535))
def test_a_length_that_its_kind_cannot_have_is_refused_before_the_payload_comes(kind: Kind, length: int) -> None:
    possible = {
        Kind.END: length == 0,
        Kind.UUID: length == 16,
        Kind.KEY: length == 1,
        Kind.AUDIO: length <= LONGEST_AUDIO and length % 2 == 0,
        Kind.ERROR: length < 256,
    }[kind]
    head = bytes((kind,)) + length.to_bytes(2)
    if possible:
        assert Reader().take(head) == ([Frame(kind)] if length == 0 else [])
    else:
        with pytest.raises(NotAudioSocket):
            Reader().take(head)


@pytest.mark.parametrize("kind", sorted(set(range(256)) - set(Kind)))
def test_an_unknown_kind_is_refused(kind: int) -> None:
    with pytest.raises(NotAudioSocket):
        Reader().take(bytes((kind, 0, 0)))


@given(FRAMES, st.integers(1, 400))
def test_a_truncated_frame_waits_for_its_rest(frame: Frame, missing: int) -> None:
    whole = packed(frame.kind, frame.payload)
    reader = Reader()
    assert reader.take(whole[: -min(missing, len(whole))]) == []
    assert reader.take(whole[-min(missing, len(whole)) :]) == [frame]


@pytest.mark.parametrize("key", [b"\0", b" ", b"E", b"\xff", b"a"])
def test_a_key_that_no_telephone_has_is_refused(key: bytes) -> None:
    with pytest.raises(NotAudioSocket):
        Reader().take(packed(Kind.KEY, key))


def test_what_is_sent_has_the_form_that_asterisk_reads() -> None:
    assert END == b"\x00\x00\x00"
    assert audio(bytes(FRAME_BYTES))[:3] == b"\x10\x01\x40"


def test_the_recorded_frames_of_a_call_are_read() -> None:
    """Recorded from Asterisk 22.10.1: a call in which 1, 2 and # are pressed, and which the service gives back."""
    data = bytes.fromhex(re.sub(r"\s", "", (RECORDED / "keys.hex").read_text()))
    frames = Reader().take(data)
    assert frames[0].kind is Kind.UUID
    assert frames[0].uuid == UUID("b7a1d3c2-5e0f-4a6b-8c9d-0e1f2a3b4c5d")
    assert "".join(frame.key for frame in frames if frame.kind is Kind.KEY) == "12#"
    sound = [frame for frame in frames if frame.kind is Kind.AUDIO]
    assert {len(frame.payload) for frame in sound} == {FRAME_BYTES}
    assert len(sound) > 20


def test_a_recorded_hang_up_is_not_announced_the_sound_just_ends() -> None:
    """Recorded from Asterisk 22.10.1: the caller hangs up in the middle; the connection closes without an END frame."""
    data = bytes.fromhex(re.sub(r"\s", "", (RECORDED / "hang-up.hex").read_text()))
    kinds = [frame.kind for frame in Reader().take(data)]
    assert kinds[0] is Kind.UUID
    assert set(kinds[1:]) == {Kind.AUDIO}
