"""A complaint by telephone: what the caller hears, and what is left, however it ends."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sample_office import SampleOffice
from scripted_caller import Notes

from agi.books import messages
from agi.books.events import Outcome
from agi.books.ticket import Category, Mark, State, Ticket
from agi.dialogue.question import Recorded, Value
from agi.services.message import judged

pytest_plugins = ["office_fixtures"]

BEGIN = "4 4 4 1 1"
"""About the service, and consent."""


def left(office: SampleOffice) -> list[tuple[State, Mark, float]]:
    tickets = office.office.tickets.book.tickets(list(State))
    return [(one.state, one.mark, one.message_s) for one in tickets]


def values(call_notes: Notes) -> list[Value]:
    """All that the record was given of values."""
    asked = [
        value for question, _, _ in call_notes.all_asked for one in question.prompts for value in one.places.values()
    ]
    answers = [answer.value for _, answer, _ in call_notes.all_asked]
    return [*asked, *answers, *(value for one in call_notes.all_said for value in one.places.values())]


def test_number_and_pin_are_told_twice_and_9_tells_them_again(office: SampleOffice) -> None:
    call = office.call(f"{BEGIN} :5 1 3 9 2")
    told = [one for one in call.prompts if one.key in ("ticket.number", "ticket.pin")]
    assert [one.key for one in told] == ["ticket.number", "ticket.pin"] * 2
    number, pin = told[0].places, told[1].places
    assert number["number"] == number["again"]
    assert pin["pin"] == pin["again"]
    found = office.office.tickets.status(call.desk.visitor, str(number["number"]), str(pin["pin"]))
    assert isinstance(found, Ticket)
    assert call.ending.outcome is Outcome.COMPLETED


def test_neither_number_nor_pin_nor_telephone_stands_in_the_record(office: SampleOffice) -> None:
    call = office.call(f"{BEGIN} :5 1 2 081234567890# 1 2")
    (ticket,) = office.office.tickets.book.tickets([State.OPEN])
    assert ticket.callback == "081234567890"
    pin = next(str(one.places["pin"]) for one in call.prompts if one.key == "ticket.pin")
    assert not {ticket.number, pin, ticket.callback} & set(map(str, values(call.notes)))


@pytest.mark.parametrize(
    ("script", "mark", "seconds"),
    [
        (f"{BEGIN} !", Mark.LEFT, 0.0),
        (f"{BEGIN} :5 !", Mark.LEFT, 5.0),
        (f"{BEGIN} :5 , , ,", Mark.LEFT, 5.0),
        (f"{BEGIN} :5 *", Mark.LEFT, 5.0),
        (f"{BEGIN} :5 0", Mark.LEFT, 5.0),
        (f"{BEGIN} :5 1 !", Mark.LEFT, 5.0),
        (f"{BEGIN} :0 :0 :0", Mark.SILENT, 0.0),
        (f"{BEGIN} :1 :1 :1", Mark.SHORT, 1.0),
        (f"{BEGIN} :full", Mark.LOST, 0.0),
    ],
)
def test_what_was_not_sent_stays_as_a_draft_with_its_mark(
    office: SampleOffice, script: str, mark: Mark, seconds: float
) -> None:
    call = office.call(script)
    assert left(office) == [(State.DRAFT, mark, seconds)]
    assert ("ticket.draft", str(mark)) in call.notes.all_noted


def test_who_is_silent_after_all_is_said_comes_to_an_agent(office: SampleOffice) -> None:
    call = office.call(f"{BEGIN} :0 :0 :0")
    assert call.heard.count("complaint.silent") == 3
    assert call.ending.outcome is Outcome.GAVE_UP


def test_what_is_deleted_or_not_agreed_to_leaves_nothing(office: SampleOffice) -> None:
    office.call(f"{BEGIN} :5 4 2")
    office.call("4 4 4 1 2 2")
    assert left(office) == []


def test_where_the_book_can_not_be_used_nobody_speaks_for_nothing(office: SampleOffice) -> None:
    office.settings.tickets_db.mkdir(parents=True)
    call = office.call("4 4 4")
    assert "complaint.category" not in call.heard
    assert call.heard[-2:] == ["complaint.unavailable", "agent.connecting"]
    assert call.ending.outcome is Outcome.TRANSFERRED


def test_a_full_disk_at_the_end_is_told_and_an_agent_takes_over(
    office: SampleOffice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(messages, "private_file", full)
    monkeypatch.setattr("scripted_caller.ScriptedPhone.sound", lambda _, name: _written(tmp_path, name))
    monkeypatch.setattr("agi.services.dictation.judged", lambda *_: Mark.NONE)
    call = office.call(f"{BEGIN} :5 1 3")
    assert "ticket.number" not in call.heard
    assert call.heard[-2:] == ["complaint.unavailable", "agent.connecting"]
    assert [(state, mark) for state, mark, _ in left(office)] == [(State.DRAFT, Mark.LOST)]


def _written(folder: Path, name: str) -> Path:
    sound = folder / f"{name}.wav"
    sound.write_bytes(b"sound")
    return sound


def test_the_status_names_the_last_day(office: SampleOffice) -> None:
    tickets = office.office.tickets
    opened = tickets.submit(tickets.begin(Category.FEE, "call").id, None, 0.0)
    call = office.call(f"2 3 {opened.number} {opened.pin} 2")
    assert call.heard[-5:-2] == ["ticket.open", "ticket.due", "menu.more"]
    assert call.desk.case.verified == "ticket+pin"


@pytest.mark.parametrize(
    ("speech_s", "mark"), [(0.0, Mark.SILENT), (0.6, Mark.SHORT), (2.5, Mark.NONE)], ids=["silence", "halo", "sentence"]
)
def test_a_message_is_judged_by_how_long_somebody_speaks_in_it(tmp_path: Path, speech_s: float, mark: Mark) -> None:
    times = np.arange(round(speech_s * 8000)) / 8000
    voice = sum(np.sin(2 * np.pi * 130 * nth * times) / nth for nth in range(1, 12)) * 3000 * np.ones(len(times))
    sound = np.concatenate([np.zeros(8000), voice, np.zeros(16000)]).astype(np.int16)
    soundfile.write(tmp_path / "message.wav", sound, 8000)
    assert judged(Recorded(3.0), tmp_path / "message.wav") is mark


def test_a_file_that_can_not_be_read_has_nothing_in_it(tmp_path: Path) -> None:
    (tmp_path / "message.wav").write_bytes(b"no sound")
    assert judged(Recorded(3.0), tmp_path / "message.wav") is Mark.SILENT
