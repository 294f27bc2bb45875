"""The first failure of a call is told, also when the caller came back from the empty queue and then hung up."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from books_data import KEY, START, ended
from click.testing import CliRunner

from agi.books.calls import CallBook
from agi.books.events import QUEUE, Answered, Asked, Outcome, Returned
from agi.cli import main

FAILURE = "failed at nik: RegistryUnavailable"


@pytest.fixture(autouse=True)
def came_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that failed, waited, came back, gave up, came back and was hung up before any question."""
    for name, place in (("DATA", "."), ("VAR", "var"), ("PROMPTS", "prompts")):
        monkeypatch.setenv(f"HOTLINE_PLACES__{name}", str(tmp_path / place))
    monkeypatch.setenv("HOTLINE_SETTINGS", str(tmp_path / "none.toml"))
    book = CallBook.open(tmp_path / "calls.db", KEY)
    book.begin("1.1", "", START)
    for after_s, (question, result, attempt) in enumerate(
        (("menu", "no-input", 1), ("menu", "match", 2), ("nik", "no-match", 1), ("nik", "match", 2))
    ):
        at = START + timedelta(seconds=after_s)
        book.event("1.1", Asked(at=at, question=question, attempt=attempt, answer=Answered(result)))
    book.event("1.1", ended(Outcome.FAILED, "nik", "RegistryUnavailable", START + timedelta(seconds=9)))
    book.event("1.1", ended(Outcome.TRANSFERRED, QUEUE, "nobody there", START + timedelta(seconds=20)))
    book.event("1.1", Returned(at=START))
    book.event("1.1", ended(Outcome.GAVE_UP, "start", "no input", START + timedelta(seconds=40)))
    book.event("1.1", Returned(at=START))
    book.event("1.1", ended(Outcome.ABANDONED, "start", "hung up", START + timedelta(seconds=60)))
    book.close()


def hotline(*words: str) -> str:
    result = CliRunner().invoke(main, ["calls", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_list_tells_it() -> None:
    assert (
        f"abandoned at start: hung up; first failure: {FAILURE}; last question: nik, try 2; "
        "of 4 questions 1 without input, 1 without match\n"
    ) in hotline("list")


def test_show_tells_it() -> None:
    assert f"First failure: {FAILURE}; last question: nik, try 2; of 4" in hotline("show", "1.1")


@pytest.mark.parametrize("words", [("list", "--json"), ("show", "1.1", "--json"), ("export",)])
def test_json_and_export_hold_it(words: tuple[str, ...]) -> None:
    if words == ("export",):
        told = next(csv.DictReader(io.StringIO(hotline(*words))))
    else:
        told = json.loads(hotline(*words))
        told = told[0] if isinstance(told, list) else told
    assert (told["outcome"], told["first_failure"], told["last_question"]) == ("abandoned", FAILURE, "nik")
    assert [str(told[name]) for name in ("tries", "questions", "no_inputs", "no_matches")] == ["2", "4", "1", "1"]


def test_the_report_counts_it() -> None:
    lines = [line.split() for line in hotline("report").splitlines()]
    assert ["abandoned", "1", "1.0", "4", "1", "1"] in lines
    assert lines[lines.index(["per", "first", "failure"]) + 1][0] == "failed"
    assert ["nik", "1", "2", "0", "1"] in lines
