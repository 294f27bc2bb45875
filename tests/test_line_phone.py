"""The phone on a channel: no key lost, none doubled, prompts go on after a key that was already taken."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from agi.dialogue.question import Case, Digits, HungUp, Options, Prompt, Question, Result, Value
from agi.line.channel import Played
from agi.line.phone import AsteriskPhone, header_safe


class Clips:
    """Two clips for each prompt."""

    def playable(self, key: str, places: Mapping[str, Value]) -> Sequence[Path]:
        return [Path(f"/{key}/1"), Path(f"/{key}/2")]


class Channel:
    """An Asterisk channel in virtual time: `keys` are pressed at these moments (ms); a clip lasts 1 s."""

    def __init__(self, keys: Sequence[tuple[int, str]] = (), *, store: bool = True, late: bool = False) -> None:
        self.now = 0
        self.keys = list(keys)
        self.store = store
        self.collected = ""
        self.reported = len(self.keys) if late else 0
        self.late: list[str] = []
        self.played: list[tuple[str, int]] = []
        self.variables: dict[str, object] = {}
        self.hang_up_at = 10**9

    def clock(self) -> int:
        return self.now

    def _pass(self, until: int, escape: str) -> str:
        """Let time pass until `until` or a key out of `escape`."""
        if self.late and escape:  # a key that the store already had, reported again by a later command
            return self.late.pop()
        while self.keys and self.keys[0][0] <= until:
            at, key = self.keys.pop(0)
            self.now = max(self.now, at)
            self.collected += key if self.store else ""
            if key in escape:
                return key
        self.now = max(self.now, until)
        if self.now >= self.hang_up_at:
            raise HungUp
        return ""

    def stream(self, path: str, escape: str = "", offset: int = 0, *, lasts_s: float = 0.0) -> Played:
        self.played.append((path, offset))
        begun = self.now - offset // 8
        key = self._pass(begun + 1000, escape)
        return Played(key, (self.now - begun) * 8)

    def wait_for_digit(self, timeout: int) -> str:
        return self._pass(self.now + timeout, "0123456789*#")

    def take_keys(self) -> str:
        self._pass(self.now, "")
        keys, self.collected = self.collected, ""
        return keys

    def set_variable(self, name: str, value: object) -> None:
        self.variables[name] = value

    def get_variable(self, name: str) -> str:
        return str(self.variables.get(name, self.variables.get(f"__{name}", "")))


def phone_on(channel: Channel) -> AsteriskPhone:
    return AsteriskPhone(channel, Clips(), channel.clock)  # type: ignore[arg-type]


def ask(accepts: Options | Digits) -> Question:
    return Question("q", (Prompt("ask"),), accepts, first_key_ms=3000, between_keys_ms=2000)


def test_without_keys_every_clip_is_played_whole() -> None:
    channel = Channel()
    assert phone_on(channel).play([Prompt("a"), Prompt("b")], barge_in=True) == ""
    assert channel.played == [("/a/1", 0), ("/a/2", 0), ("/b/1", 0), ("/b/2", 0)]


def test_a_key_stops_the_prompt_and_is_given_once() -> None:
    channel = Channel([(500, "7")])
    phone = phone_on(channel)
    assert phone.play([Prompt("a")], barge_in=True) == "7"
    assert channel.played == [("/a/1", 0)]
    assert phone.key(1000) == ""


def test_keys_typed_ahead_answer_several_questions_in_order() -> None:
    channel = Channel([(10, key) for key in "1234567"])
    phone = phone_on(channel)
    assert phone.turn(ask(Options("123"))).value == "1"
    assert phone.turn(ask(Digits(4, 4))).value == "2345"
    assert phone.turn(ask(Options("6"))).value == "6"
    assert phone.turn(ask(Options("7"))).value == "7"
    assert len(channel.played) == 1


def test_keys_during_a_pause_of_ours_are_not_lost() -> None:
    channel = Channel([(100, "1"), (1500, "2"), (1600, "3")])
    phone = phone_on(channel)
    assert phone.key(200) == "1"
    channel.now = 5000  # a look-up that took its time
    assert [phone.key(0), phone.key(0)] == ["23", ""]


def test_a_prompt_without_barge_in_is_played_whole_and_its_keys_are_dropped() -> None:
    channel = Channel([(500, "1"), (1200, "2")])
    phone = phone_on(channel)
    assert phone.play([Prompt("a")], barge_in=False) == ""
    assert channel.played == [("/a/1", 0), ("/a/2", 0)]
    assert phone.key(100) == ""


def test_a_key_reported_twice_does_not_count_twice_and_the_prompt_goes_on() -> None:
    channel = Channel([(10, "1")])
    phone = phone_on(channel)
    assert phone.key(100) == "1"
    channel.late = ["1"]
    assert phone.play([Prompt("a")], barge_in=True) == ""
    assert [path for path, _ in channel.played] == ["/a/1", "/a/1", "/a/2"]
    channel.late = ["1"]
    assert phone.key(100) == ""


def test_where_nobody_collects_keys_the_commands_own_results_are_taken() -> None:
    channel = Channel([(500, "1"), (900, "2"), (1000, "#")], store=False)
    phone = phone_on(channel)
    assert phone.play([Prompt("a")], barge_in=True) == "1"
    assert [phone.key(1000), phone.key(1000), phone.key(1000)] == ["2", "#", ""]


def test_silence_takes_as_long_as_the_question_allows() -> None:
    channel = Channel()
    answer = phone_on(channel).turn(ask(Digits(4, 16)))
    assert answer.result is Result.NO_INPUT
    assert channel.now == 2000 + 3000


def test_a_hang_up_comes_through() -> None:
    channel = Channel()
    channel.hang_up_at = 1500
    with pytest.raises(HungUp):
        phone_on(channel).say([Prompt("a")])


def test_the_case_goes_to_the_agent_masked_and_harmless_to_the_dialplan() -> None:
    channel = Channel()
    phone_on(channel).transfer(Case("nik_check", "nik+kk", "a,b:c?${X}\"'\n(é)", "••••••••••••0001", "aktif"))
    assert channel.variables == {
        "__HOTLINE_CASE": "cek NIK, terbukti, ••0001",
        "__HOTLINE_TOPIC": "nik_check",
        "__HOTLINE_VERIFIED": "nik+kk",
        "__HOTLINE_REACHED": "a_b_c___X_______",
        "__HOTLINE_NUMBER": "************0001",
        "__HOTLINE_STATUS": "aktif",
        "__HOTLINE_CALL_NUMBER": "",
        "HOTLINE_NEXT": "queue",
    } | {"__HOTLINE_REACHED": header_safe("a,b:c?${X}\"'\n(é)")}
    assert set(str(channel.variables["__HOTLINE_REACHED"])) <= set("abcX_")


def test_a_caller_who_comes_back_from_the_queue_is_still_the_one_who_was_verified() -> None:
    channel = Channel()
    case = Case("nik_check", "nik+kk", "told", "••••••••••••0001", "ktp.card_issued")
    phone_on(channel).transfer(case)
    assert phone_on(channel).case() == case
    assert phone_on(Channel()).case() == Case()


def test_our_hang_up_is_the_dialplans() -> None:
    channel = Channel()
    phone_on(channel).hang_up()
    assert channel.variables == {"HOTLINE_NEXT": "hangup"}
