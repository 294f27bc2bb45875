"""`hotline calls` tells a call as a person would, with masked numbers and the office's time."""

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from books_data import KEY, START, ended, nik
from click.testing import CliRunner, Result

from agi.books.calls import CallBook
from agi.books.events import QUEUE, Answered, Asked, Noted, NoteKind, Outcome, Said, Told
from agi.cli import main
from agi.editions.publishing import Publisher
from agi.settings import ROOT, Settings

CALL = "1764000000.12"


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    (prompts / "id.toml").write_text(
        '[welcome]\nhello = "Selamat datang."\n[nik]\nask = "Silakan masukkan {count:number} digit NIK."\n'
    )
    monkeypatch.setenv("HOTLINE_PLACES__DATA", str(tmp_path))
    monkeypatch.setenv("HOTLINE_PLACES__VAR", str(tmp_path / "var"))
    monkeypatch.setenv("HOTLINE_PLACES__PROMPTS", str(prompts))
    monkeypatch.setenv("HOTLINE_OFFICE__ZONE", "Asia/Jayapura")
    monkeypatch.setenv("HOTLINE_SETTINGS", str(tmp_path / "none.toml"))


@pytest.fixture
def a_call(tmp_path: Path) -> None:
    book = CallBook.open(tmp_path / "calls.db", KEY)
    book.begin(CALL, "081234567890", START)

    def after(seconds: float) -> datetime:
        return START + timedelta(seconds=seconds)

    def asked(at: datetime, prompt: Said, attempt: int, answer: Answered) -> Asked:
        return Asked(at=at, question="nik", prompts=(prompt,), attempt=attempt, answer=answer)

    silent = Answered("no-input", "none", took_ms=7500, fell_back="slow")
    spoken = Answered("no-match", "speech", took_ms=2000, confidence=0.42, sure=False)
    keyed = Answered("match", "keys", "•" * 16, 9000)
    for event in (
        Told(at=after(1), prompts=(Said("welcome.hello"),)),
        asked(after(9.5), Said("nik.ask", {"count": 16}), 1, silent),
        asked(after(11), Said("nik.ask", {"count": 16}), 2, spoken),
        asked(after(20), Said("nik.gone", {"n": 2}), 3, keyed),
        Noted(at=after(21), kind=NoteKind.NIK_CHECKED, detail="active"),
    ):
        book.event(CALL, event)
    book.about(CALL, nik(1))
    book.event(CALL, ended(Outcome.GAVE_UP, "kk", "no input three times", START + timedelta(seconds=50)))
    book.event(CALL, ended(Outcome.TRANSFERRED, QUEUE, "agent 7001", START + timedelta(seconds=95)))
    book.close()


def hotline(*words: str) -> Result:
    return CliRunner().invoke(main, ["calls", *words])


def test_without_calls_there_is_a_kind_sentence() -> None:
    for words in (("list",), ("purge", "--older-than", "1", "--yes")):
        result = hotline(*words)
        assert result.exit_code == 0
        assert "No call has been recorded yet" in result.output


@pytest.mark.usefixtures("a_call")
def test_show_tells_the_call() -> None:
    result = hotline("show", "17640")
    assert result.exit_code == 0
    lines = [line.strip() for line in result.output.splitlines() if line.strip()]
    assert lines == [
        f"Call {CALL} from •••••••••890, 2026-11-24 15:00:00 WIT, 1:35",
        "About ••••••••••••9001",
        "1.0 s  We said: “Selamat datang.”",
        "2.0 s  We said: “Silakan masukkan 16 digit NIK.”",
        "The caller pressed nothing after 7.5 s (nik; keys only: speech slow).",
        "9.0 s  We said: “Silakan masukkan 16 digit NIK.”",
        "The caller was not understood after 2.0 s (nik, try 2; confidence 0.42, unsure).",
        "11.0 s  We said: [nik.gone: n=2]",
        "The caller pressed •••••••••••••••• after 9.0 s (nik, try 3).",
        "21.0 s  Noted: nik.checked active.",
        "2026-11-24 15:01:35 WIT: The hotline gave up and handed the caller to the agents at kk (no input three "
        "times). Afterwards: transferred: agent 7001.",
        "Last question: nik, try 3; of 3 questions 1 without input, 1 without match.",
    ]


