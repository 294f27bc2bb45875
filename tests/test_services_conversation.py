"""Whole calls: how they begin, what ends them, and that they can end anywhere."""

from dataclasses import replace

import pytest
from sample_office import WITH_MANY, SampleOffice, kk_digits, nik, pin
from scripted_caller import ScriptedKeypad

from agi.books.events import Outcome
from agi.dialogue.question import Case, Digits
from agi.services import in_words
from agi.services.conversation import Start
from agi.services.desk import LOCKED_OUT
from agi.workshop.sample_make import registration_number

pytest_plugins = ["office_fixtures"]

NIK_CALL = f"1 {nik(1)} {kk_digits(1)} 9 1 4 3 1 2"
PERSON_CALL = f"2 2 {nik(WITH_MANY)} 9# {kk_digits(WITH_MANY)} 1 9 1 2"
NUMBER_CALL = f"2 1 {registration_number(106)} 9# {pin(106)} 2"
WRONG_CALL = f"1 123 {nik(1)} 9999999999 * 3200050101900001 {nik(1)} * {nik(1)} 9999999999 9999999999 2 2"
REQUIREMENTS_CALL = "3 1 1 * 2 9 1 3 3 1 2"
HELP_CALL = "7 , 3 8 9 * 4 1 1 , ,"
CALLS = [NIK_CALL, PERSON_CALL, NUMBER_CALL, WRONG_CALL, REQUIREMENTS_CALL, HELP_CALL]


def steps() -> list[str]:
    """Every call cut off before every one of its words: once while waiting for keys, once in the next prompt."""
    cut = []
    for call in CALLS:
        words = call.split()
        for at in range(len(words)):
            cut += [" ".join([*words[:at], end]) for end in ("!", "^")]
    return cut


@pytest.mark.parametrize("script", steps())
def test_a_hang_up_at_any_step_ends_the_call_with_an_outcome(office: SampleOffice, script: str) -> None:
    call = office.call(script)
    assert call.ending.outcome in (Outcome.ABANDONED, Outcome.COMPLETED, Outcome.LOCKED_OUT)
    assert call.ending.where
    assert call.ending.why.startswith("hung up")
    assert not call.phone.hung_up
    assert not call.phone.cases


@pytest.mark.parametrize("call", CALLS)
def test_whole_calls_end_by_themselves(office: SampleOffice, call: str) -> None:
    called = office.call(call)
    assert called.ending.outcome in (Outcome.COMPLETED, Outcome.LOCKED_OUT)
    assert called.heard[-1] == "call.goodbye"
    assert called.phone.hung_up


@pytest.mark.parametrize("cut", range(len(NUMBER_CALL.split())))
@pytest.mark.parametrize("call", CALLS)
def test_zero_reaches_an_agent_from_every_step(office: SampleOffice, call: str, cut: int) -> None:
    called = office.call(" ".join([*call.split()[:cut], "0#"]))
    assert called.heard[-1] == "agent.connecting"
    assert len(called.phone.cases) == 1
    assert called.ending.outcome in (Outcome.TRANSFERRED, Outcome.LOCKED_OUT)
    assert called.phone.cases[0].reached == called.ending.where


@pytest.mark.parametrize("cut", range(len(NUMBER_CALL.split())))
@pytest.mark.parametrize("call", CALLS)
def test_silence_at_every_step_comes_to_an_end(office: SampleOffice, call: str, cut: int) -> None:
    called = office.call(" ".join([*call.split()[:cut], *[","] * 12]))
    assert called.ending.outcome in (Outcome.GAVE_UP, Outcome.COMPLETED, Outcome.LOCKED_OUT)
    assert called.ending.why != "hung up"


@pytest.mark.parametrize("cut", range(len(NUMBER_CALL.split())))
@pytest.mark.parametrize("call", CALLS)
def test_nine_at_every_step_says_the_last_words_again(office: SampleOffice, call: str, cut: int) -> None:
    before = office.call(" ".join([*call.split()[:cut], "!"]), caller="")
    after = office.call(" ".join([*call.split()[:cut], "9#", "!"]), caller="")
    assert after.heard[: len(before.heard)] == before.heard
    assert after.heard[-1] == before.heard[-1]
    assert len(after.heard) > len(before.heard)


