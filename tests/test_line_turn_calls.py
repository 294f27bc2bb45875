"""Spoken turns through a real Asterisk: keys at the seams between commands and AudioSocket, speech, and its failures.

The callers are Local channels, whose sound is what they play; the service hears by level (audiosocket_peer), so that
these tests need no model. Whole calls with real voices are in tests/calls/spoken.
"""

import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from audiosocket_peer import spoken
from line_exchange import Exchange, until
from sample_office import RESIDENTS, kk_digits, nik

from agi.books.contacts import Contact
from agi.books.events import Asked, Outcome
from agi.books.words import KtpState
from agi.hearing.service import SpeechService
from agi.ops.speech import socket_path

SERIAL = RESIDENTS[KtpState.CARD_ISSUED]
NUMBERS = nik(SERIAL) + kk_digits(SERIAL)
KEYS_AT_ONCE = f"SendDTMF(1{NUMBERS},60,60)"
AT_ONCE = 12


class Office:
    """An exchange with a line, and the speech service in this process."""

    def __init__(self, home: Path) -> None:
        model = home / "model" / "am"
        model.mkdir(parents=True)
        (model / "final.mdl").touch()  # speech is on where there is a model; nobody loads this one
        self.exchange = Exchange(
            home,
            HOTLINE_SPEECH__ENABLED="true",
            HOTLINE_SPEECH__MODEL=str(home / "model"),
            HOTLINE_LINE__MAX_CALLS="60",
        )
        self.sound = home / "sound"
        self.sound.mkdir()
        self.service: SpeechService | None = None

    def says(self, digit: int) -> str:
        """The dialplan application that says `digit`."""
        path = self.sound / f"{digit}"
        with wave.open(f"{path}.wav", "wb") as out:
            out.setparams((1, 2, 8000, 0, "NONE", ""))
            out.writeframes(b"".join(spoken(digit, 20)) + bytes(16_000))
        return f"Playback({path})"

    def listen(self) -> SpeechService:
        """Start the speech service."""
        self.service = SpeechService(
            socket_path(self.exchange.settings.var), "audiosocket_peer:LevelListener", limit=40, slow_ms=1500
        )
        self.service.start()
        return self.service

    def deafen(self) -> None:
        """End it."""
        if self.service is not None:
            self.service.stop()
            self.service = None

    def turns(self, call: Contact) -> list[Asked]:
        """Each turn of `call`."""
        return self.exchange.asked(call.id)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office(tmp_path_factory.mktemp("turns"))
    exchange = made.exchange
    exchange.caller("hurried", "Wait(0.7)", KEYS_AT_ONCE, "Wait(30)")
    exchange.caller("listening", "Wait(4)", KEYS_AT_ONCE, "Wait(30)")
    slowly = [f"SendDTMF({NUMBERS[:7]},120,80)", "Wait(0.4)", f"SendDTMF({NUMBERS[7:16]},80,80)", "Wait(0.7)"]
    slowly += [f"SendDTMF({NUMBERS[16:]},80,80)", "Wait(30)"]
    exchange.caller("slow", "Wait(4)", "SendDTMF(1,100)", "Wait(0.5)", *slowly)
    exchange.caller("speaking", "Wait(4)", made.says(1), "Wait(0.5)", f"SendDTMF({NUMBERS},60,60)", "Wait(30)")
    exchange.caller("leaving", "Wait(4)")
    exchange.caller("patient", "Wait(60)")
    exchange.start()
    exchange.start_line()
    yield made
    made.deafen()
    exchange.close()


@pytest.fixture(autouse=True)
def quiet(office: Office) -> Iterator[None]:
    office.listen()
    before = len(office.exchange.calls())
    yield
    office.exchange.hang_up_all()
    until("all calls are recorded", lambda: len(office.exchange.calls()) > before and not office.exchange.spooled())
    office.deafen()


def served(office: Office, known: set[str], count: int = 1, limit_s: float = 40.0) -> list[Contact]:
    """Calls that were not `known` and have been told their status; waits for `count` of them."""

    def found() -> list[Contact]:
        new = [call for call in office.exchange.calls() if call.id not in known]
        return [call for call in new if any(one.question.endswith("kk") for one in office.turns(call))]

    until(f"{count} callers were told", lambda: len(found()) >= count, limit_s)
    return found()


def known(office: Office) -> set[str]:
    return {call.id for call in office.exchange.calls()}


def test_keys_are_neither_lost_nor_doubled_between_commands_and_audiosocket(office: Office) -> None:
    """Typed ahead in the welcome, in one go over the menu, and slowly with pauses; many callers at once."""
    before = known(office)
    for number in range(AT_ONCE):
        office.exchange.dial(("hurried", "listening", "slow")[number % 3])
    calls = served(office, before, AT_ONCE, 60.0)
    for call in calls:
        turns = office.turns(call)
        assert [one.answer.result for one in turns] == ["match"] * 3, turns
        assert {one.answer.mode for one in turns} == {"keys"}
        assert {one.answer.fell_back for one in turns} == {""}


def test_a_spoken_choice_is_taken_and_the_keys_after_it_too(office: Office) -> None:
    before = known(office)
    office.exchange.dial("speaking")
    (call,) = served(office, before)
    turns = office.turns(call)
    heard = turns[0].answer
    assert (heard.result, heard.mode, heard.confidence) == ("match", "speech", 0.9)
    assert [one.answer.result for one in turns] == ["match"] * 3, turns


def test_a_hang_up_in_a_spoken_turn_is_abandoned_and_leaves_nothing_behind(office: Office) -> None:
    before = known(office)
    office.exchange.dial("leaving")
    until("the call is over", lambda: known(office) - before and not office.exchange.channels(), 20.0)
    until("it is recorded", lambda: not office.exchange.spooled())
    (call,) = [one for one in office.exchange.calls() if one.id not in before]
    assert call.outcome is Outcome.ABANDONED
    assert office.service is not None
    assert office.service.state().free == 40


@pytest.mark.thorough
def test_a_service_that_is_ended_in_the_middle_leaves_the_question_to_the_keypad(office: Office) -> None:
    before = known(office)
    office.exchange.dial("slow")
    service = office.service
    assert service is not None
    until("a turn has begun", lambda: service.state().free < 40)
    office.deafen()
    (call,) = served(office, before)
    turns = office.turns(call)
    assert [one.answer.result for one in turns] == ["match"] * 3, turns
    assert turns[0].answer.fell_back == "dead"


@pytest.mark.thorough
def test_without_a_service_every_question_is_asked_by_keypad(office: Office) -> None:
    office.deafen()
    before = known(office)
    office.exchange.dial("listening")
    (call,) = served(office, before)
    assert {one.answer.fell_back for one in office.turns(call)} == {"dead"}


def test_asterisk_has_nothing_to_complain_of(office: Office) -> None:
    office.exchange.dial("patient")
    service = office.service
    assert service is not None
    until("a turn has begun", lambda: service.state().free < 40)
    assert office.exchange.log() == []
