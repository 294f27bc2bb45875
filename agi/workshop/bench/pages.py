"""How long supervisors wait for a page while many of them look at the records of a busy month."""

import http.client
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from sqlite_utils import Database

from agi import privacy
from agi.books.accounts import AccountBook, Role
from agi.books.calls_schema import bring_to_schema
from agi.books.events import Answered, Asked, Ended, Outcome, Said
from agi.books.files import beside, exclusive, open_writer
from agi.books.rows import Row, event_row, stored, write
from agi.privacy import keyed_hash
from agi.workshop.bench.installation import BenchFailed, private_environment, settings_of
from agi.workshop.figures import percentile

EVENTS_PER_CALL = 10
_DAYS = 30
_CALLERS = 40_000
_STARTS_S = 30.0
_PAUSE_S = 0.5
_COUNTING = b"Masih dihitung"  # of today.html
_QUESTIONS = ("main", "nik", "kk", "registration")
_OUTCOMES = (*[Outcome.COMPLETED] * 7, Outcome.ABANDONED, Outcome.TRANSFERRED, Outcome.FAILED)
_CHOSEN = "1111122234"
_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is asked for; `form` is sent along where it is not empty."""

    name: str
    path: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class PageFigures:
    """Waits for one page, ms; `first_ms` is that of whoever asked before anything was known."""

    page: str
    asked: int
    first_ms: float
    p50_ms: float
    p95_ms: float
    worst_ms: float


def measure(folder: Path, calls: int, people: int, rounds: int, pause_s: float) -> list[PageFigures]:
    """Fill the records of an installation below `folder` with `calls` calls and let `people` look at each page
    `rounds` times, `pause_s` after they have the one before. Raises BenchFailed."""
    environment = private_environment(folder, 21_000, 100)
    settings = settings_of(environment)
    for place in (settings.data, settings.var, settings.pages_db.parent):
        place.mkdir(parents=True, exist_ok=True)
    fill(settings.calls_db, privacy.hash_key(settings.var), calls)
    book, now = AccountBook(settings.pages_db), datetime.now(UTC)
    tokens = []
    for number in range(people):
        name = f"pengawas{number}"
        book.accept(book.invite(name, Role.SUPERVISOR, now), "no hash", now)
        tokens.append(book.begin_session(name, now + timedelta(hours=1), now, proven=True))
    with _served(environment, settings.pages.port):
        return [_measured(page, settings.pages.port, tokens, rounds, pause_s) for page in _pages(calls)]


def fill(path: Path, key: bytes, calls: int, edition: int = 0) -> None:
    """A new book of calls at `path` with `calls` calls of the last days, EVENTS_PER_CALL events each.

    `edition` is what they heard, as far as it was recorded (0: not).
    """
    chance, first = random.Random(1500537), datetime.now(UTC) - timedelta(days=_DAYS)
    with exclusive(beside(path, ".lock")), closing(open_writer(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL").fetchall()
        bring_to_schema(Database(connection, execute_plugins=False))
        batch: list[Row] = []
        for number in range(calls):
            batch += _call(number, first + timedelta(days=_DAYS) * number / calls, key, chance, edition)
            if len(batch) > _BATCH or number == calls - 1:
                connection.execute("BEGIN")
                write(connection, batch)
                connection.execute("COMMIT")
                batch = []


def _call(number: int, at: datetime, key: bytes, chance: random.Random, edition: int) -> Iterator[Row]:
    name, caller = f"bench-{number}", f"08{chance.randrange(_CALLERS):09d}"
    begun: Row = {
        "kind": "begun", "call": name, "caller_hash": keyed_hash(key, "caller", caller),
        "caller": f"••••••••{caller[-3:]}", "started": stored(at), "channel": "telephone",
        "edition": edition,
    }  # fmt: skip
    yield begun
    for turn in range(EVENTS_PER_CALL - 1):
        result = chance.choice(("match", "match", "match", "no-input", "no-match"))
        spoken = turn % 3 == 0
        answer = Answered(
            result, "speech" if spoken else "keys", chance.choice(_CHOSEN), 2000, chance.random() if spoken else None
        )
        question = _QUESTIONS[turn % len(_QUESTIONS)]
        said = (Said("menu.main"),) if question == "main" else (Said(f"{question}.ask"),)
        moment = at + timedelta(seconds=turn * 5)
        yield event_row(name, Asked(at=moment, question=question, prompts=said, answer=answer))
    yield event_row(name, Ended(at=at + timedelta(minutes=1), outcome=chance.choice(_OUTCOMES), where="nik"))


def _pages(calls: int) -> tuple[Page, ...]:
    return (
        Page("Hari ini", "/hari-ini"),
        Page("7 hari", "/hari-ini?hari=7"),
        Page("30 hari", "/hari-ini?hari=30"),
        Page("Panggilan", "/panggilan"),
        Page("its 500th page", "/panggilan?halaman=500"),
        Page("by outcome and question", "/panggilan?hasil=failed&langkah=kk"),
        Page("by a number", "/panggilan", urlencode({"nomor": "08000000042"})),
        Page("one call", f"/panggilan/bench-{calls // 2}"),
    )


def _measured(page: Page, port: int, tokens: list[str], rounds: int, pause_s: float) -> PageFigures:
    """All people ask for it at once, after one who asked alone, and after it is all counted. Raises BenchFailed."""
    (first, told), waits, wrong = _asked(page, port, tokens[0]), list[float](), list[str]()
    while _COUNTING in told:
        time.sleep(_PAUSE_S)
        told = _asked(page, port, tokens[0])[1]

    def look(token: str) -> None:
        chance = random.Random(token)
        try:
            for _ in range(rounds):
                time.sleep(chance.uniform(0, 2 * pause_s))
                waits.append(_asked(page, port, token)[0])
        except (OSError, BenchFailed, http.client.HTTPException) as error:
            wrong.append(str(error) or type(error).__name__)

    people = [threading.Thread(target=look, args=(token,)) for token in tokens]
    for one in people:
        one.start()
    for one in people:
        one.join()
    if wrong:
        raise BenchFailed(f"{page.path} failed {len(wrong)} times: {wrong[0]}")
    return PageFigures(page.name, len(waits), first, percentile(waits, 0.5), percentile(waits, 0.95), max(waits))


def _asked(page: Page, port: int, token: str) -> tuple[float, bytes]:
    """The page, and the ms from the first byte sent to the last received. Raises BenchFailed where it is not there."""
    headers = {"Cookie": f"hotline={token}"}
    if page.form:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    begun = time.perf_counter()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("POST" if page.form else "GET", page.path, page.form or None, headers)
        answer = connection.getresponse()
        body = answer.read()
    if answer.status != 200:
        raise BenchFailed(f"{page.path} answered {answer.status}")
    return (time.perf_counter() - begun) * 1000, body


@contextmanager
def _served(environment: dict[str, str], port: int) -> Iterator[None]:
    """The pages' own process, until the block ends. Raises BenchFailed."""
    command = [sys.executable, "-m", "agi.pages.serve"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + _STARTS_S
            while not _answers(port):
                if process.poll() is not None or time.monotonic() > until:
                    raise BenchFailed("The pages did not start: see hotline logs.")
                time.sleep(0.05)
            yield
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
