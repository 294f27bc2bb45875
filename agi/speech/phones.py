"""The sounds that the acoustic model tells apart, and Kaldi's numbers for them.

The network has two outputs (pdfs) for each of 29 sounds: entering it and staying in it. A word's first, inner, last
or only sound has a phone of its own (B, I, E, S), as Kaldi's word alignment wants it; all four share the outputs.
"""

from pathlib import Path

from agi.languages.id.spelling import SOUNDS
from agi.stamp import stamp

SILENCE = "SIL"
NOISE = "SPN"
SPEECH = SOUNDS
PHONES = (SILENCE, NOISE, *SPEECH)
"""The order is that of the network's outputs: never change it for a model that exists."""

_KINDS = {"B": "begin", "E": "end", "I": "internal", "S": "singleton"}
"""The order in which Kaldi's phone numbers are given out."""

_NAMES = (SILENCE, NOISE, *(f"{phone}_{position}" for phone in SPEECH for position in _KINDS))
NUMBERS = {name: number for number, name in enumerate(_NAMES, 1)}
"""Kaldi's number of every phone of the model, such as 3 of "a_B"; 0 is its epsilon."""

DISAMBIGUATION = 2 * len(NUMBERS) + 1
"""A transition number that stands for nothing: Kaldi's lookahead wants one to remove."""

_TRANSITIONS_BYTES, _TRANSITIONS = 4160, "f24011cde3706b6e"
"""Kaldi's transition model for these phones, with which the file of such a network begins: its length and its stamp."""


def enter(name: str) -> int:
    """Transition number for entering the phone `name` ("SIL", "a_B"…)."""
    return 2 * NUMBERS[name]


def stay(name: str) -> int:
    """Transition number for staying in the phone `name`."""
    return 2 * NUMBERS[name] - 1


def positioned(phones: tuple[str, ...]) -> tuple[str, ...]:
    """The phones of one word with their positions: (s, a) is (s_B, a_E)."""
    if len(phones) == 1:
        return (f"{phones[0]}_S",)
    inner = [f"{phone}_I" for phone in phones[1:-1]]
    return (f"{phones[0]}_B", *inner, f"{phones[-1]}_E")


def phone_symbols() -> str:
    """Kaldi's `phones.txt`."""
    return "<eps> 0\n" + "".join(f"{name} {number}\n" for name, number in NUMBERS.items())


def word_boundaries() -> str:
    """Kaldi's `word_boundary.int`: which phones begin or end a word."""
    return "".join(f"{number} {_KINDS[name[-1]] if '_' in name else 'nonword'}\n" for name, number in NUMBERS.items())


def has_our_phones(acoustic_model: Path) -> bool:
    """Whether the file `acoustic_model` (Kaldi's `final.mdl`) tells our sounds apart, in our numbers."""
    with acoustic_model.open("rb") as file:
        return stamp(file.read(_TRANSITIONS_BYTES)) == _TRANSITIONS
