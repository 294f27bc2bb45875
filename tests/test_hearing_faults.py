"""The speech service in trouble: full, dead, slow, broken. The caller goes on by keys, the place comes back."""

import os
import signal
import socket
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from audiosocket_peer import QUIET, Peer, spoken
from line_exchange import until
from speech_service import MENU, Turn, all_free, answer_of, clip, serving

from agi.hearing import service
from agi.hearing.audiosocket import audio
from agi.hearing.client import SpeechClient, Unheard
from agi.hearing.protocol import KIND, Ask, CannotListen, Ready, decode, encode
from agi.hearing.service import SpeechService
from agi.hearing.worker_process import MOST_UNSENT


def worker_pid(service: SpeechService) -> int:
    assert service.worker._process is not None
    return service.worker._process.pid


def test_one_turn_more_than_the_limit_is_refused_and_the_place_comes_back(tmp_path: Path) -> None:
    with serving(tmp_path, limit=1) as (_, client):
        assert client.state().free
        first = Turn(client, MENU)
        peer = first.connect()
        assert not client.state().free
        assert Turn(client, MENU).refused() == "full"
        peer.key("1")
        peer.wait()
        first.over()
        assert client.state().free


def test_a_caller_who_hangs_up_frees_the_place(tmp_path: Path) -> None:
    with serving(tmp_path, limit=1) as (service, client):
        turn = Turn(client, MENU)
        peer = turn.connect()
        peer.speak([QUIET] * 3)
        peer.hang_up()
        report = turn.over()
        assert report is not None
        assert (report.answer, report.fell_back) == (None, "gone")
        assert all_free(service, 1)


def test_a_line_that_dies_gives_the_call_back_at_once(tmp_path: Path) -> None:
    with serving(tmp_path) as (service, _):
        line = socket.socket(socket.AF_UNIX, KIND)
        line.connect(str(tmp_path / "speech.sock"))
        line.sendall(encode(Ask(MENU, (str(clip(tmp_path, 5000)),))))
        ready = decode(line.recv(4096))
        assert isinstance(ready, Ready)
        peer = Peer(ready.port, ready.uuid)
        peer.speak([QUIET] * 3)
        line.close()
        peer.wait(1)
        assert all_free(service)


def test_a_call_that_never_comes_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    with serving(tmp_path, limit=1) as (service, client):
        turn = Turn(client, MENU)
        assert turn._ready.wait(30)
        assert turn.lost() == "gone"
        assert all_free(service, 1)


def test_without_a_service_nothing_is_heard_and_nothing_is_waited_for(tmp_path: Path) -> None:
    client = SpeechClient(tmp_path / "speech.sock")
    with pytest.raises(Unheard):
        client.state()
    with pytest.raises(Unheard) as trouble:
        client.open(Ask(MENU, ()))
    assert trouble.value.why == "dead"


def test_a_service_that_accepts_and_says_nothing_is_given_up(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, KIND) as mute:
        mute.bind(str(tmp_path / "speech.sock"))
        mute.listen()
        with pytest.raises(Unheard):
            SpeechClient(tmp_path / "speech.sock", limit_s=0.3).open(Ask(MENU, ()))


def test_a_service_that_is_stopped_in_the_middle_gives_every_call_back(tmp_path: Path) -> None:
    with serving(tmp_path) as (service, client):
        turn = Turn(client, MENU, clip(tmp_path, 5000))
        peer = turn.connect()
        peer.speak([QUIET] * 5)
        service.stop()
        peer.wait(2)
        assert turn.lost() == "gone"


def test_a_service_with_a_fault_of_its_own_gives_every_call_back_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(clips: Sequence[str]) -> bytes:
        raise ZeroDivisionError

    faults: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda fault: faults.append(fault.exc_type))
    with serving(tmp_path) as (_, client):
        turn = Turn(client, MENU, clip(tmp_path, 5000))
        peer = turn.connect()
        monkeypatch.setattr(service, "joined", broken)
        assert Turn(client, MENU).refused() == "dead"
        peer.wait(2)
        assert turn.lost() == "gone"
        until("the thread has ended", lambda: faults == [ZeroDivisionError])


def test_a_missing_clip_is_a_turn_for_the_keypad(tmp_path: Path) -> None:
    with serving(tmp_path) as (service, client):
        assert Turn(client, MENU, tmp_path / "missing").refused() == "dead"
        assert all_free(service)


