"""A judge writes down what callers hear: what it did not understand is listed, the worst first."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from voice_office import WORDS, PromptsFolder, prompts_folder

from agi.workshop.evaluation import judge


@pytest.fixture
def folder(tmp_path: Path) -> PromptsFolder:
    return prompts_folder(tmp_path)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> "Heard":
    stub = Heard()
    monkeypatch.setattr(judge, "whisper", lambda folder, language: stub.judge)
    return stub


class Heard:
    """A judge that writes down `texts`, one after the other."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.seconds: list[float] = []

    def judge(self, samples: NDArray[np.float32]) -> str:
        assert np.abs(samples).max() > 0.05
        self.seconds.append(len(samples) / 16000)
        return self.texts[len(self.seconds) - 1]


def test_what_was_understood_otherwise_is_listed_and_the_worst_comes_first(folder: PromptsFolder, heard: Heard) -> None:
    heard.texts = ["Selamat datang di halo dukapil.", "mobil lain"]
    with folder.clips() as clips:
        lines = list(judge.listen_to(clips, ["call.welcome", "document.kk"], Path()))
    assert [line.partition("\n")[0] for line in lines] == [
        "document/kk: 2 of 2",
        "call/welcome: 1 of 5",
        "42.9 (15.8-75.0) % of 7 words in 2 parts are wrong.",
    ]


def test_written_forms_count_as_what_they_are_when_spoken(folder: PromptsFolder, heard: Heard) -> None:
    folder.write(WORDS.replace("Selamat datang di Halo Dukcapil.", "Bawa KTP-el, lalu tekan 1."))
    heard.texts = ["bawa KTPL lalu tekan satu"]
    with folder.clips() as clips:
        assert next(judge.listen_to(clips, ["call.welcome"], Path())).startswith("0.0 ")


def test_a_text_with_a_place_is_heard_in_its_fixed_parts(folder: PromptsFolder, heard: Heard) -> None:
    heard.texts = ["nik yang dimasukkan"]
    with folder.clips() as clips:
        (told,) = judge.listen_to(clips, ["nik.readback"], Path())
    assert told.endswith("of 3 words in 1 parts are wrong.")
    assert 0.5 < heard.seconds[0] < 5
