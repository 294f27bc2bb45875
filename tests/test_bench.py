"""Benchmarks count the right things, and say what is missing instead of measuring nothing."""

import json
import os
import socket
import sys
import threading
import time
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path

import pytest
from click.testing import CliRunner

from agi.books.events import Answered, Asked, Noted, NoteKind
from agi.cli import main
from agi.dialogue.menu import Menu
from agi.dialogue.question import Mode, Result
from agi.settings import ROOT, Settings
from agi.settings.tables import Places
from agi.workshop.bench import answer, caller, keys, times
from agi.workshop.bench.caller import Load, NoSipp, Target
from agi.workshop.bench.calls import per_call
from agi.workshop.bench.processes import cpu_ms
from agi.workshop.bench.telephones import telephones
from agi.workshop.figures import percentile, table
from agi.workshop.softphone import rtp

LOAD = Load("1500537", calls=3, rate=1, callers=("112", "113"), media_port=24200, port_each=True, pauses_ms=(6000,))
TARGET = Target("127.0.0.1", 5060, "tester1", "secret")
# Written by sipp 3.6.1 (-trace_shortmsg): two keys of call 1, one of call 2, an answer in between.
MESSAGES = """\
2026-11-24\t06:58:19.843083\t1795503499.843083\tS\t1-12004@127.0.0.1\tCSeq:3 INFO\tINFO sip:127.0.0.1:5500 SIP/2.0
2026-11-24\t06:58:19.843597\t1795503499.843597\tR\t1-12004@127.0.0.1\tCSeq:3 INFO\tSIP/2.0 200 OK
2026-11-24\t06:58:19.946717\t1795503499.946717\tS\t1-12004@127.0.0.1\tCSeq:4 INFO\tINFO sip:127.0.0.1:5500 SIP/2.0
2026-11-24\t06:58:20.038500\t1795503500.038500\tS\t2-12004@127.0.0.1\tCSeq:3 INFO\tINFO sip:127.0.0.1:5500 SIP/2.0
2026-11-24\t06:58:20.038600\t1795503500.038600\tS\t2-12004@127.0.0.1\tCSeq:4 BYE\tBYE sip:127.0.0.1:5500 SIP/2.0
"""

pytest_plugins = ["office_fixtures"]


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([7.0], 0.99) == 7.0


def test_a_table_is_markdown_with_aligned_columns() -> None:
    assert table(("a", "bb"), [("1", "2"), ("333", "4")]).splitlines() == [
        "| a   | bb |",
        "| --- | -- |",
        "| 1   | 2  |",
        "| 333 | 4  |",
    ]


def test_pages_are_measured_as_their_own_process_serves_them() -> None:
    words = ("--calls", "20", "--people", "2", "--rounds", "1", "--pause", "0", "--json")
    result = CliRunner().invoke(main, ["bench", "pages", *words])
    assert result.exit_code == 0, result.output
    figures = json.loads(result.output)
    assert {one["page"] for one in figures} >= {"Hari ini", "30 hari", "Panggilan", "by a number", "one call"}
    assert {one["asked"] for one in figures} == {2}


def test_books_are_measured_on_true_answers() -> None:
    result = CliRunner().invoke(main, ["bench", "books", "--rows", "2000"])
    assert result.exit_code == 0, result.output
    assert "2,000" in result.output
    assert "40,000 events" in result.output


def test_figures_come_as_json_too() -> None:
    result = CliRunner().invoke(main, ["bench", "books", "--rows", "2000", "--json"])
    (figures,) = json.loads(result.stdout)
    assert figures["residents"] == 2000


def test_the_caller_whose_waits_are_reckoned_goes_the_way_of_the_menu() -> None:
    menu = Menu.load(ROOT / "prompts" / "menu.toml")
    assert times.way(menu, "nik_check") == ["1"]
    assert times.way(menu, "requirements_ktp_lost") == ["3", "2", "2"]
    assert times.way(menu, "") == [""]
    assert times.wish(menu, "requirements_ktp_lost") == ["requirements_ktp_lost"]
    assert times.wish(menu, "status_by_person") == ["status_by_person"]
    assert times.wish(menu, "problems") == ["4", "4"]
    assert {one.place for one in times.COMMONEST} - {""} <= menu.nodes.keys()


@pytest.fixture
def found(tmp_path: Path, patient_books: None) -> times.Times:
    """The waits where every prompt lasts a second."""

    class Clips:
        """Every prompt is one clip."""

        def clips(self, key: str, places: object) -> list[Path]:
            return [Path(key)]

    settings = Settings(places=Places(data=tmp_path, var=tmp_path))
    menu = Menu.load(ROOT / "prompts" / "menu.toml")
    return times.measure(settings, menu, Clips(), tmp_path, lasts_s=lambda _: 1.0)  # type: ignore[arg-type]


def test_each_of_the_ten_commonest_questions_ends_in_an_answer_or_a_ticket(found: times.Times) -> None:
    ends = {wait.question: wait.end for wait in found.waits}
    assert len(ends) == len(times.COMMONEST) == 11
    assert [question for question, end in ends.items() if end is times.End.AGENT] == ["petugas"]
    assert [question for question, end in ends.items() if end is times.End.TICKET] == [
        "NIK tidak ditemukan di BPJS", "data ganda, ditolak bank", "pengaduan",
    ]  # fmt: skip


