"""Level by ITU-T P.56 and the audio that is made from any sound."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from voice_office import silent_ms, speechlike

from agi.voice import audio
from agi.voice.level import SILENCE, active_level

RATES = (8000, 11025, 16000, 22050, 44100, 48000)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("level_db", [-15.0, -26.0, -40.0])
def test_steady_noise_has_the_level_of_its_rms(rate: int, level_db: float) -> None:
    noise = np.random.default_rng(7).normal(size=3 * rate)
    noise *= 10 ** (level_db / 20) / np.sqrt(np.mean(noise**2))
    found = active_level(noise, rate)
    assert found == pytest.approx(level_db, abs=0.1)


def test_a_sine_of_full_scale_is_3_db_below_overload() -> None:
    sine = np.sin(2 * np.pi * 1000 * np.arange(16000) / 8000)
    assert active_level(sine, 8000) == pytest.approx(-3.01, abs=0.1)


def test_silence_before_between_and_after_does_not_lower_the_level() -> None:
    talk = speechlike(2.0, 8000)

    def apart(pause_s: int) -> np.ndarray:
        nothing = np.zeros(pause_s * 8000)
        return np.concatenate([nothing, talk, nothing, talk, nothing])

    short, long = active_level(apart(1), 8000), active_level(apart(10), 8000)
    assert long == pytest.approx(short, abs=0.01)
    # Within the 200 ms of hangover that P.56 counts as active after each spurt, of the level without any pause.
    assert long == pytest.approx(active_level(talk, 8000), abs=0.6)
    assert long - 10 * np.log10(np.mean(apart(10) ** 2)) > 8


@given(st.floats(-20, 20))
@settings(max_examples=30)
def test_the_level_follows_the_gain(gain_db: float) -> None:
    talk = speechlike(1.0, 8000, amplitude=0.05)
    louder = active_level(talk * 10 ** (gain_db / 20), 8000)
    assert louder == pytest.approx(active_level(talk, 8000) + gain_db, abs=0.3)


def test_silence_has_no_level() -> None:
    assert active_level(np.zeros(8000), 8000) == SILENCE
    assert active_level(np.full(8000, 1e-7), 8000) == SILENCE


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("amplitude", [0.02, 0.9])
@pytest.mark.parametrize("seconds", [0.3, 1.37, 4.0])
def test_any_sound_comes_out_trimmed_levelled_and_in_whole_frames(rate: int, amplitude: float, seconds: float) -> None:
    nothing = np.zeros(rate)
    made = audio.polished(np.concatenate([nothing, speechlike(seconds, rate, amplitude), nothing]), rate)
    assert len(made.narrow) % 160 == 0
    assert len(made.wide) == 2 * len(made.narrow)
    assert len(made.narrow) / 8000 == pytest.approx(seconds + 0.06, abs=0.05)
    for samples, hz in ((made.narrow / 32768, 8000), (made.wide / 32768, 16000)):
        assert active_level(samples, hz) == pytest.approx(-26, abs=1)
        assert np.abs(samples).max() <= 10 ** (-3 / 20)
        assert max(silent_ms(samples, hz)) <= 150
        assert abs(samples[0]) < 0.001 and abs(samples[-1]) < 0.001


def test_peaks_far_above_the_level_are_bent_and_not_cut() -> None:
    talk = speechlike(3.0, 16000, amplitude=0.03)
    talk[::1600] = 1.0
    made = audio.polished(talk, 16000)
    assert np.abs(made.wide).max() / 32768 <= 10 ** (-3 / 20)
    assert active_level(made.wide / 32768, 16000) == pytest.approx(-26, abs=1)


def test_hiss_at_both_ends_of_a_recording_counts_as_silence() -> None:
    hiss = np.random.default_rng(3).normal(size=2 * 16000) * 0.0005
    made = audio.polished(np.concatenate([hiss, speechlike(1.0, 16000), hiss]), 16000)
    assert len(made.narrow) / 8000 == pytest.approx(1.06, abs=0.06)


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(8000), np.full(8000, 0.3)], ids=["none", "silent", "dc"])
def test_what_holds_no_speech_is_refused(samples: np.ndarray) -> None:
    with pytest.raises(audio.NoSpeech):
        audio.polished(samples, 8000)


def test_the_files_are_what_asterisk_plays(tmp_path: Path) -> None:
    audio.write(audio.pause(400), tmp_path / "p.wav", tmp_path / "p.wav16")
    narrow, wide = soundfile.info(tmp_path / "p.wav"), soundfile.info(tmp_path / "p.wav16")
    assert (narrow.samplerate, narrow.channels, narrow.subtype, narrow.format) == (8000, 1, "PCM_16", "WAV")
    assert (wide.samplerate, wide.frames) == (16000, 2 * narrow.frames)
    assert audio.seconds(tmp_path / "p") == 0.4
