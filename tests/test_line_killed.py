"""kill -9 of the line at random moments: no caller is dropped, no ended call is without its record."""

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from line_exchange import Exchange, until

from agi.books.events import Ended, Outcome, Returned
from agi.books.reader import CallReader

CALLS = 50
KILLS = 6
KINDS = 5


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Exchange]:
    made = Exchange(tmp_path)
    # They press something, wait for different times, and hang up by themselves after 6 to 8 s.
    for number in range(KINDS):
        wait = 1 + number * 0.3
        made.caller(f"busy{number}", "Wait(0.4)", "SendDTMF(1)", f"Wait({wait})", "SendDTMF(3273)", "Wait(4)")
    made.caller("patient", "Wait(60)")
    made.start()
    made.start_line()
    yield made
    made.close()


def test_fifty_calls_survive_a_line_that_is_killed_again_and_again(exchange: Exchange) -> None:
    chance = random.Random()
    kills = set(chance.sample(range(2, CALLS), KILLS))
    for number in range(CALLS):
        assert "No such" not in exchange.dial(f"busy{number % KINDS}")
        if number in kills:
            exchange.kill_line()
            exchange.start_line(wait=chance.random() < 0.7)
    exchange.kill_line()
    until("every caller has hung up by themselves", lambda: not exchange.channels(), 30)
    left = set(exchange.spooled())
    recorded = {call.id for call in exchange.calls()}
    assert len(left | recorded) == CALLS  # each call is known, here or there
    exchange.start_line()
    until("all ended calls are taken in", lambda: not exchange.spooled(), 15)
    calls = exchange.calls()
    assert len(calls) == CALLS
    assert all(call.ended is not None and call.outcome is not None for call in calls)
    # A caller stays until they hang up: nobody's call ended before its time.
    assert all((call.lasted_s or 0) >= 5 for call in calls)


@pytest.mark.thorough
def test_a_line_killed_in_the_middle_of_a_word_leaves_the_caller_with_an_apology_and_in_the_queue(
    exchange: Exchange,
) -> None:
    exchange.dial("busy4")
    until("the call has begun", lambda: exchange.calls())
    until("the first question is asked", lambda: exchange.events(exchange.calls()[0].id))
    exchange.kill_line()
    until("the apology", lambda: any("fault/apology" in line for line in exchange.at("fault")), 2)
    until("the caller hangs up", lambda: not exchange.channels(), 30)
    (before,) = exchange.calls()
    assert before.ended is None
    exchange.start_line()
    call = exchange.record_of_the_only_call()
    assert call.outcome == "failed"
    assert call.why == "line stopped"
    assert call.afterwards


@pytest.mark.thorough
def test_a_call_that_failed_with_the_line_still_says_so_when_its_caller_came_back_and_hung_up(
    exchange: Exchange,
) -> None:
    """Nobody is on duty: the apology is over, the queue is empty, and the line is there again."""
    exchange.dial("patient")
    until("the first question is asked", lambda: exchange.calls() and exchange.said(exchange.calls()[0].id))
    exchange.kill_line()
    os.kill(exchange.asterisk_pid, signal.SIGSTOP)  # the apology is over only when the line is there again
    try:
        exchange.start_line()
    finally:
        os.kill(exchange.asterisk_pid, signal.SIGCONT)
    call_id = exchange.calls()[0].id
    until("the caller is back", lambda: "queue.no_agent" in exchange.said(call_id), 30)
    exchange.hang_up_all()
    call = exchange.record_of_the_only_call()
    assert (call.outcome, call.why) == ("abandoned", "hung up")
    with CallReader(exchange.settings.calls_db) as reader:
        assert reader.course(call).first_failure == "failed at start: line stopped"
    failed, returned, *_ = [one for one in exchange.events(call_id) if isinstance(one, Ended | Returned)]
    assert isinstance(failed, Ended) and failed.outcome is Outcome.FAILED
    assert isinstance(returned, Returned), "it failed before the caller came back, not when they hung up"
