"""Who of the agents is there, as Asterisk's queue tells it in its own words."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from installation import private_environment, settings_of

from agi.books.desks import Break
from agi.dialogue.question import Case
from agi.ops import agents
from agi.ops.duty import AtHand, Presence, duty
from agi.settings import Settings

NOW, MINUTE = datetime(2026, 11, 28, 3, tzinfo=UTC), timedelta(minutes=1)
TOLD = """agents has 2 calls (max unlimited) in 'rrmemory' strategy (5s holdtime, 0s talktime), W:0, C:3, A:1, SL:0.0%
   Members:
      PJSIP/7001 (ringinuse disabled) (Not in use) has taken no calls yet
      \x1b[1;33mSiti Aminah\x1b[0m (PJSIP/7002) (ringinuse disabled) (In use) has taken 2 calls (last was 9 secs ago)
      PJSIP/7003 (ringinuse disabled) (Unavailable) has taken no calls yet
      PJSIP/7004 (ringinuse disabled) (paused was 3 secs ago) (Not in use) has taken no calls yet
      PJSIP/7005 (ringinuse disabled) (Busy) has taken no calls yet
      PJSIP/7007 (ringinuse disabled) (Not in use) has taken 3 calls (last was 0 secs ago)
      PJSIP/7008 (ringinuse disabled) (paused:prayer was 40 secs ago) (In use) has taken 3 calls (last was 90 secs ago)
   Callers:
      1. PJSIP/tester1-00000001 (wait: 1:05, prio: 204165100)
      2. PJSIP/7003-00000002 (wait: 0:02, prio: 204165090)
"""
SAID = {
    "7001": Presence.FREE, "7005": Presence.RINGING, "7002": Presence.TALKING, "7008": Presence.TALKING,
    "7007": Presence.AFTER, "7004": Presence.PAUSED, "7003": Presence.AWAY, "7006": Presence.AWAY,
}  # fmt: skip
CHANNELS = """PJSIP/tester1-00000001!queue!start!9!Up!Queue!agents!!!!3!12!bridge!a.1
PJSIP/7005-0000000a!from-agents!!1!Ringing!AppQueue!(Outgoing Line)!!!!3!4!!a.2
PJSIP/7002-0000000b!from-agents!!1!Up!AppQueue!(Outgoing Line)!!!!3!4!!a.3
PJSIP/7008-0000000c!hotline!talk!1!Up!AGI!agi!!!!3!4!!a.4
2 active channels
"""
OF_CHANNEL = {
    "PJSIP/7005-0000000a": "       LinkedID: a.1\nHOTLINE_CALL=a.1\nHOTLINE_TOPIC=nik_check\nHOTLINE_NUMBER=****9610\n",
    "PJSIP/7002-0000000b": "HOTLINE_CALL=b 1; x\n",
    "PJSIP/7008-0000000c": "HOTLINE_CALL=a.4\nHOTLINE_STEP=line\n",
}


def answers(question: str) -> str:
    """What Asterisk says."""
    if question == "queue show agents":
        return TOLD
    return CHANNELS if question.startswith("core show channels") else OF_CHANNEL[question.split()[-1]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = settings_of(private_environment(tmp_path))
    for number in sorted(SAID):
        agents.add(made, number, f"Petugas {number}")
    return made


def test_each_agent_is_what_the_queue_says_those_who_are_there_first(settings: Settings) -> None:
    found = duty(settings, answers, None, NOW)
    assert found is not None
    assert {one.number: one.presence for one in found.agents} == SAID
    assert [one.number for one in found.agents] == list(SAID)
    assert (found.waiting, found.there) == (2, 5)


def test_since_when_each_caller_waits_is_told_by_their_place(settings: Settings) -> None:
    found = duty(settings, answers)
    assert found is not None
    joined = [datetime.fromtimestamp(2_000_000_000 - place, UTC) for place in (204165100, 204165090)]
    assert found.since == tuple(joined)


def test_a_break_has_its_reason_and_may_begin_after_the_call(settings: Settings) -> None:
    found = duty(settings, answers)
    assert found is not None
    (breaks,) = [one for one in found.agents if one.reason]
    assert (breaks.number, breaks.reason, breaks.pausing) == ("7008", Break.PRAYER, True)


def test_the_call_at_a_telephone_is_what_its_channel_has_of_the_callers(settings: Settings) -> None:
    found = duty(settings, answers, None, NOW)
    assert found is not None
    at_hand = {one.number: one.at_hand for one in found.agents if one.at_hand}
    assert at_hand == {"7005": AtHand("a.1", Case("nik_check", number="••••9610"))}


def test_what_goes_on_goes_on_since_it_was_first_seen(settings: Settings) -> None:
    first = duty(settings, answers, None, NOW)
    again = duty(settings, lambda asked: answers(asked).replace("7001 (ringinuse disabled) (Not", "7001 (paused) (Not"),
                 first, NOW + MINUTE)  # fmt: skip
    later = duty(settings, lambda asked: answers(asked).replace("7001 (ringinuse disabled) (Not", "7001 (paused) (Not"),
                 again, NOW + 2 * MINUTE)  # fmt: skip
    assert later is not None
    since = {one.number: one.since for one in later.agents}
    assert since["7001"] == NOW + MINUTE
    assert since["7005"] is None  # nobody has seen it begin


@pytest.mark.parametrize("told", [None, "", "No such queue: agents.\n"])
def test_nothing_is_known_where_asterisk_does_not_tell(settings: Settings, told: str | None) -> None:
    assert duty(settings, lambda _: told) is None