def test_stars_alone_never_leave_the_main_menu(office: SampleOffice) -> None:
    assert set(office.call("* * * * !").heard) == {"call.welcome", "menu.main"}


def test_a_caller_who_hangs_up_after_the_answer_has_completed_the_call(office: SampleOffice) -> None:
    after = office.call(f"1 {nik(1)} {kk_digits(1)} !")
    assert (after.ending.outcome, after.ending.why) == (Outcome.COMPLETED, "hung up after the answer")
    during = office.call(f"1 {nik(1)} {kk_digits(1)} ^")
    assert (during.ending.outcome, during.ending.where) == (Outcome.ABANDONED, "nik_check.told")


def test_a_caller_who_wants_an_agent_after_the_answer_and_hangs_up_has_abandoned_the_call(office: SampleOffice) -> None:
    call = office.call(f"1 {nik(1)} {kk_digits(1)} 0 ^")
    assert (call.ending.outcome, call.ending.where) == (Outcome.ABANDONED, "nik_check.more")


@pytest.mark.parametrize(
    ("script", "where"),
    [
        ("^", "start"),
        ("!", "main"),
        ("1 !", "nik_check.nik"),
        (f"1 {nik(1)} !", "nik_check.kk"),
        ("2 !", "status"),
        ("2 1 !", "status_by_registration.registration"),
        (f"2 1 {registration_number(106)} !", "status_by_registration.pin"),
        ("3 !", "requirements"),
        (f"2 2 {nik(WITH_MANY)} {kk_digits(WITH_MANY)} 1 1 1 !", "main"),
    ],
)
def test_an_abandoned_call_tells_where(office: SampleOffice, script: str, where: str) -> None:
    call = office.call(script)
    assert (call.ending.outcome, call.ending.where) == (Outcome.ABANDONED, where)


@pytest.mark.parametrize("script", [", ,", "7 7 7", "8 , 5", "8 , ,"])
def test_silence_and_nonsense_lead_to_an_agent(office: SampleOffice, script: str) -> None:
    call = office.call(script)
    assert call.heard[-2:] == ["call.give_up_agent", "agent.connecting"]
    assert (call.ending.outcome, call.ending.where) == (Outcome.GAVE_UP, "main")
    assert len(call.phone.cases) == 1


def test_a_caller_who_has_left_the_queue_is_in_the_main_menu(office: SampleOffice) -> None:
    call = office.call(f"1 {nik(1)} {kk_digits(1)} 2", start=Start.QUEUE_LEFT)
    assert call.heard[:3] == ["queue.left", "menu.main", "nik.ask"]


def test_a_caller_for_whom_no_agent_is_on_duty_hears_of_other_ways(office: SampleOffice) -> None:
    assert office.call("!", start=Start.QUEUE_EMPTY).heard == [
        "queue.no_agent",
        "info.channels",
        "menu.main",
    ]


@pytest.mark.parametrize(
    ("script", "last", "outcome"),
    [
        ("1", "agent.connecting", Outcome.TRANSFERRED),
        ("2 !", "menu.main", Outcome.ABANDONED),
        ("* !", "menu.main", Outcome.ABANDONED),
        ("0", "agent.connecting", Outcome.TRANSFERRED),
        (", , ,", "call.give_up_end", Outcome.GAVE_UP),
    ],
)
def test_a_caller_who_has_waited_too_long_may_wait_on(
    office: SampleOffice, script: str, last: str, outcome: Outcome
) -> None:
    call = office.call(script, start=Start.QUEUE_TIMEOUT)
    assert call.heard[0] == "queue.timeout"
    assert call.heard[-1] == last
    assert call.ending.outcome is outcome