def test_a_call_is_told_in_the_sentences_that_it_heard(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    shutil.copy(ROOT / "prompts" / "lexicon.toml", prompts)
    publisher = Publisher(Settings(), lambda _: (), None)
    for number, word in enumerate(("datang", "pagi", "siang"), start=1):
        (prompts / "id.toml").write_text(f'[welcome]\nhello = "Selamat {word}."\n')
        if number < 3:
            publisher.publish(publisher.draft(prompts), "", "", None)
    book = CallBook.open(tmp_path / "calls.db", KEY)
    for edition in (1, 2, 7):
        book.begin(f"call-{edition}", "", START, edition=edition)
        book.event(f"call-{edition}", Told(at=START, prompts=(Said("welcome.hello"),)))
    book.close()
    for edition, heard in ((1, "“Selamat datang.”"), (2, "“Selamat pagi.”"), (7, "[welcome.hello]")):
        told = hotline("show", f"call-{edition}").output
        assert f"It heard edition {edition}" in told
        assert f"We said: {heard}" in told


@pytest.mark.usefixtures("a_call")
def test_json_holds_the_same_for_testers() -> None:
    told = json.loads(hotline("show", CALL, "--json").output)
    assert (told["outcome"], told["where"], told["lasted_s"]) == ("gave up", "kk", 95.0)
    events = told["events"]
    assert [event["kind"] for event in events] == ["said", *["asked"] * 3, "noted", *["ended"] * 2]
    assert [(event["confidence"], event["fell_back"]) for event in events[1:4]] == [
        (None, "slow"), (0.42, ""), (None, ""),
    ]  # fmt: skip
    assert told["events"][1]["prompts"] == [{"key": "nik.ask", "places": {"count": "16"}}]
    assert json.loads(hotline("list", "--json").output)[0]["id"] == CALL


@pytest.mark.usefixtures("a_call")
def test_list_filters_by_outcome_and_time() -> None:
    assert CALL in hotline("list", "--outcome", "gave up").output
    assert hotline("list", "--outcome", "failed").output == "No call fits.\n"
    assert CALL in hotline("list", "--since", "2026-11-24").output
    assert hotline("list", "--since", "2999-01-01T10:00").output == "No call fits.\n"
    wrong = hotline("list", "--since", "yesterday")
    assert wrong.exit_code == 2
    assert "how long ago" in wrong.output


@pytest.mark.usefixtures("a_call")
def test_an_unknown_id_is_told() -> None:
    result = hotline("show", "99")
    assert result.exit_code == 1
    assert result.output == "Error: No call has an id that begins with '99'.\n"


@pytest.mark.usefixtures("a_call")
def test_export_writes_csv(tmp_path: Path) -> None:
    (row,) = csv.DictReader(io.StringIO(hotline("export").output))
    assert (row["id"], row["outcome"], row["afterwards"]) == (CALL, "gave up", "transferred: agent 7001")
    assert "out.csv: 1." in hotline("export", str(tmp_path / "out.csv")).output
    assert (tmp_path / "out.csv").read_text() == hotline("export").output


@pytest.mark.usefixtures("a_call")
def test_nothing_that_is_shown_holds_a_whole_number() -> None:
    for words in (("list",), ("show", CALL), ("show", CALL, "--json"), ("export",)):
        assert not re.search(r"\d{11,}", hotline(*words).output)


@pytest.mark.usefixtures("a_call")
def test_purge_deletes_old_calls_only(tmp_path: Path) -> None:
    assert "Calls deleted: 0." in hotline("purge", "--older-than", "99999", "--yes").output
    book = CallBook.open(tmp_path / "calls.db", KEY)
    book.begin("ancient", "", START - timedelta(days=4000))
    book.close()
    assert "Calls deleted: 1." in hotline("purge", "--older-than", "3000", "--yes").output
    assert CALL in hotline("list").output


def test_a_book_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "calls.db").write_bytes(b"rubbish" * 1000)
    result = hotline("list")
    assert result.exit_code == 1
    assert "can't be read" in result.output


def test_tail_follows_until_ctrl_c(tmp_path: Path) -> None:
    book = CallBook.open(tmp_path / "calls.db", KEY)
    child = subprocess.Popen(
        [sys.executable, "-m", "agi.cli", "calls", "tail"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # the "&" of a shell ignores it
    )
    assert child.stdout is not None
    assert child.stderr is not None
    assert "Waiting for calls" in child.stderr.readline()
    seen = threading.Event()

    def call_until_seen() -> None:
        for place in range(200):
            book.begin(f"call-{place}", "081234567890", START)
            if seen.wait(0.05):
                return
        child.kill()

    caller = threading.Thread(target=call_until_seen)
    caller.start()
    line = child.stdout.readline()
    seen.set()
    caller.join()
    assert "call from •••••••••890" in line
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=20)
    assert child.returncode == 0
    assert "Traceback" not in errors
    book.close()
