"""Reads and writes Kaldi's binary `final.mdl` (transition model + nnet3 network), as far as our models need it.

Source of the format: Kaldi's hmm/transition-model.cc, nnet3/nnet-nnet.cc and base/io-funcs.h. A component that is not
understood in full is carried through byte by byte; only matrices and vectors that we train are replaced.
"""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agi.speech.phones import NUMBERS, PHONES

Array = NDArray[np.float32]
Value = Array | NDArray[np.int32] | float | int | bool | bytes | None
_HEADER = b"\0B"
_OPAQUE = ("<AlphaInOut>", "<RankInOut>")  # pairs of numbers of TdnnComponent; carried through


class NotKaldi(ValueError):
    """A file is not the kind of Kaldi model that we read."""


@dataclass(frozen=True)
class Field:
    """One `<Token> value` of a component; `start` and `end` are offsets of the value in the component's bytes."""

    token: str
    value: Value
    start: int
    end: int


@dataclass(frozen=True)
class Component:
    """One part of the network, with its bytes as they stand in the file."""

    name: str
    kind: str
    raw: bytes
    fields: tuple[Field, ...]

    def array(self, token: str) -> Array:
        """The matrix or vector called `token`; NotKaldi if there is none."""
        value = self._value(token)
        if not isinstance(value, np.ndarray) or value.dtype != np.float32:
            raise NotKaldi(f"{self.name}: {token} is not a matrix")
        return value.astype(np.float32, copy=False)

    def offsets(self) -> tuple[int, ...]:
        """The frames a TDNN component splices."""
        value = self._value("<TimeOffsets>")
        if not isinstance(value, np.ndarray):
            raise NotKaldi(f"{self.name}: no time offsets")
        return tuple(int(offset) for offset in value)

    def number(self, token: str) -> float:
        """The number called `token`, read as a float."""
        value = self._value(token)
        if not isinstance(value, bytes | float):
            raise NotKaldi(f"{self.name}: {token} is not a number")
        return float(struct.unpack("<f", value)[0]) if isinstance(value, bytes) else value

    def _value(self, token: str) -> Value:
        for field in self.fields:
            if field.token == token:
                return field.value
        raise NotKaldi(f"{self.name}: no {token}")


@dataclass(frozen=True)
class AcousticModel:
    """A `final.mdl` taken apart: transition model, config lines, components, the rest."""

    transition: bytes
    tuples: NDArray[np.int64]
    """One row a transition state: phone, HMM state, pdf of the first frame, pdf of later frames."""
    config: str
    components: tuple[Component, ...]
    tail: bytes

    def __getitem__(self, name: str) -> Component:
        for component in self.components:
            if component.name == name:
                return component
        raise NotKaldi(f"no component called {name}")