def test_the_table_in_the_readme_has_the_questions_and_ends_of_the_command(found: times.Times) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    begin = next(at for at, line in enumerate(readme) if line.startswith("| ") and cells(line) == [*times.HEAD])
    rows = [cells(line) for line in takewhile(lambda line: line.startswith("|"), readme[begin + 2 :])]
    assert [row[:2] for row in rows[:-1]] == [[wait.question, str(wait.end)] for wait in found.waits]
    assert all(second.isdigit() for row in rows for second in row[2:])


def cells(line: str) -> list[str]:
    return [one.strip() for one in line.strip("| ").split("|")]


def test_waits_are_those_of_the_conversation(found: times.Times) -> None:
    waits = {wait.question: wait for wait in found.waits}
    key, more = times.KEY_S, times.NEXT_KEY_S
    assert waits["pindah"].keys_s == pytest.approx(1 + 3 * (1 + key))  # welcome; three menus and their keys
    assert waits["NIK terdaftar? KTP sudah jadi?"].keys_s == pytest.approx(1 + 3 * (1 + key) + (15 + 9) * more)
    assert waits["petugas"].voice_s == pytest.approx(1 + 1 + times.SPEAK_S + times.WORDS_S + times.ENDPOINT_S)
    assert found.silent_s == pytest.approx(1 + 2 + 7 + 2 + 7 + 2)


def test_every_call_has_its_keys_and_a_port_of_its_own() -> None:
    assert caller._callers(LOAD) == ["24200;1;1;2", "24204;1;1;3", "24208;1;1;2"]
    scenario = caller._scenario(TARGET, LOAD)
    assert "@" not in scenario.replace("@[", "").replace("sip:[service]@", "")
    assert scenario.count("application/dtmf-relay") == 3
    assert scenario.index('milliseconds="6000"') < scenario.index("Signal=[field2]")


def test_the_password_stands_in_a_private_file_and_not_among_the_arguments(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "sipp"
    fake.write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/arguments\nexit 1\n')
    fake.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(NoSipp):
        caller.run(TARGET, LOAD, tmp_path)
    assert TARGET.password not in (tmp_path / "arguments").read_text()
    scenario = tmp_path / "scenario.xml"
    assert f"[authentication username=tester1 password={TARGET.password}]" in scenario.read_text()
    assert scenario.stat().st_mode & 0o077 == 0


def test_without_sipp_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoSipp, match="apt-get install sip-tester"):
        caller.run(TARGET, LOAD, tmp_path)


def test_the_keys_that_were_sent_are_read_call_by_call(tmp_path: Path) -> None:
    path = tmp_path / "messages.log"
    path.write_text(MESSAGES)
    assert answer._keys_sent(path) == {1: [1795503499.843083, 1795503499.946717], 2: [1795503500.0385]}


def test_a_wait_is_counted_only_from_silence() -> None:
    assert answer._wait([1.0, 1.02, 2.5], 2.0) == pytest.approx(500)
    assert answer._wait([1.0, 1.98, 2.02], 2.0) is None, "the prompt before it was still playing"
    assert answer._wait([1.0], 2.0) is None, "nothing was heard afterwards"


def test_audio_is_heard_on_the_port_of_its_call() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        first = sock.getsockname()[1]
    load = Load("", 1, 1, ("1",), first, port_each=True)
    with telephones(load, ((),), 0.0) as (telephone,), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        before = time.time()
        sender.sendto(rtp.Sender(1).audio(), ("127.0.0.1", first))
        arrived = threading.Event()
        while not telephone.arrivals and time.time() < before + 5:
            arrived.wait(0.01)
    assert before <= telephone.arrivals[0] <= time.time()


def test_a_call_of_its_own_process_is_answered_on_the_line_that_it_came_on() -> None:
    """Asterisk is confined and starts no program: the bench starts the process, and counts its time."""
    command = [sys.executable, "-c", "print(input().upper(), sum(range(10**6)) > 0)"]
    with per_call(command, dict(os.environ)) as server, socket.create_connection(server.server_address) as call:
        call.sendall(b"agi_network: yes\n")
        assert call.makefile().read() == "AGI_NETWORK: YES True\n"
    (used_ms,) = server.used_ms
    assert used_ms > 1


def asked(question: str, result: Result, mode: str = Mode.KEYS) -> Asked:
    return Asked(at=datetime.now(UTC), question=question, answer=Answered(result, mode))


PROVED = Noted(at=datetime.now(UTC), kind=NoteKind.NIK_CHECKED)


@pytest.mark.parametrize(
    ("more", "came_of"),
    [
        ([asked("kk", Result.MATCH), PROVED, asked("more", Result.HANG_UP)], "right"),
        ([asked("kk", Result.MATCH), asked("more", Result.HANG_UP)], "altered"),
        ([asked("kk", Result.NO_MATCH), asked("kk", Result.HANG_UP)], "lost"),
        ([asked("kk", Result.NO_INPUT, "")], "lost"),
        ([asked("kk", Result.MATCH), asked("more", Result.MATCH)], "doubled"),
    ],
)
def test_a_key_that_was_lost_counted_twice_or_moved_is_seen_in_the_record(more: list[Asked], came_of: str) -> None:
    begun = [asked("main", Result.MATCH), asked("nik", Result.MATCH)]
    assert keys._came_of([*begun, *more]) == came_of


def test_cpu_time_of_this_process_grows_with_work() -> None:
    pid = threading.main_thread().native_id
    assert pid is not None
    before = cpu_ms(pid)
    end = time.process_time() + 0.1
    while time.process_time() < end:
        sum(range(1000))
    assert 50 <= cpu_ms(pid) - before <= 2000
