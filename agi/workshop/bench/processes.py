"""CPU time of processes and of the children they have waited for, from /proc."""

import os
from contextlib import suppress
from pathlib import Path

_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def cpu_ms(*pids: int) -> float:
    """CPU time (ms) that these processes and their ended children have used, from /proc/PID/stat (proc(5))."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += sum(int(field) for field in fields[11:15])  # utime, stime, cutime, cstime
    return total * _TICK_MS


def children(pid: int) -> tuple[int, ...]:
    """Processes that this one has started and that still run."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # a thread that has just ended
            found += map(int, (task / "children").read_text().split())
    return tuple(found)
