"""Who may connect to the speech service, and what happens to those who misbehave: never anything to another call."""

import secrets
import socket
import time
from pathlib import Path
from uuid import uuid4

import pytest
from audiosocket_peer import QUIET, Peer, spoken
from speech_service import Turn, all_free, clip, serving

from agi.dialogue.question import Options, Question, Result
from agi.hearing.audiosocket import Kind, audio, packed
from agi.hearing.service import SpeechService

MENU = Question("menu", (), Options("123"), first_key_ms=5000, grammar="menu:main")


def closed(sock: socket.socket, limit_s: float = 5.0) -> bool:
    """Whether the other side closes within the limit."""
    sock.settimeout(limit_s)
    try:
        while sock.recv(4096):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


def stranger(service: SpeechService) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.acceptor.port), timeout=5)


def test_only_this_machine_can_connect(tmp_path: Path) -> None:
    with serving(tmp_path) as (service, _):
        rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()]
        own = [row[1] for row in rows if row[1].endswith(f":{service.acceptor.port:04X}") and row[3] == "0A"]
        assert own == [f"0100007F:{service.acceptor.port:04X}"]


def test_a_uuid_that_was_never_given_out_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as (service, _), stranger(service) as sock:
        sock.sendall(packed(Kind.UUID, uuid4().bytes))
        assert closed(sock)


def test_a_second_connection_with_a_used_uuid_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    with serving(tmp_path) as (service, client):
        turn = Turn(client, MENU, clip(tmp_path, 200))
        peer = turn.connect()
        peer.speak([QUIET] * 3)
        with stranger(service) as sock:
            sock.sendall(packed(Kind.UUID, bytes.fromhex(turn.uuid.replace("-", ""))))
            assert closed(sock)
        peer.key("2")
        peer.wait()
        report = turn.over()
        assert report is not None
        assert report.answer is not None
        assert report.answer.value == "2"


def test_a_uuid_does_not_come_back_after_its_turn(tmp_path: Path) -> None:
    with serving(tmp_path) as (service, client):
        turn = Turn(client, MENU)
        peer = turn.connect()
        peer.key("1")
        peer.wait()
        turn.over()
        with stranger(service) as sock:
            sock.sendall(packed(Kind.UUID, bytes.fromhex(turn.uuid.replace("-", ""))))
            assert closed(sock)


def test_uuids_cannot_be_guessed_from_earlier_ones(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, client):
        given = set()
        for _ in range(20):
            turn = Turn(client, MENU)
            peer = turn.connect()
            peer.key("1")
            peer.wait()
            turn.over()
            given.add(turn.uuid)
    assert len(given) == 20
    assert {uuid[14] for uuid in given} == {"4"}  # version 4: random (RFC 9562, 5.4)


@pytest.mark.parametrize(
    "junk",
    [
        b"GET / HTTP/1.0\r\n\r\n",
        packed(Kind.AUDIO, bytes(320)),
        packed(Kind.KEY, b"1"),
        packed(Kind.END),
        b"\x10\xff\xff",
    ],
    ids=["http", "audio first", "key first", "end first", "huge"],
)
def test_who_does_not_begin_with_a_uuid_is_let_go(tmp_path: Path, junk: bytes) -> None:
    with serving(tmp_path) as (service, _), stranger(service) as sock:
        sock.sendall(junk)
        assert closed(sock)


def test_who_says_nothing_is_let_go(tmp_path: Path) -> None:
    with serving(tmp_path) as (service, _), stranger(service) as sock:
        assert closed(sock)


def test_who_sends_its_uuid_byte_by_byte_is_served(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, client):
        turn = Turn(client, MENU, clip(tmp_path, 100))
        while not turn.port:
            time.sleep(0.01)
        peer = Peer(turn.port, turn.uuid, say_who=False)
        for byte in packed(Kind.UUID, bytes.fromhex(turn.uuid.replace("-", ""))):
            peer.send(bytes((byte,)))
            time.sleep(0.005)
        peer.key("3")
        peer.wait()
        report = turn.over()
        assert report is not None
        assert report.answer is not None
        assert report.answer.value == "3"


@pytest.mark.parametrize(
    "junk",
    [
        b"\x55\x00\x00",
        b"\x10\xff\xff",
        packed(Kind.KEY, b"x"),
        packed(Kind.UUID, uuid4().bytes),
        packed(Kind.ERROR, b"\1"),
    ],
    ids=["wrong kind", "huge", "no key", "uuid again", "error"],
)
def test_a_call_that_breaks_the_protocol_falls_back_to_keys(tmp_path: Path, junk: bytes) -> None:
    with serving(tmp_path) as (service, client):
        turn = Turn(client, MENU, clip(tmp_path, 2000))
        peer = turn.connect()
        peer.speak([QUIET] * 5)
        peer.send(junk)
        peer.wait()
        report = turn.over()
        assert report is not None
        assert report.answer is None
        assert report.fell_back == "gone"
        assert all_free(service)


def test_a_silent_caller_is_asked_and_not_waited_for_for_ever(tmp_path: Path) -> None:
    """A telephone that sends no sound at all, not even silence."""
    with serving(tmp_path) as (_, client):
        turn = Turn(client, Question("q", (), Options("1"), first_key_ms=500, grammar="yesno"), clip(tmp_path, 200))
        peer = turn.connect()
        peer.wait(3)
        report = turn.over()
        assert report is not None
        assert report.answer is not None
        assert report.answer.result is Result.NO_INPUT
        assert len(peer.heard()) == 10


def test_a_peer_that_does_not_read_costs_only_itself(tmp_path: Path) -> None:
    with serving(tmp_path) as (service, client):
        deaf = Turn(client, MENU, *[clip(tmp_path, 20_000, "long")] * 60)
        assert deaf._ready.wait(30)
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sock.connect(("127.0.0.1", deaf.port))
        sock.sendall(packed(Kind.UUID, bytes.fromhex(deaf.uuid.replace("-", ""))))
        turn = Turn(client, MENU, clip(tmp_path, 1000))
        peer = turn.connect()
        peer.speak([QUIET] * 60)
        peer.key("1")
        peer.wait()
        assert len(peer.heard()) == 50
        assert turn.over() is not None
        sock.close()
        deaf.over()
        assert service.lateness.frames > 50


def test_a_thousand_random_bytes_from_a_hundred_strangers_disturb_nobody(tmp_path: Path) -> None:
    with serving(tmp_path) as (service, client):
        turn = Turn(client, MENU, clip(tmp_path, 1000))
        peer = turn.connect()
        strangers = [stranger(service) for _ in range(100)]
        for sock in strangers:
            try:
                sock.sendall(secrets.token_bytes(1000))
            except ConnectionError:
                continue
        peer.speak([*[QUIET] * 10, *spoken(2), *[QUIET] * 20])
        peer.wait()
        report = turn.over()
        assert report is not None
        assert report.answer is not None
        assert report.answer.value == "2"
        for sock in strangers:
            assert closed(sock)
            sock.close()


def test_sound_that_comes_in_large_pieces_is_heard_whole(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, client):
        turn = Turn(client, MENU)
        peer = turn.connect()
        peer.send(audio(b"".join(spoken(3))) + audio(b"".join([QUIET] * 20)))
        peer.wait()
        report = turn.over()
        assert report is not None
        assert report.answer is not None
        assert report.answer.value == "3"
