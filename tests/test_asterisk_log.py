"""What Asterisk logs is kept without numbers and names, in one line each, and no more of it than somebody can read."""

import contextlib
import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from installation import private_environment, settings_of
from test_ops_supervise import until

from agi.ops import asterisk, asterisk_log, configure, ready, supervise
from agi.ops.asterisk_log import AsteriskLog, nameless
from agi.ops.places import run_folder
from agi.ops.supervise import Supervisor
from agi.privacy import visible
from agi.settings import Settings
from agi.workshop.bench.installation import lend_tree

NIK = "3273014501900001"


def printed(text: str, line: int = 7, file: str = "res_pjsip.c", level: str = "WARNING") -> bytes:
    """A line as Asterisk prints it."""
    place = {"filename": file, "function": "f", "line": line}
    message = {"location": place, "level": level, "message": text}
    told = {"timestamp": "2026-11-26T18:00:00.024+0700", "identifiers": {"callid": "C-00000001"}, "logmsg": message}
    return json.dumps(told).encode() + b"\n"


@pytest.fixture
def log(tmp_path: Path) -> AsteriskLog:
    return AsteriskLog(tmp_path / "asterisk.jsonl", max_mb=1, keep=2)


def kept(tmp_path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (tmp_path / "asterisk.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]


def test_a_message_is_kept_with_its_time_level_place_and_channel(log: AsteriskLog, tmp_path: Path) -> None:
    log.take(printed("Contact 10.11.12.13:5060 is unreachable"))
    assert kept(tmp_path) == [
        {
            "timestamp": "2026-11-26T11:00:00.024000+00:00",
            "level": "warning",
            "event": "Contact 10.11.12.13:5060 is unreachable",
            "where": "res_pjsip.c:7",
            "channel": "C-00000001",
        }
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"Call from x to extension '{NIK}' rejected",
        f"INVITE sip:{NIK}@10.0.0.1 refused",
        f"INVITE tel:{''.join(f'%3{digit}' for digit in NIK)} refused",
        "From: 3273 0145 0190 0001",
        "From: 3273-0145-0190-0001",
        "From: 3273.0145.0190.0001",
        "From: +62 812-3456-7890",
        "PIN 123456",
        "From: sip:budi.santoso@10.0.0.1",
        'From: "Budi Santoso" <sip:1234@10.0.0.1>',
        "From: Budi Santoso <sips:1234@10.0.0.1>",
    ],
)
def test_numbers_and_names_are_not_kept(log: AsteriskLog, tmp_path: Path, text: str) -> None:
    log.take(printed(text))
    (entry,) = kept(tmp_path)
    assert "•••" in entry["event"]
    assert not {"Budi", "Santoso"} & set(entry["event"].replace(".", " ").split())
    assert "budi" not in entry["event"]
    assert sum(map(str.isdigit, entry["event"].replace("10.0.0.1", "").replace("62 ", ""))) == 0


def test_a_stranger_cannot_end_the_line_or_move_the_cursor(log: AsteriskLog, tmp_path: Path) -> None:
    log.take(printed("one\x1b[2J\u202ereversed\u2028next\x85next\rhome"))
    log.take(printed("Error in packet:\nINVITE sip:x\r\n[2026-11-26T10:00:00.000] ERROR[1] forged.c: told"))
    first, second = kept(tmp_path)
    assert first["event"] == "one\\x1b[2J\\u202ereversed\\u2028next\\x85next\\rhome"
    assert second["event"] == "Error in packet:"  # what follows is the packet


def test_what_is_no_message_is_kept_as_it_stands_but_masked(log: AsteriskLog, tmp_path: Path) -> None:
    log.take(b"free(): invalid pointer \xff\x1b " + NIK.encode() + b"\n")
    log.take(printed("x" * 9000)[:8000] + b"\n")  # longer than Asterisk's own buffer
    log.take(b'{"logmsg": 3}\n[]\nnull\n')
    whole, cut, *_ = kept(tmp_path)
    assert whole["event"] == "free(): invalid pointer \\xff\\x1b •••"
    assert len(cut["event"]) <= asterisk_log.LONGEST


def test_pieces_of_any_size_make_the_same_lines(log: AsteriskLog, tmp_path: Path) -> None:
    for byte in printed("first") + printed("second"):
        log.take(bytes([byte]))
    assert [entry["event"] for entry in kept(tmp_path)] == ["first", "second"]


def test_a_line_without_an_end_fills_no_memory(log: AsteriskLog) -> None:
    for _ in range(100):
        log.take(b"x" * 65536)
    assert len(log._rest) <= 65536


def test_a_flood_is_counted_instead_of_kept_and_hides_nothing_else(
    log: AsteriskLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4200):
        log.take(printed(f"Malformed packet {number}"))
    log.take(printed("The trunk is down", line=8))
    monkeypatch.setattr(asterisk_log, "WINDOW_S", 0)
    log.turn()
    entries = kept(tmp_path)
    assert len(entries) == asterisk_log.MOST_OF_A_KIND + 2
    assert entries[-2]["event"] == "The trunk is down"
    assert entries[-1] | {"timestamp": ""} == {
        "timestamp": "",
        "level": "notice",
        "event": "… 4,180 more like these in a minute",
        "where": "res_pjsip.c:7",
    }


def test_many_kinds_together_are_bounded_too(log: AsteriskLog, tmp_path: Path) -> None:
    for line in range(1000):
        log.take(printed("x", line))
    assert len(kept(tmp_path)) == asterisk_log.MOST_OF_ALL


def test_the_file_never_grows_over_its_size(log: AsteriskLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asterisk_log, "MOST_OF_A_KIND", 10**9)
    monkeypatch.setattr(asterisk_log, "MOST_OF_ALL", 10**9)
    log.take(printed(": " * 250) * 6000)  # holds nothing that takes long to mask
    files = sorted(tmp_path.glob("asterisk.jsonl*"))
    assert [path.name for path in files] == ["asterisk.jsonl", "asterisk.jsonl.1", "asterisk.jsonl.2"]
    assert all(path.stat().st_size <= 1_000_000 for path in files)


@pytest.mark.parametrize("text", asterisk_log.HUNG_UP)
def test_a_hang_up_during_a_question_is_not_kept(log: AsteriskLog, tmp_path: Path, text: str) -> None:
    log.take(printed(f"{text} PJSIP/tester1-00000001", file="app_audiosocket.c"))
    log.take(printed("told"))
    assert [entry["event"] for entry in kept(tmp_path)] == ["told"]


@pytest.mark.parametrize(
    ("file", "text"),
    [("app_queue.c", "Unable to join queue 'agents'"), ("pjproject", "\t sip_transport.c Error processing packet")],
)
def test_what_nobody_must_act_on_is_no_warning(log: AsteriskLog, tmp_path: Path, file: str, text: str) -> None:
    log.take(printed(text, file=file))
    assert [entry["level"] for entry in kept(tmp_path)] == ["notice"]


def test_a_log_that_cannot_be_written_is_written_again_when_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("logging.raiseExceptions", False)
    folder = tmp_path / "log"
    folder.write_text("in the way")
    log = AsteriskLog(folder / "asterisk.jsonl", 1, 1)
    with contextlib.suppress(OSError):  # as supervisord's part does
        log.take(printed("lost"))
    folder.unlink()
    folder.mkdir()
    log.take(printed("told"))
    assert [entry["event"] for entry in kept(folder)] == ["told"]


@pytest.mark.parametrize(
    ("text", "same"),
    [("10.11.12.13:65535", True), ("res_pjsip.c:12345", True), ("sip:tester1@10.0.0.1", True), ("12345 6", False)],
)
def test_addresses_and_short_numbers_stay(text: str, same: bool) -> None:
    assert (nameless(text) == text) is same


def test_ordinary_text_is_shown_as_it_is() -> None:
    assert visible("Agen “7001” – pukul 07.30") == "Agen “7001” – pukul 07.30"


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Supervisor, Settings]]:
    """supervisord with Asterisk; nothing listens for its calls."""
    environment = private_environment(tmp_path)
    settings = settings_of(environment)
    lend_tree(settings.var)
    program = asterisk.find(settings.var)
    assert program is not None
    configure.write(settings, program)
    monkeypatch.setattr(supervise, "LINE", ("/bin/sleep", "600"))
    supervisor = Supervisor(settings)
    supervisor.start(program, {})
    try:
        until(lambda: program.ask(settings.var, "core waitfullybooted"))
        yield supervisor, settings
    finally:
        supervisor.stop()


