"""Which phrases a model can hear, and why it may be of no use."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Phrases:
    """By grammar: what the model can hear, in its own names of the words, and the words that it does not know."""

    known: Mapping[str, tuple[str, ...]]
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class BuildError(Exception):
    """The model directory cannot be made; the message says what is missing."""
