"""Who hung up while waiting for an agent is put ahead of others when they call again."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sample_office import SampleOffice

from agi.books.events import QUEUE, Ended, Outcome
from agi.settings import Settings
from agi.settings.tables import Queue

pytest_plugins = ["office_fixtures"]
CALLER = "081234567890"
CREDIT = timedelta(seconds=Settings().queue.repeat_credit_s)


def ended(office: SampleOffice, outcome: Outcome, call: str = "earlier", caller: str = CALLER) -> None:
    """A call that came to the queue and ended there."""
    office.book.begin(call, caller, office.clock.now)
    office.book.event(call, Ended(at=office.clock.now, outcome=outcome, where=QUEUE, why="hung up while waiting"))
    assert office.book.flush()
    office.clock.pass_by(timedelta(hours=1))


def joined(office: SampleOffice, caller: str = CALLER) -> datetime:
    found = office.call("0", caller=caller).desk.joined
    assert found is not None
    return found


def test_who_waited_in_vain_is_put_ahead(office: SampleOffice) -> None:
    ended(office, Outcome.ABANDONED)
    assert joined(office) == office.clock.now - CREDIT < office.clock.now


def test_others_wait_in_turn(office: SampleOffice) -> None:
    ended(office, Outcome.ABANDONED)
    assert joined(office, "081234567891") == joined(office, "") == office.clock.now


def test_who_was_answered_since_waits_in_turn(office: SampleOffice) -> None:
    ended(office, Outcome.ABANDONED)
    ended(office, Outcome.COMPLETED, "later")
    assert joined(office) == office.clock.now


def test_after_a_day_it_is_forgotten(office: SampleOffice) -> None:
    ended(office, Outcome.ABANDONED)
    office.clock.pass_by(timedelta(hours=24))
    assert joined(office) == office.clock.now


def test_who_left_elsewhere_waits_in_turn(office: SampleOffice) -> None:
    office.book.begin("earlier", CALLER, office.clock.now)
    office.book.event("earlier", Ended(at=office.clock.now, outcome=Outcome.ABANDONED, where="main"))
    assert office.book.flush()
    assert joined(office) == office.clock.now


@pytest.mark.parametrize("trouble", ["none is given", "the book is closed"])
def test_without_credit_everybody_waits_in_turn(office: SampleOffice, trouble: str) -> None:
    ended(office, Outcome.ABANDONED)
    if trouble == "the book is closed":
        office.book.writer.close(1.0)
    else:
        place = replace(office.office.queue_place, settings=Queue(repeat_credit_s=0))
        office.office = replace(office.office, queue_place=place)
    assert joined(office) == office.clock.now
