"""Every service by voice alone: whole calls on a phone that listens, without audio."""

import pytest
from sample_office import APPLICATIONS, TEXTS, WITH_MANY, WITH_NONE, SampleOffice, kk_digits, nik, pin
from spoken_caller import AGENT, MUMBLE, SILENCE, deaf, keyed, perhaps, said

from agi.books.events import Outcome
from agi.books.words import ApplicationStatus, Document
from agi.dialogue.question import Mode
from agi.services.conversation import Start
from agi.workshop.sample_make import registration_number

pytest_plugins = ["office_fixtures"]

READY = APPLICATIONS[Document.KK, ApplicationStatus.DIPROSES]
DONE = said("2")


def test_a_nik_is_checked_by_voice_alone(office: SampleOffice) -> None:
    call = office.spoken_call(said("1"), said(nik(WITH_NONE)), said(kk_digits(WITH_NONE)), DONE)
    assert call.ending.outcome is Outcome.COMPLETED
    assert "ktp.card_issued" in call.heard
    assert {answer.mode for _, answer, _ in call.notes.all_asked} == {Mode.SPEECH}
    assert [question.grammar for question in call.phone.asked] == ["menu:main", "nik", "digits", "question:more"]


def test_a_document_s_status_is_told_by_voice_alone(office: SampleOffice) -> None:
    number = registration_number(READY)
    call = office.spoken_call(said("2"), said("1"), said(number), said(pin(READY)), DONE)
    assert call.ending.outcome is Outcome.COMPLETED
    assert "application.diproses" in call.heard
    assert [question.grammar for question in call.phone.asked][2:4] == ["digits", "digits"]


def test_applications_are_told_one_after_another_by_voice(office: SampleOffice) -> None:
    who = said(nik(WITH_MANY)), said(kk_digits(WITH_MANY))
    call = office.spoken_call(said("2"), said("2"), *who, said("1"), said("1"), DONE)
    assert call.ending.outcome is Outcome.COMPLETED
    assert len([key for key in call.heard if key.startswith("application.")]) >= 3
    assert "question:applications" in [question.grammar for question in call.phone.asked]


def test_every_menu_and_question_can_be_answered_by_voice(office: SampleOffice) -> None:
    """Whatever asks has a grammar: nothing is left to keys alone."""
    calls = [
        office.spoken_call(said("3"), said(first), said(second), DONE) for first, second in ("11", "12", "21", "33")
    ]
    calls += [office.spoken_call(said("4"), said(option), DONE) for option in "123"]
    calls.append(office.spoken_call(said("1"), start=Start.QUEUE_TIMEOUT))
    assert all(question.grammar for call in calls for question in call.phone.asked)
    assert [call.ending.outcome for call in calls] == [Outcome.COMPLETED] * 7 + [Outcome.TRANSFERRED]


def test_keys_and_speech_may_be_mixed_from_question_to_question(office: SampleOffice) -> None:
    call = office.spoken_call(said("1"), keyed(nik(WITH_NONE)), said(kk_digits(WITH_NONE)), keyed("2"))
    assert call.ending.outcome is Outcome.COMPLETED
    assert [str(answer.mode) for _, answer, _ in call.notes.all_asked] == ["speech", "keys", "speech", "keys"]


def test_a_misheard_nik_with_one_wrong_group_is_mended_and_checked(office: SampleOffice) -> None:
    right = nik(WITH_NONE)
    wrong = f"{right[:12]}0999"
    call = office.spoken_call(
        said("1"), perhaps(wrong), said(f"4:{right[12:]}"), said("ya"), said(kk_digits(WITH_NONE))
    )
    assert "ktp.card_issued" in call.heard


def test_a_registration_number_whose_check_digit_is_wrong_was_misheard_and_not_mistyped(office: SampleOffice) -> None:
    number = registration_number(READY)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    call = office.spoken_call(said("2"), said("1"), said(wrong), perhaps(wrong, number), said("ya"), said(pin(READY)))
    assert "registration.invalid" not in call.heard
    assert "application.diproses" in call.heard


def test_an_agent_is_reached_by_the_word(office: SampleOffice) -> None:
    call = office.spoken_call(said("1"), AGENT)
    assert call.ending.outcome is Outcome.TRANSFERRED
    assert call.phone.cases[0].topic == "nik_check"


def test_a_caller_who_is_not_understood_gets_to_an_agent(office: SampleOffice) -> None:
    call = office.spoken_call(MUMBLE, MUMBLE, MUMBLE)
    assert call.ending.outcome is Outcome.GAVE_UP
    assert call.phone.cases


@pytest.mark.parametrize("why", ["slow", "full", "dead"])
def test_speech_that_dies_in_the_middle_leaves_the_call_to_the_keys(office: SampleOffice, why: str) -> None:
    call = office.spoken_call(
        said("1"), deaf(SILENCE, why), keyed(nik(WITH_NONE)), keyed(kk_digits(WITH_NONE)), keyed("2")
    )
    assert call.ending.outcome is Outcome.COMPLETED
    assert call.heard.count("speech.keys_only") == 1
    assert ("speech.fell_back", why) in call.notes.all_noted


def test_no_number_that_was_heard_reaches_the_record(office: SampleOffice) -> None:
    number, other = registration_number(READY), registration_number(READY + 1)
    calls = [
        office.spoken_call(said("1"), perhaps(nik(71), nik(72)), said("ya"), perhaps(kk_digits(71)), said("1"), DONE),
        office.spoken_call(said("2"), said("1"), perhaps(number, other), said("ya"), said(pin(READY)), DONE),
    ]
    secrets = [nik(71), nik(72), kk_digits(71), kk_digits(71)[:3], number, other, pin(READY)]
    for call in calls:
        shown = repr(call.notes)
        assert not [secret for secret in secrets if secret in shown]


def test_what_is_said_about_speaking_is_short_enough_to_be_heard(office: SampleOffice) -> None:
    for key in ("speech.menu", "speech.entry", "speech.keys_only"):
        assert len(TEXTS[key].raw.split()) <= 8
