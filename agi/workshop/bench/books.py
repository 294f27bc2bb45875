"""How fast the books are: an import, look-ups in a large registry, and events through the one writer."""

import random
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from agi.books.calls import CallBook
from agi.books.events import Answered, Asked, Said
from agi.books.importing import import_csv
from agi.books.registry import Registry
from agi.books.registry_schema import SCHEMA, key_check, kk_hash
from agi.books.words import KtpState, ResidentStatus
from agi.workshop.figures import percentile

LOOKUPS = 20_000
IMPORTED = 100_000
CALLS = 2_000
EVENTS_PER_CALL = 20
_DISTRICT = "327301"
_KK_DIGITS = 10


@dataclass(frozen=True, slots=True)
class BooksFigures:
    """What was measured; times in milliseconds."""

    imported_per_s: float
    residents: int
    lookup_p50_ms: float
    lookup_p99_ms: float
    unknown_p99_ms: float
    events: int
    events_per_s: float
    event_handover_p99_ms: float


def measure(folder: Path, residents: int, progress: Callable[[int], None]) -> BooksFigures:
    """Fill a registry of `residents` generated rows in `folder`, look up and write events; all files are new."""
    key = secrets.token_bytes(32)
    imported_per_s = _import(folder, key)
    path = folder / "registry.db"
    _fill(path, key, residents, progress)
    known, unknown = _lookups(path, key, residents)
    events_per_s, handover = _events(folder / "calls.db", key)
    return BooksFigures(
        imported_per_s,
        residents,
        percentile(known, 0.5),
        percentile(known, 0.99),
        percentile(unknown, 0.99),
        CALLS * EVENTS_PER_CALL,
        events_per_s,
        percentile(handover, 0.99),
    )


def _import(folder: Path, key: bytes) -> float:
    """Rows per second of an import of `IMPORTED` residents, from the first byte read until they are published."""
    file = folder / "residents.csv"
    with file.open("w", encoding="ascii") as lines:
        lines.write("nik,kk,status,ktp\n")
        for number in range(IMPORTED):
            day, serial = number // 9_999 + 1, number % 9_999 + 1
            nik, kk = f"{_DISTRICT}{day:02d}0192{serial:04d}", f"{_DISTRICT}0101{number:06d}"
            lines.write(f"{nik},{kk},ACTIVE,CARD_ISSUED\n")
    begun = time.perf_counter()
    report = import_csv(folder / "imported.db", key, "residents", file, kk_digits=_KK_DIGITS)
    took = time.perf_counter() - begun
    if report.rejected:
        raise AssertionError(f"{report.rejected} rows were refused: {report.rejects}")
    return report.taken / took


def _nik(number: int) -> str:
    """A number in the shape of a NIK that grows with `number`, so that the tree is filled in order."""
    return f"{110101 + number // 10_000_000:06d}{number // 10_000 % 1000:06d}{number % 10_000:04d}"


def _kk_digits(number: int) -> str:
    return f"{number * 7919 % 10**_KK_DIGITS:0{_KK_DIGITS}d}"


def _rows(key: bytes, residents: int, progress: Callable[[int], None]) -> Iterator[tuple[str, bytes, str, str, str]]:
    for number in range(residents):
        nik = _nik(number)
        yield nik, kk_hash(key, nik, _kk_digits(number)), ResidentStatus.ACTIVE, KtpState.CARD_ISSUED, nik[:6]
        if number % 10_000 == 9_999:
            progress(10_000)


def _fill(path: Path, key: bytes, residents: int, progress: Callable[[int], None]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    SCHEMA.apply(Database(connection, execute_plugins=False))
    # Only for the filling: the file is new, and a benchmark that is killed begins again.
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN")
    connection.execute("INSERT INTO meta VALUES ('key-check', ?)", (key_check(key),))
    connection.executemany("INSERT INTO residents VALUES (?, ?, ?, ?, ?)", _rows(key, residents, progress))
    connection.execute("COMMIT")
    connection.close()


def _lookups(path: Path, key: bytes, residents: int) -> tuple[list[float], list[float]]:
    """Milliseconds of look-ups of residents that are there and of numbers that are not."""
    chance = random.Random(1500537)
    registry = Registry.open(path, key, _KK_DIGITS)
    known, unknown = [], []
    for _ in range(LOOKUPS):
        number = chance.randrange(residents)
        known.append(_timed(lambda n=number: registry.resident(_nik(n), _kk_digits(n)), found=True))  # type: ignore[misc]
        unknown.append(_timed(lambda n=number: registry.resident("99" + _nik(n)[2:], "000000"), found=False))  # type: ignore[misc]
    registry.close()
    return known, unknown


def _timed(look_up: Callable[[], object], *, found: bool) -> float:
    before = time.perf_counter()
    result = look_up()
    took = (time.perf_counter() - before) * 1000
    if (result is not None) is not found:
        raise AssertionError("the look-up gave a wrong answer; a fast wrong answer is worth nothing")
    return took


def _events(path: Path, key: bytes) -> tuple[float, list[float]]:
    """Events per second from the first hand-over until the last is on the disk; milliseconds of each hand-over."""
    book = CallBook.open(path, key)
    now = datetime.now(UTC)
    answer = Answered("match", "keys", "1", 1200)
    handover = []
    begun = time.perf_counter()
    for call in range(CALLS):
        book.begin(f"bench-{call}", "", now)
        for _ in range(EVENTS_PER_CALL):
            event = Asked(at=now, question="main", prompts=(Said("menu.main"),), answer=answer)
            before = time.perf_counter()
            book.event(f"bench-{call}", event)
            handover.append((time.perf_counter() - before) * 1000)
    if not book.flush(60):
        raise TimeoutError("The events were not on the disk within 60 s: is the disk full or very slow?")
    took = time.perf_counter() - begun
    book.close()
    return CALLS * EVENTS_PER_CALL / took, handover
