"""A call with nobody at it comes to an end by itself, with a goodbye, and the record says why."""

import pytest
from sample_office import SampleOffice

from agi.books.events import Outcome
from agi.services.conversation import Start
from agi.settings.tables import Dialogue

pytest_plugins = ["office_fixtures"]


@pytest.mark.parametrize("script", [", ,", "7 7 7", "7 , 8"])
def test_who_gives_no_answer_after_an_empty_queue_is_not_sent_there_again(office: SampleOffice, script: str) -> None:
    call = office.call(script, start=Start.QUEUE_EMPTY)
    assert call.heard[-1] == "call.give_up_end"
    assert call.phone.hung_up
    assert not call.phone.cases
    assert (call.ending.outcome, call.ending.where) == (Outcome.GAVE_UP, "main")


def test_who_is_there_and_fails_later_gets_another_chance_of_an_agent(office: SampleOffice) -> None:
    call = office.call("1 , , , , ,", start=Start.QUEUE_EMPTY)
    assert call.heard[-2:] == ["call.give_up_agent", "agent.connecting"]


@pytest.mark.parametrize("start", [Start.WELCOME, Start.QUEUE_LEFT])
def test_who_was_not_told_that_nobody_is_on_duty_is_helped_by_an_agent(office: SampleOffice, start: Start) -> None:
    assert office.call(", ,", start=start).heard[-1] == "agent.connecting"


def test_so_many_silent_questions_in_a_row_end_the_call(office: SampleOffice) -> None:
    dialogue = Dialogue(tries=9, silent_turns=4)
    call = office.call(", 1 , , , , ,", dialogue=dialogue)
    assert [str(answer.result) for _, answer, _ in call.notes.all_asked] == ["no-input", "match", *["no-input"] * 4]
    assert call.heard[-1] == "call.give_up_end"
    assert call.phone.hung_up
    assert (call.ending.outcome, call.ending.why) == (Outcome.GAVE_UP, "nobody answers")


@pytest.mark.parametrize("again", ["9", "*", "7 1 *"])
def test_no_call_lasts_for_ever(office: SampleOffice, again: str) -> None:
    call = office.call(" ".join([again] * 200), longest_ms=60_000)
    assert call.heard[-1] == "call.time_is_up"
    assert call.phone.hung_up
    assert (call.ending.outcome, call.ending.why) == (Outcome.GAVE_UP, "longest call")
