"""Who is called back, when it is their turn; nobody twice for one claim, and no number that costs more than a call."""

from datetime import timedelta
from pathlib import Path

import pytest
from office_fixtures import patient_books
from scripted_caller import SetClock

from agi.books.callback import Callback, CallbackState
from agi.books.callbacks import CallbackBook
from agi.books.cases_schema import SCHEMA
from agi.books.small_book import FileBook, MemoryBook
from agi.office.callbacks import Callbacks, Declined, Turn, Wanted
from agi.office.outgoing import as_dialled, may_be_called
from agi.settings.tables import Callback as Limits

__all__ = ["patient_books"]
pytestmark = pytest.mark.usefixtures("patient_books")

NUMBER = "+6281234567890"
FREE = Turn(free=1, there=1)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(params=["SQLite", "memory"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> CallbackBook:
    file = tmp_path / "cases" / "cases.db"
    return CallbackBook(FileBook(file, SCHEMA) if request.param == "SQLite" else MemoryBook(SCHEMA))


@pytest.fixture
def callbacks(book: CallbackBook, clock: SetClock) -> Callbacks:
    return Callbacks(book, Limits(), trunk=True, clock=clock)


def wanted(callbacks: Callbacks, number: str = NUMBER, *, waited_s: int = 0, caller: bytes = b"") -> Wanted:
    return Wanted("1234567", caller, callbacks.clock() - timedelta(seconds=waited_s), number)


def noted(callbacks: Callbacks, number: str = NUMBER, *, waited_s: int = 0) -> Callback:
    asked = callbacks.ask(wanted(callbacks, number, waited_s=waited_s))
    assert isinstance(asked, Callback)
    return asked


def state(callbacks: Callbacks, callback: Callback) -> CallbackState:
    (found,) = [one for one in callbacks.book.listed(list(CallbackState)) if one.id == callback.id]
    return found.state


def dialled(callbacks: Callbacks) -> Callback:
    claimed = callbacks.claim(FREE)
    assert claimed is not None
    found = callbacks.dial(claimed.id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("given", "called"),
    [
        ("081234567890", "081234567890"),
        ("+6281234567890", "081234567890"),
        ("0213456789", "0213456789"),
        ("02134567890", "02134567890"),
        ("08091234567", ""),  # premium
        ("0800123456", ""),  # toll-free
        ("1500537", ""),  # ourselves
        ("110", ""),
        ("+14155552671", ""),
        ("001 1 415 555 2671", ""),
        ("0014155552671", ""),
        ("+881612345678", ""),
        ("0812", ""),
        ("", ""),
        ("*21*0812345678#", ""),
    ],
)
def test_only_ordinary_indonesian_numbers_are_called(given: str, called: str) -> None:
    found = may_be_called(given)
    assert (as_dialled(found) if found else "") == called


def test_who_asked_is_called_when_an_agent_is_free(callbacks: Callbacks) -> None:
    asked = noted(callbacks)
    assert len(asked.code) == 4 and asked.code.isdigit()
    assert callbacks.claim(Turn(free=0, there=1)) is None
    claimed = callbacks.claim(FREE)
    assert claimed is not None and (claimed.id, claimed.tries) == (asked.id, 1)
    found = callbacks.dial(asked.id)
    assert found is not None and found.number == NUMBER
    assert callbacks.answered(asked.id, "1.2") is not None
    callbacks.reached(asked.id)
    assert state(callbacks, asked) is CallbackState.DONE
    assert callbacks.claim(FREE) is None


def test_nobody_is_called_who_is_still_being_told_the_code(callbacks: Callbacks) -> None:
    asked = callbacks.ask(Wanted("1234567", b"", callbacks.clock(), NUMBER, call="1.1"))
    assert isinstance(asked, Callback)
    assert callbacks.claim(FREE, lambda call: call == "1.1") is None
    assert callbacks.claim(FREE, lambda call: call == "1.2") is not None


def test_a_claim_is_dialled_once(callbacks: Callbacks) -> None:
    asked = noted(callbacks)
    assert callbacks.dial(asked.id) is None  # not claimed
    assert callbacks.claim(FREE) is not None
    assert callbacks.claim(Turn(5, 5)) is None
    assert callbacks.dial(asked.id) is not None
    assert callbacks.dial(asked.id) is None


def test_the_place_in_the_queue_is_kept(callbacks: Callbacks) -> None:
    late, early = noted(callbacks, "081211111111", waited_s=60), noted(callbacks, "081222222222", waited_s=600)
    between = callbacks.clock() - timedelta(seconds=300)
    claimed = callbacks.claim(Turn(free=1, there=1, waiting=(between,)))
    assert claimed is not None and claimed.id == early.id
    assert callbacks.claim(Turn(free=1, there=1, waiting=(between,))) is None
    assert callbacks.claim(Turn(free=2, there=2, waiting=(between,))) is None  # one for early, one for who waits
    claimed = callbacks.claim(Turn(free=3, there=3, waiting=(between,)))
    assert claimed is not None and claimed.id == late.id


def test_nobody_who_came_later_overtakes_for_ever(callbacks: Callbacks) -> None:
    asked = noted(callbacks, waited_s=300)
    later, before = (callbacks.clock() - timedelta(seconds=waited) for waited in (100, 400))
    assert callbacks.claim(Turn(free=0, there=2, waiting=(before, later))) is None
    claimed = callbacks.claim(Turn(free=0, there=2, waiting=(later, later)))
    assert claimed is not None and claimed.id == asked.id
    noted(callbacks, "081222222222", waited_s=290)
    assert callbacks.claim(Turn(free=0, there=2, waiting=(later,))) is None  # one at a time


def test_who_does_not_answer_is_called_again_and_in_the_end_not_any_more(callbacks: Callbacks, clock: SetClock) -> None:
    asked = noted(callbacks)
    for again in (True, True, False):
        dialled(callbacks)
        callbacks.missed(asked.id)
        assert callbacks.claim(FREE) is None
        assert state(callbacks, asked) is (CallbackState.WAITING if again else CallbackState.FAILED)
        clock.pass_by(timedelta(minutes=15))


def test_a_line_that_was_killed_between_claim_and_answer_forgets_nobody(callbacks: Callbacks, clock: SetClock) -> None:
    asked = noted(callbacks)
    assert callbacks.claim(FREE) is not None
    callbacks.settle()
    assert state(callbacks, asked) is CallbackState.CALLING
    clock.pass_by(timedelta(seconds=36))
    callbacks.settle()
    assert state(callbacks, asked) is CallbackState.WAITING
    assert callbacks.answered(asked.id, "1.2") is None  # the telephone that rang all the same
    clock.pass_by(timedelta(minutes=15))
    dialled(callbacks)
    assert callbacks.answered(asked.id, "1.3") is not None
    clock.pass_by(timedelta(minutes=4))
    callbacks.settle(lambda call: call == "1.3")
    assert state(callbacks, asked) is CallbackState.DIALLED
    callbacks.settle()
    assert state(callbacks, asked) is CallbackState.WAITING


def test_one_telephone_waits_once_and_so_often_a_day(callbacks: Callbacks, clock: SetClock) -> None:
    for _ in range(2):
        asked = noted(callbacks)
        assert callbacks.ask(wanted(callbacks, "0812 3456 7890")) is Declined.AGAIN
        assert callbacks.cancel(asked.id) is not None
    assert callbacks.ask(wanted(callbacks)) is Declined.AGAIN
    clock.pass_by(timedelta(days=1))
    noted(callbacks)


def test_one_caller_sends_us_to_few_telephones(callbacks: Callbacks) -> None:
    for number in ("081211111111", "081222222222"):
        assert isinstance(callbacks.ask(wanted(callbacks, number, caller=b"one")), Callback)
    assert callbacks.ask(wanted(callbacks, "081233333333", caller=b"one")) is Declined.AGAIN
    assert isinstance(callbacks.ask(wanted(callbacks, "081233333333", caller=b"two")), Callback)


def test_who_had_not_asked_is_left_in_peace(callbacks: Callbacks) -> None:
    asked = noted(callbacks)
    dialled(callbacks)
    callbacks.refused(asked.id)
    assert state(callbacks, asked) is CallbackState.REFUSED
    assert callbacks.ask(wanted(callbacks)) is Declined.AGAIN


def test_no_more_are_taken_than_can_be_called(book: CallbackBook, clock: SetClock) -> None:
    callbacks = Callbacks(book, Limits(most=1), trunk=True, clock=clock)
    noted(callbacks)
    assert callbacks.ask(wanted(callbacks, "081222222222")) is Declined.FULL


def test_numbers_that_we_do_not_call_are_declined(callbacks: Callbacks) -> None:
    assert callbacks.ask(wanted(callbacks, "08091234567")) is Declined.NUMBER


def test_without_a_trunk_telephones_of_the_house_are_called_alone(book: CallbackBook, clock: SetClock) -> None:
    callbacks = Callbacks(book, Limits(), trunk=False, clock=clock)
    assert callbacks.offered("tester1") and not callbacks.offered("")
    assert callbacks.ask(wanted(callbacks)) is Declined.NUMBER
    asked = callbacks.ask(Wanted("1234567", b"", clock.now, account="tester1"))
    assert isinstance(asked, Callback) and (asked.number, asked.account) == ("", "tester1")
    assert not Callbacks(book, Limits(enabled=False), trunk=True, clock=clock).offered("")


def test_what_has_expired_is_not_called(callbacks: Callbacks, clock: SetClock) -> None:
    asked = noted(callbacks)
    clock.pass_by(timedelta(days=7))
    assert callbacks.claim(FREE) is None
    callbacks.settle()
    assert state(callbacks, asked) is CallbackState.EXPIRED


def test_one_that_is_being_called_can_not_be_cancelled(callbacks: Callbacks) -> None:
    asked = noted(callbacks)
    dialled(callbacks)
    assert callbacks.cancel(asked.id) is None
    assert state(callbacks, asked) is CallbackState.DIALLED


def test_a_day_after_the_end_no_number_is_left(callbacks: Callbacks, clock: SetClock) -> None:
    asked, waits = noted(callbacks), noted(callbacks, "081222222222")
    callbacks.cancel(asked.id)
    clock.pass_by(timedelta(days=1, seconds=1))
    assert callbacks.purge(timedelta(days=3)) == 0
    kept = {one.id: one.number for one in callbacks.book.listed(list(CallbackState))}
    assert kept == {asked.id: "", waits.id: "+6281222222222"}
    clock.pass_by(timedelta(days=3))
    assert callbacks.purge(timedelta(days=3)) == 1


def test_neither_number_nor_code_is_shown_by_accident(callbacks: Callbacks) -> None:
    asked = noted(callbacks)
    assert asked.number not in repr(asked) and asked.code not in repr(asked)
