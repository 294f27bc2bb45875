"""The network in PyTorch: the factorised TDNN of Vosk's small models, read from and written back to nnet3.

Layout (Povey et al. 2018, "Semi-orthogonal low-rank matrix factorization"): three MFCC frames are spliced into `lda`,
one TDNN layer, up to 14 factorised layers with a bypass (`thin` leaves some out), and a small output. From the layer on
whose offsets are all multiples of three, only every third frame is computed. Batch normalisation is frozen at the
source's statistics.
"""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from agi.workshop.training.features import CEPSTRA
from agi.workshop.training.kaldi import AcousticModel, Array

SUBSAMPLING = 3
_BYPASS = 0.66
_BYPASS_WIDTH = 768


class Network(nn.Module):
    """MFCC frames in, one row of scores over the pdfs for every third frame out.

    :param dropout: strength of the noise on whole units while training (0 none).
    """

    def __init__(self, model: AcousticModel, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = dropout
        self.lda_w = nn.Buffer(_tensor(model["lda"].array("<LinearParams>")))
        self.lda_b = nn.Buffer(_tensor(model["lda"].array("<BiasParams>")))
        if self.lda_w.shape[1] != 3 * CEPSTRA:
            raise ValueError("this network also wants an i-vector; only the Korean start knows how to drop it")
        self.first = _linear(model, "tdnn1.affine")
        self.first_norm = _Norm(model, "tdnn1.batchnorm")
        self._numbers = factorised(model)
        layers = [_Factorised(model, f"tdnnf{number}") for number in self._numbers]
        self.layers = nn.ModuleList(layers)
        self.context = 1 + sum(layer.before for layer in layers)
        """Frames seen on either side of a frame."""
        self.prefinal = nn.Parameter(_tensor(model["prefinal-l"].array("<Params>")))
        self.chain = _linear(model, "prefinal-chain.affine")
        self.chain_norm = _Norm(model, "prefinal-chain.batchnorm1")
        self.chain_linear = nn.Parameter(_tensor(model["prefinal-chain.linear"].array("<Params>")))
        self.chain_norm2 = _Norm(model, "prefinal-chain.batchnorm2")
        self.output = _linear(model, "output.affine")

    def forward(self, frames: Tensor) -> Tensor:
        """Scores [batch, ceil(time / 3), pdfs] of frames [batch, time, 40]; edges are continued by their last frame."""
        batch, time, _ = frames.shape
        wanted = -(-time // SUBSAMPLING)
        after = SUBSAMPLING * (wanted - 1) + 1 + self.context - time
        x = torch.cat(
            [
                frames[:, :1].expand(batch, self.context, -1),
                frames,
                frames[:, -1:].expand(batch, max(0, after), -1),
            ],
            1,
        )
        x = functional.linear(torch.cat([x[:, :-2], x[:, 1:-1], x[:, 2:]], 2), self.lda_w, self.lda_b)
        x = self.first_norm(functional.relu(self.first(x)))
        at, stride = 1 - self.context, 1  # frame number of x[:, 0], frames between neighbours
        layers = [layer for layer in self.layers if isinstance(layer, _Factorised)]
        for number, layer in enumerate(layers):
            if stride == 1 and number and all(later.by_three for later in layers[number:]):
                skipped = -at % SUBSAMPLING
                x, at, stride = x[:, skipped::SUBSAMPLING], at + skipped, SUBSAMPLING
            x = layer(x, stride, self._noise(x))
            at += layer.before
        x = x[:, -at // stride :][:, :wanted]
        x = self.chain_norm(functional.relu(self.chain(functional.linear(x, self.prefinal))))
        x = self.chain_norm2(functional.linear(x, self.chain_linear))
        scores: Tensor = self.output(x)
        return scores

    def _noise(self, x: Tensor) -> Tensor | None:
        """Factors around one for every unit of an utterance, as Kaldi's continuous dropout draws them."""
        if not (self.dropout and self.training):
            return None
        return 1 + (torch.rand(x.shape[0], 1, _BYPASS_WIDTH, dtype=x.dtype) - 0.5) * 4 * self.dropout

    def trained(self) -> dict[str, Mapping[str, Array]]:
        """The matrices by component and token, as `kaldi.write` takes them."""
        found: dict[str, Mapping[str, Array]] = {
            "lda": {"<LinearParams>": _array(self.lda_w), "<BiasParams>": _array(self.lda_b)},
            "tdnn1.affine": _affine(self.first),
            "prefinal-l": {"<Params>": _array(self.prefinal)},
            "prefinal-chain.affine": _affine(self.chain),
            "prefinal-chain.linear": {"<Params>": _array(self.chain_linear)},
            "output.affine": _affine(self.output),
        }
        for number, layer in zip(self._numbers, self.layers, strict=True):
            assert isinstance(layer, _Factorised)  # noqa: S101
            found[f"tdnnf{number}.linear"] = {"<LinearParams>": _array(layer.linear)}
            found[f"tdnnf{number}.affine"] = _affine(layer.affine)
        return found


def factorised(model: AcousticModel) -> tuple[int, ...]:
    """The numbers of the factorised layers that `model` has."""
    names = (component.name for component in model.components)
    return tuple(sorted(int(name[5:-7]) for name in names if name.startswith("tdnnf") and name.endswith(".linear")))


class _Norm(nn.Module):
    """Batch normalisation with frozen statistics: a scale and an offset."""

    def __init__(self, model: AcousticModel, name: str) -> None:
        super().__init__()
        part = model[name]
        mean, variance = part.array("<StatsMean>").astype(float), part.array("<StatsVar>").astype(float)
        scale = part.number("<TargetRms>") / np.sqrt(variance + part.number("<Epsilon>"))
        self.scale = nn.Buffer(_tensor(scale))
        self.offset = nn.Buffer(_tensor(-mean * scale))

    def forward(self, x: Tensor) -> Tensor:
        return torch.addcmul(self.offset.to(x.dtype), x, self.scale.to(x.dtype))


class _Factorised(nn.Module):
    """One TDNN-F layer: splice, narrow, splice, widen, ReLU, norm, plus the weighted input."""

    def __init__(self, model: AcousticModel, name: str) -> None:
        super().__init__()
        left, right = model[f"{name}.linear"].offsets(), model[f"{name}.affine"].offsets()
        self.before = -left[0] if len(left) > 1 else 0
        self.after = right[-1] if len(right) > 1 else 0
        self.by_three = self.before % SUBSAMPLING == 0 and self.after % SUBSAMPLING == 0
        self.linear = nn.Parameter(_tensor(model[f"{name}.linear"].array("<LinearParams>")))
        self.affine = _linear(model, f"{name}.affine")
        self.norm = _Norm(model, f"{name}.batchnorm")

    def forward(self, x: Tensor, stride: int, noise: Tensor | None) -> Tensor:
        before, after = self.before // stride, self.after // stride
        narrow = _apart(x, self.linear, before)
        spliced = torch.cat([narrow[:, : narrow.shape[1] - after], narrow[:, after:]], 2) if after else narrow
        wide = self.norm(functional.relu(self.affine(spliced)))
        if noise is not None:
            wide = wide * noise
        return torch.add(wide, x[:, before : before + wide.shape[1]], alpha=_BYPASS)


def _apart(x: Tensor, weight: Tensor, distance: int) -> Tensor:
    """Weights over each frame and the one `distance` later, without copying the wide frames side by side."""
    if not distance:
        return functional.linear(x, weight)
    width, narrow = x.shape[2], weight.shape[0]
    both = functional.linear(x, torch.cat([weight[:, :width], weight[:, width:]], 0))
    return both[:, : x.shape[1] - distance, :narrow] + both[:, distance:, narrow:]


def _linear(model: AcousticModel, name: str) -> nn.Linear:
    weight, bias = model[name].array("<LinearParams>"), model[name].array("<BiasParams>")
    made = nn.Linear(weight.shape[1], weight.shape[0])
    made.weight.data, made.bias.data = _tensor(weight), _tensor(bias)
    return made


def _affine(part: nn.Module) -> Mapping[str, Array]:
    assert isinstance(part, nn.Linear)  # noqa: S101
    return {"<LinearParams>": _array(part.weight), "<BiasParams>": _array(part.bias)}


def _array(values: Tensor) -> Array:
    return values.detach().numpy()


def _tensor(values: NDArray[np.floating]) -> Tensor:
    return torch.tensor(np.array(values, np.float32))
