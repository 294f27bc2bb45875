"""The sounds that the acoustic model tells apart, and Kaldi's numbers for them.

The network has two outputs (pdfs) for each of 29 sounds: entering it and staying in it. A word's first, inner, last
or only sound has a phone of its own (B, I, E, S), as Kaldi's word alignment wants it; all four share the outputs.
"""

import math
import struct
from pathlib import Path

from agi.languages.id.spelling import SOUNDS

SILENCE = "SIL"
NOISE = "SPN"
SPEECH = SOUNDS
PHONES = (SILENCE, NOISE, *SPEECH)
"""The order is that of the network's outputs: never change it for a model that exists."""

_KINDS = {"B": "begin", "E": "end", "I": "internal", "S": "singleton"}
"""The order in which Kaldi's phone numbers are given out."""

_NAMES = (SILENCE, NOISE, *(f"{phone}_{position}" for phone in SPEECH for position in _KINDS))
_NUMBERS = {name: number for number, name in enumerate(_NAMES, 1)}
"""Kaldi's number of every phone of the model, such as 3 of "a_B"; 0 is its epsilon."""

DISAMBIGUATION = 2 * len(_NUMBERS) + 1
"""A transition number that stands for nothing: Kaldi's lookahead wants one to remove."""


def enter(name: str) -> int:
    """Transition number for entering the phone `name` ("SIL", "a_B"…)."""
    return 2 * _NUMBERS[name]


def stay(name: str) -> int:
    """Transition number for staying in the phone `name`."""
    return 2 * _NUMBERS[name] - 1


def positioned(phones: tuple[str, ...]) -> tuple[str, ...]:
    """The phones of one word with their positions: (s, a) is (s_B, a_E)."""
    if len(phones) == 1:
        return (f"{phones[0]}_S",)
    inner = [f"{phone}_I" for phone in phones[1:-1]]
    return (f"{phones[0]}_B", *inner, f"{phones[-1]}_E")


def phone_symbols() -> str:
    """Kaldi's `phones.txt`."""
    return "<eps> 0\n" + "".join(f"{name} {number}\n" for name, number in _NUMBERS.items())


def word_boundaries() -> str:
    """Kaldi's `word_boundary.int`: which phones begin or end a word."""
    return "".join(f"{number} {_KINDS[name[-1]] if '_' in name else 'nonword'}\n" for name, number in _NUMBERS.items())


def transition_model() -> bytes:
    """Kaldi's transition model for our phones: one emitting state each, with a pdf to enter and a pdf to stay."""
    numbers = list(_NUMBERS.values())
    entry = [-1] + [0] * max(numbers)
    half = _real(0.5)
    out = [b"<TransitionModel> <Topology> ", _wholes(numbers), _wholes(entry), _whole(-1), _whole(1), _whole(2)]
    out += [_whole(0), _whole(1), _whole(2), _whole(0), half, _whole(1), half]  # stays or leaves, as likely the one
    out += [_whole(-1), _whole(-1), _whole(0), b"</Topology> <Tuples> ", _whole(len(numbers))]
    for name, number in _NUMBERS.items():
        pdf = 2 * PHONES.index(name.partition("_")[0])
        out += [_whole(number), _whole(0), _whole(pdf), _whole(pdf + 1)]
    chances = [0.0, *[math.log(0.5)] * (2 * len(numbers))]
    out += [b"</Tuples> <LogProbs> FV ", _whole(len(chances)), struct.pack(f"<{len(chances)}f", *chances)]
    out += [b"</LogProbs> </TransitionModel> "]
    return b"".join(out)


def has_our_phones(acoustic_model: Path) -> bool:
    """Whether the file `acoustic_model` (Kaldi's `final.mdl`) tells our sounds apart, in our numbers."""
    begin = b"\0B" + transition_model()
    with acoustic_model.open("rb") as file:
        return file.read(len(begin)) == begin


def _whole(value: int) -> bytes:
    return b"\x04" + struct.pack("<i", value)


def _real(value: float) -> bytes:
    return b"\x04" + struct.pack("<f", value)


def _wholes(values: list[int]) -> bytes:
    return _whole(len(values)) + struct.pack(f"<{len(values)}i", *values)
