"""No number of a person is left in clear by a call: not in a log, a record, a file's name or anything else."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from installation import Hotline
from leaks import leaks

from agi.books.calls import CallBook
from agi.books.events import Noted, NoteKind, Told
from agi.settings import SAMPLE
from agi.workshop.softphone.sample import Sample, load


@pytest.fixture(scope="module")
def sample(hotline: Hotline) -> Sample:
    return load(SAMPLE, hotline.settings.identity.kk_digits)


CALLS = (
    "2 1 {application KK number} {application KK pin}",
    "1 {resident spare ACTIVE nik} 9# {resident spare ACTIVE wrong kk}",
)


def test_calls_leave_no_number_behind(hotline: Hotline, sample: Sample) -> None:
    with ThreadPoolExecutor() as callers:
        list(callers.map(lambda keys: hotline.run("call", "--keys", keys, "--json", limit_s=120), CALLS))
    assert (hotline.settings.var / "log" / "line.jsonl").stat().st_size > 0
    assert hotline.settings.calls_db.stat().st_size > 0
    assert leaks(hotline.settings, sample) == []


def gone(path: Path) -> bytes:
    raise FileNotFoundError(path)


def test_what_looks_for_leaks_finds_them(hotline: Hotline, sample: Sample, tmp_path: Path) -> None:
    places = hotline.settings.places.model_copy(update={"var": tmp_path / "var", "data": tmp_path / "data"})
    settings = hotline.settings.model_copy(update={"places": places})
    log = tmp_path / "var" / "log" / "line.jsonl"
    log.parent.mkdir(parents=True)
    application = sample.applications[0]
    person = sample.residents[0]
    for number, kind in (
        (person.nik, "a NIK or KK number"),
        (person.kk, "a NIK or KK number"),
        (application.number, "a registration number"),
        (person.kk_digits, "KK digits or a PIN"),
        (application.pin, "KK digits or a PIN"),
    ):
        log.write_text(f'{{"event": "x", "value": "{number}"}}\n')
        assert leaks(settings, sample) == [f"{log}: {kind}"]
    log.write_text(f'{{"call": "host-{application.pin}-1795701854.0"}}\n')
    assert leaks(settings, sample) == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "read_bytes", gone)
        assert leaks(settings, sample) == []
    log.unlink()
    named = tmp_path / "data" / f"{person.nik}.wav"
    named.parent.mkdir()
    named.write_bytes(b"")
    assert leaks(settings, sample) == [f"{named}: a NIK or KK number"]


def test_a_random_key_that_holds_a_pin_by_chance_is_no_leak_and_the_pin_beside_it_is(
    hotline: Hotline, sample: Sample, tmp_path: Path
) -> None:
    pin = sample.applications[0].pin
    places = hotline.settings.places.model_copy(update={"var": tmp_path / "var", "data": tmp_path / "data"})
    settings = hotline.settings.model_copy(update={"places": places})
    (tmp_path / "data").mkdir()
    book = CallBook.open(settings.calls_db, bytes(32))
    book.event("one", Told(at=datetime.now(UTC), key=f"ab{pin}abcdefab", prompts=()))
    assert book.flush()
    assert leaks(settings, sample) == []
    book.event("one", Noted(at=datetime.now(UTC), key="f" * 16, kind=NoteKind.OTHER, detail=pin))
    assert book.flush()
    book.close()
    assert leaks(settings, sample) == [f"{settings.calls_db}: KK digits or a PIN"]
