"""Logs say what happened and to which call, and nothing that was entered."""

import json
import logging
import os
import select
import threading
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agi import log
from agi.settings import Settings
from agi.settings.tables import Log, Places

NIK = "3273050000000001"
HOSTILE = [
    NIK,
    "3273 0500 0000 0001",
    "3273-0500-0000-0001",
    f"nik={NIK};",
    f"{NIK}{NIK}",
    {"deep": [{"er": (NIK, {NIK})}]},
    {NIK: "as a name"},
    int(NIK),
    NIK.encode(),
    ValueError(f"bad {NIK}"),
    Path("/srv") / NIK,
]


@pytest.fixture
def settings_here(tmp_path: Path) -> Settings:
    return Settings(places=Places(var=tmp_path), log=Log(level="DEBUG"))


def written(here: Settings) -> str:
    """What stands in the log when all is written."""
    for handler in logging.getLogger().handlers:
        handler.flush()
    return (here.var / "log" / "t.jsonl").read_text()


def lines(here: Settings) -> list[dict[str, object]]:
    return [json.loads(line) for line in written(here).splitlines()]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: type(value).__name__)
def test_a_number_does_not_pass_in_whatever_it_is_wrapped(
    settings_here: Settings, capsys: pytest.CaptureFixture[str], value: object
) -> None:
    log.configure(settings_here, "t", console=True)
    structlog.get_logger("x").info(f"said {value}", thing=value, other=[value])
    logging.getLogger("foreign").warning("foreign %s", value)
    text = written(settings_here) + capsys.readouterr().err
    assert text
    for form in (NIK, "3273 0500 0000 0001", "3273-0500-0000-0001"):
        assert form not in text
    assert len(lines(settings_here)) == 2


@pytest.mark.parametrize("name", sorted(log.HIDDEN))
def test_fields_that_stand_for_what_was_entered_lose_it(settings_here: Settings, name: str) -> None:
    log.configure(settings_here, "t", console=False)
    structlog.get_logger().info("x", **{name: "123456"}, inner={name: "123456"})
    assert "123456" not in written(settings_here)


def test_an_exception_leaves_its_class_and_place_and_not_its_words(settings_here: Settings) -> None:
    log.configure(settings_here, "t", console=False)
    try:
        int("12x456")
    except ValueError:
        structlog.get_logger().exception("call.failed")
    (line,) = lines(settings_here)
    assert "12x456" not in json.dumps(line)
    assert str(line["error"]).startswith("ValueError at ")
    assert "test_log.py" in str(line["trace"])


def test_every_line_of_a_call_carries_its_id_and_only_of_that_call(settings_here: Settings) -> None:
    log.configure(settings_here, "t", console=False)

    def one(call: str) -> None:
        log.call(call)
        structlog.get_logger("a").info("one")
        logging.getLogger("library").info("two")

    threads = [threading.Thread(target=one, args=(f"1795504227.{number}",)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    structlog.get_logger().info("none")
    found = lines(settings_here)
    assert sorted(str(line["call"]) for line in found[:-1]) == sorted(f"1795504227.{n}" for n in range(5) for _ in "ab")
    assert "call" not in found[-1]


@given(st.text(max_size=200))
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_makes_one_line_of_json(settings_here: Settings, text: str) -> None:
    log.configure(settings_here, "t", console=False)
    before = len(lines(settings_here))
    structlog.get_logger().info("event", thing=text)
    assert len(lines(settings_here)) == before + 1


def test_files_are_rotated_by_size(tmp_path: Path) -> None:
    here = Settings(places=Places(var=tmp_path), log=Log(max_mb=1, keep=2))
    log.configure(here, "t", console=False)
    for _ in range(350):
        structlog.get_logger().info("x" * 10_000)
    written(here)
    names = sorted(path.name for path in (tmp_path / "log").iterdir())
    assert names == ["t.jsonl", "t.jsonl.1", "t.jsonl.2"]


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log").write_text("a file where the folder should be")
    log.configure(Settings(places=Places(var=tmp_path)), "t", console=True)
    structlog.get_logger().info("still.here")
    for handler in logging.getLogger().handlers:
        handler.flush()
    shown = capsys.readouterr().err
    assert "No log file" in shown
    assert "still.here" in shown


def test_levels_below_the_set_one_are_not_written(tmp_path: Path) -> None:
    here = Settings(places=Places(var=tmp_path), log=Log(level="WARNING"))
    log.configure(here, "t", console=False)
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")
    assert [line["event"] for line in lines(here)] == ["loud"]


def test_who_logs_does_not_wait_for_a_disk_that_does_not_answer_and_its_lines_come_when_it_does(
    settings_here: Settings,
) -> None:
    log_file = settings_here.var / "log" / "t.jsonl"
    log_file.parent.mkdir()
    os.mkfifo(log_file)
    disk = os.open(log_file, os.O_RDONLY | os.O_NONBLOCK)  # takes 64 KB, and then nothing until it is read
    try:
        log.configure(settings_here, "t", console=False)
        busy = threading.Thread(target=_log_much, daemon=True)
        busy.start()
        busy.join(30)
        assert not busy.is_alive()
        heard = b""
        while heard.count(b"\n") < _MUCH:
            assert select.select([disk], [], [], 30)[0], "lines were lost"
            heard += os.read(disk, 65_536)
    finally:
        log.configure(settings_here, "other", console=False)
        os.close(disk)
    assert [json.loads(line)["number_of_line"] for line in heard.splitlines()] == list(range(_MUCH))


class Disk(logging.Handler):
    """Takes nothing until it is `back`."""

    def __init__(self) -> None:
        super().__init__()
        self.back, self.ended, self.taken = threading.Event(), threading.Event(), list[str]()

    def emit(self, record: logging.LogRecord) -> None:
        self.back.wait(60)
        self.taken.append(record.getMessage())

    def close(self) -> None:
        self.ended.set()


def line(text: str) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": text, "levelname": "INFO"})


def test_a_log_whose_disk_does_not_answer_is_left_at_once_and_written_when_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log, "_END_LIMIT_S", 3600)
    disk = Disk()
    behind = log.Behind(disk, structlog.processors.JSONRenderer(sort_keys=True))
    behind.handle(line("waits"))
    leaving = threading.Thread(target=behind.close, daemon=True)
    leaving.start()
    leaving.join(20)
    assert not leaving.is_alive()
    disk.back.set()
    assert disk.ended.wait(20)
    assert ["waits" in line for line in disk.taken] == [True]


def test_how_many_lines_a_disk_did_not_take_is_told_when_it_takes_some_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MOST_WAITING", 3)
    disk = Disk()
    behind = log.Behind(disk, structlog.processors.JSONRenderer())
    for number in range(20):
        behind.handle(line(f"line {number}"))
    disk.back.set()
    behind.flush()
    behind.handle(line("the disk is back"))
    behind.close()
    assert disk.ended.wait(20)
    events = [json.loads(one)["event"] for one in disk.taken]
    kept = [event for event in events if event.startswith("line ")]
    assert events == [*kept, f"log.lost {20 - len(kept)} lines", "the disk is back"]
    assert 3 <= len(kept) <= 4


_MUCH = 500


def _log_much() -> None:
    for number in range(_MUCH):
        structlog.get_logger().info("x" * 1000, number_of_line=number)
