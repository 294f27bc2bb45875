"""`hotline doctor` tells what somebody must act on, all of it and nothing else."""

import json
import shutil
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
import sample_office
from books_data import damage
from installation import private_environment, settings_of

from agi import privacy
from agi.books.holidays import shipped
from agi.books.hours import HoursBook, OwnHours
from agi.books.importing import import_csv, import_sample
from agi.books.words import Source
from agi.cli.doctor import texts
from agi.ops import doctor, troubles
from agi.ops.doctor import Check, Level
from agi.settings import ROOT, SAMPLE, Settings


class Usage(NamedTuple):
    """What `shutil.disk_usage` tells."""

    total: int
    used: int
    free: int


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    own = settings_of(private_environment(tmp_path, HOTLINE_SPEECH__ENABLED="true"))
    for place in (own.var, own.data, own.var / "log"):
        place.mkdir(parents=True, exist_ok=True)
    return own


@pytest.mark.parametrize("full", ["var", "data"])
def test_a_full_disk_is_found_on_either_of_both(settings: Settings, monkeypatch: pytest.MonkeyPatch, full: str) -> None:
    place = getattr(settings, full)
    monkeypatch.setattr(shutil, "disk_usage", lambda at: Usage(1 << 40, 0, (1 << 20) if at == place else 1 << 39))
    (found,) = [one for one in doctor.examine(settings) if one.about == "disk"]
    assert (found.level, found.text) == (Level.FAIL, f"1 MB free at {place}")


def registry(settings: Settings) -> Check:
    """What is found of the registry."""
    (found,) = [one for one in doctor.examine(settings) if one.about == "registry"]
    return found


def test_a_registry_that_does_not_answer_is_found_and_not_waited_for(settings: Settings) -> None:
    with closing(sqlite3.connect(sample_office.build_registry(settings.data), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        found = registry(settings)
    assert (found.level, found.text[:29]) == (Level.FAIL, "registry.db has not answered ")
    assert "import" not in found.advice


@pytest.fixture
def filled(settings: Settings) -> Settings:
    """With the sample's registry, and one that it has replaced."""
    key, kk_digits = privacy.hash_key(settings.var), settings.identity.kk_digits
    import_sample(settings.registry_db, key, kk_digits, SAMPLE)
    offices = SAMPLE / "offices.csv"
    import_csv(settings.registry_db, key, "offices", offices, kk_digits=kk_digits, source=Source.SAMPLE, replace=True)
    return settings


def test_a_registry_that_is_damaged_where_no_count_looks_is_found(filled: Settings) -> None:
    assert registry(filled).level is Level.OK
    page = damage(filled.registry_db)
    found = registry(filled)
    assert found.level is Level.FAIL
    assert f"Page {page}" in found.text
    assert "\n" not in found.text


def test_a_replaced_registry_is_not_kept_for_ever(filled: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    day, now = 24 * 60 * 60, time.time()
    monkeypatch.setattr(time, "time", lambda: now + 30 * day)
    assert registry(filled).level is Level.OK
    monkeypatch.setattr(time, "time", lambda: now + 31 * day + 60)
    found = registry(filled)
    assert (found.level, found.advice) == (Level.WARN, f"rm {filled.registry_db}.before")


def logged(settings: Settings, name: str, *entries: tuple[str, str, timedelta]) -> None:
    """Lines of level, event and age in the log `name`."""
    lines = [
        json.dumps({"timestamp": (datetime.now(UTC) - age).isoformat(), "level": level, "event": event})
        for level, event, age in entries
    ]
    (settings.var / "log" / f"{name}.jsonl").write_text("cut off\n" + "\n".join(lines) + "\n", encoding="utf-8")


def test_warnings_of_the_day_are_shown_each_once_and_older_ones_are_not(settings: Settings) -> None:
    hour, long_ago = timedelta(hours=1), timedelta(days=2)
    logged(settings, "line", ("warning", "line.full", hour), ("warning", "line.full", hour), ("info", "x", hour))
    logged(settings, "asterisk", ("error", "The trunk is down", hour), ("error", "Old trouble", long_ago))
    found = troubles.since(settings.var / "log", datetime.now(UTC) - timedelta(days=1))
    assert [(one.process, one.text, one.times) for one in found] == [
        ("line", "line.full", 2),
        ("asterisk", "The trunk is down", 1),
    ]
    shown = doctor.logged(settings)
    assert shown.level is Level.WARN
    assert "line 2 × 'line.full'; asterisk 1 × 'The trunk is down'" in shown.text


def test_a_day_without_warnings_is_well(settings: Settings) -> None:
    logged(settings, "line", ("info", "call.begins", timedelta()))
    logged(settings, "asterisk", ("notice", "Asterisk is up", timedelta()))
    assert doctor.logged(settings).level is Level.OK


def test_a_supervisor_that_does_not_keep_asterisks_log_is_found(settings: Settings) -> None:
    logged(settings, "line", ("info", "call.begins", timedelta()))
    assert "not kept" in doctor.logged(settings).text


def test_the_texts_that_come_with_the_hotline_leave_nothing_to_mend(settings: Settings) -> None:
    assert texts(settings) == Check(Level.OK, "texts", "menu and texts checked, nothing to mend")


def test_a_warning_about_texts_is_shown_and_not_only_counted(settings: Settings, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    shutil.copytree(ROOT / "prompts", prompts)
    menu = prompts / "id.toml"
    menu.write_text(
        menu.read_text(encoding="utf-8").replace(
            "Terima kasih sudah menunggu.", "Thank you very much for waiting so long."
        ),
        encoding="utf-8",
    )
    found = texts(settings.model_copy(update={"places": settings.places.model_copy(update={"prompts": prompts})}))
    assert found.level is Level.WARN
    assert "queue.thankyou" in found.text


def test_hours_that_cannot_be_read_and_an_old_calendar_are_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert doctor.agents_hours(settings).level is Level.OK
    HoursBook(settings.hours_file).write(OwnHours())
    monkeypatch.setattr(doctor, "due", lambda _: None)
    assert doctor.agents_hours(settings).level is Level.OK
    monkeypatch.setattr(doctor, "due", lambda _: shipped()[1])
    assert "2027" in doctor.agents_hours(settings).text
    settings.hours_file.write_text("senin = 8")
    assert doctor.agents_hours(settings).level is Level.WARN
