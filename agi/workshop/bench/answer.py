"""How long a caller waits between a key and the next prompt, measured outside: key sent → first audio packet.

Counted are the keys that end something: the choice in the main menu, the last digit of the NIK, the last KK digit.
"""

from collections.abc import Sequence
from pathlib import Path

from agi.workshop.bench.caller import Load, Target
from agi.workshop.bench.telephones import LONGEST_S, QUIET_S, Waits, place
from agi.workshop.figures import percentile


def measure(target: Target, load: Load, ends: Sequence[int], at_once: int, folder: Path) -> Waits:
    """Place `at_once` calls within five seconds; `ends` are the indexes of the keys that are counted."""
    ran, lines = place(target, load, at_once, folder)
    waits = []
    for call, keys in _keys_sent(ran.messages).items():
        arrivals = lines[call - 1].arrivals
        waits += [wait for index in ends if index < len(keys) and (wait := _wait(arrivals, keys[index])) is not None]
    if not waits:
        raise RuntimeError("No prompt was heard after any key: does `hotline status` say that calls are answered?")
    p50, p95 = percentile(waits, 0.5), percentile(waits, 0.95)
    return Waits(at_once, p50, p95, max(waits), len(waits), at_once * len(ends), ran.failed)


def _wait(arrivals: Sequence[float], key_at: float) -> float | None:
    """Milliseconds from the key to the first packet after it; None if the prompt before it was still playing."""
    if any(key_at - QUIET_S < at <= key_at for at in arrivals):
        return None
    return next(((at - key_at) * 1000 for at in arrivals if key_at < at < key_at + LONGEST_S), None)


def _keys_sent(messages: Path) -> dict[int, list[float]]:
    """Times (s since the epoch) at which each call's keys were sent, by call number, from sipp's short messages."""
    sent: dict[int, list[float]] = {}
    for line in messages.read_text(errors="replace").splitlines():
        fields = line.split("\t")
        if len(fields) < 5 or not fields[-1].startswith("INFO ") or fields[3] != "S":
            continue
        call = int(fields[4].partition("-")[0])
        sent.setdefault(call, []).append(float(fields[2]))
    return sent
