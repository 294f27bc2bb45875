"""What callers notice of publishing: their waits while editions are published, against the same calls without."""

import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agi.books.reader import CallReader
from agi.settings import ROOT
from agi.workshop.bench.answer import measure
from agi.workshop.bench.caller import Load
from agi.workshop.bench.installation import Bench
from agi.workshop.bench.telephones import Waits


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


def compare(box: Bench, load: Load, ends: Sequence[int], calls: int, publications: int) -> PublishFigures:
    """The same `calls` twice; the second time with `publications` and a rollback to the first edition."""
    quiet = measure(box.target, load, ends, calls, box.folder)
    stop, done = threading.Event(), []

    def publish() -> None:
        texts = box.settings.prompts / "id.toml"
        source = texts.read_text(encoding="utf-8")
        for number in range(publications):
            if stop.is_set():
                return
            texts.write_text(source.replace("Halo Dukcapil.", f"Halo Dukcapil {number}.", 1), encoding="utf-8")
            box.hotline("prompts", "publish")
            done.append(number)
        box.hotline("prompts", "rollback", "1")
        done.append(publications)

    publisher = threading.Thread(target=publish, name="bench-publish")
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
