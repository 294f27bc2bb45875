"""Whole conversations by message, as they stand in tests/texts: what is sent, and what is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sample_office import MENU, TEXTS, SampleOffice, kk, kk_digits, nik, pin

from agi.books.halves import MemoryHalves
from agi.dialogue.question import Prompt
from agi.text.service import TextService
from agi.workshop.sample_make import registration_number

pytest_plugins = ["office_fixtures"]
Steps = list[dict[str, Any]]


def _dialogues() -> list[tuple[str, Steps]]:
    files = sorted((Path(__file__).parent / "texts").glob("*.yaml"))
    return [one for path in files for one in yaml.safe_load(path.read_text(encoding="utf-8")).items()]


@dataclass
class _Numbers:
    """What stands for `{nik[73]}`."""

    made: Callable[[int], str]

    def __getitem__(self, serial: int) -> str:
        return self.made(serial)


_NUMBERS: Mapping[str, object] = {
    "nik": _Numbers(nik),
    "kk": _Numbers(kk),
    "end": _Numbers(kk_digits),
    "pin": _Numbers(pin),
    "number": _Numbers(registration_number),
    "group": _Numbers(lambda serial: " ".join(registration_number(serial)[at : at + 4] for at in (0, 4, 8))),
}


@dataclass
class Texting:
    """One sender after another, and what was answered last."""

    office: SampleOffice
    service: TextService
    sender: str = "081200000001"
    sent: int = 0
    known: dict[str, object] = field(default_factory=lambda: dict(_NUMBERS))

    def step(self, step: Mapping[str, Any]) -> None:
        match step:
            case {"wait": minutes}:
                self.office.clock.pass_by(timedelta(minutes=minutes))
            case {"as": sender}:
                self.sender = sender
            case {"call": keys, "heard": key}:
                said = self.office.call(f"{keys.format(**self.known)} !", caller="somebody").prompts
                assert key in [one.key for one in said]
            case _:
                [(message, keys)] = step.items()
                assert [one.key for one in self.send(message)] == keys, message

    def send(self, message: str) -> tuple[Prompt, ...]:
        self.sent += 1
        answer = self.service.answer(self.sender, message.format(**self.known), f"test-{self.sent}", "test")
        assert answer.text
        for prompt in answer.found.prompts:
            if prompt.key in ("ticket.number", "ticket.pin"):
                name = prompt.key.replace("ticket.number", "ticket").replace("ticket.pin", "ticket_pin")
                self.known[name] = prompt.places["again"]
        return answer.found.prompts


@pytest.fixture
def texting(office: SampleOffice) -> Texting:
    return Texting(office, TextService(office.office, MENU, TEXTS, MemoryHalves()))


@pytest.mark.parametrize(("name", "steps"), [pytest.param(*one, id=one[0]) for one in _dialogues()])
def test_a_conversation_goes_as_it_is_written(name: str, steps: Steps, texting: Texting) -> None:
    for step in steps:
        texting.step(step)


def test_there_are_eighty_conversations() -> None:
    assert len(_dialogues()) >= 80


def test_what_is_answered_fits_one_short_message_and_says_no_key(texting: Texting) -> None:
    status = texting.service.answer("1", f"cek#ktp#{nik(73)}#{kk(73)}", "a", "test").text
    assert status == TEXTS.written("ktp.card_issued")
    for message in ("info", "syarat ktp digital", "nik tidak ditemukan", "legalisir dokumen"):
        answer = texting.service.answer("1", message, "b", "test").text
        assert "tekan" not in answer


def test_own_words_lead_to_what_the_menu_tells(texting: Texting) -> None:
    assert [one.key for one in texting.send("mau legalisir dokumen akta")] == ["info.legalisation"]
    assert [one.key for one in texting.send("blanko ktp habis")] == ["info.blanko"]


def test_a_complaint_answered_again_keeps_its_ticket_and_gets_a_new_pin(texting: Texting) -> None:
    first, again = (
        texting.service.answer("1", "lapor antrean di kantor lama sekali", "same", "test").found for _ in range(2)
    )
    assert first.about == again.about
    tickets = texting.office.office.tickets
    [only] = [one for one in tickets.book.tickets(["open"]) if one.call == "same"]
    assert only.number == first.about
    assert [one.text for one in tickets.book.notes(only.id)] == ["antrean di kantor lama sekali"]


def test_what_a_complaint_says_is_kept_without_numbers_of_persons(texting: Texting) -> None:
    found = texting.service.answer("1", f"lapor NIK {nik(73)} ditolak, hp 0812 0000 0000", "c", "test").found
    book = texting.office.office.tickets.book
    ticket = book.by_number(found.about)
    assert ticket is not None
    [note] = book.notes(ticket.id)
    assert nik(73) not in note.text
    assert "0812" not in note.text


def test_where_facts_are_overdue_the_safe_sentence_is_written(texting: Texting) -> None:
    texting.office.clock.pass_by(timedelta(days=4000))
    assert [one.key for one in texting.send("syarat ktp hilang")] == ["facts.overdue"]


def test_a_frozen_nik_is_told_by_text_as_by_telephone(texting: Texting, office: SampleOffice) -> None:
    office.office.safety.frozen.freeze(nik(1), "", office.clock.now)
    answer = texting.service.answer("+6281234567890", f"cek#ktp#{nik(1)}#{kk(1)}", "contact-1", "sms")
    assert "dikunci" in answer.text
    wrong = texting.service.answer("+6281234567891", f"cek#ktp#{nik(1)}#{'9' * 16}", "contact-2", "sms")
    assert "dikunci" not in wrong.text
