"""Logs: what happened and to which call, never what was entered.

One JSON object a line in var/log/NAME.jsonl (rotated by size), readable lines on a terminal. Three nets, in this
order: whoever logs passes no entered value; names that stand for one (`value`, `nik`, …) lose it here; and every
string goes through `privacy.redact`. Of an exception its class and where it was raised are kept, not its message:
a message may quote what it choked on.

A line is made where it is logged and written in a thread of its own: no call waits for the disk of the log.
"""

import logging
import logging.handlers
import sys
import threading
import traceback
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from queue import SimpleQueue
from types import TracebackType
from typing import Any

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars, merge_contextvars

from agi.privacy import redact
from agi.settings import Settings

HIDDEN = frozenset({"value", "digits", "keys", "nik", "kk", "pin", "caller", "number", "password", "places"})
"""Names of fields whose value is never written, whoever passes it."""

_DOTS = "•••"
_LONG = 10**11  # from here on an integer has as many digits as a registration number
_DEEPEST = 6
MOST_WAITING = 10_000
"""Lines that wait for a disk; what comes then is lost, and counted. At half a kilobyte each they are small."""
_END_LIMIT_S = 2.0


class Behind(logging.Handler):
    """Hands lines, as `renderer` makes them, on to `sink` in a thread of its own: who logs never waits for a disk."""

    def __init__(self, sink: logging.Handler, renderer: Any) -> None:
        super().__init__()
        self.setFormatter(_formatter(renderer))
        self._sink = sink
        self._lost = 0
        self._waiting: SimpleQueue[str | threading.Event | None] = SimpleQueue()
        threading.Thread(target=self._run, name="log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Make the line, and go on."""
        try:
            if self._waiting.qsize() >= MOST_WAITING:
                self._lost += 1
                return
            if self._lost:
                told = {"msg": f"log.lost {self._lost} lines", "levelno": logging.WARNING, "levelname": "WARNING"}
                self._waiting.put(self.format(logging.makeLogRecord(told)))
                self._lost = 0
            self._waiting.put(self.format(record))
        except Exception:  # noqa: BLE001  # as every handler: what cannot be logged must not end a call
            self.handleError(record)

    def flush(self) -> None:
        """Wait until all is written that was logged so far, 2 s at the most."""
        written = threading.Event()
        self._waiting.put(written)
        written.wait(_END_LIMIT_S)

    def close(self) -> None:
        """End when all that waits is written, without waiting for it; who must be sure calls `flush` first."""
        self._waiting.put(None)
        super().close()

    def _run(self) -> None:
        while (one := self._waiting.get()) is not None:
            if isinstance(one, threading.Event):
                one.set()
            else:
                self._sink.handle(logging.makeLogRecord({"msg": one}))
        with suppress(OSError):  # as at the end of every program: what is not written now never is
            self._sink.close()


def configure(settings: Settings, name: str, *, console: bool) -> None:
    """Log into var/log/`name`.jsonl, and on stderr when `console`; both from `settings.log.level` on.

    A folder that cannot be written is told once on stderr; it stops nobody from answering calls.
    """
    handlers: list[logging.Handler] = []
    if console:
        shown = logging.StreamHandler(sys.stderr)
        handlers.append(Behind(shown, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())))
    try:
        handlers.append(Behind(_file(settings, name), structlog.processors.JSONRenderer()))
    except OSError as error:
        print(f"No log file: {error}. Logging to the terminal only.", file=sys.stderr)
    logging.raiseExceptions = False  # a full disk is no reason to print a traceback for every line
    logging.basicConfig(handlers=handlers, level=settings.log.level, force=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_COMMON,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def call(call_id: str) -> None:
    """From here on every line of this thread carries `call=call_id`; "" ends it."""
    clear_contextvars()
    if call_id:
        bind_contextvars(call=call_id)


def failure(error: BaseException) -> str:
    """Class and place of `error`, without its message: `KeyError at agi/voice/texts.py:88 in text`."""
    steps = traceback.extract_tb(error.__traceback__)
    kind = type(error).__name__
    if not steps:
        return kind
    last = steps[-1]
    return f"{kind} at {_short(last.filename)}:{last.lineno} in {last.name}"


def _short(path: str) -> str:
    return "/".join(path.rsplit("/", 3)[-3:])


def _file(settings: Settings, name: str) -> logging.Handler:
    folder = settings.var / "log"
    folder.mkdir(parents=True, exist_ok=True)
    return logging.handlers.RotatingFileHandler(
        folder / f"{name}.jsonl",
        maxBytes=settings.log.max_mb * 1_000_000,
        backupCount=settings.log.keep,
        encoding="utf-8",
        errors="backslashreplace",
    )


def _formatter(renderer: Any) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_COMMON,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _without_values, renderer],
    )


def _only_where(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Exceptions as class and places."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    if isinstance(found, tuple):
        found = found[1]
    if isinstance(found, BaseException):
        event["error"] = failure(found)
        event["trace"] = _places(found.__traceback__)
    event.pop("stack_info", None)
    return event


def _places(trace: TracebackType | None) -> list[str]:
    return [f"{_short(step.filename)}:{step.lineno} {step.name}" for step in traceback.extract_tb(trace)[-12:]]


def _without_values(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last net: nothing that was entered passes."""
    return _cleaned(event, 0)


def _cleaned(fields: Mapping[Any, object], depth: int) -> dict[str, Any]:
    return {redact(str(name)): _DOTS if name in HIDDEN else _clean(one, depth) for name, one in fields.items()}


def _clean(value: object, depth: int) -> object:
    """`value` made of plain JSON types, numbers of persons masked."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < _LONG else redact(str(value))
    if isinstance(value, str):
        return redact(value)
    if depth < _DEEPEST:
        if isinstance(value, Mapping):
            return _cleaned(value, depth + 1)
        if isinstance(value, list | tuple | set | frozenset):
            return [_clean(one, depth + 1) for one in value]
    if isinstance(value, BaseException):
        return failure(value)
    try:
        return redact(str(value))
    except Exception:  # noqa: BLE001  # whatever a foreign __str__ raises, a log line must not end a call
        return type(value).__name__


_COMMON: list[Any] = [
    merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _only_where,
]
