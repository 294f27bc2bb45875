"""Checking a NIK by keypad: what the caller hears for every state, and for everything that goes wrong."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sample_office import RESIDENTS, TEXTS, WITH_NONE, SampleOffice, kk_digits, nik
from scripted_caller import ScriptedKeypad, ScriptedPhone

from agi.books.events import Outcome
from agi.books.words import KtpState, ResidentStatus
from agi.dialogue.question import Answer, Question
from agi.settings.tables import Lockout

pytest_plugins = ["office_fixtures"]

GOOD = f"{nik(WITH_NONE)} {kk_digits(WITH_NONE)}"
UNKNOWN = f"{nik(9999)} 1234567890"
WRONG = "9" * 10
GOODBYE = ("case.number", "call.goodbye")
MISMATCH = f"{nik(1)} {WRONG}"


@pytest.mark.parametrize("state", list(RESIDENTS), ids=str)
def test_every_state_is_told_in_words(office: SampleOffice, state: KtpState | ResidentStatus) -> None:
    serial = RESIDENTS[state]
    told = f"{'ktp' if isinstance(state, KtpState) else 'resident'}.{state.lower()}"
    call = office.call(f"1 {nik(serial)} {kk_digits(serial)} 2")
    to_do = [f"{told}_do"] if f"{told}_do" in TEXTS else []
    assert call.heard == ["call.welcome", "menu.main", "nik.ask", "kk.ask", told, *to_do, "menu.more", *GOODBYE]
    assert call.ending.outcome is Outcome.COMPLETED
    assert call.phone.hung_up
    assert call.desk.case.verified == "nik+kk"
    assert ("nik.checked", told) in call.notes.all_noted


def test_unknown_and_mismatch_sound_the_same_and_count_the_same(office: SampleOffice) -> None:
    unknown, mismatch = office.call(f"1 {UNKNOWN}"), office.call(f"1 {MISMATCH}", caller="caller-2")
    assert unknown.heard == mismatch.heard
    assert unknown.heard[-2:] == ["identity.mismatch", "kk.again"]
    assert unknown.notes.all_noted == mismatch.notes.all_noted
    assert unknown.desk.visitor.failures == mismatch.desk.visitor.failures == 1


def test_wrong_kk_digits_are_asked_again_and_the_nik_is_not(office: SampleOffice) -> None:
    call = office.call(f"1 {nik(WITH_NONE)} {WRONG} {kk_digits(WITH_NONE)} 2")
    assert call.heard[2:7] == ["nik.ask", "kk.ask", "identity.mismatch", "kk.again", "ktp.card_issued"]
    assert call.ending.outcome is Outcome.COMPLETED


def test_after_wrong_kk_digits_the_nik_can_be_heard_and_changed(office: SampleOffice) -> None:
    call = office.call(f"1 {MISMATCH} 9# * {GOOD} 2")
    assert call.heard[4:9] == ["identity.mismatch", "kk.again", "nik.readback", "kk.again", "nik.ask"]
    assert call.heard[9:11] == ["kk.ask", "ktp.card_issued"]


def test_three_failures_lock_the_number_and_the_caller(office: SampleOffice) -> None:
    call = office.call(f"1 {MISMATCH} {WRONG} {WRONG} 2 2")
    assert call.heard.count("identity.mismatch") == 3
    assert call.heard[-5:] == ["lockout.minutes", "diagnosis.offer_unproved", "menu.more", *GOODBYE]
    [minutes] = [prompt.places["minutes"] for prompt in call.phone.keypad.heard if prompt.key == "lockout.minutes"]
    assert minutes == 15
    assert call.ending.outcome is Outcome.LOCKED_OUT
    assert call.ending.where == "nik_check.more"

    same_caller = office.call("1 2")
    assert same_caller.heard == ["call.welcome", "menu.main", "lockout.minutes", "menu.more", *GOODBYE]

    other_caller = office.call(f"1 {nik(1)} 2", caller="caller-2")
    assert other_caller.heard[-5:] == ["nik.ask", "lockout.minutes", "menu.more", *GOODBYE]


def test_a_lock_is_over_after_fifteen_minutes(office: SampleOffice) -> None:
    office.call(f"1 {MISMATCH} {WRONG} {WRONG} 2")
    office.clock.pass_by(timedelta(minutes=10))
    [prompt] = [one for one in office.call("1 2").phone.keypad.heard if one.key == "lockout.minutes"]
    assert prompt.places["minutes"] == 5
    office.clock.pass_by(timedelta(minutes=6))
    assert office.call(f"1 {nik(1)} {kk_digits(1)} 2").ending.outcome is Outcome.COMPLETED


def test_ten_failures_in_a_day_lock_for_a_day(office: SampleOffice) -> None:
    for _ in range(4):
        office.call(f"1 {MISMATCH} {WRONG} {WRONG} 2")
        office.clock.pass_by(timedelta(minutes=16))
    call = office.call("1 2")
    [prompt] = [one for one in call.phone.keypad.heard if one.key.startswith("lockout.")]
    assert (prompt.key, prompt.places["hours"]) == ("lockout.hours", 24)


def test_a_match_begins_the_short_count_again_but_not_the_day_s(office: SampleOffice) -> None:
    for serial in (1, 3, 5, 7):
        call = office.call(f"1 {nik(serial)} {WRONG} * {nik(serial + 1)} {WRONG} * {GOOD} 2")
        assert call.ending.outcome is Outcome.COMPLETED
    assert office.call(f"1 {nik(9)} {WRONG} !").heard[-1] == "kk.again"
    last = office.call(f"1 {nik(10)} {WRONG} 2 2").heard[-5:]
    assert last == ["lockout.hours", "diagnosis.offer_unproved", "menu.more", *GOODBYE]


def test_who_withholds_the_number_is_told_the_truth_after_three_tries_and_may_call_again(office: SampleOffice) -> None:
    tries = " * ".join(f"{nik(serial)} {WRONG}" for serial in (1, 2, 3))
    call = office.call(f"1 {tries} 2 1 1 2", caller="")
    assert call.heard.count("lockout.call") == 2
    assert "lockout.minutes" not in call.heard
    assert call.ending.outcome is Outcome.LOCKED_OUT
    assert office.call(f"1 {GOOD} 2", caller="").ending.outcome is Outcome.COMPLETED


def test_a_lock_that_is_told_is_there_when_the_caller_calls_again(
    registry_file: Path, tmp_path: Path, patient_books: None
) -> None:
    office = SampleOffice.open(registry_file, tmp_path, lockout=Lockout(tries=5))
    call = office.call("1 " + " * ".join(f"{nik(serial)} {WRONG}" for serial in range(1, 6)) + " 2")
    assert call.heard.count("identity.mismatch") == 5
    assert call.heard.index("lockout.minutes") > 5
    assert "lockout.minutes" in office.call("1 2").heard
    office.close()


def test_calls_at_the_last_question_at_once_are_not_looked_up_beyond_the_limit(office: SampleOffice) -> None:
    at_the_question = Barrier(20)

    class Waits(ScriptedPhone):
        def turn(self, question: Question) -> Answer:
            if question.name == "kk":
                at_the_question.wait(120)
            return super().turn(question)

    def call(number: int) -> list[str]:
        phone = Waits(ScriptedKeypad(f"1 {nik(1)} {number:010d} 2", TEXTS))
        return office.called(phone, caller=f"caller-{number}").heard

    with ThreadPoolExecutor(20) as calls:
        heard = list(calls.map(call, range(20)))
    assert len([one for one in heard if "identity.mismatch" in one]) == 3
    assert all("lockout.minutes" in one for one in heard if "identity.mismatch" not in one)


def test_a_citizen_who_is_locked_out_by_a_stranger_is_still_served_at_the_telephone_that_proved(
    office: SampleOffice,
) -> None:
    office.call(f"1 {GOOD} 2", caller="own")
    stranger = f"{nik(WITH_NONE)} {WRONG} {WRONG} {WRONG}"
    assert "lockout.minutes" in office.call(f"1 {stranger} 2", caller="stranger").heard
    office.call(f"1 {nik(1)} {WRONG} * {nik(2)} {WRONG} * {nik(3)} {WRONG} 2", caller="own")
    assert office.call(f"1 {GOOD} 2", caller="own").ending.outcome is Outcome.COMPLETED


def test_a_locked_caller_reaches_an_agent_who_sees_that_nothing_was_verified(office: SampleOffice) -> None:
    call = office.call(f"1 {MISMATCH} {WRONG} {WRONG} 0")
    [case] = call.phone.cases
    assert (case.topic, case.verified, case.status) == ("nik_check", "", "locked out")
    assert case.number.endswith("0001")
    assert case.number.count("•") == 12
    assert call.ending.outcome is Outcome.LOCKED_OUT


def test_a_caller_who_is_served_after_a_failure_is_not_locked_out(office: SampleOffice) -> None:
    office.call(f"1 {MISMATCH} {WRONG} {WRONG} 2")
    office.clock.pass_by(timedelta(minutes=15))
    call = office.call(f"1 {GOOD} 2")
    assert call.ending.outcome is Outcome.COMPLETED


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("0073050101900001", "nik.invalid.province"),
        ("3200050101900001", "nik.invalid.region"),
        ("3273053202900001", "nik.invalid.birth_date"),
        ("3273050101900000", "nik.invalid.serial"),
    ],
)
def test_an_impossible_nik_is_told_in_plain_words_and_asked_again(
    office: SampleOffice,
    number: str,
    told: str,
) -> None:
    call = office.call(f"1 {number} {GOOD} 2")
    assert call.heard[2:6] == ["nik.ask", told, "nik.ask", "kk.ask"]
    assert call.desk.visitor.failures == 0


def test_three_impossible_niks_give_up_to_an_agent(office: SampleOffice) -> None:
    call = office.call("1 3273053202900001 3273053202900001 3273053202900001")
    assert call.heard[-2:] == ["call.give_up_agent", "agent.connecting"]
    assert (call.ending.outcome, call.ending.where) == (Outcome.GAVE_UP, "nik_check.nik")


def test_an_unknown_district_is_no_reason_to_refuse(office: SampleOffice) -> None:
    assert office.call("1 3273995410190001 !").heard[-1] == "kk.ask"


def test_nine_and_hash_reads_the_nik_back(office: SampleOffice) -> None:
    call = office.call(f"1 {nik(WITH_NONE)} 9# {kk_digits(WITH_NONE)} 2")
    assert call.heard[3:6] == ["kk.ask", "nik.readback", "kk.ask"]
    [prompt] = [one for one in call.phone.keypad.heard if one.key == "nik.readback"]
    assert prompt.places == {"nik": nik(WITH_NONE)}


def test_star_before_the_kk_digits_asks_for_the_nik_again(office: SampleOffice) -> None:
    call = office.call(f"1 {nik(1)} * {GOOD} 2")
    assert call.heard[2:6] == ["nik.ask", "kk.ask", "nik.ask", "kk.ask"]
    assert "ktp.card_issued" in call.heard


def test_star_before_the_nik_goes_back_to_the_menu(office: SampleOffice) -> None:
    assert office.call("1 * !").heard == ["call.welcome", "menu.main", "nik.ask", "menu.main"]


def test_half_a_nik_is_told_with_its_number_of_digits(office: SampleOffice) -> None:
    call = office.call(f"1 {nik(1)[:9]} {GOOD} 2")
    [short] = [prompt for prompt in call.phone.keypad.heard if prompt.key == "nik.short"]
    assert short.places == {"count": 9}


@pytest.mark.parametrize("end", ["", "#"])
def test_a_whole_call_typed_ahead(office: SampleOffice, end: str) -> None:
    call = office.call(f"1{nik(WITH_NONE)}{end}{kk_digits(WITH_NONE)}{end} 2")
    assert call.heard == ["call.welcome", "menu.main", "ktp.card_issued", "menu.more", *GOODBYE]


def test_keys_typed_ahead_of_a_mismatch_are_void(office: SampleOffice) -> None:
    call = office.call(f"1{nik(WITH_NONE)}{WRONG}1 {kk_digits(WITH_NONE)} 2")
    assert call.heard[2:] == ["identity.mismatch", "kk.again", "ktp.card_issued", "menu.more", *GOODBYE]


def test_a_second_check_in_one_call_begins_a_case_of_its_own(office: SampleOffice) -> None:
    call = office.call(f"1 {GOOD} 1 1 {nik(2)} 0#")
    [case] = call.phone.cases
    assert (case.topic, case.verified, case.status) == ("nik_check", "", "")
    assert case.number.endswith(nik(2)[-4:])
    assert case.reached == "nik_check.kk"