def test_an_agent_sees_what_was_verified_and_told(office: SampleOffice) -> None:
    [case] = office.call(f"2 1 {registration_number(106)} {pin(106)} 0").phone.cases
    assert case.topic == "document_status"
    assert case.verified == "registration+pin"
    assert case.status == "application.siap_diambil"
    assert case.reached == "status_by_registration.more"
    assert case.number == "•" * 8 + registration_number(106)[-4:]


def test_the_case_outlives_a_stay_in_the_queue(office: SampleOffice) -> None:
    before = Case("nik_check", "nik+kk", "nik_check.more", "••••0001", "ktp.card_issued")
    assert office.call("1", start=Start.QUEUE_TIMEOUT, case=before).phone.cases == [before]
    [new] = office.call("2 1 0#", start=Start.QUEUE_TIMEOUT, case=before).phone.cases
    assert new == Case("nik_check", reached="nik_check.nik")


def test_a_caller_who_goes_on_from_an_agent_is_shown_to_the_next_one_where_they_are_now(office: SampleOffice) -> None:
    [first] = office.call("0").phone.cases
    assert (first.topic, first.reached) == ("main", "main")
    [second] = office.call("3 1 0", start=Start.AGENT_SENT_BACK, case=first).phone.cases
    assert (second.topic, second.reached) == ("requirements_kk", "requirements_kk")
    back = office.call("* !", start=Start.AGENT_SENT_BACK, case=second)
    assert back.heard == ["menu.requirements_kk", "menu.requirements"]


def test_what_was_verified_stays_with_a_caller_who_goes_on(office: SampleOffice) -> None:
    [first] = office.call(f"1 {nik(1)} {kk_digits(1)} 0").phone.cases
    [second] = office.call("1 0", start=Start.AGENT_SENT_BACK, case=first).phone.cases
    assert second == replace(first, reached="main")


def test_a_caller_without_a_case_is_shown_where_they_are(office: SampleOffice) -> None:
    [case] = office.call("1", start=Start.QUEUE_TIMEOUT).phone.cases
    assert (case.topic, case.reached) == ("queue.timeout", "queue.timeout")


@pytest.mark.parametrize(
    ("case", "shown"),
    [
        (Case("nik_check", verified="nik+kk", number="••••9610"), "cek NIK, terbukti, ••9610"),
        (Case("document_status", status=LOCKED_OUT), "status dokumen, terkunci"),
        (Case("applications"), "daftar permohonan"),
        (Case("agent"), "menu agent"),
        (Case("status_by_person.told"), "menu status by person told"),
        (Case(), "menu"),
    ],
)
def test_an_agent_is_shown_the_case_in_plain_words(case: Case, shown: str) -> None:
    assert in_words(case) == shown


def test_a_fault_in_a_service_is_left_to_the_line(office: SampleOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(nik: str, kk: str) -> None:
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(office.registry, "resident", broken)
    with pytest.raises(RuntimeError):
        office.call(f"1 {nik(1)} {kk_digits(1)}")


@pytest.mark.parametrize("call", CALLS)
def test_the_journal_never_sees_a_private_value(office: SampleOffice, call: str) -> None:
    notes = office.call(call).notes
    private = [word.rstrip("#") for word in call.split() if len(word.rstrip("#")) >= 6]
    written = repr(notes)
    assert not [value for value in private if value in written]
    for question, answer, _ in notes.all_asked:
        if isinstance(question.accepts, Digits):
            assert set(answer.value) <= {"•"}


def test_the_line_is_told_the_number_that_the_call_is_about(office: SampleOffice) -> None:
    told: list[str] = []
    call = office.call("!")
    call.desk.on_number = told.append
    call.desk.about(nik(1))
    assert told == [nik(1)]
    assert call.desk.case.number == "•" * 12 + nik(1)[-4:]


def test_the_scripted_caller_hangs_up_at_the_end_of_the_script() -> None:
    keypad = ScriptedKeypad("1")
    assert keypad.key(1000) == "1"
    assert keypad.key(1000) == ""
