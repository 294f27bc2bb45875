"""The phone between keypad and speech: no key lost or doubled at the seams, and every failure ends at the keypad."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from agi.dialogue.question import Answer, Digits, HungUp, Mode, Options, Prompt, Question, Result, Value
from agi.hearing.client import Unheard
from agi.hearing.protocol import Report, State
from agi.line.channel import Played
from agi.line.phone import AsteriskPhone, first_is_old, keys_after
from agi.line.protocol import Refused

MENU = Question("menu", (Prompt("ask"),), Options("123"), first_key_ms=3000, between_keys_ms=2000, grammar="menu:main")
NIK = Question("nik", (Prompt("ask"),), Digits(4, 4), first_key_ms=3000, between_keys_ms=2000, grammar="nik")


class Clips:
    """One clip for each prompt."""

    def playable(self, key: str, places: Mapping[str, Value]) -> Sequence[Path]:
        return [Path(f"/{key}")]


class Channel:
    """An Asterisk channel whose StoreDTMF holds `stored`; keys of a later keypad turn come one a second."""

    def __init__(self, *, store: bool = True) -> None:
        self.now = 0
        self.stored = ""
        self.later = ""
        self.store = store
        self.done: list[str] = []
        self.fails: Exception | None = None

    def clock(self) -> int:
        return self.now

    def press(self, keys: str) -> None:
        """Keys that only StoreDTMF sees now."""
        self.stored += keys if self.store else ""

    def _next_key(self) -> str:
        key, self.later = self.later[:1], self.later[1:]
        self.press(key)
        return key

    def take_keys(self) -> str:
        keys, self.stored = self.stored, ""
        return keys

    def stream(self, path: str, escape: str = "", offset: int = 0, *, lasts_s: float = 0.0) -> Played:
        self.done.append(f"play {path}")
        self.now += 1000
        return Played("", 8000)

    def wait_for_digit(self, timeout: int) -> str:
        self.now += 1000 if self.later else timeout
        return self._next_key()

    def appexec(self, application: str, options: str = "", *, wait_s: float = 0.0) -> str:
        self.done.append(f"{application} {options}")
        if self.fails is not None:
            raise self.fails
        return "0"


class SpeechClient:
    """A speech service that hears what the test says."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.reports: list[Report | Unheard] = []
        self.pressed: list[str] = []  # keys that StoreDTMF sees in each turn
        self.habits: list[bool] = []
        self.after_speech: list[bool] = []
        self.free = 1
        self.stuck = False

    def state(self) -> State:
        if self.stuck:
            raise Unheard("dead")
        return State(self.free)

    def says(self, result: Report | Unheard, *, stored: str | None = None) -> None:
        self.reports.append(result)
        received = result.received if isinstance(result, Report) else ""
        self.pressed.append(received if stored is None else stored)

    def turn(
        self,
        question: Question,
        clips: Sequence[Path],
        connect: Callable[[str, int], None],
        *,
        hash_is_habit: bool = False,
    ) -> Report:
        self.habits.append(hash_is_habit)
        self.after_speech.append(question.after_speech)
        connect("uuid", 4000)
        self.channel.press(self.pressed.pop(0))
        report = self.reports.pop(0)
        if isinstance(report, Unheard):
            raise report
        return report


def heard(result: Result, value: str = "", mode: Mode = Mode.SPEECH, received: str = "", used: int = 0) -> Report:
    return Report(Answer(result, value, mode), "", received, used)


def setting(*, store: bool = True) -> tuple[Channel, SpeechClient, AsteriskPhone]:
    channel = Channel(store=store)
    hearing = SpeechClient(channel)
    return channel, hearing, AsteriskPhone(channel, Clips(), channel.clock, hearing)  # type: ignore[arg-type]


def test_a_question_for_speech_goes_to_the_service_and_its_answer_comes_back() -> None:
    channel, hearing, phone = setting()
    hearing.says(heard(Result.MATCH, "2"))
    assert phone.turn(MENU) == Answer(Result.MATCH, "2", Mode.SPEECH)
    assert channel.done == ["AudioSocket uuid,127.0.0.1:4000"]


def test_a_question_for_keys_only_stays_at_the_keypad() -> None:
    channel, _, phone = setting()
    channel.later = "1"
    assert phone.turn(Question("q", (Prompt("ask"),), Options("1"))).value == "1"
    assert channel.done == ["play /ask"]


