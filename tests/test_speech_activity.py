"""When talk is noticed: soon after it began, over the prompt too, and never in noise or in the prompt's echo."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from speech_voices import VOICES, say, silence

from agi.speech.activity import Activity

Sound = NDArray[np.int16]
Say = Callable[..., Sound]


@pytest.fixture
def saying(tmp_path: Path) -> Say:
    return lambda text, voice="id+f4", rate=140: say(tmp_path, text, voice, rate)


def onset(sound: Sound, said: Sound | None = None) -> int | None:
    """After how many ms talk is noticed."""
    activity = Activity()
    for begin in range(0, len(sound) - 159, 160):
        activity.hear(sound[begin : begin + 160], None if said is None else said[begin : begin + 160])
        if activity.speaking:
            return begin // 8 + 20
    return None


@pytest.mark.parametrize("voice", VOICES)
def test_talk_is_noticed_soon_after_its_first_vowel(saying: Say, voice: str) -> None:
    noticed = onset(np.concatenate((silence(1000), saying("ya benar", voice))))
    assert noticed is not None
    assert 1000 <= noticed <= 1150


@pytest.mark.parametrize("level", [10, 100, 1000])
def test_line_noise_is_no_talk(level: int) -> None:
    assert onset(np.random.default_rng(level).normal(0, level, 80_000).astype(np.int16)) is None


def test_a_burst_of_noise_is_no_talk() -> None:
    noise = np.random.default_rng(1).normal(0, 6000, 3000) * np.exp(-np.arange(3000) / 900)
    assert onset(np.concatenate((silence(1000), noise.astype(np.int16), silence(500)))) is None


@pytest.mark.parametrize(("loss_db", "delay_ms"), [(-30, 20), (-20, 80), (-12, 200), (-20, 500), (-10, 900)])
def test_the_echo_of_our_prompt_is_no_talk(saying: Say, loss_db: int, delay_ms: int) -> None:
    prompt = saying("selamat datang di halo dukcapil, untuk cek nik tekan satu")
    echo = np.concatenate((silence(delay_ms), (prompt * 10 ** (loss_db / 20)).astype(np.int16)))[: len(prompt)]
    assert onset(echo, prompt) is None


@pytest.mark.parametrize("echo_ms", [0, 500])
def test_talk_over_the_prompt_is_noticed(saying: Say, echo_ms: int) -> None:
    prompt = saying("selamat datang di halo dukcapil, untuk cek nik tekan satu, untuk status dokumen tekan dua")
    caller = saying("mau bicara dengan petugas", "id+m3")
    echo = (prompt * 10 ** (-20 / 20)).astype(np.int16)
    line = np.concatenate((silence(echo_ms), echo))[: len(prompt)]
    begin = 1500 * 8
    line[begin : begin + len(caller)] += caller[: len(line) - begin]
    noticed = onset(line, prompt)
    assert noticed is not None
    assert 1500 <= noticed <= 1500 + 400


@pytest.mark.parametrize("gain", [1.0, 0.25])
def test_a_number_said_over_the_prompt_is_noticed_wherever_it_begins(saying: Say, gain: float) -> None:
    prompt = saying("sekarang masukkan sepuluh digit terakhir nomor kartu keluarga, yang tercetak di atasnya, " * 2)
    unnoticed = []
    for voice in ("id+m1", "id+f2", "id+f5"):
        caller = (saying("nol satu lima tiga tujuh dua sembilan empat", voice) * gain).astype(np.int16)
        for begin_ms in range(100, 6000, 100):
            line = silence(len(prompt) // 8)
            begin = begin_ms * 8
            line[begin : begin + len(caller)] = caller[: len(line) - begin]
            noticed = onset(line, prompt)
            if noticed is None or not 0 <= noticed - begin_ms < 2000:
                unnoticed.append((voice, begin_ms, noticed))
    assert not unnoticed
