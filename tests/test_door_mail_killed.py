"""E-mail: whenever the process is killed, no mail is lost, and none is answered twice where there is proof."""

from collections.abc import Iterator

import pytest
from line_exchange import until
from mail_office import CITIZEN, MailOffice, mail_office

STEPS = ("SEARCH", "FETCH", "STORE", "MAIL", "RCPT", "DATA", ".", "QUIT")
"""Of both protocols: with a mail that comes and its answer, each happens once at least."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailOffice]:
    with mail_office(tmp_path_factory.mktemp("mail")) as made:
        yield made


def test_killed_at_each_step_no_mail_is_lost_or_answered_twice(office: MailOffice) -> None:
    citizens = {step: f"warga{nth}@warga.example" for nth, step in enumerate(STEPS)}
    for step, citizen in citizens.items():
        killed = office.kill_at(step)
        office.write("syarat kia", citizen)
        until(f"the process is killed at {step}", killed.is_set)
        office.start()
    for citizen in citizens.values():
        office.answers(citizen, 1)
    until("all is settled", lambda: {one.state for one in office.letters()} == {"sent"})
    assert {step: len(office.server.answers(citizen)) for step, citizen in citizens.items()} == dict.fromkeys(STEPS, 1)


def test_without_proof_the_same_mail_goes_again(office: MailOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office.server, "copies", False)
    killed = office.kill_at(".")
    office.write("syarat kia", CITIZEN)
    until("the process is killed", killed.is_set)
    office.start()
    first, second = office.answers(CITIZEN, 2)
    assert first.mail["Message-ID"] == second.mail["Message-ID"] and first.text == second.text
