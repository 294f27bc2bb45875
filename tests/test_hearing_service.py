"""The speech service with a caller on the line: prompt out, sound and keys in, an answer back, the clock kept."""

import os
import signal
import socket
import threading
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from audiosocket_peer import QUIET, LevelRecogniser, Peer, number, spoken
from line_exchange import until
from speech_service import Turn, all_free, clip, serving

from agi.dialogue.question import Answer, Digits, Mode, Options, Question, Result
from agi.hearing import service
from agi.hearing.answers import said
from agi.hearing.audiosocket import Kind, audio, packed
from agi.hearing.client import SpeechClient, Unheard
from agi.hearing.protocol import KIND, Ask, CannotListen, Left, Ready, Report, decode, encode
from agi.hearing.service import SpeechService
from agi.hearing.worker_process import MOST_UNSENT

MENU = Question("menu", (), Options("123"), first_key_ms=2000, grammar="menu:main")
NIK = Question("nik", (), Digits(4, 4), first_key_ms=2000, between_keys_ms=1000, grammar="nik")


def worker_pid(service: SpeechService) -> int:
    assert service.worker._process is not None
    return service.worker._process.pid


def answer_of(report: Report | None) -> Answer:
    assert report is not None
    assert report.answer is not None
    return report.answer


def test_the_prompt_comes_whole_in_order_and_on_the_beat(tmp_path: Path) -> None:
    with serving(tmp_path) as (service, client):
        turn = Turn(client, MENU, clip(tmp_path, 3000))
        peer = turn.connect()
        peer.speak([QUIET] * 160)
        peer.key("1")
        peer.wait()
        turn.over()
        heard = peer.heard()
        assert [int.from_bytes(sound[:2], "little") for _, sound in heard] == list(range(1, 151))
        gaps = [later - earlier for (earlier, _), (later, _) in pairwise(heard)]
        # A busy machine holds a frame up here and there, and the beat goes on: some two seconds are undisturbed.
        assert min(abs(heard[at + 100][0] - heard[at][0] - 2.0) for at in range(50)) < 0.02
        assert sorted(gaps)[len(gaps) // 2] == pytest.approx(0.02, abs=0.002)
        assert service.lateness.frames == 150


def test_speech_stops_the_prompt_and_is_heard_from_its_first_frame(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, client):
        turn = Turn(client, MENU, clip(tmp_path, 5000))
        peer = turn.connect()
        begun = peer.speak([*[QUIET] * 20, *spoken(2), *[QUIET] * 20])
        peer.wait()
        answer = answer_of(turn.over())
        assert (answer.result, answer.value, answer.mode) == (Result.MATCH, "2", Mode.SPEECH)
        assert peer.heard()[-1][0] - begun < 2.0, "the prompt went on for its five seconds"


def test_a_key_stops_the_prompt_at_the_next_frame(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, client):
        turn = Turn(client, Question("nik", (), Digits(2, 2), grammar="nik"), clip(tmp_path, 5000))
        peer = turn.connect()
        peer.speak([QUIET] * 10)
        pressed = time.monotonic()
        peer.key("1")
        peer.speak([QUIET] * 40)
        assert peer.heard()[-1][0] - pressed < 0.5
        peer.key("2")
        peer.wait()
        assert answer_of(turn.over()).value == "12"


def test_half_keyed_half_spoken(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, client):
        turn = Turn(client, NIK)
        peer = turn.connect()
        peer.key("12")
        peer.speak([*[QUIET] * 5, *number("34"), *[QUIET] * 20])
        peer.wait()
        answer = answer_of(turn.over())
        assert (answer.result, answer.value, answer.mode) == (Result.MATCH, "1234", Mode.SPEECH)


def test_keys_beyond_the_answer_are_left(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, client):
        turn = Turn(client, MENU)
        peer = turn.connect()
        peer.send(b"".join(packed(Kind.KEY, key.encode()) for key in "127#"))  # at once: the call is left after the 1
        assert answer_of(turn.over()).value == "1"
        assert turn.left == Left("27#", "127#", hash_is_habit=True)


class Talk:
    """A call whose turns come one after another."""

    def __init__(self, client: SpeechClient, first: Ask) -> None:
        self._never, self._other = socket.socketpair()
        self.call = client.open(first)

    def __enter__(self) -> "Talk":
        return self

    def __exit__(self, *_: object) -> None:
        self.call.leave()
        self._never.close()
        self._other.close()

    def report(self) -> Report:
        report = self.call.report(self._never.fileno(), 20)
        assert report is not None
        return report

    def ask(self, ask: Ask) -> Report:
        assert self.call.ask(ask)
        return self.report()


def test_keys_pressed_between_two_turns_answer_the_next(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, client), Talk(client, Ask(MENU, ())) as talk:
        peer = Peer(talk.call.port, talk.call.uuid)
        peer.key("112")
        assert answer_of(talk.report()).value == "1"
        peer.key("34")
        assert answer_of(talk.ask(Ask(NIK, (str(clip(tmp_path, 5000)),)))).value == "1234"
        assert talk.call.leave() == Left("", "11234", hash_is_habit=True)
        played = [sound for _, sound in peer.heard() if sound != QUIET]
        assert not played, "a prompt that was answered before it began was played"


def test_a_key_cuts_an_announcement_short_and_answers_the_question_after_it(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, client), Talk(client, Ask(None, (str(clip(tmp_path, 5000)),))) as talk:
        peer = Peer(talk.call.port, talk.call.uuid)
        peer.speak([QUIET] * 5)
        peer.key("2")
        assert talk.report() == Report(None)
        assert 0 < len(peer.heard()) < 200
        assert answer_of(talk.ask(Ask(MENU, ()))).value == "2"


def test_an_announcement_without_barge_in_is_heard_whole_and_its_keys_are_void(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, client), Talk(client, Ask(None, (str(clip(tmp_path, 400)),), barge_in=False)) as talk:
        peer = Peer(talk.call.port, talk.call.uuid)
        peer.speak([QUIET] * 3)
        peer.key("2")
        assert talk.report() == Report(None)
        until("it is heard whole", lambda: len(peer.heard()) == 20)
        assert talk.call.leave() == Left("", "2", hash_is_habit=False)


def test_keys_given_with_the_call_count_first(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, client):
        turn = Turn(client, NIK, keys="12")
        peer = turn.connect()
        peer.key("34")
        assert answer_of(turn.over()).value == "1234"


def test_a_caller_who_hangs_up_between_two_turns_is_gone(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, client), Talk(client, Ask(MENU, ())) as talk:
        peer = Peer(talk.call.port, talk.call.uuid)
        peer.key("1")
        talk.report()
        peer.hang_up()
        until("it is told", lambda: not talk.call.ask(Ask(MENU, ())))


def test_a_call_that_is_full_for_one_question_may_be_told_something(tmp_path: Path) -> None:
    with serving(tmp_path, limit=0) as (_, client), Talk(client, Ask(None, ())) as talk:
        Peer(talk.call.port, talk.call.uuid)
        assert talk.report() == Report(None)
        assert talk.ask(Ask(MENU, ())) == Report(None, "full")
        assert talk.ask(Ask(None, ())) == Report(None)


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


def test_slow_recognition_gives_the_turn_up(tmp_path: Path) -> None:
    with serving(tmp_path, "audiosocket_peer:Hanging", slow_ms=300) as (_, client):
        turn = Turn(client, MENU)
        peer = turn.connect()
        peer.speak([QUIET] * 100)
        peer.wait()
        report = turn.over()
        assert report is not None
        assert report.fell_back == "slow"


def test_recognition_that_hangs_never_delays_the_prompt(tmp_path: Path) -> None:
    with serving(tmp_path, "audiosocket_peer:Hanging", slow_ms=10_000) as (_, client):
        turn = Turn(client, MENU, clip(tmp_path, 1000))
        peer = turn.connect()
        peer.speak([QUIET] * 60)
        until("the whole prompt", lambda: len(peer.heard()) == 50)
        peer.key("1")
        peer.wait()
        assert answer_of(turn.over()).value == "1"


def test_a_recogniser_that_fails_is_a_turn_for_the_keypad(tmp_path: Path) -> None:
    with serving(tmp_path, "audiosocket_peer:Failing") as (_, client):
        turn = Turn(client, MENU)
        peer = turn.connect()
        peer.speak([QUIET] * 20)
        peer.wait()
        report = turn.over()
        assert report is not None
        assert report.fell_back == "dead"


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


def test_the_socket_is_its_owners_only(tmp_path: Path) -> None:
    with serving(tmp_path):
        assert (tmp_path / "speech.sock").stat().st_mode & 0o077 == 0


def test_twenty_callers_speak_at_once_and_each_is_understood(tmp_path: Path) -> None:
    with serving(tmp_path) as (service, client):
        prompt = clip(tmp_path, 2000)
        turns = [Turn(client, MENU, prompt) for _ in range(20)]
        peers = [turn.connect() for turn in turns]
        talkers = [
            threading.Thread(target=peer.speak, args=([*[QUIET] * (10 + n), *spoken(1 + n % 3), *[QUIET] * 30],))
            for n, peer in enumerate(peers)
        ]
        for talker in talkers:
            talker.start()
        for peer in peers:
            peer.wait()
        assert [answer_of(turn.over()).value for turn in turns] == [str(1 + n % 3) for n in range(20)]
        for talker in talkers:
            talker.join()
        assert all_free(service)


def test_the_stand_in_hears_like_a_recogniser() -> None:
    recogniser = LevelRecogniser(NIK, 0)
    progress = recogniser.feed(b"".join(number("1234")), b"")
    assert progress.started
    assert not progress.ended
    assert said(recogniser.finish(), NIK).digits == "1234"
