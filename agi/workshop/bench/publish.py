"""What callers notice of publishing: their waits while editions are published, against the same calls without."""

import http.client
import re
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from agi.books.accounts import AccountBook, Role
from agi.books.reader import CallReader
from agi.settings import ROOT
from agi.workshop.bench.answer import measure
from agi.workshop.bench.caller import Load
from agi.workshop.bench.installation import Bench, BenchFailed
from agi.workshop.bench.telephones import Waits

_PAGE = "/draf/terbit"
_SEEN = re.compile('name="dasar" value="([^"]+)"')
_PUBLISHED_S = 300.0


@dataclass(frozen=True, slots=True)
class PublishFigures:
    """Waits without and with publishing; `published` and `heard`: how many editions, in the time of the calls."""

    quiet: Waits
    busy: Waits
    published: int
    heard: int


def working_copy(folder: Path) -> Path:
    """Prompts that may be changed, as a new folder in `folder`."""
    return shutil.copytree(ROOT / "prompts", folder / "prompts")


def by_command(box: Bench) -> Callable[[], object]:
    """What publishes the working copy as a technician does."""
    return partial(box.hotline, "prompts", "publish")


def by_page(box: Bench) -> Callable[[], object]:
    """What publishes the working copy as an admin does, in a browser; it waits until that is done. May raise
    BenchFailed."""
    book, now = AccountBook(box.settings.pages_db), datetime.now(UTC)
    book.accept(book.invite("bench", Role.ADMIN, now), "no hash", now)
    token = book.begin_session("bench", now + timedelta(hours=1), now, proven=True)
    asked = partial(_asked, box.settings.pages.port, token)

    def publish() -> None:
        seen = _SEEN.search(asked("GET", _PAGE.rpartition("/")[0])[1])
        if seen is None:
            raise BenchFailed("The page of the draft offers nothing to publish.")
        asked("POST", _PAGE, {"dasar": seen[1], "catatan": "bench"})
        until = time.monotonic() + _PUBLISHED_S
        while asked("GET", _PAGE)[0]:
            if time.monotonic() > until:
                raise BenchFailed("The pages did not publish in time.")
            time.sleep(0.5)

    return publish


def _asked(port: int, token: str, method: str, path: str, form: dict[str, str] | None = None) -> tuple[bool, str]:
    """Whether that page is to be asked for again, and what it says."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    usual = {"Cookie": f"hotline={token}", "Content-Type": "application/x-www-form-urlencoded"}
    headers = {**usual, "Sec-Fetch-Site": "same-origin"}
    connection.request(method, path, urlencode(form or {}), headers)
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    if answer.status >= 400:
        raise BenchFailed(f"{method} {path} was answered with {answer.status}.")
    return answer.headers.get("Refresh") is not None, said


def compare(
    box: Bench, load: Load, ends: Sequence[int], calls: int, publications: int, publish: Callable[[], object]
) -> PublishFigures:
    """The same `calls` twice; the second time with `publications` and a rollback to the first edition."""
    quiet = measure(box.target, load, ends, calls, box.folder)
    stop, done = threading.Event(), []

    def publications_one_by_one() -> None:
        texts = box.settings.prompts / "id.toml"
        source = texts.read_text(encoding="utf-8")
        for number in range(publications):
            if stop.is_set():
                return
            texts.write_text(source.replace("Halo Dukcapil.", f"Halo Dukcapil {number}.", 1), encoding="utf-8")
            publish()
            done.append(number)
        box.hotline("prompts", "rollback", "1")
        done.append(publications)

    publisher = threading.Thread(target=publications_one_by_one, name="bench-publish")
    publisher.start()
    try:
        busy = measure(box.target, load, ends, calls, box.folder)
        published = len(done)
    finally:
        stop.set()
        publisher.join()
    with CallReader(box.settings.calls_db) as reader:
        heard = len({call.edition for call in reader.calls(calls)})
    return PublishFigures(quiet, busy, published, heard)
