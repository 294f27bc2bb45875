"""Log lines from threads that may not wait for a disk."""

import threading
from queue import SimpleQueue

import structlog

_log = structlog.get_logger("speech")


class Notes:
    """Writes to the log in a thread of its own. `stop` after the last line."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[tuple[str, dict[str, object]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="notes", daemon=True)
        self._thread.start()

    def warn(self, event: str, **values: object) -> None:
        """One line of level warning; returns at once."""
        self._waiting.put((event, values))

    def stop(self) -> None:
        """Write what waits, and end."""
        self._waiting.put(None)
        self._thread.join(2.0)

    def _run(self) -> None:
        while (line := self._waiting.get()) is not None:
            event, values = line
            _log.warning(event, **values)
