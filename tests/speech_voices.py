"""Speech for the tests, made by espeak-ng, and a model to hear it with. No recording of a person is in the project."""

import math
import os
import shutil
import struct
import subprocess
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from agi.rehearsal.conditions import telephone
from agi.speech.build import build
from agi.speech.grammar import ChoiceGrammar
from agi.speech.model import Model
from agi.speech.pronunciation import Pronunciations
from agi.speech.sound import read
from agi.speech.standard import standard
from agi.workshop.training.kaldi import transition_model

ROOT = Path(__file__).parent.parent
PRONUNCIATIONS = Pronunciations(ROOT / "prompts" / "lexicon.toml")
VOICES = ("id+f4", "id+m3", "id+steph", "id+Andy")
MENU = ChoiceGrammar(
    "menu:main",
    {
        "1": ("cek nik", "nik", "cek ktp"),
        "2": ("status dokumen", "status permohonan"),
        "3": ("persyaratan", "syarat dokumen"),
        "4": ("informasi lain",),
    },
)


def acoustic_model() -> Path:
    """The acoustic model to test with: the one that ships, else the one in HOTLINE_SPEECH__MODEL; fails without one."""
    for folder in (ROOT / "data" / "model", Path(os.environ.get("HOTLINE_SPEECH__MODEL", "/nowhere"))):
        if (folder / "am" / "final.mdl").is_file():
            return folder
    pytest.fail("there is no acoustic model in data/model, which ships one, nor in HOTLINE_SPEECH__MODEL")


def foreign_model(folder: Path) -> Path:
    """A Vosk model as others make one: the acoustic model with other transitions, its own graph of single words.

    `folder` gets files of its own, which a test may change.
    """
    shutil.copytree(acoustic_model(), folder)
    ours = transition_model()
    half = struct.pack("<f", math.log(0.5))
    file = folder / "am" / "final.mdl"
    file.write_bytes(file.read_bytes().replace(ours, ours.replace(half, struct.pack("<f", math.log(0.51)), 1), 1))
    return folder


@lru_cache(maxsize=1)
def model_in(folder: Path) -> Model:
    """The standard grammars and a menu, built once a session."""
    return Model.load(build(acoustic_model(), folder, (*standard(), MENU), PRONUNCIATIONS).folder)


def say(folder: Path, text: str, voice: str = "id+f4", rate: int = 140) -> NDArray[np.int16]:
    """`text` as a telephone gives it, without silence around it."""
    path = folder / "said.wav"
    subprocess.run(("espeak-ng", "-v", voice, "-s", str(rate), "-w", str(path), text), check=True)
    return telephone((read(path) // 2).astype(np.int16))


def silence(ms: int) -> NDArray[np.int16]:
    """A line on which nobody talks, with the faint noise that every line has."""
    return np.random.default_rng(ms).normal(0, 4, ms * 8).astype(np.int16)


def frames(*sounds: NDArray[np.int16]) -> list[bytes]:
    """`sounds` one after another in frames of 20 ms."""
    pcm = np.concatenate(sounds).tobytes()
    return [pcm[begin : begin + 320] for begin in range(0, len(pcm) - 319, 320)]