def test_with_speech_off_all_is_as_it_was_and_the_record_says_so() -> None:
    channel = Channel()
    channel.later = "1"
    phone = AsteriskPhone(channel, Clips(), channel.clock)  # type: ignore[arg-type]
    answer = phone.turn(MENU)
    assert (answer.value, answer.fell_back) == ("1", "off")
    assert channel.done == ["play /ask"]
    assert not phone.listens()


@pytest.mark.parametrize("why", ["dead", "full", "slow"])
def test_a_service_that_does_not_listen_leaves_the_question_to_the_keypad(why: str) -> None:
    channel, hearing, phone = setting()
    hearing.says(Unheard(why))
    channel.later = "2"
    answer = phone.turn(MENU)
    assert (answer.value, answer.mode, answer.fell_back) == ("2", Mode.KEYS, why)
    assert channel.done[-1] == "play /ask"


@pytest.mark.parametrize("why", ["dead", "slow"])
def test_a_turn_that_is_given_up_is_asked_again_by_keypad(why: str) -> None:
    channel, hearing, phone = setting()
    hearing.says(Report(None, why))
    channel.later = "3"
    answer = phone.turn(MENU)
    assert (answer.value, answer.fell_back) == ("3", why)


def test_digits_keyed_before_the_service_died_make_no_wrong_number() -> None:
    """Nobody can tell which of them were doubled."""
    channel, hearing, phone = setting()
    hearing.says(Unheard("dead"), stored="1122")
    channel.later = "3456"
    answer = phone.turn(NIK)
    assert (answer.result, answer.value, answer.fell_back) == (Result.MATCH, "3456", "dead")


def test_digits_keyed_before_speech_became_too_slow_count() -> None:
    channel, hearing, phone = setting()
    hearing.says(Report(None, "slow", "12"), stored="1122")
    channel.later = "34"
    answer = phone.turn(NIK)
    assert (answer.result, answer.value, answer.fell_back) == (Result.MATCH, "1234", "slow")


def test_an_audiosocket_that_is_refused_is_no_hang_up() -> None:
    channel, hearing, phone = setting()
    channel.fails = Refused("no")
    hearing.says(Unheard("dead"))
    channel.later = "1"
    assert phone.turn(MENU).value == "1"


def test_a_hang_up_comes_through() -> None:
    channel, hearing, phone = setting()
    channel.fails = HungUp()
    hearing.says(Report(None, "gone"))
    with pytest.raises(HungUp):
        phone.turn(MENU)


def test_keys_beyond_the_answer_answer_the_next_questions() -> None:
    channel, hearing, phone = setting()
    hearing.says(heard(Result.MATCH, "1", Mode.KEYS, received="12345", used=1))
    assert phone.turn(MENU).value == "1"
    answer = phone.turn(NIK)
    assert (answer.value, answer.fell_back) == ("2345", "")
    assert channel.done == ["AudioSocket uuid,127.0.0.1:4000"]


@pytest.mark.parametrize(
    ("stored", "received", "after"),
    [
        ("12345", "123", "45"),  # once each, as from another channel of Asterisk's
        ("112233", "123", ""),  # twice each, as from a telephone
        ("12233", "123", ""),  # the first went down before
        ("1122334", "123", ""),  # the last is still down, and comes again
        ("11223344", "123", "4"),
        ("112233445", "123", "4"),
        ("3333", "33", ""),
        ("33", "33", ""),
        ("", "12", ""),
        ("7", "", ""),  # still down, or let go and counted before
        ("77", "", "7"),
        ("7", "7", ""),
        ("5577", "5", "7"),
        ("577", "5", "7"),
        ("98", "12", ""),
    ],
)
def test_keys_after_the_connection_are_told_from_doubled_ones(stored: str, received: str, after: str) -> None:
    assert keys_after(stored, received) == after


@pytest.mark.parametrize(
    ("stored", "received", "old"),
    [
        ("344771100551144003300119944554", "1347105140301945", True),  # recorded: 1 answered the menu before
        ("81177110055007700110033993355881", "8171050701039358", False),  # recorded
        ("3204051709009145", "3204051709009145", False),  # recorded
        ("133", "113", True),
        ("11133", "113", False),
        ("1133", "113", False),
        ("", "1", True),
        ("1", "1", False),
        ("11", "1", False),
        ("", "", False),
    ],
)
def test_a_first_key_that_was_counted_before_is_known(stored: str, received: str, old: bool) -> None:
    assert first_is_old(stored, received) is old


