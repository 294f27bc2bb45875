"""Leaves layers out of a network: what remains is cheaper and looks less far ahead, and must be trained again.

Every factorised layer adds to its weighted input, so without one the next still gets something like what it knows. One
layer of the upper ones looks 30 ms ahead and costs a twentieth of the network; one of the first three costs more, it is
computed for every frame.
"""

import re
from collections.abc import Collection
from dataclasses import replace

from agi.workshop.training.kaldi import AcousticModel, NotKaldi
from agi.workshop.training.network import factorised


def without(model: AcousticModel, dropped: Collection[int]) -> AcousticModel:
    """`model` without the factorised layers of these numbers. Raises NotKaldi where one is not there."""
    numbers = factorised(model)
    if missing := set(dropped) - set(numbers[1:]):
        raise NotKaldi(f"layer {min(missing)} cannot be left out: there are {numbers[1]} to {numbers[-1]}.")
    config = model.config
    for number in sorted(dropped, reverse=True):
        before = numbers[numbers.index(number) - 1]
        lines = [line for line in config.split("\n") if f" name=tdnnf{number}." not in line]
        config = re.sub(rf"\btdnnf{number}\.noop\b", f"tdnnf{before}.noop", "\n".join(lines))
    gone = tuple(f"tdnnf{number}." for number in dropped)
    kept = tuple(part for part in model.components if not (gone and part.name.startswith(gone)))
    return replace(model, config=config, components=kept)
