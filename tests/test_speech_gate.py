"""The caller's sound is brought to one level; what others say behind them is turned down."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from agi.speech.gate import Gate, Levels, levels_of


def tone(ms: int, level_db: float) -> NDArray[np.int16]:
    return (np.sin(np.arange(8 * ms) * 0.6) * 32767 * 10 ** (level_db / 20)).astype(np.int16)


QUIET = tone(200, -75)


def through(*pieces: bytes, known: Levels | None = None, digits: bool = True) -> NDArray[np.int16]:
    """What becomes of `pieces` after 0.2 s of a quiet line."""
    gate = Gate(known, digits=digits)
    done = b"".join(map(gate.feed, (QUIET.tobytes(), *pieces))) + gate.rest()
    return np.frombuffer(done, np.int16)[len(QUIET) :]


def level_db(sound: NDArray[np.int16]) -> float:
    return 10 * float(np.log10(np.mean((sound / 32767.0) ** 2) + 1e-12))


CALL = np.concatenate((tone(600, -20), tone(1500, -40), tone(600, -20)))


def between(sound: NDArray[np.int16], begin_ms: int, end_ms: int) -> float:
    return level_db(sound[8 * begin_ms : 8 * end_ms])


@pytest.mark.parametrize("level", [0, -11, -20, -36])
@pytest.mark.parametrize(("digits", "becomes"), [(True, -8), (False, -18)])
def test_a_caller_is_brought_to_one_level(level: float, digits: bool, becomes: float) -> None:
    assert level_db(through(tone(600, level).tobytes(), digits=digits)) == pytest.approx(becomes, abs=0.2)


@pytest.mark.parametrize("level", [-36, -70])
def test_noise_in_which_nobody_talks_is_not_lifted(level: float) -> None:
    noise = tone(600, level).tobytes()
    for gate in (Gate(digits=True), Gate(levels_of(noise), digits=True)):
        assert gate.feed(noise) + gate.rest() == noise


def test_what_is_20_db_below_the_caller_is_turned_down_by_20_db() -> None:
    done = through(CALL.tobytes())
    assert between(done, 1000, 1800) - between(done, 100, 500) == pytest.approx(-40, abs=1)


def test_nobody_is_turned_down_where_others_are_not_looked_for() -> None:
    done = through(CALL.tobytes(), digits=False)
    assert between(done, 1000, 1800) - between(done, 100, 500) == pytest.approx(-20, abs=0.2)


@pytest.mark.parametrize(("begin_ms", "end_ms"), [(0, 600), (610, 675), (2025, 2095), (2100, 2700)])
def test_the_caller_is_not_turned_down_nor_80_ms_before_and_after(begin_ms: int, end_ms: int) -> None:
    done = through(CALL.tobytes())
    assert len(done) == len(CALL)
    assert between(done, begin_ms, end_ms) - between(CALL, begin_ms, end_ms) == pytest.approx(15, abs=0.3)


def test_what_is_8_db_below_the_caller_may_be_the_caller() -> None:
    done = through(np.concatenate((tone(600, -20), tone(600, -28))).tobytes())
    assert between(done, 0, 500) - between(done, 700, 1200) == pytest.approx(8, abs=0.3)


def test_others_who_talk_before_the_caller_are_turned_down_once_it_is_known_how_loud_the_caller_is() -> None:
    call = np.concatenate((tone(600, -40), tone(600, -20))).tobytes()
    assert between(through(call), 0, 500) > -20
    assert between(through(call, known=levels_of(QUIET.tobytes() + call)), 0, 500) < -45


def test_the_loudest_is_that_of_30_ms_and_no_click() -> None:
    click = np.zeros(8 * 600, np.int16)
    click[800:808] = 32767
    assert levels_of(click.tobytes()).loudest < -50
    assert levels_of(tone(600, -20).tobytes()) == pytest.approx((-23, -23), abs=0.2)
    assert levels_of(b"").loudest < -60


@given(st.lists(st.integers(0, 700), max_size=12))
def test_it_does_not_matter_in_what_pieces_the_sound_comes(lengths: list[int]) -> None:
    pcm = CALL[: 8 * 900].tobytes()
    ends = np.minimum(np.cumsum([2 * length for length in lengths], dtype=int), len(pcm)).tolist()
    pieces = [pcm[begin:end] for begin, end in zip([0, *ends], [*ends, len(pcm)], strict=True)]
    assert (through(*pieces) == through(pcm)).all()


def test_a_sound_that_goes_on_after_its_rest_was_asked_for_loses_nothing() -> None:
    first, second = CALL[: 8 * 303].tobytes(), CALL[8 * 303 : 8 * 600].tobytes()
    known = levels_of(QUIET.tobytes() + first)
    gate = Gate(known, digits=True)
    done = gate.feed(first) + gate.rest() + gate.feed(second) + gate.rest()
    assert done == through(first + second, known=known).tobytes()