class _Reader:
    """A place in Kaldi's bytes."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def token(self) -> str:
        end = self.data.find(b" ", self.at)
        if not 0 <= end - self.at <= 80:
            raise NotKaldi(f"no token at byte {self.at}")
        word = self.data[self.at : end].decode("latin1")
        self.at = end + 1
        return word

    def expect(self, word: str) -> None:
        if (found := self.token()) != word:
            raise NotKaldi(f"{word} expected at byte {self.at}, found {found}")

    def four(self) -> bytes:
        if self.data[self.at] != 4:
            raise NotKaldi(f"no 4-byte number at byte {self.at}")
        self.at += 5
        return self.data[self.at - 4 : self.at]

    def whole(self) -> int:
        return int(struct.unpack("<i", self.four())[0])

    def wholes(self) -> NDArray[np.int32]:
        return self._take(np.int32, self.whole())

    def array(self) -> Array:
        kind = self.token()
        shape = (self.whole(), self.whole()) if kind.endswith("M") else (self.whole(),)
        if kind not in ("FM", "FV", "DM", "DV"):
            raise NotKaldi(f"{kind} at byte {self.at} is not a matrix")
        count = int(np.prod(shape))
        flat = self._take(np.float32, count) if kind[0] == "F" else self._take(np.float64, count).astype(np.float32)
        return flat.reshape(shape)

    def _take(self, kind: type, count: int) -> NDArray:  # type: ignore[type-arg]
        found = np.frombuffer(self.data, np.dtype(kind).newbyteorder("<"), count, self.at)
        self.at += found.nbytes
        return found


def whole(value: int) -> bytes:
    """An int32 as Kaldi writes it."""
    return b"\x04" + struct.pack("<i", value)


def _wholes(values: list[int]) -> bytes:
    return whole(len(values)) + struct.pack(f"<{len(values)}i", *values)


def array(values: NDArray[np.floating]) -> bytes:
    """A float matrix or vector."""
    kind = b"FM " if values.ndim == 2 else b"FV "
    return kind + b"".join(whole(size) for size in values.shape) + np.ascontiguousarray(values, "<f4").tobytes()


def transition_model() -> bytes:
    """The transition model for our phones: one emitting state each, with a pdf to enter and a pdf to stay."""
    numbers = list(NUMBERS.values())
    entry = [-1] + [0] * max(numbers)
    half = b"\x04" + struct.pack("<f", 0.5)
    out = [b"<TransitionModel> <Topology> ", _wholes(numbers), _wholes(entry), whole(-1), whole(1), whole(2)]
    out += [whole(0), whole(1), whole(2), whole(0), half, whole(1), half]  # stays or leaves, as likely the one
    out += [whole(-1), whole(-1), whole(0), b"</Topology> <Tuples> ", whole(len(numbers))]
    for name, number in NUMBERS.items():
        pdf = 2 * PHONES.index(name.partition("_")[0])
        out += [whole(number), whole(0), whole(pdf), whole(pdf + 1)]
    chances = np.array([0.0, *[math.log(0.5)] * (2 * len(numbers))])
    out += [b"</Tuples> <LogProbs> ", array(chances), b"</LogProbs> </TransitionModel> "]
    return b"".join(out)


def read(path: Path) -> AcousticModel:
    """Take the model file `path` apart.

    :raises NotKaldi: if it is not a binary nnet3 acoustic model.
    """
    data = path.read_bytes()
    if data[:2] != _HEADER:
        raise NotKaldi(f"{path} is not a binary Kaldi file")
    try:
        reader = _Reader(data, 2)
        tuples = _transition(reader)
        nnet = reader.at
        reader.at = data.index(b"<NumComponents>", nnet)
        config = data[nnet : reader.at].decode("latin1")
        reader.expect("<NumComponents>")
        components = tuple(_component(reader) for _ in range(reader.whole()))
    except (struct.error, ValueError, IndexError) as error:
        raise NotKaldi(f"{path} is not an nnet3 acoustic model that is understood here: {error}") from error
    return AcousticModel(data[2:nnet], tuples, config, components, data[reader.at :])


def write(path: Path, model: AcousticModel, trained: Mapping[str, Mapping[str, Array]]) -> None:
    """Write `model` to `path`, with the matrices of `trained` (by component, by token) in place of its own."""
    out = [_HEADER, model.transition, model.config.encode("latin1"), b"<NumComponents> ", whole(len(model.components))]
    for component in model.components:
        out.append(b"<ComponentName> " + component.name.encode("latin1") + b" ")
        new, at = trained.get(component.name, {}), 0
        for field in component.fields:
            if field.token in new:
                out += [component.raw[at : field.start], array(new[field.token])]
                at = field.end
        out.append(component.raw[at:])
    out.append(model.tail)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(out))


def _transition(reader: _Reader) -> NDArray[np.int64]:
    reader.expect("<TransitionModel>")
    reader.expect("<Topology>")
    reader.wholes()  # the phones
    reader.wholes()  # their entry in the topology
    entries = reader.whole()
    one_pdf = entries != -1
    if not one_pdf:
        entries = reader.whole()
    for _ in range(entries):
        for _ in range(reader.whole()):
            reader.at += 5 if one_pdf else 10
            transitions = reader.whole()
            reader.at += 10 * transitions
    reader.expect("</Topology>")
    if (kind := reader.token()) != "<Tuples>":
        raise NotKaldi(f"{kind} where <Tuples> was expected: not a chain model")
    tuples = np.array([[reader.whole() for _ in range(4)] for _ in range(reader.whole())], np.int64)
    for word in ("</Tuples>", "<LogProbs>"):
        reader.expect(word)
    reader.array()
    for word in ("</LogProbs>", "</TransitionModel>"):
        reader.expect(word)
    return tuples


def _component(reader: _Reader) -> Component:
    reader.expect("<ComponentName>")
    name, start = reader.token(), reader.at
    kind = reader.token().strip("<>")
    fields = []
    while (token := reader.token()) != f"</{kind}>":
        at = reader.at
        value = _value(reader, token)
        fields.append(Field(token, value, at - start, reader.at - start))
    return Component(name, kind, reader.data[start : reader.at], tuple(fields))


def _value(reader: _Reader, token: str) -> Value:
    """The value after `token`, told by its first bytes: Kaldi's files carry no types."""
    data, at = reader.data, reader.at
    if data[at : at + 3] in (b"FV ", b"DV ", b"FM ", b"DM "):
        return reader.array()
    if data[at : at + 1] == b"<":
        return None
    if data[at : at + 1] in b"TF" and data[at + 1 : at + 2] in b"< ":
        reader.at += 1
        return data[at : at + 1] == b"T"
    if token in _OPAQUE:
        reader.at += 10
        return data[at : at + 10]
    if data[at] == 8:
        reader.at += 9
        return float(struct.unpack("<d", data[at + 1 : at + 9])[0])
    if data[at] == 4:
        if data[at + 5 : at + 6] == b"<":
            return reader.four()
        return reader.wholes()
    reader.at = data.index(b"<", at)
    return data[at : reader.at]
