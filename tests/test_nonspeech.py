"""Coughs, clicks, tones and other sounds that are no speech, as the tests and the evaluation make them."""

import numpy as np
import pytest

from agi.speech.tuning import RATE
from agi.workshop.nonspeech import NONSPEECH, nonspeech


@pytest.mark.parametrize("name", NONSPEECH)
def test_a_sound_is_drawn_anew_for_each_seed_and_the_same_for_the_same_one(name: str) -> None:
    one, again, other = nonspeech(name, 1), nonspeech(name, 1), nonspeech(name, 2)
    assert np.array_equal(one, again)
    assert len(one) != len(other) or not np.array_equal(one, other)


@pytest.mark.parametrize("name", NONSPEECH)
def test_a_sound_is_as_long_and_as_loud_as_its_kind(name: str) -> None:
    for seed in range(20):
        sound = nonspeech(name, seed)
        assert 0.1 < len(sound) / RATE < 6
        frames = sound[: len(sound) // 240 * 240].reshape(-1, 240).astype(float)
        loudest = 20 * np.log10(np.sqrt(np.mean(frames**2, axis=1).max()) / 32768)
        assert -29 < loudest < -9
