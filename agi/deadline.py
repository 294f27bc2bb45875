"""Work that may hang (a disk, another program): the wait for it has an end, also where the work itself has none."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

MOST_STUCK = 8
"""Threads of one `Deadline` that may work at once: what is asked of it takes milliseconds, so that these serve every
call, and no more of them are left behind."""

_T = TypeVar("_T")


class Deadline:
    """Does work for at most `limit_s` seconds, each in a thread of its own, which is left behind when it hangs.

    While `MOST_STUCK` threads hang, whoever comes is refused at once.
    """

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self._places = threading.Semaphore(MOST_STUCK)
        self._stuck = 0
        self._counting = threading.Lock()

    def run(self, work: Callable[[], _T]) -> _T:
        """What `work` gives. Raises TimeoutError when it takes too long, and what `work` raises."""
        until = time.monotonic() + self.limit_s
        if self._stuck >= MOST_STUCK or not self._places.acquire(timeout=self.limit_s):
            raise TimeoutError
        done: Future[_T] = Future()
        try:
            threading.Thread(target=self._do, args=(work, done), name="deadline", daemon=True).start()
        except RuntimeError:  # no more threads
            self._places.release()
            raise TimeoutError from None
        if done not in wait((done,), until - time.monotonic()).done:
            self._count(1)
            done.add_done_callback(lambda _: self._count(-1))
            raise TimeoutError
        return done.result()

    def _do(self, work: Callable[[], _T], done: "Future[_T]") -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits
            done.set_exception(error)
        else:
            done.set_result(result)
        finally:
            self._places.release()

    def _count(self, more: int) -> None:
        with self._counting:
            self._stuck += more
