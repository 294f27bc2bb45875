"""The FastAGI service: bounded, patient with nobody who does not speak, and stopped without harm."""

import contextlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import structlog
from line_fake import HEADERS, PROOF

from agi.line.channel import Channel
from agi.line.server import STRANGERS, Answer, Server
from agi.line.shared import LiveCalls
from agi.owner import owner

NOBODY = 65534


def until(true: Callable[[], object], limit_s: float = 30.0) -> None:
    deadline = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@contextlib.contextmanager
def serving(
    answer: Answer,
    *,
    port: int = 0,
    most: int = 3,
    uid: int | None = None,
    grace_s: float = 1.0,
    prove_limit_s: float = 60.0,
) -> Iterator[Server]:
    server = Server(port, most, answer, proof=PROOF, uid=uid, grace_s=grace_s, prove_limit_s=prove_limit_s)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(30)
        assert not thread.is_alive()


def connect(server: Server, data: bytes = HEADERS) -> socket.socket:
    peer = socket.create_connection(("127.0.0.1", server.port), timeout=20)
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
        assert is_closed(connect(server))
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
    with serving(ask_one, prove_limit_s=0.3) as server:
        assert is_closed(connect(server, said))


def test_a_fault_in_one_call_ends_that_call_only() -> None:
    def answer(channel: Channel, cut: Callable[[], bool]) -> None:
        if channel.env["agi_callerid"] == "1":
            raise KeyError("boom")
        ask_one(channel, cut)

    with structlog.testing.capture_logs() as told, serving(answer) as server:
        good = connect(server)
        assert good.recv(100).startswith(b"GET VARIABLE")
        assert is_closed(connect(server, HEADERS.replace(b"0215550100", b"1")))
        good.sendall(b"200 result=1 (x)\n")
        assert good.recv(100) == b'SET VARIABLE "A" "x"\n'
        good.close()
    assert [one["event"] for one in told if one["log_level"] == "error"] == ["line.call_failed"]


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
        server.stop()
        assert is_closed(peer)
    assert told == [True]


def test_a_stop_without_calls_is_immediate_and_may_come_twice() -> None:
    with serving(ask_one, grace_s=60) as server:
        server.stop()
        server.stop()
    server.stop()


def test_nothing_is_left_open_after_many_calls() -> None:
    before = threading.active_count()  # other tests have some too
    with serving(lambda channel, cut: None, most=50) as server:
        for _ in range(200):
            peer = connect(server)
            assert is_closed(peer)
            peer.close()
        until(lambda: not server._connections)
        assert threading.active_count() < before + 50


def _refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except (ConnectionRefusedError, ConnectionResetError):  # reset: it was in the queue when the port was closed
        return True
    return False


def test_who_brings_no_proof_is_let_go_and_is_no_call() -> None:
    answered: list[Channel] = []
    with (
        structlog.testing.capture_logs() as told,
        serving(lambda channel, cut: answered.append(channel)) as server,
    ):
        for wrong in (b"agi_arg_2: guess\n", b"agi_arg_2: \n", "agi_arg_2: prööf\n".encode(), b""):
            assert is_closed(connect(server, HEADERS.replace(b"agi_arg_2: proof\n", wrong)))
        assert is_closed(connect(server))
    assert len(answered) == 1
    assert [one["event"] for one in told if one["log_level"] != "debug"] == 4 * ["line.no_proof"]


def test_a_process_of_another_user_is_let_go_whatever_it_brings() -> None:
    answered: list[Channel] = []
    with serving(lambda channel, cut: answered.append(channel), uid=os.getuid() + 1) as server:
        assert is_closed(connect(server))
    assert answered == []


@pytest.fixture(params=["asked", "its table"])
def kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to learn who owns a connection's far end."""
    if request.param == "its table":
        monkeypatch.setattr("agi.owner._kernel_answers", lambda: False)
        monkeypatch.setattr("agi.owner._told", lambda peer: None)


def test_the_owner_of_the_other_end_is_who_opened_it(kernel: None) -> None:
    user = NOBODY if os.getuid() == 0 else os.getuid()  # only root can be another user too
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connecting = f"exec 3<>/dev/tcp/127.0.0.1/{listener.getsockname()[1]}; read -u 3 -t 10"
        with subprocess.Popen(("bash", "-c", connecting), user=user, cwd="/"):
            far, _ = listener.accept()
            assert owner(far) == user
            far.close()


def test_nobody_owns_an_end_that_was_closed(kernel: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        near = socket.create_connection(listener.getsockname())
        far, _ = listener.accept()
        assert owner(far) == os.getuid()
        near.close()
        assert owner(far) is None  # its uid is said to be root's
        far.close()


def test_idle_and_dripping_connections_keep_no_caller_out() -> None:
    with serving(ask_one, most=1, prove_limit_s=30) as server:
        idle = [connect(server, b"agi_network: yes\n" * (number % 2)) for number in range(STRANGERS + 20)]
        caller = connect(server)
        assert caller.recv(100).startswith(b"GET VARIABLE")
        assert is_closed(idle[0])  # the oldest made room
        for peer in (*idle, caller):
            peer.close()


def test_who_asks_is_told_that_the_line_serves_also_when_it_is_full() -> None:
    with serving(ask_one, most=1) as server:
        caller = connect(server)
        assert caller.recv(100).startswith(b"GET VARIABLE")
        asking = connect(server, b"agi_network_script: ready\nagi_arg_2: proof\n\n")
        assert asking.recv(100) == b"NOOP\n"
        assert is_closed(connect(server, b"agi_network_script: ready\n\n"))
        caller.close()


def test_a_probe_of_the_port_is_nothing_to_act_on() -> None:
    with structlog.testing.capture_logs() as told, serving(ask_one) as server:
        connect(server, b"").close()
        with connect(server) as caller:  # who comes later is let in later
            assert caller.recv(100).startswith(b"GET VARIABLE")
    assert {one["log_level"] for one in told} <= {"debug", "info"}


def test_a_port_that_the_supervisor_holds_is_served_turned_away_and_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        monkeypatch.setattr("os.dup", lambda descriptor: held.dup().detach())
        with serving(ask_one, port=held.getsockname()[1], grace_s=5.0) as server:
            peer = connect(server)
            assert peer.recv(100).startswith(b"GET VARIABLE")
            server.stop()
            assert is_closed(connect(server))  # while a call is being finished
            peer.close()
        waiting = connect(server)  # for the next line
        held.accept()[0].close()
        assert is_closed(waiting)


def test_a_socket_of_another_port_is_not_taken_for_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setattr("os.dup", lambda descriptor: other.dup().detach())
        with serving(ask_one) as server:
            assert server.port != other.getsockname()[1]


def test_a_call_id_that_lives_or_has_been_here_is_refused_but_for_the_way_back() -> None:
    live = LiveCalls()
    assert live.enter("1.1")
    assert not live.enter("1.1")
    assert not live.enter("1.1", back=True)
    live.leave("1.1")
    assert not live.enter("1.1")
    assert live.enter("1.1", back=True)
    assert live.enter("1.2", back=True)  # the line that knew it has died since
