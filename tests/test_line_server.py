"""The FastAGI service: bounded, patient with nobody who does not speak, and stopped without harm."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from line_fake import HEADERS

from agi.line.channel import Channel
from agi.line.server import Answer, Server


def until(true: Callable[[], object], limit_s: float = 5.0) -> None:
    deadline = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@contextlib.contextmanager
def serving(answer: Answer, *, most: int = 3, grace_s: float = 1.0, header_limit_s: float = 5.0) -> Iterator[Server]:
    server = Server(0, most, answer, grace_s=grace_s, header_limit_s=header_limit_s)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(10)
        assert not thread.is_alive()


def connect(server: Server, data: bytes = HEADERS) -> socket.socket:
    peer = socket.create_connection(("127.0.0.1", server.port), timeout=5)
    peer.sendall(data)
    return peer


def is_closed(peer: socket.socket) -> bool:
    """Wait until the far end closes (True), or until something comes (False)."""
    try:
        return peer.recv(1) == b""
    except ConnectionResetError:
        return True


def ask_one(channel: Channel, _cut: Callable[[], bool]) -> None:
    channel.set_variable("A", channel.get_variable("B"))


def test_calls_are_talked_with_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=5)
    with serving(lambda channel, cut: (together.wait(), None)[1]) as server:
        peers = [connect(server) for _ in range(3)]
        assert all(is_closed(peer) for peer in peers)
    assert not together.broken


def test_one_call_too_many_is_closed_at_once_and_the_others_go_on() -> None:
    with serving(ask_one, most=2) as server:
        first, second = connect(server), connect(server)
        assert first.recv(100).startswith(b"GET VARIABLE")
        assert second.recv(100).startswith(b"GET VARIABLE")
        begun = time.monotonic()
        assert is_closed(connect(server))
        assert time.monotonic() - begun < 2
        first.sendall(b"200 result=1 (x)\n")
        assert first.recv(100) == b'SET VARIABLE "A" "x"\n'
        first.close()
        until(lambda: len(server._connections) == 1)
        third = connect(server)
        assert third.recv(100).startswith(b"GET VARIABLE")
        for peer in (second, third):
            peer.close()


@pytest.mark.parametrize("said", [b"", b"agi_network: yes\n", b"GET / HTTP/1.1\r\n"])
def test_a_peer_that_does_not_speak_agi_is_let_go(said: bytes) -> None:
    with serving(ask_one, header_limit_s=0.3) as server:
        begun = time.monotonic()
        assert is_closed(connect(server, said))
        assert time.monotonic() - begun < 2


def test_a_fault_in_one_call_ends_that_call_only() -> None:
    def answer(channel: Channel, cut: Callable[[], bool]) -> None:
        if channel.env["agi_callerid"] == "1":
            raise KeyError("boom")
        ask_one(channel, cut)

    with serving(answer) as server:
        good = connect(server)
        assert good.recv(100).startswith(b"GET VARIABLE")
        assert is_closed(connect(server, HEADERS.replace(b"0215550100", b"1")))
        good.sendall(b"200 result=1 (x)\n")
        assert good.recv(100) == b'SET VARIABLE "A" "x"\n'
        good.close()


def test_a_stop_refuses_new_calls_at_once_and_lets_one_in_progress_finish() -> None:
    with serving(ask_one, grace_s=5.0) as server:
        peer = connect(server)
        assert peer.recv(100).startswith(b"GET VARIABLE")
        server.stop()
        until(lambda: _refused(server.port))
        peer.sendall(b"200 result=1 (x)\n")
        assert peer.recv(100) == b'SET VARIABLE "A" "x"\n'
        peer.sendall(b"200 result=1\n")
        assert is_closed(peer)


def test_after_the_grace_what_is_left_is_cut_and_knows_it() -> None:
    told: list[bool] = []

    def answer(channel: Channel, cut: Callable[[], bool]) -> None:
        with contextlib.suppress(Exception):
            channel.wait_for_digit(60_000)
        told.append(cut())

    with serving(answer, grace_s=0.1) as server:
        peer = connect(server)
        assert peer.recv(100).startswith(b"WAIT FOR DIGIT")
        begun = time.monotonic()
        server.stop()
        assert is_closed(peer)
    assert time.monotonic() - begun < 2
    assert told == [True]


def test_a_stop_without_calls_is_immediate_and_may_come_twice() -> None:
    with serving(ask_one, grace_s=60) as server:
        server.stop()
        server.stop()
    server.stop()


def test_nothing_is_left_open_after_many_calls() -> None:
    with serving(lambda channel, cut: None, most=50) as server:
        for _ in range(200):
            peer = connect(server)
            assert is_closed(peer)
            peer.close()
        until(lambda: not server._connections)
        assert threading.active_count() < 50


def _refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except ConnectionRefusedError:
        return True
    return False
