"""What others say behind the caller is turned down; the caller's own sound is not touched."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from agi.speech.gate import Gate


def tone(ms: int, level_db: float) -> NDArray[np.int16]:
    return (np.sin(np.arange(8 * ms) * 0.6) * 32767 * 10 ** (level_db / 20)).astype(np.int16)


def through(*pieces: bytes) -> NDArray[np.int16]:
    gate = Gate()
    return np.frombuffer(b"".join(map(gate.feed, pieces)) + gate.rest(), np.int16)


def level_db(sound: NDArray[np.int16]) -> float:
    return 10 * float(np.log10(np.mean((sound / 32767.0) ** 2) + 1e-12))


CALL = np.concatenate((tone(600, -20), tone(1500, -40), tone(600, -20)))


def test_what_is_20_db_below_the_caller_is_turned_down_by_20_db() -> None:
    done = through(CALL.tobytes())
    assert level_db(done[8 * 1000 : 8 * 1800]) == pytest.approx(level_db(CALL[8 * 1000 : 8 * 1800]) - 20, abs=1)


def test_the_caller_is_not_touched_nor_80_ms_before_and_after() -> None:
    done = through(CALL.tobytes())
    assert len(done) == len(CALL)
    assert (done[: 8 * 680] == CALL[: 8 * 680]).all()
    assert (done[8 * 2020 :] == CALL[8 * 2020 :]).all()


def test_what_is_8_db_below_the_caller_may_be_the_caller() -> None:
    call = np.concatenate((tone(600, -20), tone(600, -28)))
    assert (through(call.tobytes()) == call).all()


@given(st.lists(st.integers(0, 700), max_size=12))
def test_it_does_not_matter_in_what_pieces_the_sound_comes(lengths: list[int]) -> None:
    pcm = CALL[: 8 * 900].tobytes()
    ends = np.minimum(np.cumsum([2 * length for length in lengths], dtype=int), len(pcm)).tolist()
    pieces = [pcm[begin:end] for begin, end in zip([0, *ends], [*ends, len(pcm)], strict=True)]
    assert (through(*pieces) == through(pcm)).all()


def test_a_sound_that_goes_on_after_its_rest_was_asked_for_loses_nothing() -> None:
    gate = Gate()
    first, second = CALL[: 8 * 303].tobytes(), CALL[8 * 303 : 8 * 600].tobytes()
    done = gate.feed(first) + gate.rest() + gate.feed(second) + gate.rest()
    assert done == first + second
