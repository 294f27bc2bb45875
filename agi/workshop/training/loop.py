"""The training loop: Adam on the LF-MMI objective, checkpoints, resuming where a killed run stopped."""

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from agi.speech.pronunciation import Pronunciations
from agi.workshop.training.batches import Batch, Batches
from agi.workshop.training.features import CEPSTRA
from agi.workshop.training.graphs import numerator
from agi.workshop.training.mmi import Graph, objective
from agi.workshop.training.network import SUBSAMPLING, Network

_WARM_UP = 30  # steps
_LAST_RATE = 0.03  # of the first
_CLIP = 2.0  # longest gradient
_SMALL_SCORES = 5e-4  # weight of the squared scores: keeps them from drifting
_REPORT_EVERY = 25  # steps
_SAVE_EVERY_S = 120.0
_IMPOSSIBLE = -1e4  # objective of an utterance too short for its words: left out
_BF16 = torch.cpu._is_amx_tile_supported()
"""Half-width numbers where the processor multiplies matrices of them in hardware (a third less time, measured)."""

_OUTPUT_FASTER = 2.0  # the last layers, whose task is new, learn faster


class PlanChangedError(ValueError):
    """A checkpoint belongs to a run with other settings; the sentence says what to do."""


@dataclass(frozen=True)
class Plan:
    """How a run learns. All of it is kept in the checkpoint; a run resumes only under the same plan."""

    minutes: float
    rate: float = 3e-4
    batch: int = 8
    seed: int = 1
    dropout: float = 0.1


@dataclass(frozen=True)
class Progress:
    """Where a run stands: `objective` is the mean per frame since the last report (rises towards 0)."""

    step: int
    minutes: float
    objective: float


def train(
    network: Network,
    batches: Batches,
    denominator: Graph,
    pronunciations: Pronunciations,
    plan: Plan,
    checkpoint: Path,
    report: Callable[[Progress], None],
) -> None:
    """Train `network` in place for `plan.minutes` of wall time, resuming from `checkpoint` if it is there.

    Time that an earlier, killed run used up to its last checkpoint counts.

    :raises PlanChangedError: if the checkpoint was made under another plan.
    """
    torch.manual_seed(plan.seed)
    network.train()
    groups = _groups(network)
    optimiser = torch.optim.Adam([{"params": params} for params, _ in groups], lr=plan.rate, betas=(0.9, 0.98))
    step, used_s = _resume(checkpoint, plan, network, optimiser)
    began, saved, since = time.monotonic() - used_s, time.monotonic(), []
    while (elapsed := time.monotonic() - began) < plan.minutes * 60:
        rate = plan.rate * _schedule(step, elapsed / (plan.minutes * 60))
        for group, (_, factor) in zip(optimiser.param_groups, groups, strict=True):
            group["lr"] = rate * factor
        since.append(_step(network, optimiser, batches[step], denominator, pronunciations))
        step += 1
        if step % _REPORT_EVERY == 0:
            report(Progress(step, elapsed / 60, float(np.mean(since))))
            since = []
        if time.monotonic() - saved > _SAVE_EVERY_S:
            _save(checkpoint, plan, network, optimiser, step, time.monotonic() - began)
            saved = time.monotonic()
    _save(checkpoint, plan, network, optimiser, step, time.monotonic() - began)
    network.eval()


def _step(
    network: Network, optimiser: torch.optim.Optimizer, batch: Batch, denominator: Graph, pronunciations: Pronunciations
) -> float:
    """Learn from one batch; its objective per frame."""
    lengths = [-(-len(one.frames) // SUBSAMPLING) for one in batch]
    with torch.autocast("cpu", torch.bfloat16, enabled=_BF16):
        scores = network(padded(batch))
    scores = scores.float()
    values = objective(scores, lengths, [numerator(one.words, pronunciations) for one in batch], denominator)
    possible = values.detach() > _IMPOSSIBLE
    per_frame = values[possible].sum() / sum(lengths)
    loss = -per_frame + _SMALL_SCORES * (scores**2).mean()
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), _CLIP)
    optimiser.step()
    return float(per_frame.detach())


def padded(batch: Batch) -> Tensor:
    """The frames of a batch [batch, time, 40], each continued by its last frame."""
    longest = max(len(one.frames) for one in batch)
    made = np.empty((len(batch), longest, CEPSTRA), np.float32)
    for row, one in enumerate(batch):
        made[row, : len(one.frames)] = one.frames
        made[row, len(one.frames) :] = one.frames[-1]
    return torch.from_numpy(made)


def _groups(network: Network) -> list[tuple[list[nn.Parameter], float]]:
    head = [network.chain_linear, network.prefinal, *network.output.parameters(), *network.chain.parameters()]
    known = {id(parameter) for parameter in head}
    body = [parameter for parameter in network.parameters() if id(parameter) not in known]
    return [(head, _OUTPUT_FASTER), (body, 1.0)]


def _schedule(step: int, done: float) -> float:
    """Share of the learning rate: a short warm-up, then half a cosine."""
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
    return min(1.0, (step + 1) / _WARM_UP) * (cosine * (1 - _LAST_RATE) + _LAST_RATE)


def _save(path: Path, plan: Plan, network: Network, optimiser: torch.optim.Optimizer, step: int, used_s: float) -> None:
    half = path.with_suffix(".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {
        "plan": asdict(plan),
        "network": network.state_dict(),
        "optimiser": optimiser.state_dict(),
        "step": step,
        "used_s": used_s,
    }
    torch.save(kept, half)
    half.replace(path)


def _resume(path: Path, plan: Plan, network: Network, optimiser: torch.optim.Optimizer) -> tuple[int, float]:
    if not path.exists():
        return 0, 0.0
    kept = torch.load(path, weights_only=True)
    if kept["plan"] != asdict(plan):
        raise PlanChangedError(f"{path} is of a run with other settings: give those again, or delete it.")
    network.load_state_dict(kept["network"])
    optimiser.load_state_dict(kept["optimiser"])
    return int(kept["step"]), float(kept["used_s"])