def send(settings: Settings, packets: list[bytes]) -> None:
    """Packets of a stranger to the SIP port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for packet in packets:
            stranger.sendto(packet, ("127.0.0.1", settings.telephony.sip_port))


def packet(number: int) -> bytes:
    """An INVITE that Asterisk complains of: To is missing; its body would like to be a line of the log."""
    body = f"\r\n[2026-11-26T10:00:00.000] ERROR[1] forged.c: {NIK}\x1b[2J\n"
    return (
        f"INVITE sip:{NIK}@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{number}\r\n"
        f'From: "Budi Santoso" <sip:081234567890@127.0.0.1>;tag=1\r\nCall-ID: {number}\r\nCSeq: 1 INVITE\r\n'
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def test_packets_of_a_stranger_leave_harmless_lines_and_few(running: tuple[Supervisor, Settings]) -> None:
    supervisor, settings = running
    log = settings.var / "log" / "asterisk.jsonl"
    send(settings, [packet(number) for number in range(300)])
    until(lambda: log.read_text(encoding="utf-8").count("Missing required header") == asterisk_log.MOST_OF_A_KIND)
    for path in (settings.var / "log").rglob("*"):
        if path.is_file():
            left = path.read_bytes()
            assert NIK.encode() not in left and b"Budi" not in left and b"forged" not in left and b"\x1b" not in left
    assert log.stat().st_mode & 0o007 == 0
    until(lambda: supervisor.process("asterisk").running)


def is_stopped(pid: int) -> bool:
    """Whether SIGSTOP holds the process."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def test_asterisk_answers_while_nobody_takes_its_log_and_after_its_taker_died(
    running: tuple[Supervisor, Settings],
) -> None:
    supervisor, settings = running
    watch = supervisor.process("watch").pid
    assert watch is not None
    taker = int((run_folder(settings.var) / "supervisord.pid").read_text())
    port = settings.telephony.sip_port
    os.kill(watch, signal.SIGSTOP)  # it would let a stopped supervisord go on
    os.kill(taker, signal.SIGSTOP)  # the pipe is full after some hundred of these
    try:
        for _ in range(10):
            send(settings, [packet(number) for number in range(200)])
            until(lambda: ready.sip_answers("127.0.0.1", port, limit_s=2.0))
        assert is_stopped(taker)
    finally:
        os.kill(taker, signal.SIGCONT)
        os.kill(watch, signal.SIGCONT)
    os.kill(taker, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{taker}").exists())
    for _ in range(3):
        send(settings, [packet(number) for number in range(200)])
        until(lambda: ready.sip_answers("127.0.0.1", port, limit_s=2.0))
