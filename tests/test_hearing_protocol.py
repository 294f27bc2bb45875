"""The messages of the speech service: each is written and read as it was, and what is none is refused."""

from dataclasses import is_dataclass
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agi.dialogue.question import Answer, Digits, Mode, Options, Question, Result
from agi.dialogue.turn import Said, Voice
from agi.hearing import protocol
from agi.hearing.protocol import LONGEST, Audio, BadMessage, Message, decode, encode

NIK = Question("nik", (), Digits(16, 16), private=True, grammar="nik")
ANSWER = Answer(Result.MATCH, "12", Mode.SPEECH, 0.9, sure=False, alternatives=("21",))
EACH = (
    protocol.Ask(NIK, ("/a", "/b"), hash_is_habit=True),
    protocol.GetState(),
    protocol.Ready("uuid", 4000),
    protocol.Report(ANSWER),
    protocol.Left("#", "12#", hash_is_habit=True),
    protocol.Report(None, "slow"),
    protocol.State(3, 100, 2, 21.5, 40),
    protocol.Begin(1, Question("menu", (), Options("12"), grammar="menu:main")),
    protocol.Audio(1, 5, bytes(range(256)), b""),
    protocol.Finish(1),
    protocol.ListenForRest(1, 4),
    protocol.Close(1),
    protocol.CannotOpen("There is no model."),
    protocol.Alive({1: 300}),
    protocol.Partial(1, Voice(speaking=True, started=False)),
    protocol.Final(1, Said(ANSWER, "12")),
    protocol.Failed(1, "ValueError"),
)


def test_the_examples_are_all_messages_that_there_are() -> None:
    here = {one for one in vars(protocol).values() if is_dataclass(one) and one.__module__ == protocol.__name__}
    assert {type(one) for one in EACH} == here == set(get_args(Message))


@pytest.mark.parametrize("message", EACH, ids=lambda message: type(message).__name__)
def test_a_message_is_read_as_it_was_written(message: Message) -> None:
    assert decode(encode(message)) == message


@given(some.binary(max_size=2000), some.binary(max_size=2000))
def test_sound_is_read_as_it_was_written(heard: bytes, sent: bytes) -> None:
    message = Audio(1, 2, heard, sent)
    assert decode(encode(message)) == message


def test_a_second_of_sound_fits_into_a_packet() -> None:
    assert len(encode(Audio(2**32, 2**63, bytes(16_000), bytes(16_000)))) < LONGEST


@given(some.binary(max_size=300))
def test_what_is_no_message_is_refused(packet: bytes) -> None:
    with pytest.raises(BadMessage):
        decode(packet)


def test_a_refusal_does_not_tell_what_came() -> None:
    with pytest.raises(BadMessage) as refusal:
        decode(encode(protocol.Report(ANSWER)).replace(b"match", b"mtach"))
    assert str(refusal.value) == ""
    assert refusal.value.__cause__ is None
