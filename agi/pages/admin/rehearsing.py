"""A rehearsal in the background of the pages: in a process of its own, that who began it, or another, may stop."""

import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import cast

from starlette.requests import HTTPConnection

from agi.pages.shared.site import site
from agi.rehearsal.child import ORDER, WRONG, Order
from agi.rehearsal.place import clear
from agi.settings import ROOT, Settings

_CHILD = (sys.executable, "-m", "agi.rehearsal.child")
_FAR = re.compile(r"(\d+) (\d+)")
_ENDS_S = 5.0
_BROKEN = "Ada kesalahan pada program: lihat hotline logs."


@dataclass(frozen=True, slots=True)
class State:
    """How far the rehearsal is: `done` of `length` answers. `wrong`: why the last one gave no result."""

    by: str = ""
    running: bool = False
    done: int = 0
    length: int = 0
    wrong: str = ""


class Rehearsing:
    """One rehearsal at a time, which ends with this process; that no other one runs one sees the lock of `rehearse`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._stopped = ""
        self.state = State()

    def start(self, by: str, *, every: bool) -> bool:
        """Begin to rehearse the draft; False where somebody else has begun already. Raises OSError."""
        with self._lock:
            if self.state.running:
                return False
            self._child = subprocess.Popen(
                _CHILD, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
            )
            self.state, self._stopped = State(by, running=True), ""
            threading.Thread(target=self._follow, args=(self._child, every), name="rehearsal", daemon=True).start()
        return True

    def stop(self, by: str) -> bool:
        """End it without a result; False where none goes on. Returns when it has ended."""
        with self._lock:
            child = self._child if self.state.running else None
            self._stopped = by if child else ""
        if child is None:
            return False
        if child.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # and whoever speaks for it
        with suppress(subprocess.TimeoutExpired):
            child.wait(_ENDS_S)
        return True

    def _follow(self, child: "subprocess.Popen[str]", every: bool) -> None:
        wrong = _BROKEN
        try:
            wrong = self._told(child, every)
        finally:
            with suppress(OSError):
                clear(self._settings)
            stopped = f"Gladi dihentikan oleh {self._stopped}." if self._stopped else ""
            self._tell(running=False, wrong=stopped or wrong)

    def _told(self, child: "subprocess.Popen[str]", every: bool) -> str:
        """Give the child its order and tell how far it is until it has ended; why it failed, "" where it did not."""
        assert child.stdin  # noqa: S101 - opened with pipes above
        assert child.stdout  # noqa: S101
        wrong = ""
        with child.stdout:
            with suppress(OSError):  # it has died already
                child.stdin.write(ORDER.dump_json(Order(self._settings, every)).decode() + "\n")
                child.stdin.flush()  # and stays open: the child ends with it
            for line in child.stdout:
                if line.startswith(WRONG):
                    wrong = line.removeprefix(WRONG).strip()
                elif found := _FAR.fullmatch(line.strip()):
                    self._tell(done=int(found[1]), length=int(found[2]))
        failed = child.wait() != 0
        with suppress(OSError):  # there may be an order that nobody took
            child.stdin.close()
        return wrong or (_BROKEN if failed else "")

    def _tell(self, **news: int | bool | str) -> None:
        with self._lock:
            self.state = replace(self.state, **news)  # type: ignore[arg-type]  # names and kinds are those of State


def rehearsing(request: HTTPConnection) -> Rehearsing:
    """That of this process."""
    state = request.app.state
    if not hasattr(state, "rehearsing"):
        state.rehearsing = Rehearsing(site(request).settings)
    return cast("Rehearsing", state.rehearsing)
