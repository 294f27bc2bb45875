"""Ended calls that the dialplan tells of: every one gets its record, whatever the line knew of it.

No word that Asterisk has written is lost, whatever is killed meanwhile.
"""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from books_data import asked, ended
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agi.books.calls import CallBook
from agi.books.contacts import Contact
from agi.books.events import Carried, Noted, NoteKind, Outcome, Waited, WaitEnd
from agi.books.reader import CallReader
from agi.line.spool import Spool, asterisk_since, parse

STARTED, ENDED = 1795504227, 1795504257
ID = "1795504227.1"


def told(**fields: object) -> str:
    """What the dialplan writes of a call."""
    given = {
        "started": STARTED, "ended": ENDED, "step": "line", "fault": "", "back": "", "queue": "", "agent": "",
        "caller": "537", **fields,
    }  # fmt: skip
    return " ".join(f"{name}={value}" for name, value in given.items()) + " end"


def line(call_id: str, text: str) -> str:
    """The line that Asterisk adds for a call."""
    return f'"{{""extra"":""call={call_id} {text}""}}"\n'


class Desk:
    """A spool, the book it fills, and what it is told of the world."""

    def __init__(self, folder: Path) -> None:
        self.book = CallBook.open(folder / "calls.db", bytes(32))
        self.words = folder / "ended"
        self.aside = folder / "taken"
        self.live: set[str] = set()
        self.asterisk: datetime | None = datetime.fromtimestamp(STARTED - 60, UTC)
        self.spool = Spool(self.words, self.book, lambda: self.live, lambda: self.asterisk)

    def drop(self, text: str, call_id: str = ID) -> None:
        """A call ends, some time ago."""
        with self.words.open("a") as words:
            words.write(line(call_id, text))
        self.later()

    def later(self) -> None:
        """Some time goes by."""
        for path in (self.words, self.aside):
            if path.exists():
                os.utime(path, (ENDED, ENDED))

    def recorded(self) -> set[str]:
        """The calls in the book."""
        with CallReader(self.book.path) as reader:
            return {call.id for call in reader.calls()}

    def record(self, call_id: str = ID) -> Contact:
        with CallReader(self.book.path) as reader:
            return reader.call(call_id)

    def outcome(self, **fields: object) -> tuple[Outcome | None, str, str, str]:
        """What the record says after the spool was drained of one call."""
        self.drop(told(**fields))
        assert self.spool.drain() == 1
        assert not self.words.exists() and not self.aside.exists()
        record = self.record()
        return record.outcome, record.where, record.why, record.afterwards


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.book.close()


NEVER_REACHED = {
    "hung up before the line took it": ({}, ("abandoned", "start", "hung up", "")),
    "hung up during the apology": (
        {"step": "fault", "fault": "refused"},
        ("failed", "start", "line not reached", "abandoned: hung up during the apology"),
    ),
    "answered by an agent instead": (
        {"step": "queue", "fault": "refused", "agent": "PJSIP/7001"},
        ("failed", "start", "line not reached", "transferred: agent 7001"),
    ),
    "hung up in the queue": (
        {"step": "queue", "fault": "silent"},
        ("failed", "start", "line silent", "abandoned: hung up while waiting"),
    ),
    "nobody at all": (
        {"step": "nobody", "fault": "refused", "back": "empty", "queue": "JOINEMPTY"},
        ("failed", "start", "line not reached", "failed: no agent on duty"),
    ),
}


@pytest.mark.parametrize("story", NEVER_REACHED)
def test_a_call_the_line_never_saw_gets_a_record(desk: Desk, story: str) -> None:
    fields, expected = NEVER_REACHED[story]
    assert desk.outcome(**fields) == expected
    record = desk.record()
    assert record.sender.endswith("537") and "•" in record.sender
    assert record.lasted_s == ENDED - STARTED


TRANSFERRED = {
    "an agent answered": ({"step": "queue", "agent": "PJSIP/7002"}, ("transferred", "queue", "agent 7002", "")),
    "hung up while waiting": ({"step": "queue"}, ("abandoned", "queue", "hung up while waiting", "")),
    "hung up on the way": ({"step": "line"}, ("abandoned", "queue", "hung up before the queue", "")),
}


@pytest.mark.parametrize("story", TRANSFERRED)
def test_what_came_of_a_transfer_completes_the_record(desk: Desk, story: str) -> None:
    fields, expected = TRANSFERRED[story]
    desk.book.begin(ID, "0215550537", datetime.fromtimestamp(STARTED, UTC))
    desk.book.event(
        ID, ended(Outcome.TRANSFERRED, "main", "asked for an agent", datetime.fromtimestamp(STARTED + 9, UTC))
    )
    assert desk.outcome(**fields) == expected


