"""The speech service with a caller on the line: prompt out, sound and keys in, an answer back, the clock kept."""

import socket
import threading
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from audiosocket_peer import QUIET, LevelRecogniser, Peer, number, spoken
from line_exchange import until
from speech_service import MENU, NIK, Turn, all_free, answer_of, clip, serving

from agi.dialogue.question import Digits, Mode, Question, Result
from agi.hearing.answers import said
from agi.hearing.audiosocket import Kind, packed
from agi.hearing.client import SpeechClient
from agi.hearing.protocol import Ask, Left, Report


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


def test_who_agrees_before_a_number_was_read_back_is_heard_when_they_agree_afterwards(tmp_path: Path) -> None:
    question = replace(MENU, first_key_ms=9000, consent="1")
    for early, taken in (("1", False), ("2", True)):
        with serving(tmp_path) as (_, client):
            turn = Turn(client, question, clip(tmp_path, 1500, "number"), clip(tmp_path, 3000, "right"), read_back=1)
            peer = turn.connect()
            peer.speak([*[QUIET] * 20, *spoken(early), *[QUIET] * 150, *spoken(1), *[QUIET] * 20])
            peer.wait()
            answer = answer_of(turn.over())
            assert (answer.value, answer.took_ms < 2000) == ("2" if taken else "1", taken)


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