def test_a_key_that_was_let_go_in_the_next_turn_is_not_counted_twice() -> None:
    channel, hearing, phone = setting()
    channel.stored = "2"
    phone.turn(MENU)
    hearing.says(heard(Result.MATCH, "2713", Mode.KEYS, received="2713", used=4), stored="71133")
    channel.later = "4"
    answer = phone.turn(NIK)
    assert (answer.result, answer.value) == (Result.MATCH, "7134")


def test_a_key_let_go_late_on_a_menu_is_no_answer_to_it() -> None:
    channel, hearing, phone = setting()
    channel.stored = "1"
    phone.turn(MENU)
    hearing.says(heard(Result.MATCH, "1", Mode.KEYS, received="1", used=1), stored="")
    hearing.says(heard(Result.MATCH, "3"))
    assert phone.turn(MENU).value == "3"
    assert len(channel.done) == 2


def test_a_telephones_keys_are_doubled_in_the_store_and_count_once() -> None:
    channel, hearing, phone = setting()
    hearing.says(heard(Result.MATCH, "1371", Mode.KEYS, received="137103", used=4), stored="1337711003")
    assert phone.turn(NIK).value == "1371"
    channel.later = "21"
    assert phone.turn(NIK).value == "0321"


def test_a_no_match_throws_away_what_was_typed_ahead() -> None:
    channel, hearing, phone = setting()
    hearing.says(heard(Result.NO_MATCH, "7", Mode.KEYS, received="71", used=1))
    assert phone.turn(MENU).result is Result.NO_MATCH
    hearing.says(heard(Result.MATCH, "2"))
    assert phone.turn(MENU).value == "2"
    assert len(channel.done) == 2


def test_a_hash_after_an_entry_that_ended_by_itself_is_expected() -> None:
    channel, hearing, phone = setting()
    hearing.says(heard(Result.MATCH, "1234", Mode.KEYS, received="1234", used=4))
    phone.turn(NIK)
    hearing.says(heard(Result.MATCH, "1"))
    phone.turn(MENU)
    hearing.says(heard(Result.MATCH, "1"))
    phone.turn(MENU)
    assert hearing.habits == [False, True, False]
    assert not channel.stored


def test_without_a_store_the_keys_of_the_connection_count() -> None:
    channel, hearing, phone = setting(store=False)
    hearing.says(heard(Result.MATCH, "1", Mode.KEYS, received="12345", used=1))
    assert phone.turn(MENU).value == "1"
    assert phone.turn(NIK).value == "2345"
    assert len(channel.done) == 1


def test_a_prompt_without_barge_in_forgets_what_was_typed_before_it() -> None:
    channel, hearing, phone = setting()
    channel.stored = "99"
    hearing.says(heard(Result.MATCH, "1"))
    question = Question("q", (Prompt("ask"),), Options("1"), barge_in=False, grammar="yesno")
    assert phone.turn(question).value == "1"
    assert channel.done == ["AudioSocket uuid,127.0.0.1:4000"]


def test_a_key_that_cuts_a_message_short_answers_the_next_question_without_speech() -> None:
    channel, _, phone = setting()
    channel.stored = "2"
    phone.say([Prompt("news")])
    assert phone.turn(MENU).value == "2"
    assert channel.done == []


def test_the_phone_listens_when_the_service_does() -> None:
    _, hearing, phone = setting()
    assert phone.listens()
    hearing.free = 0
    assert not phone.listens()


def test_a_service_that_is_stuck_is_waited_for_once_in_a_question_and_asked_again_at_the_next() -> None:
    channel, hearing, phone = setting()
    hearing.stuck = True
    assert not phone.listens()
    for _ in range(3):
        channel.later = "1"
        answer = phone.turn(MENU)
        assert (answer.value, answer.fell_back) == ("1", "dead")
    assert channel.done == ["play /ask"] * 3, "no turn was ordered"
    hearing.stuck = False
    assert phone.listens()
    hearing.says(heard(Result.MATCH, "2"))
    assert phone.turn(MENU).value == "2"


def test_a_question_follows_speech_when_its_caller_has_spoken_and_heard_nothing_since() -> None:
    _, hearing, phone = setting()
    for mode in (Mode.SPEECH, Mode.SPEECH, Mode.KEYS):
        hearing.says(heard(Result.MATCH, "1", mode))
    for _ in range(3):
        phone.turn(MENU)
    hearing.says(heard(Result.NO_MATCH))
    phone.turn(MENU)
    phone.say((Prompt("told"),))
    hearing.says(heard(Result.MATCH, "1"))
    phone.turn(MENU)
    assert hearing.after_speech == [False, True, True, False, False]
