"""Complaints spoken into a telephone, through a real and confined Asterisk: what is kept is what was said."""

import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from line_exchange import Exchange, until
from numpy.typing import NDArray
from office_fixtures import patient_books

from agi.books.messages import length_s
from agi.books.ticket import Mark, State, Ticket
from agi.books.tickets import TicketBook
from agi.rehearsal.g711 import MU_LAW
from agi.workshop.softphone.phone import Ended
from agi.workshop.softphone.plain import PlainPhone, PlainPhones

__all__ = ["patient_books"]
pytestmark = pytest.mark.usefixtures("patient_books")

RATE = 8000
SECONDS = 3


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    # Who was cut off by one test is not asked by the next whether they go on.
    made = Exchange(
        tmp_path_factory.mktemp("complaints"), HOTLINE_CASES__RESUME_MINUTES="0", HOTLINE_LINE__STOP_GRACE_S="0.2"
    )
    made.start(confined=True)
    yield made
    made.close()


@pytest.fixture
def phone(exchange: Exchange, tmp_path: Path) -> Iterator[PlainPhone]:
    """A caller who has agreed to be recorded and has heard the tone; no other ticket is in the book."""
    exchange.settings.tickets_db.unlink(missing_ok=True)
    if exchange.line is None:
        exchange.start_line()
    phones = PlainPhones(exchange.account("tester1"))
    made = phones.phone(tmp_path / "heard.wav")
    made.dial("1500537", "081234567890")
    made.press("4441")
    until("consent is asked for", lambda: "complaint" in {one.question for one in exchange.asked(newest(exchange))})
    made.press("1")
    until("it may be recorded", lambda: "complaint.speak" in exchange.said(newest(exchange)))
    made.press("#")  # who knows the sentence goes past it
    until("it is recorded", lambda: list(exchange.settings.messages_spool.glob("[0-9a-f]*.wav")))
    yield made
    phones.close()
    exchange.wait_for_silence()


def newest(exchange: Exchange) -> str:
    return exchange.calls()[0].id


def voice() -> NDArray[np.int16]:
    """Something that a voice could be."""
    times = np.arange(SECONDS * RATE) / RATE
    harmonics = sum(np.sin(2 * np.pi * 130 * nth * times) / nth for nth in range(1, 12))
    syllables = harmonics * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * times))
    return np.asarray(syllables / np.abs(syllables).max() * 9000, np.int16)


def spoken(phone: PlainPhone, folder: Path) -> NDArray[np.int16]:
    """Say it; what of it arrives at the other end of the line."""
    sound = voice()
    soundfile.write(folder / "voice.wav", sound, RATE)
    phone.play(folder / "voice.wav")
    return MU_LAW.there_and_back(sound)


def only(exchange: Exchange) -> Ticket:
    (ticket,) = TicketBook(exchange.settings.tickets_db).tickets(list(State))
    return ticket


def message(exchange: Exchange, ticket: Ticket) -> Path:
    return exchange.settings.tickets_folder / f"{ticket.id}.wav"


def holds(sound: Path, said: NDArray[np.int16]) -> bool:
    """Whether all that was said is in the file, sample for sample."""
    found = soundfile.read(sound, dtype="int16")[0]
    begins = np.flatnonzero(found[: len(found) - len(said) + 1] == said[0])
    return any(np.array_equal(found[at : at + len(said)], said) for at in begins)


def test_a_complaint_comes_back_sample_for_sample(exchange: Exchange, phone: PlainPhone, tmp_path: Path) -> None:
    sound = next(exchange.settings.messages_spool.glob("[0-9a-f]*.wav"))
    said = spoken(phone, tmp_path)
    until("it is written", lambda: length_s(sound) > SECONDS + 0.5)
    phone.press("#1")
    until("the number to call is asked for", lambda: "message" in _asked(exchange))
    phone.press("1")
    until("it is told", lambda: "ticket.number" in exchange.said(newest(exchange)), 15)
    phone.hang_up()
    ticket = only(exchange)
    assert (ticket.state, ticket.mark, ticket.callback) == (State.OPEN, Mark.NONE, "+6281234567890")
    assert holds(message(exchange, ticket), said)
    assert message(exchange, ticket).stat().st_mode & 0o777 == 0o600
    assert list(exchange.settings.messages_spool.glob("[0-9a-f]*.wav")) == []


def test_who_hangs_up_in_the_middle_has_left_what_was_said(
    exchange: Exchange, phone: PlainPhone, tmp_path: Path
) -> None:
    sound = next(exchange.settings.messages_spool.glob("[0-9a-f]*.wav"))
    said = spoken(phone, tmp_path)
    until("some of it is written", lambda: length_s(sound) > 2)
    phone.hang_up()
    until("it is kept", lambda: only(exchange).mark is Mark.LEFT)
    ticket = only(exchange)
    assert ticket.state is State.DRAFT
    until("with the sound", lambda: message(exchange, ticket).exists())
    assert holds(message(exchange, ticket), said[: RATE // 2])


@pytest.mark.thorough
def test_a_line_that_is_killed_in_the_middle_loses_nothing_of_what_was_said(
    exchange: Exchange, phone: PlainPhone, tmp_path: Path
) -> None:
    sound = next(exchange.settings.messages_spool.glob("[0-9a-f]*.wav"))
    said = spoken(phone, tmp_path)
    until("some of it is written", lambda: length_s(sound) > 1)
    exchange.kill_line(signal.SIGKILL)
    until("all of it is written", lambda: length_s(sound) > SECONDS + 0.5)
    phone.hang_up()
    assert isinstance(phone.wait_ended(5), Ended | None)
    exchange.start_line()
    until("it is settled", lambda: only(exchange).mark is Mark.LEFT, 60)
    until("its message is there", message(exchange, only(exchange)).exists)
    assert holds(message(exchange, only(exchange)), said)


def _asked(exchange: Exchange) -> set[str]:
    return {one.question for one in exchange.asked(newest(exchange))}