@pytest.mark.parametrize(("listener", "why"), [("Hanging", "slow"), ("Failing", "dead")])
def test_a_recogniser_that_is_slow_or_fails_gives_the_turn_to_the_keypad(
    tmp_path: Path, listener: str, why: str
) -> None:
    with serving(tmp_path, f"audiosocket_peer:{listener}", slow_ms=300) as (_, client):
        turn = Turn(client, MENU)
        peer = turn.connect()
        peer.speak([QUIET] * 100)
        peer.wait()
        report = turn.over()
        assert report is not None
        assert report.fell_back == why


def test_recognition_that_hangs_never_delays_the_prompt(tmp_path: Path) -> None:
    with serving(tmp_path, "audiosocket_peer:Hanging", slow_ms=10_000) as (_, client):
        turn = Turn(client, MENU, clip(tmp_path, 1000))
        peer = turn.connect()
        peer.speak([QUIET] * 60)
        until("the whole prompt", lambda: len(peer.heard()) == 50)
        peer.key("1")
        peer.wait()
        assert answer_of(turn.over()).value == "1"


def test_a_question_whose_words_were_not_built_is_one_for_the_keypad(tmp_path: Path) -> None:
    with serving(tmp_path, "audiosocket_peer:Ignorant") as (_, client):
        for _ in range(30):  # the refusal may come before the turn has begun: the service outlives that too
            turn = Turn(client, MENU)
            assert turn.lost() == "dead"


def test_a_recognising_process_that_is_killed_costs_one_question_and_comes_back(tmp_path: Path) -> None:
    with serving(tmp_path) as (service, client):
        turn = Turn(client, MENU, clip(tmp_path, 5000))
        peer = turn.connect()
        peer.speak([QUIET] * 5)
        os.kill(worker_pid(service), signal.SIGKILL)
        peer.wait(2)
        report = turn.over()
        assert report is not None
        assert report.fell_back == "dead"
        assert not client.state().free
        assert Turn(client, MENU).refused() == "dead"
        assert all_free(service, limit_s=10)
        again = Turn(client, MENU)
        peer = again.connect()
        peer.speak([*[QUIET] * 5, *spoken(2), *[QUIET] * 20])
        peer.wait()
        assert answer_of(again.over()).value == "2"


def test_a_worker_that_takes_no_more_loses_sound_and_nothing_else(tmp_path: Path) -> None:
    with serving(tmp_path, slow_ms=60_000) as (service, client):
        os.kill(worker_pid(service), signal.SIGSTOP)
        fills = Turn(client, MENU)
        filler = fills.connect()
        filler.send(audio(QUIET) * 1000)  # more than the socket holds
        filler.key("1")
        filler.wait()
        fills.over()
        waits, talks = Turn(client, MENU), Turn(client, MENU)
        waiter, talker = waits.connect(), talks.connect()
        for _ in range(MOST_UNSENT // 50):
            talker.send(audio(QUIET) * 50)
        talker.wait()
        report = talks.over()
        assert report is not None
        assert report.fell_back == "slow", "half of what a caller said is no answer"
        os.kill(worker_pid(service), signal.SIGCONT)
        waiter.speak([*[QUIET] * 5, *spoken(2), *[QUIET] * 20])
        waiter.wait()
        assert answer_of(waits.over()).value == "2"
        assert all_free(service)


def test_a_service_that_cannot_hear_at_all_says_so(tmp_path: Path) -> None:
    with pytest.raises(CannotListen, match="no model"), serving(tmp_path, "audiosocket_peer:Absent"):
        pytest.fail("it must not start")


@pytest.mark.parametrize(
    "junk", [b"{}", b"", b"\xff\xfe", b'Ask {"question": 1}', b"Nothing {}", b"x" * 130_000, encode(Ready("", 1))]
)
def test_who_asks_nothing_that_can_be_asked_is_let_go(tmp_path: Path, junk: bytes) -> None:
    with serving(tmp_path) as (service, client):
        line = socket.socket(socket.AF_UNIX, KIND)
        line.connect(str(tmp_path / "speech.sock"))
        line.settimeout(5)
        line.send(junk)
        assert line.recv(100) == b""
        line.close()
        assert client.state().free
        assert all_free(service)