def test_a_call_that_the_line_has_ended_stays_as_it_is(desk: Desk) -> None:
    desk.book.event(ID, ended(Outcome.COMPLETED, "nik_check", "goodbye", datetime.fromtimestamp(ENDED, UTC)))
    assert desk.outcome() == ("completed", "nik_check", "goodbye", "")


def test_a_call_whose_line_was_killed_is_failed_where_it_was(desk: Desk) -> None:
    at = datetime.fromtimestamp(STARTED, UTC)
    desk.book.begin(ID, "", at)
    desk.book.event(ID, asked("nik"))
    assert desk.outcome(step="queue", fault="stopped", agent="PJSIP/7001") == (
        "failed", "nik", "line stopped", "transferred: agent 7001",
    )  # fmt: skip


def test_taking_the_same_line_in_again_changes_nothing(desk: Desk) -> None:
    first = desk.outcome(step="queue", fault="stopped", agent="PJSIP/7001")
    with CallReader(desk.book.path) as reader:
        events = reader.events(ID)
    assert desk.outcome(step="queue", fault="stopped", agent="PJSIP/7001") == first
    assert desk.outcome(step="queue", fault="stopped", agent="PJSIP/7001") == first
    with CallReader(desk.book.path) as reader:
        assert reader.events(ID) == events


RTP = "codec=alaw;ssrc=1;themssrc=2;lp=100;rxjitter=0.003500;rxcount=900;txjitter=0.0;txcount=950;rlp=19;rtt=0.040000"


def test_how_the_sound_was_carried_is_told_once(desk: Desk) -> None:
    for _ in range(2):
        desk.outcome(rtp=RTP)
    with CallReader(desk.book.path) as reader:
        (found,) = [one for one in reader.events(ID) if isinstance(one, Carried)]
    assert (found.codec, found.received, found.lost, found.sent, found.lost_there) == ("alaw", 900, 100, 950, 19)
    assert (found.loss, found.loss_there, found.jitter_ms, found.rtt_ms) == (0.1, 0.02, 3.5, 40.0)
    assert found.bad


@pytest.mark.parametrize("junk", ["", "rxcount", "codec=alaw", "rxcount=-1;txcount=x", "rxcount=nan;txcount=0"])
def test_sound_of_which_nothing_is_known_is_not_told(desk: Desk, junk: str) -> None:
    desk.outcome(rtp=junk)
    with CallReader(desk.book.path) as reader:
        assert not any(isinstance(one, Carried) for one in reader.events(ID))


@pytest.mark.parametrize(
    ("lost", "jitter_ms", "rtt_ms", "mos", "bad"),
    [(0, 0, 0, 4.4, False), (10, 0, 0, 3.8, False), (30, 0, 0, 2.8, True), (100, 0, 0, 1.5, True),
     (0, 20, 100, 4.3, False), (0, 150, 600, 1.6, True), (1000, 0, 0, 1.0, True)],
)  # fmt: skip
def test_a_connection_is_rated_as_the_e_model_does(
    lost: int, jitter_ms: float, rtt_ms: float, mos: float, *, bad: bool
) -> None:
    at, received = datetime.fromtimestamp(ENDED, UTC), 1000 - lost
    carried = Carried(
        at=at, codec="", received=received, lost=lost, jitter_ms=jitter_ms, sent=0, lost_there=0, rtt_ms=rtt_ms
    )
    assert carried.mos == pytest.approx(mos, abs=0.06)
    assert carried.bad is bad


WAITS = {
    "an agent answered": ({"queued": STARTED, "held": 17, "agent": "PJSIP/7001"}, (17, WaitEnd.ANSWERED)),
    "hung up while waiting": ({"queued": ENDED - 12}, (12, WaitEnd.HUNG_UP)),
    "nobody was there": ({"queued": ENDED - 12, "queue": "JOINEMPTY"}, None),
    "of an earlier dialplan": ({}, None),
}


@pytest.mark.parametrize("story", WAITS)
def test_the_wait_for_an_agent_is_told(desk: Desk, story: str) -> None:
    fields, expected = WAITS[story]
    for _ in range(2):
        desk.outcome(step="queue", **fields)
    with CallReader(desk.book.path) as reader:
        found = [(one.seconds, one.end) for one in reader.events(ID) if isinstance(one, Waited)]
    assert found == ([expected] if expected else [])


