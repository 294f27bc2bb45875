"""Calls go before all other work of the machine where that is allowed: for root, but not in every container.

By niceness, not by the priority of real time that Asterisk knows (`highpriority`): it gives that up after two minutes
without its `astcanary`, a program that ours, which may begin none, cannot run.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_NICER = -15
"""So much less nice are those who carry sound than they were begun. Recognition is nicer than sound, as ever."""


def may_go_first() -> bool:
    """Whether this process may make itself less nice, which it does not stay."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    try:
        os.setpriority(os.PRIO_PROCESS, 0, before + _NICER)
    except OSError:
        return False
    os.setpriority(os.PRIO_PROCESS, 0, before)
    return True


def before_others(words: Sequence[str]) -> tuple[str, ...]:
    """The command of `words`, as one that goes before other work where it may."""
    return ("/usr/bin/nice", "-n", str(_NICER), *words) if may_go_first() else tuple(words)


def go_first() -> None:
    """Let this thread go before other work where it may."""
    if may_go_first():
        os.nice(_NICER)


def stand_behind(nice: int) -> None:
    """Let this process, and what it starts, give way to others by `nice`.

    Linux shares the processor out between sessions first, and heeds niceness within one only (autogroup, sched(7)): a
    session of our own gives way as a whole.
    """
    os.nice(nice)
    if os.getsid(0) == os.getpid():
        with suppress(OSError):  # a kernel without it
            Path("/proc/self/autogroup").write_text(str(nice))
