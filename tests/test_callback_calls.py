"""Called back on a real Asterisk: one telephone asks for it, is called with its code, and is put through at key 1."""

import re
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sample_office
from line_exchange import Exchange, until
from office_fixtures import patient_books

from agi.books.callback import Callback, CallbackState
from agi.books.contacts import Contact
from agi.books.events import Outcome
from agi.books.guesses import MemoryGuesses
from agi.books.telephone import e164
from agi.office.callbacks import Turn, Wanted
from agi.office.cases import Cases
from agi.office.limit import GuessLimit
from agi.office.office import callbacks_of, cases_of
from agi.workshop.softphone.plain import PlainPhone, PlainPhones

__all__ = ["patient_books"]
pytestmark = pytest.mark.usefixtures("patient_books")

NUMBER = "081255501234"


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    more = {"HOTLINE_QUEUE__ANNOUNCE_S": "3600", "HOTLINE_QUEUE__MAX_WAIT_S": "120"}
    made = Exchange(tmp_path_factory.mktemp("callback"), HOTLINE_CALLBACK__RING_S="10", **more)
    made.start(confined=True)
    yield made
    made.close()


@pytest.fixture
def line(exchange: Exchange) -> Iterator[Exchange]:
    """A line, and an empty book."""
    exchange.settings.cases_db.unlink(missing_ok=True)
    if exchange.line is None:
        exchange.start_line()
    yield exchange
    exchange.hang_up_all()


@contextmanager
def telephone(exchange: Exchange, account: str, folder: Path) -> Iterator[PlainPhone]:
    phones = PlainPhones(exchange.account(account))
    try:
        phone = phones.phone(folder / f"{account}.wav")
        phone.register()
        yield phone
    finally:
        phones.close()


def callback(exchange: Exchange) -> Callback | None:
    return next(iter(callbacks_of(exchange.settings).book.listed(list(CallbackState))), None)


def state(exchange: Exchange) -> CallbackState | None:
    found = callback(exchange)
    return found.state if found else None


def newest(exchange: Exchange) -> Contact:
    return max(exchange.calls(), key=lambda call: call.started)


def talking(exchange: Exchange) -> int:
    """The channels that hear one another."""
    return sum(bool(line.split("!")[-2]) for line in exchange.channels())


def said(exchange: Exchange, key: str) -> bool:
    return bool(exchange.calls()) and key in exchange.said(newest(exchange).id)


def asks_for_it(exchange: Exchange, citizen: PlainPhone, busy: PlainPhone) -> None:
    """`citizen` waits for the agent, who rings and does not answer, and asks to be called back."""
    citizen.dial("1500537", NUMBER)
    citizen.press("0")
    assert busy.wait_call(20) is not None
    citizen.press("1")
    until("they are back with the line", lambda: exchange.at("hotline"))
    citizen.press("1")
    until("the code is told", lambda: said(exchange, "call_back.noted"))
    assert citizen.wait_ended(40) is not None


@pytest.mark.thorough
def test_who_asks_for_it_is_called_with_the_code_and_is_put_through_at_key_1(line: Exchange, tmp_path: Path) -> None:
    with telephone(line, "tester1", tmp_path) as citizen, telephone(line, "7001", tmp_path) as agent:
        asks_for_it(line, citizen, agent)
        asking = newest(line)
        noted = callback(line)
        assert noted is not None and noted.account == "tester1"
        called = citizen.wait_call(60)
        assert called is not None
        citizen.answer()
        until("they are told who calls", lambda: newest(line).id != asking.id)
        assert agent.wait_call(3) is None  # nothing before key 1
        citizen.press("1")
        ringing = agent.wait_call(30)
        assert ringing is not None
        assert ringing.headers["X-Hotline-Call"] == newest(line).id
        assert ringing.headers["X-Hotline-Call-Number"] == noted.case_number
        agent.answer()
        until("they talk", lambda: talking(line) == 2)
        until("it is done", lambda: state(line) is CallbackState.DONE)
        assert "called_back.who" in line.said(newest(line).id)
        assert any(note.startswith("callback.reached") for note in line.noted(newest(line).id))
        log = (line.settings.var / "log" / "line.jsonl").read_text()
        assert NUMBER[1:] not in log and noted.code not in log.replace(noted.id, "")


def wanted(exchange: Exchange, **whom: str) -> Callback:
    """Somebody waits to be called."""
    office = callbacks_of(exchange.settings)
    asked = office.ask(Wanted("1234567", b"", office.clock() - timedelta(minutes=1), **whom))
    assert isinstance(asked, Callback)
    return asked


@pytest.mark.thorough
def test_who_does_not_press_1_is_put_through_to_nobody_and_called_again_later(line: Exchange, tmp_path: Path) -> None:
    with telephone(line, "tester1", tmp_path) as citizen, telephone(line, "7001", tmp_path) as agent:
        wanted(line, account="tester1")
        assert citizen.wait_call(60) is not None
        citizen.answer()
        until("they are told who calls", lambda: line.at("hotline"))
        citizen.hang_up()
        until("it waits again", lambda: state(line) is CallbackState.WAITING)
        found = callback(line)
        assert found is not None and found.tries == 1 and found.due > found.asked
        assert agent.wait_call(1) is None
        until("the call is recorded", lambda: newest(line).ended is not None)
        assert newest(line).outcome is Outcome.ABANDONED