def test_sound_that_went_to_another_address_is_noted_once(desk: Desk) -> None:
    desk.outcome(sound="same")
    with CallReader(desk.book.path) as reader:
        assert not any(isinstance(one, Noted) for one in reader.events(ID))
        for _ in range(2):
            desk.outcome(sound="other")
            (noted,) = [one for one in reader.events(ID) if isinstance(one, Noted)]
            assert (noted.kind, noted.detail) == (NoteKind.SOUND, "of another address than the call's")


def test_a_call_that_the_line_is_still_talking_in_waits_and_no_other_with_it(desk: Desk) -> None:
    desk.drop(told())
    desk.live.add(ID)
    for other in ("other.1", "other.2"):
        desk.drop(told(), other)
        assert desk.spool.drain() == 1
        assert desk.recorded() >= {other} and ID not in desk.recorded()
        desk.later()
    desk.live.clear()
    assert desk.spool.drain() == 1
    assert desk.record().outcome == Outcome.ABANDONED


def test_a_line_that_asterisk_writes_while_the_file_is_put_aside_is_not_lost(desk: Desk) -> None:
    with desk.words.open("a") as writing:
        writing.write(line("first.1", told()))
        writing.flush()
        assert desk.spool.drain() == 0  # the last line may be half written
        writing.write(line("first.2", told()))  # had it open before
    desk.words.write_text(line("second.1", told()))
    for taken in ({"first.1", "first.2"}, {"first.1", "first.2", "second.1"}):
        desk.later()
        desk.spool.drain()
        assert desk.recorded() == taken


def test_a_spool_killed_in_between_goes_on_where_it_was(desk: Desk) -> None:
    desk.aside.write_text(line(ID, told()))
    desk.drop(told(), "next.1")
    assert (desk.spool.drain(), desk.spool.drain()) == (1, 1)
    assert desk.recorded() == {ID, "next.1"}


@pytest.mark.parametrize(
    "junk", ["call=../../x started=1 end\n", "\0\n", "call= end\n", "started=1 end\n", "call=a ha\n", "call=..x end\n"]
)
def test_what_is_no_last_word_gives_no_record(desk: Desk, junk: str) -> None:
    desk.words.write_text(junk)
    desk.drop(told())
    assert desk.spool.drain() == 1
    assert desk.recorded() == {ID}


@given(st.text(alphabet=st.characters(exclude_characters='"', exclude_categories=("C", "Z"))))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_junk_in_a_line_still_gives_a_record(desk: Desk, junk: str) -> None:
    desk.drop(f"{junk} end")
    assert desk.spool.drain() == 1
    assert desk.record().ended is not None


def test_nothing_of_a_number_but_three_digits_is_taken_from_a_line() -> None:
    call = parse(ID, told(caller="3273050000000001"), datetime.now(UTC))
    assert call.caller == "••••••001"


def test_a_line_stays_while_the_book_cannot_be_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.drop(told())
    monkeypatch.setattr(desk.book.writer, "flush", lambda *_: False)
    assert desk.spool.drain() == 0
    assert ID in desk.aside.read_text()


def test_calls_from_before_asterisk_was_started_are_closed(desk: Desk) -> None:
    now = datetime.now(UTC)
    desk.asterisk = now - timedelta(minutes=1)
    desk.book.begin("old.1", "", now - timedelta(minutes=5))
    desk.book.begin("live.2", "", now - timedelta(seconds=30))
    desk.book.flush(60)
    assert desk.spool.close_orphans() == 1
    desk.book.flush(60)
    assert desk.record("old.1").outcome == Outcome.FAILED
    assert desk.record("old.1").why == "Asterisk stopped"
    assert desk.record("live.2").outcome is None


def test_without_an_asterisk_no_call_is_alive(desk: Desk) -> None:
    desk.asterisk = None
    desk.book.begin(ID, "", datetime.now(UTC))
    desk.book.flush(60)
    assert desk.spool.close_orphans() == 1


def test_asterisks_start_is_told_by_its_pid_file(tmp_path: Path) -> None:
    assert asterisk_since(tmp_path) is None
    (tmp_path / "run").mkdir(exist_ok=True)
    (tmp_path / "run" / "asterisk.pid").write_text("999999999\n")
    assert asterisk_since(tmp_path) is None


def test_a_running_spool_takes_lines_in_by_itself(desk: Desk) -> None:
    desk.spool.start(every_s=0.02)
    desk.drop(told())
    deadline = time.monotonic() + 5
    while (desk.words.exists() or desk.aside.exists()) and time.monotonic() < deadline:
        time.sleep(0.01)
    desk.spool.stop()
    assert desk.record().outcome == Outcome.ABANDONED
