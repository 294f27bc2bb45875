"""What every book of contacts does, wherever it is kept: in SQLite, in memory."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from queue import SimpleQueue

import pytest
from books_data import KEY, START, asked, ended, nik
from memory_books import MemoryCalls

from agi.books.calls import CallBook
from agi.books.contacts import Contact
from agi.books.errors import CallNotFound
from agi.books.events import (
    QUEUE,
    Answered,
    Asked,
    Carried,
    Channel,
    Ended,
    Event,
    Noted,
    NoteKind,
    Outcome,
    Returned,
    Said,
    Told,
    Waited,
    WaitEnd,
)
from agi.books.ports import CallHistory, CallLog
from agi.books.reader import CallReader


@dataclass
class Book:
    """Both sides of one."""

    log: CallLog
    history: CallHistory

    def read(self, contact_id: str = "1") -> Contact:
        assert self.log.flush(60)
        return self.history.call(contact_id)

    def events(self, contact_id: str = "1") -> tuple[Event, ...]:
        assert self.log.flush(60)
        return self.history.events(contact_id)

    def end(self, outcome: Outcome, where: str, why: str, after_s: float, contact_id: str = "1") -> None:
        self.log.event(contact_id, ended(outcome, where, why, START + timedelta(seconds=after_s)))


@pytest.fixture(params=["SQLite", "memory"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Book]:
    if request.param == "memory":
        calls = MemoryCalls()
        yield Book(calls, calls)
        return
    written = CallBook.open(tmp_path / "calls.db", KEY)
    with CallReader(written.path) as reader:
        yield Book(written, reader)
    written.close()


EVENTS: tuple[Event, ...] = (
    Told(at=START, prompts=(Said("a.b", {"nik": "••••", "n": 3, "d": date(2026, 1, 2)}), Said("c"))),
    Asked(
        at=START + timedelta(milliseconds=1500),
        question="nik",
        prompts=(Said("nik.ask", {"count": 16}),),
        attempt=2,
        answer=Answered("match", "speech", "•" * 16, 900, confidence=0.615, sure=False),
    ),
    Asked(at=START, question="kk", answer=Answered("no-input", "none", took_ms=7000, fell_back="slow")),
    Noted(at=START, kind=NoteKind.NIK_CHECKED, detail="ktp.card_issued"),
    Noted.of(START, "of a later version", "with detail"),
    Ended(at=START, outcome=Outcome.FAILED, where="nik", why="SlowDisk"),
    Returned(at=START),
    Waited(at=START, seconds=42, end=WaitEnd.LEFT),
    Carried(at=START, codec="alaw", received=900, lost=100, jitter_ms=3.5, sent=1000, lost_there=7, rtt_ms=20.0),
)


def test_a_contact_is_kept_from_begin_to_end(book: Book) -> None:
    book.log.begin("1", "+6281234567890", START, edition=7)
    book.log.event("1", asked())
    book.end(Outcome.COMPLETED, "goodbye", "", 42)
    call = book.read()
    assert (call.sender, call.started, call.lasted_s) == ("•••••••••••890", START, 42.0)
    assert (call.outcome, call.where, call.channel, call.edition) == (
        Outcome.COMPLETED, "goodbye", Channel.TELEPHONE, 7,
    )  # fmt: skip


def test_every_event_comes_back_as_it_was_told(book: Book) -> None:
    for event in EVENTS:
        book.log.event("1", event)
    found = book.events()
    assert found == EVENTS
    for event in found:  # its key came back too: told again, it is the same event
        book.log.event("1", event)
    assert book.events() == EVENTS


def test_what_is_told_twice_is_kept_once(book: Book) -> None:
    for _ in range(2):
        book.log.begin("1", "081234567890", START)
        for event in EVENTS:
            book.log.event("1", event)
    assert book.events() == EVENTS
    assert len(book.history.calls()) == 1


def test_an_end_or_a_return_that_is_told_again_later_does_not_count_again(book: Book) -> None:
    first, returned = ended(Outcome.FAILED, "nik", "SlowDisk", START), Returned(at=START)
    last = ended(Outcome.COMPLETED, "goodbye", "", START)
    for event in (first, returned, first):
        book.log.event("1", event)
    assert book.read().outcome is None
    for event in (last, returned):
        book.log.event("1", event)
    assert book.read().outcome is Outcome.COMPLETED
    assert book.events() == (first, returned, last)


def test_an_event_of_another_contact_is_another_one(book: Book) -> None:
    book.log.event("1", EVENTS[0])
    book.log.event("2", EVENTS[0])
    assert book.events("1") == book.events("2") == EVENTS[:1]


def test_a_number_is_kept_as_its_last_four_digits(book: Book) -> None:
    book.log.begin("1", "081234567890", START)
    book.log.about("1", nik(1))
    assert book.read().about == "••••••••••••9001"


@pytest.mark.parametrize(("sender", "shown"), [("", ""), ("7001", "••••"), ("•••••890", "•••••890"), ("\x00x", "••")])
def test_any_sender_is_taken(book: Book, sender: str, shown: str) -> None:
    book.log.begin("1", sender, START)
    assert book.read().sender == shown


@pytest.mark.parametrize(
    ("first", "second", "kept", "afterwards"),
    [
        (Outcome.TRANSFERRED, Outcome.TRANSFERRED, (Outcome.TRANSFERRED, QUEUE, "late"), ""),
        (Outcome.TRANSFERRED, Outcome.ABANDONED, (Outcome.ABANDONED, QUEUE, "late"), ""),
        (Outcome.GAVE_UP, Outcome.TRANSFERRED, (Outcome.GAVE_UP, "nik", "early"), "transferred: late"),
        (Outcome.FAILED, Outcome.ABANDONED, (Outcome.FAILED, "nik", "early"), "abandoned: late"),
        (Outcome.LOCKED_OUT, Outcome.TRANSFERRED, (Outcome.LOCKED_OUT, "nik", "early"), "transferred: late"),
    ],
)
def test_of_an_end_and_what_came_of_it_in_the_queue_the_more_informative_counts(
    book: Book, first: Outcome, second: Outcome, kept: tuple[Outcome, str, str], afterwards: str
) -> None:
    book.log.begin("1", "", START)
    book.end(first, "nik", "early", 10)
    for _ in range(2):
        book.end(second, QUEUE, "late", 70)
    call = book.read()
    assert (call.outcome, call.where, call.why) == kept
    assert call.afterwards == afterwards
    assert call.lasted_s == 70


@pytest.mark.parametrize(
    ("line", "dialplan", "counts"),
    [
        (("abandoned", "nik_check.kk", "hung up"), ("abandoned", "kk", "no sound"), "abandoned nik_check.kk no sound"),
        (("abandoned", "nik_check.kk", "no sound"), ("abandoned", "kk", "hung up"), "abandoned nik_check.kk no sound"),
        (
            ("transferred", "main", "asked"),
            ("abandoned", "main", "hung up"),
            "abandoned queue hung up before the queue",
        ),
        (("transferred", QUEUE, "agent 7001"), ("abandoned", "more", "hung up"), "transferred queue agent 7001"),
        (("transferred", "main", "asked"), ("failed", "main", "line stopped"), "transferred main asked"),
        (("completed", "goodbye", ""), ("failed", "main", "line stopped"), "completed goodbye "),
    ],
)
def test_of_the_lines_end_and_the_dialplans_the_one_that_knows_more_counts(
    book: Book, line: tuple[str, str, str], dialplan: tuple[str, str, str], counts: str
) -> None:
    for outcome, where, why in (line, dialplan, dialplan):
        book.end(Outcome(outcome), where, why, 5)
    call = book.read()
    assert (f"{call.outcome} {call.where} {call.why}", call.afterwards) == (counts, "")


def test_a_hang_up_after_the_end_changes_nothing_but_the_time(book: Book) -> None:
    book.log.begin("1", "", START)
    book.end(Outcome.COMPLETED, "goodbye", "", 10)
    book.end(Outcome.ABANDONED, "", "hung up", 11)
    call = book.read()
    assert (call.outcome, call.where, call.afterwards, call.lasted_s) == (Outcome.COMPLETED, "goodbye", "", 11)


def test_an_end_without_a_place_is_at_the_last_question(book: Book) -> None:
    book.end(Outcome.FAILED, "", "line killed", 5, "early")
    book.log.event("1", asked("menu"))
    book.log.event("1", asked("nik"))
    book.end(Outcome.FAILED, "", "line killed", 5)
    assert [book.read(one).where for one in ("early", "1")] == ["start", "nik"]


def test_an_end_without_begin_makes_the_record(book: Book) -> None:
    book.end(Outcome.FAILED, "", "line killed", 5)
    book.log.begin("1", "081234567890", START, edition=7)  # the spool may tell them in any order
    call = book.read()
    assert call.edition == 7
    assert (call.outcome, call.started, call.sender) == (Outcome.FAILED, START, "•••••••••890")


def test_a_contact_back_from_the_queue_is_open_again_and_remembers(book: Book) -> None:
    book.log.begin("1", "", START)
    assert book.log.flush(60)
    assert [one.id for one in book.history.open_calls()] == ["1"]
    book.end(Outcome.FAILED, "menu", "SlowDisk", 10)
    book.end(Outcome.FAILED, QUEUE, "no agent on duty", 12)
    assert book.log.flush(60)
    assert book.history.open_calls() == ()
    book.log.event("1", Returned(at=START))
    assert book.log.flush(60)
    assert [one.id for one in book.history.open_calls()] == ["1"]
    book.end(Outcome.COMPLETED, "goodbye", "", 60)
    assert (book.read().outcome, book.read().afterwards) == (Outcome.COMPLETED, "")
    course = book.history.course(book.read())
    assert course.first_failure == "failed at menu: SlowDisk"
    assert [one.why for one in book.events() if isinstance(one, Ended)] == ["SlowDisk", "no agent on duty", ""]


def test_a_registry_that_was_away_is_a_failure_though_the_caller_went_on(book: Book) -> None:
    book.log.begin("1", "", START)
    book.log.event("1", asked("kk"))
    book.log.event("1", Noted(at=START, kind=NoteKind.REGISTRY_UNAVAILABLE, detail="RegistryStalled"))
    book.log.event("1", asked("main"))
    book.end(Outcome.ABANDONED, "main", "hung up", 30)
    assert book.history.course(book.read()).first_failure == "failed at kk: RegistryStalled"


def test_the_course_holds_the_doubts_of_speech(book: Book) -> None:
    book.log.begin("1", "", START)
    for answer in (
        Answered("match", "keys"), Answered("match", "speech", confidence=0.9),
        Answered("match", "speech", confidence=0.4, sure=False), Answered("match", "keys", fell_back="dead"),
    ):  # fmt: skip
        book.log.event("1", Asked(at=START, question="menu", answer=answer))
    course = book.history.course(book.read())
    assert (course.confidence, course.fell_back, course.turns.asked) == (0.4, "dead", 4)


def test_a_clock_set_back_makes_nothing_negative(book: Book) -> None:
    book.log.begin("1", "", START)
    book.log.event("1", Asked(at=START, question="nik", answer=Answered("match", took_ms=-5)))
    book.end(Outcome.COMPLETED, "", "", -3600)
    assert book.read().lasted_s == 0
    (turn,) = [one for one in book.events() if isinstance(one, Asked)]
    assert turn.answer.took_ms == 0


def test_contacts_are_found_by_outcome_time_and_beginning_of_their_id(book: Book) -> None:
    for place in range(5):
        book.log.begin(f"17.{place}", "", START + timedelta(hours=place))
    book.end(Outcome.FAILED, "", "x", 4 * 3600, "17.3")
    assert book.log.flush(60)
    three = START + timedelta(hours=3)
    assert [c.id for c in book.history.calls(2)] == ["17.4", "17.3"]
    assert [c.id for c in book.history.calls(outcome=Outcome.FAILED)] == ["17.3"]
    assert [c.id for c in book.history.calls(since=three)] == ["17.4", "17.3"]
    assert [c.id for c in book.history.calls(-1, until=three)] == ["17.2", "17.1", "17.0"]
    assert book.history.call("17.2").id == "17.2"
    for wrong in ("17", "99", "", "17.%"):
        with pytest.raises(CallNotFound):
            book.history.call(wrong)


def test_begins_events_and_ends_are_followed(book: Book) -> None:
    book.log.begin("old", "", START)
    assert book.log.flush(60)
    seen: SimpleQueue[Contact | tuple[str, Event]] = SimpleQueue()
    over = threading.Event()

    def follow() -> None:
        for new in book.history.follow():
            seen.put(new)
            if over.is_set():
                return

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    first = asked("first")
    while seen.empty():  # a follower begins with what comes from then on: give it something
        book.log.event("old", asked("before"))
        over.wait(0.05)
    book.log.begin("new", "", START)
    book.log.event("new", first)
    book.end(Outcome.COMPLETED, "menu", "", 9, "new")
    wanted = {("begun", None), ("asked", "first"), ("ended", Outcome.COMPLETED)}
    while wanted:
        match seen.get(timeout=10):
            case Contact(id="new", ended=None):
                wanted.discard(("begun", None))
            case Contact(id="new", outcome=outcome):
                wanted.discard(("ended", outcome))
            case ("new", Asked(question=question)):
                wanted.discard(("asked", question))
    over.set()
    book.log.event("old", asked("last"))
    thread.join(10)
    assert not thread.is_alive()


def test_the_editions_that_contacts_name_are_known(book: Book) -> None:
    for number, edition in enumerate((3, 3, 0, 12)):
        book.log.begin(str(number), "", START, edition=edition)
    assert book.log.flush(60)
    assert book.history.editions() == {3, 12}
