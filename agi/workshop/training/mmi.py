"""LF-MMI over whole utterances: how much likelier the right words are than any phones at all.

Lattice-free maximum mutual information (Povey et al. 2016), flat start with monophones. Every phone is one HMM state
with Kaldi's chain topology: its first frame has one pdf (2p), its later frames another (2p + 1). Numerator graphs
have a state for every phone of an utterance's words, the denominator has one for every phone there is. The sum over
all paths is a forward-backward pass in float64, scaled at every frame; its occupancies are the gradient, so autograd
never sees the time loop.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Float = NDArray[np.float64]
_TINY = 1e-280
_SOFT_LIMIT = 30.0  # scores are kept inside this by a tanh: their exponentials must stay finite


@dataclass(frozen=True)
class Graph:
    """Phones that may follow each other: probabilities of arcs (not self-loops), of beginning and of ending."""

    phones: NDArray[np.int64]
    arcs: Float
    initial: Float
    final: Float


def objective(scores: Tensor, lengths: list[int], numerators: list[Graph], denominator: Graph) -> Tensor:
    """Log of how much likelier the right words are than any phones, one value an utterance.

    Graphs need not be normalised, so only differences between values mean something.

    :param scores: network output [batch, time, 2 * phones].
    :param lengths: valid frames of each utterance.
    """
    limited = _SOFT_LIMIT * torch.tanh(scores / _SOFT_LIMIT)
    value: Tensor = _Objective.apply(limited, lengths, _batch(numerators), _batch([denominator]))
    return value


class _Objective(torch.autograd.Function):
    """The difference of two path sums, with its gradient worked out along the way."""

    @staticmethod
    def forward(ctx: Any, scores: Tensor, lengths: list[int], numerator: Graph, denominator: Graph) -> Tensor:
        values = scores.detach().numpy().astype(np.float64)
        right, right_occupied = _sum(values, lengths, numerator)
        any_, any_occupied = _sum(values, lengths, denominator)
        ctx.gradient = torch.from_numpy((right_occupied - any_occupied).astype(np.float32))
        return torch.from_numpy((right - any_).astype(np.float32))

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        return gradient[:, None, None] * ctx.gradient, None, None, None


def _batch(graphs: list[Graph]) -> Graph:
    """Graphs padded to one size: arrays [batch, states] and [batch, states, states]."""
    states = max(len(graph.phones) for graph in graphs)
    made = Graph(
        np.zeros((len(graphs), states), np.int64),
        np.zeros((len(graphs), states, states)),
        np.zeros((len(graphs), states)),
        np.zeros((len(graphs), states)),
    )
    for row, graph in enumerate(graphs):
        size = len(graph.phones)
        made.phones[row, :size] = graph.phones
        made.arcs[row, :size, :size] = graph.arcs
        made.initial[row, :size] = graph.initial
        made.final[row, :size] = graph.final
    return made


def _sum(scores: Float, lengths: list[int], graph: Graph) -> tuple[Float, Float]:
    """Log sum over all paths [batch], and the occupancy of every pdf at every frame [batch, time, pdfs]."""
    batch, time, pdfs = scores.shape
    phones = np.broadcast_to(graph.phones, (batch, graph.phones.shape[1]))
    index = np.broadcast_to(phones[:, None, :], (batch, time, phones.shape[1]))
    first = np.exp(np.take_along_axis(scores[..., 0::2], index, 2))
    later = np.exp(np.take_along_axis(scores[..., 1::2], index, 2))
    shared = len(graph.arcs) == 1
    arcs = graph.arcs[0] if shared else graph.arcs
    ends = np.asarray(lengths)

    def onward(row: Float) -> Float:
        return row @ arcs if shared else np.matmul(row[:, None, :], arcs)[:, 0]

    def backward(row: Float) -> Float:
        return row @ arcs.T if shared else np.matmul(arcs, row[:, :, None])[:, :, 0]

    alpha = np.zeros((time, batch, phones.shape[1]))
    scale = np.ones((time, batch))
    alpha[0] = graph.initial * first[:, 0]
    scale[0] = alpha[0].sum(1) + _TINY
    alpha[0] /= scale[0][:, None]
    for t in range(1, time):
        row = onward(alpha[t - 1]) * first[:, t] + alpha[t - 1] * later[:, t]
        scale[t] = row.sum(1) + _TINY
        alpha[t] = row / scale[t][:, None]
    rows = np.arange(batch)
    ended = (alpha[ends - 1, rows] * graph.final).sum(1) + _TINY
    inside = np.arange(time)[:, None] < ends
    total = np.log(ended) + np.where(inside, np.log(scale), 0.0).sum(0)

    occupied = np.zeros((batch, time, pdfs // 2, 2))
    beta = np.zeros((batch, phones.shape[1]))
    last = graph.final / ended[:, None]
    flat = (rows[:, None] * (pdfs // 2) + phones).ravel()
    for t in range(time - 1, -1, -1):
        beta = np.where((ends - 1 == t)[:, None], last, beta)
        posterior = alpha[t] * beta
        if t:
            entered = onward(alpha[t - 1]) * first[:, t] / scale[t][:, None] * beta
            on_first, on_later = entered, posterior - entered
        else:
            on_first, on_later = posterior, np.zeros_like(posterior)
        for kind, part in ((0, on_first), (1, on_later)):
            occupied[:, t, :, kind] = np.bincount(flat, part.ravel(), batch * (pdfs // 2)).reshape(batch, -1)
        weighted = beta / scale[t][:, None]
        beta = backward(weighted * first[:, t]) + weighted * later[:, t]
    occupied *= (np.arange(time) < ends[:, None])[:, :, None, None]
    return total, occupied.reshape(batch, time, pdfs)