@pytest.mark.thorough
def test_a_telephone_that_is_not_answered_rings_out_and_is_called_again_later(line: Exchange, tmp_path: Path) -> None:
    with telephone(line, "tester1", tmp_path) as citizen, telephone(line, "7001", tmp_path):
        wanted(line, account="tester1")
        assert citizen.wait_call(60) is not None
        until("it waits again", lambda: state(line) is CallbackState.WAITING, 90)
        found = callback(line)
        assert found is not None and found.tries == 1


@pytest.mark.thorough
@pytest.mark.parametrize("dialled", [False, True])
def test_a_line_that_is_killed_while_it_calls_calls_nobody_twice_for_one_claim(
    line: Exchange, tmp_path: Path, dialled: bool
) -> None:
    office = callbacks_of(line.settings)
    with telephone(line, "tester1", tmp_path) as citizen, telephone(line, "7001", tmp_path):
        line.kill_line()
        asked = wanted(line, account="tester1")
        assert office.claim(Turn(1, 1)) is not None
        if dialled:
            assert office.dial(asked.id) is not None
        line.start_line()
        if dialled:  # nobody is told whom to dial a second time
            line.ask(f"channel originate Local/{asked.id}@calling-back/n extension s@called-back")
        until("it waits again", lambda: state(line) is CallbackState.WAITING, 90)
        assert citizen.wait_call(1) is None


@pytest.mark.thorough
def test_who_is_cut_off_while_waiting_goes_on_at_their_place(line: Exchange, tmp_path: Path) -> None:
    with telephone(line, "7001", tmp_path) as agent, closing(PlainPhones(line.account("tester1"))) as phones:
        first, second = phones.phone(tmp_path / "first.wav"), phones.phone(tmp_path / "second.wav")
        first.dial("1500537", NUMBER)
        first.press("0")
        assert agent.wait_call(20) is not None
        second.dial("1500537", "081255509999")
        second.press("0")
        until("both wait", lambda: "agents has 2 calls" in line.ask("queue show agents"))
        first.hang_up()
        until("it is known", lambda: cases(line).interrupted(e164(NUMBER)) is not None)
        first.dial("1500537", NUMBER)
        until("they are asked", lambda: any("resume.cut_off" in line.said(one.id) for one in line.calls()))

        def both_wait() -> bool:
            first.press("0")  # takes them back, too, and says nothing in the queue
            return "agents has 2 calls" in line.ask("queue show agents")

        until("both wait", both_wait)
        told = re.findall(r"wait: ([0-9]+):([0-9]+), prio: ([0-9]+)", line.ask("queue show agents"))
        (came_again_s, place), (came_s, other) = ((60 * int(m) + int(s), int(prio)) for m, s, prio in told)
        assert came_again_s < came_s and place > other
        assert agent.wait_call(40) is not None
        agent.answer()
        until("they talk", lambda: talking(line) == 2)
        again = [one for one in line.calls() if any(note.startswith("call.resumed") for note in line.noted(one.id))]
        assert len(again) == 1
        first.hang_up()
        second.hang_up()


@pytest.fixture(scope="module")
def operator() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(60)
        yield sock


@pytest.mark.thorough
def test_other_telephones_are_called_by_the_trunk_as_in_the_country(operator: socket.socket, tmp_path: Path) -> None:
    made = Exchange(tmp_path, HOTLINE_TRUNK__HOST=f"127.0.0.1:{operator.getsockname()[1]}")
    made.start(confined=True)
    made.start_line()
    try:
        with telephone(made, "7001", tmp_path):
            wanted(made, number=NUMBER)
            while not (packet := operator.recv(65_536).decode()).startswith("INVITE"):
                pass
        assert packet.startswith(f"INVITE sip:{NUMBER}@127.0.0.1:")
        (sender,) = re.findall("^From: (.*)", packet, re.MULTILINE)
        assert "<sip:1500537@" in sender
        (found,) = callbacks_of(made.settings).book.listed(list(CallbackState))
        assert found.state is CallbackState.DIALLED
        for path in (made.settings.var / "log").rglob("*"):
            assert not path.is_file() or NUMBER[1:].encode() not in path.read_bytes(), path
    finally:
        made.close()


@pytest.mark.thorough
@pytest.mark.parametrize("digits", ["110", "0014155552671", "08", "1500537"])
def test_the_dialplan_itself_dials_no_other_numbers(line: Exchange, digits: str) -> None:
    line.kill_line()
    asked = wanted_in_the_book(line, digits)
    line.start_line()
    line.ask(f"channel originate Local/{asked.id}@calling-back/n extension s@called-back")
    until("it was asked for", lambda: state(line) is not CallbackState.CALLING)
    line.wait_for_silence()
    assert not [one for one in line.log() if "operator" in one]


def wanted_in_the_book(exchange: Exchange, digits: str) -> Callback:
    """One that is claimed, of a number that no caller could leave."""
    office = callbacks_of(exchange.settings)
    now = office.clock().replace(microsecond=0)
    made = Callback("0" * 16, "1234567", b"", f"+62{digits}", "", "1234", now, now, now, now + timedelta(1), now)
    made = replace(made, state=CallbackState.CALLING)
    assert office.book.add(made, lambda _: False)
    return made


def cases(exchange: Exchange) -> Cases:
    limit = GuessLimit(MemoryGuesses(), exchange.settings.lockout)
    return cases_of(exchange.settings, limit, sample_office.KEY)
