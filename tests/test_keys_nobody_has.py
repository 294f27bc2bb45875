"""Keys A to D (DTMF has them, telephones do not): whoever brings them, they say nothing, and no entry is spoilt."""

from line_fake import channel_with
from scripted_caller import ScriptedKeypad

from agi.dialogue.keypad import KeypadTurns
from agi.dialogue.keys import KeyQueue
from agi.dialogue.question import Answer, Digits, Mode, Options, Question, Result
from agi.hearing.turn import SpokenTurn
from agi.line.channel import Channel
from agi.line.phone import AsteriskPhone

ENTRY = Question("pin", (), Digits(4, 4), grammar="digits")
MENU = Question("menu", (), Options("12"), grammar="menu:main")


class Ear:
    """Hears nothing."""

    def hear(self, sound: bytes, sent: bytes) -> None: ...

    def finish(self) -> None: ...

    def listen_for_rest(self, digits: int) -> None: ...

    def lag_ms(self) -> int:
        return 0


def press(turn: SpokenTurn, keys: KeyQueue, key: str, now_ms: int) -> None:
    keys.put(key)
    turn.pressed(now_ms)


class NoClips:
    def playable(self, key: str, places: object) -> list[object]:
        return []


def answered(channel: Channel, question: Question) -> Answer:
    phone = AsteriskPhone(channel, NoClips(), lambda: 0)  # type: ignore[arg-type]
    return phone.turn(question)


NONE, TAKEN = b"200 result=1 ()\n", b"200 result=1 (A12B34)\n"


def test_an_entry_by_keypad_goes_on_over_them() -> None:
    before = (NONE, NONE, b"200 result=65\n")  # what waits, what waits, WAIT FOR DIGIT
    with channel_with(*before, TAKEN, *[NONE] * 9) as (channel, _):
        assert answered(channel, ENTRY).value == "1234"


def test_they_are_no_sign_that_nobody_collects_keys() -> None:
    """A key that only a command tells of means that HOTLINE_KEYS is not filled here; A to D mean nothing."""
    before = (NONE, NONE, b"200 result=68\n", NONE, b"200 result=49\n")
    with channel_with(*before, TAKEN, *[NONE] * 9) as (channel, _):
        phone = AsteriskPhone(channel, NoClips(), iter(range(0, 100_000, 10)).__next__)  # type: ignore[arg-type]
        assert phone.turn(ENTRY).value == "1234"


def test_a_spoken_turn_is_neither_answered_nor_interrupted_by_them() -> None:
    keys = KeyQueue()
    turn = SpokenTurn(MENU, bytes(3200), Ear(), keys, 0)
    for key in "ABCD":
        press(turn, keys, key, 20)
    assert turn.playing
    assert (turn.answer, len(keys)) == (None, 0)
    press(turn, keys, "2", 40)
    assert turn.answer == Answer(Result.MATCH, "2", Mode.KEYS, took_ms=40)


def test_an_entry_in_a_spoken_turn_goes_on_over_them() -> None:
    keys = KeyQueue()
    spoken = SpokenTurn(ENTRY, b"", Ear(), keys, 0)
    for key in "12A34":
        press(spoken, keys, key, 20)
    assert spoken.answer == Answer(Result.MATCH, "1234", Mode.KEYS, took_ms=20)
    assert not keys


def test_whatever_a_keypad_brings_an_entry_takes_digits_only() -> None:
    assert KeypadTurns(ScriptedKeypad("12A34"), lambda: 0).turn(ENTRY).value == "1234"
