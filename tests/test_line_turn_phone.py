"""The phone between keypad and speech: no key lost or doubled at the seams, and every failure ends at the keypad."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from agi.dialogue.question import Answer, Case, Digits, HungUp, Mode, Options, Prompt, Question, Result, Value
from agi.hearing.client import Unheard
from agi.hearing.protocol import Ask, Left, Report, State
from agi.line.channel import Played
from agi.line.phone import AsteriskPhone
from agi.line.protocol import Refused

MENU = Question("menu", (Prompt("ask"),), Options("123"), first_key_ms=3000, between_keys_ms=2000, grammar="menu:main")
NIK = Question("nik", (Prompt("ask"),), Digits(4, 4), first_key_ms=3000, between_keys_ms=2000, grammar="nik")
TOLD = (Prompt("told"),)


class Clips:
    """One clip for each prompt; with values one before them, one for each, and one after."""

    def playable(self, key: str, places: Mapping[str, Value]) -> Sequence[Path]:
        return [Path(f"/{name}") for name in ((key, *places, f"{key}.end") if places else (key,))]

    def after_values(self, key: str) -> int:
        return 1

    def slower(self, clip: Path) -> Path:
        return Path(f"/slow{clip}")


class Channel:
    """An Asterisk channel whose StoreDTMF holds `stored`; keys of a later keypad turn come one a second."""

    replies = 0

    def __init__(self, *, store: bool = True) -> None:
        self.now = 0
        self.stored = ""
        self.later = ""
        self.store = store
        self.done: list[str] = []
        self.ends: Exception | None = None
        self.busy = False

    def clock(self) -> int:
        return self.now

    def press(self, keys: str) -> None:
        """Keys that StoreDTMF sees now."""
        self.stored += keys if self.store else ""

    def take_keys(self) -> str:
        assert not self.busy, "a command while another runs"
        keys, self.stored = self.stored, ""
        return keys

    def stream(self, path: str, escape: str = "", offset: int = 0, *, lasts_s: float = 0.0) -> Played:
        assert not self.busy
        self.done.append(f"play {path}")
        self.now += 1000
        return Played("", 8000)

    def wait_for_digit(self, timeout: int) -> str:
        assert not self.busy
        self.now += 1000 if self.later else timeout
        key, self.later = self.later[:1], self.later[1:]
        self.press(key)
        return key

    def set_variable(self, name: str, value: object) -> None:
        assert not self.busy
        self.done.append(f"set {name}")

    def begin(self, verb: str, *arguments: object) -> None:
        assert not self.busy
        self.busy = True
        self.done.append(f"{verb} {' '.join(map(str, arguments))}")

    def end(self, verb: str, *, wait_s: float = 0.0) -> None:
        self.busy = False
        if self.ends is not None:
            raise self.ends


class Service:
    """A speech service that gives the reports of `script` one after another; `left` is what it says at the end."""

    def __init__(self) -> None:
        self.script: list[Report | Unheard | None] = []
        self.refuses: list[str] = []
        self.calls: list[Call] = []
        self.free: int | None = 1
        self.left: Left | None = Left("", "", hash_is_habit=False)

    @property
    def asked(self) -> list[Ask]:
        return [ask for call in self.calls for ask in call.asked]

    def state(self) -> State:
        if self.free is None:
            raise Unheard("dead")
        return State(self.free)

    def open(self, ask: Ask) -> "Call":
        if self.refuses:
            raise Unheard(self.refuses.pop(0))
        self.calls.append(Call(self, ask))
        return self.calls[-1]


class Call:
    uuid, port = "uuid", 4000

    def __init__(self, service: Service, ask: Ask) -> None:
        self._service = service
        self.asked = [ask]
        self.gone = False

    def ask(self, ask: Ask) -> bool:
        if not self.gone:
            self.asked.append(ask)
        return not self.gone

    def report(self, back: int, longest_s: float) -> Report | None:
        report = self._service.script.pop(0)
        if isinstance(report, Unheard):
            raise report
        return report

    def leave(self) -> Left | None:
        return self._service.left


Setting = tuple[Channel, Service, AsteriskPhone]


@pytest.fixture
def setting() -> Iterator[Setting]:
    channel, service = Channel(), Service()
    yield channel, service, AsteriskPhone(channel, Clips(), channel.clock, service)  # type: ignore[arg-type]


def heard(value: str, mode: Mode = Mode.SPEECH) -> Report:
    return Report(Answer(Result.MATCH, value, mode))


def test_a_question_goes_to_the_service_with_its_call_and_its_answer_comes_back(setting: Setting) -> None:
    channel, service, phone = setting
    service.script = [heard("2")]
    assert phone.turn(MENU) == Answer(Result.MATCH, "2", Mode.SPEECH)
    assert channel.done == ["EXEC Exec ExecIf($[${LEN(${HOTLINE_KEYS})} = 0]?AudioSocket(uuid,127.0.0.1:4000))"]
    assert service.asked == [Ask(replace(MENU, prompts=()), ("/ask",))]


def test_the_service_is_told_where_what_a_yes_agrees_to_has_been_said(setting: Setting) -> None:
    _, service, phone = setting
    number = Prompt("number", {"first": "123", "second": "456"})
    confirm = replace(MENU, grammar="yesno", consent="1")
    service.script = [heard("1"), heard("1"), heard("1")]
    phone.turn(replace(confirm, prompts=(Prompt("help"), number, Prompt("repair"))))
    phone.turn(replace(confirm, prompts=(Prompt("help"), Prompt("repair"))))
    phone.turn(replace(MENU, prompts=(number,)))
    assert [(len(ask.clips), ask.read_back) for ask in service.asked] == [(6, 4), (2, 2), (4, 0)]


def test_for_a_slow_caller_slower_clips_are_played_by_both_ways(setting: Setting) -> None:
    channel, service, phone = setting
    phone.slow = True
    service.script = [Report(None), Unheard("dead")]
    channel.later = "2"
    phone.say(TOLD)
    phone.turn(MENU)
    assert [ask.clips for ask in service.asked] == [("/slow/told",), ("/slow/ask",)]
    assert service.asked[-1].question == replace(MENU, prompts=(), slow=True)
    assert channel.done[-1] == "play /slow/ask"


def test_a_call_stays_at_the_service_from_turn_to_turn(setting: Setting) -> None:
    channel, service, phone = setting
    service.script = [Report(None), heard("2"), heard("1234"), Report(None)]
    phone.say(TOLD, barge_in=False)
    assert (phone.turn(MENU).value, phone.turn(NIK).value) == ("2", "1234")
    phone.say(TOLD)
    assert len(channel.done) == len(service.calls) == 1
    assert [(ask.question and ask.question.name, ask.barge_in) for ask in service.asked] == [
        (None, False),
        ("menu", True),
        ("nik", True),
        (None, True),
    ]


@pytest.mark.parametrize("last", [lambda phone: phone.hang_up(), lambda phone: phone.transfer(Case())])
def test_the_call_is_back_before_the_channel_is_told_anything(setting: Setting, last: object) -> None:
    channel, service, phone = setting
    service.script = [heard("2")]
    phone.turn(MENU)
    last(phone)  # type: ignore[operator]
    assert not channel.busy
    assert "set HOTLINE_NEXT" in channel.done


def test_with_speech_off_all_is_as_it_was_and_the_record_says_so() -> None:
    channel = Channel()
    channel.later = "1"
    phone = AsteriskPhone(channel, Clips(), channel.clock)  # type: ignore[arg-type]
    answer = phone.turn(MENU)
    assert (answer.value, answer.fell_back) == ("1", "off")
    assert channel.done == ["play /ask"]
    assert not phone.listens()


@pytest.mark.parametrize("why", ["dead", "full", "slow"])
def test_a_service_that_does_not_listen_leaves_the_question_to_the_keypad(setting: Setting, why: str) -> None:
    channel, service, phone = setting
    service.refuses = [why]
    channel.later = "2"
    answer = phone.turn(MENU)
    assert (answer.value, answer.mode, answer.fell_back) == ("2", Mode.KEYS, why)
    assert channel.done == ["play /ask"]


@pytest.mark.parametrize("why", ["dead", "slow", "full"])
def test_a_turn_that_is_given_up_is_asked_again_by_keypad(setting: Setting, why: str) -> None:
    channel, service, phone = setting
    service.script = [Report(None, why)]
    channel.later = "3"
    answer = phone.turn(MENU)
    assert (answer.value, answer.fell_back) == ("3", why)


def test_what_was_to_be_said_is_said_anew_by_keypad(setting: Setting) -> None:
    channel, service, phone = setting
    service.script = [Unheard("dead")]
    phone.say(TOLD)
    assert channel.done[-1] == "play /told"


def test_a_service_that_is_down_is_asked_again_with_the_next_question_only(setting: Setting) -> None:
    channel, service, phone = setting
    service.refuses = ["dead"] * 2
    phone.say(TOLD)
    phone.say(TOLD)
    assert channel.done == ["play /told"] * 2
    assert len(service.refuses) == 1
    assert phone.listens()
    phone.turn(MENU)
    assert not service.refuses


def test_digits_keyed_before_the_service_died_make_no_wrong_number(setting: Setting) -> None:
    """Nobody can tell which of them were used."""
    channel, service, phone = setting
    service.script, service.left = [Unheard("dead")], None
    channel.stored, channel.later = "", "3456"
    phone_turns(channel, "12")
    answer = phone.turn(NIK)
    assert (answer.result, answer.value, answer.fell_back) == (Result.MATCH, "3456", "dead")


def phone_turns(channel: Channel, keys: str) -> None:
    """Keys that the store sees while the call is at the service."""
    begin = channel.begin

    def begun(verb: str, *arguments: object) -> None:
        begin(verb, *arguments)
        channel.press(keys)

    channel.begin = begun  # type: ignore[method-assign]


def test_digits_keyed_before_speech_became_too_slow_count(setting: Setting) -> None:
    channel, service, phone = setting
    service.script, service.left = [Report(None, "slow")], Left("12", "12", hash_is_habit=False)
    phone_turns(channel, "12")
    channel.later = "34"
    answer = phone.turn(NIK)
    assert (answer.result, answer.value, answer.fell_back) == (Result.MATCH, "1234", "slow")


def test_a_key_that_came_when_the_call_was_on_its_way_back_counts(setting: Setting) -> None:
    """AudioSocket has told of 12, HOTLINE_KEYS has 123: the third is the one that AudioSocket has not told of."""
    channel, service, phone = setting
    service.script, service.left = [Report(None, "slow")], Left("12", "12", hash_is_habit=False)
    phone_turns(channel, "123")
    channel.later = "4"
    assert phone.turn(NIK).value == "1234"


def test_where_the_two_lists_differ_the_one_of_audiosocket_counts(setting: Setting) -> None:
    channel, service, phone = setting
    service.script, service.left = [Report(None, "slow")], Left("12", "12", hash_is_habit=False)
    phone_turns(channel, "112")
    channel.later = "34"
    assert phone.turn(NIK).value == "1234"


def test_a_key_pressed_before_the_call_is_brought_over_goes_with_it(setting: Setting) -> None:
    channel, service, phone = setting
    channel.stored = "2"
    service.script = [heard("2")]
    phone.turn(MENU)
    assert service.asked[0].keys == "2"


def test_a_call_is_not_brought_over_while_keys_come_and_they_are_neither_lost_nor_doubled(setting: Setting) -> None:
    """Asterisk finds a key in HOTLINE_KEYS and comes back at once; the key goes with the second try."""
    channel, service, phone = setting
    service.script = [None, heard("1234")]
    service.left = Left("12", "", hash_is_habit=False)
    channel.stored = "12"
    phone_turns(channel, "3")
    phone.turn(NIK)
    assert [ask.keys for ask in service.asked] == ["12", "123"]


def test_who_presses_on_and_on_is_answered_by_keypad_and_nothing_is_said_of_speech(setting: Setting) -> None:
    channel, service, phone = setting
    service.script, service.left = [None] * 3, Left("", "", hash_is_habit=False)
    phone_turns(channel, "1")
    answer = phone.turn(MENU)
    assert (answer.value, answer.fell_back) == ("1", "")
    assert len(service.calls) == 3


def test_an_audiosocket_that_is_refused_is_no_hang_up(setting: Setting) -> None:
    channel, service, phone = setting
    channel.ends = Refused("no")
    service.script = [None]
    channel.later = "1"
    answer = phone.turn(MENU)
    assert (answer.value, answer.fell_back) == ("1", "dead")


def test_a_hang_up_comes_through(setting: Setting) -> None:
    channel, service, phone = setting
    channel.ends = HungUp()
    service.script = [None]
    with pytest.raises(HungUp):
        phone.turn(MENU)


def test_a_call_that_has_ended_between_two_turns_is_brought_over_anew(setting: Setting) -> None:
    _, service, phone = setting
    service.script = [heard("1"), heard("2")]
    phone.turn(MENU)
    service.calls[0].gone = True
    assert phone.turn(MENU).value == "2"
    assert len(service.calls) == 2


def test_a_hash_after_an_entry_that_ended_by_itself_is_expected_by_keypad_too(setting: Setting) -> None:
    channel, service, phone = setting
    service.script, service.left = (
        [heard("1234", Mode.KEYS), Report(None, "slow")],
        Left("", "1234", hash_is_habit=True),
    )
    phone.turn(NIK)
    channel.later = "#2"
    assert phone.turn(MENU).value == "2"


def test_without_a_store_the_keys_of_the_connection_count(setting: Setting) -> None:
    channel, service, phone = setting
    channel.store = False
    service.script, service.left = [Report(None, "slow")], Left("2345", "2345", hash_is_habit=False)
    assert phone.turn(NIK).value == "2345"


def test_a_question_follows_speech_when_its_caller_has_spoken_and_heard_nothing_since(setting: Setting) -> None:
    _, service, phone = setting
    service.script = [heard("1", mode) for mode in (Mode.SPEECH, Mode.SPEECH, Mode.KEYS)]
    service.script += [heard("1"), Report(None), heard("1")]
    for _ in range(4):
        phone.turn(MENU)
    phone.say(TOLD)
    phone.turn(MENU)
    questions = [ask.question for ask in service.asked if ask.question is not None]
    assert [question.after_speech for question in questions] == [False, True, True, False, False]


@pytest.mark.parametrize(("free", "listens"), [(1, True), (0, False), (None, False)])
def test_the_phone_listens_when_the_service_does(setting: Setting, free: int | None, listens: bool) -> None:
    _, service, phone = setting
    service.free = free
    assert phone.listens() is listens


def test_a_service_that_is_stuck_is_waited_for_once_in_a_question_and_asked_again_at_the_next(setting: Setting) -> None:
    channel, service, phone = setting
    service.free, channel.later = None, "1"
    assert not phone.listens()
    assert phone.turn(MENU).fell_back == "dead"
    assert not service.calls
    service.free, service.script = 1, [heard("2")]
    assert phone.listens()
    assert phone.turn(MENU).value == "2"
