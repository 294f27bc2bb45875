"""To be called back in place of waiting: asked for in the queue, after a long wait, and outside the agents' hours."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sample_office import MENU, SampleOffice, kk_digits, nik
from scripted_caller import ScriptedKeypad, ScriptedPhone
from spoken_caller import said

from agi.books.callback import Callback, CallbackState
from agi.books.case import case_valid
from agi.books.events import Outcome
from agi.books.hours import HoursBook, OwnHours, spans
from agi.dialogue.question import Case, Prompt
from agi.office.callbacks import Turn, Wanted
from agi.office.cases import About
from agi.office.counting import Visitor
from agi.services.conversation import Start
from agi.settings.tables import Callback as Limits
from agi.settings.tables import Cases, Trunk

pytest_plugins = ["office_fixtures"]

CALLER = "+6281234567890"
WEEK = OwnHours((spans("08:00-16:00"),) * 7)
WAITED = Case("nik_check", "nik+kk", "nik_check.more", "••••9610", "ktp.card_issued")


@pytest.fixture
def office(registry_file: Path, tmp_path: Path, patient_books: None) -> Iterator[SampleOffice]:
    """One that has a trunk to call by."""
    with closing(SampleOffice.open(registry_file, tmp_path, trunk=Trunk(host="sbc.example"))) as opened:
        yield opened


def waiting(office: SampleOffice) -> tuple[Callback, ...]:
    return office.office.callbacks.book.listed()


def closed(office: SampleOffice) -> None:
    HoursBook(office.settings.hours_file).write(WEEK)
    office.clock.now = datetime(2026, 11, 24, 20, tzinfo=office.settings.zone).astimezone(UTC)


def test_key_1_in_the_queue_keeps_the_place_and_tells_the_code_twice(office: SampleOffice) -> None:
    call = office.call("1", start=Start.QUEUE_CALLBACK, caller=CALLER, case=WAITED)
    (noted,) = waiting(office)
    assert call.heard[:1] == ["call_back.own"]
    assert call.prompts[0].places == {"ending": "890"}
    assert Prompt("call_back.noted", {"code": noted.code, "again": noted.code}) in call.prompts
    assert call.heard[-3:] == ["call_back.how", "case.number", "call.goodbye"]
    assert (noted.number, noted.account, noted.joined) == (CALLER, "", office.clock.now)
    assert (call.ending.outcome, call.phone.hung_up, call.phone.cases) == (Outcome.COMPLETED, True, [])
    assert noted.case_number == call.prompts[-2].places["number"]
    found = office.office.cases.book.by_number(noted.case_number)
    assert found is not None and (found.topic, found.about) == ("nik_check", "••••9610")


def test_another_number_is_keyed_and_heard_before_it_counts(office: SampleOffice) -> None:
    call = office.call("2 0812111111# 2 081222222222# 1", start=Start.QUEUE_CALLBACK, caller=CALLER, case=WAITED)
    assert Prompt("callback.right", {"number": "081222222222"}) in call.prompts
    assert [one.number for one in waiting(office)] == ["+6281222222222"]


def test_who_withholds_the_number_keys_one(office: SampleOffice) -> None:
    office.call("081222222222# 1", start=Start.QUEUE_CALLBACK, caller="", case=WAITED)
    assert [one.number for one in waiting(office)] == ["+6281222222222"]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("2 08091234567# 1", "call_back.declined_number"),
        ("2 0014155552671# 1", "call_back.declined_number"),
        ("*", None),
        ("0", None),
        (", , ,", "call.give_up_agent"),
    ],
)
def test_who_is_not_called_back_waits_on_at_their_place(office: SampleOffice, script: str, said: str | None) -> None:
    call = office.call(script, start=Start.QUEUE_CALLBACK, caller=CALLER, case=WAITED)
    assert waiting(office) == ()
    assert call.heard[-1] == "agent.connecting"
    assert said is None or said in call.heard
    assert len(call.phone.cases) == 1


def test_a_telephone_that_waits_already_is_not_noted_twice(office: SampleOffice) -> None:
    office.call("1", start=Start.QUEUE_CALLBACK, caller=CALLER, case=WAITED)
    call = office.call("1", start=Start.QUEUE_CALLBACK, caller=CALLER, case=WAITED)
    assert "call_back.declined_again" in call.heard
    assert len(waiting(office)) == 1


def test_who_has_waited_long_may_choose_it(office: SampleOffice) -> None:
    call = office.call("3 1", start=Start.QUEUE_TIMEOUT, caller=CALLER, case=WAITED)
    assert call.heard[:2] == ["queue.timeout_callback", "call_back.own"]
    assert len(waiting(office)) == 1
    call = office.call("1", start=Start.QUEUE_TIMEOUT, caller=CALLER, case=WAITED)
    assert call.heard[-1] == "agent.connecting"
    call = office.call("2 412 2", start=Start.QUEUE_TIMEOUT, caller=CALLER, case=WAITED)
    assert "menu.main" in call.heard


def test_outside_their_hours_it_is_offered_beside_a_message(office: SampleOffice) -> None:
    closed(office)
    call = office.call("0 3 1", caller=CALLER)
    assert "off_duty.ask_both" in call.heard
    (noted,) = waiting(office)
    assert call.heard[-1] == "call.goodbye"
    assert office.office.cases.book.by_number(noted.case_number) is not None


def test_outside_their_hours_who_goes_back_hears_the_menu(office: SampleOffice) -> None:
    closed(office)
    call = office.call("0 3 * 0 3", caller=CALLER)
    assert waiting(office) == ()
    assert call.heard.count("menu.main") == 2


def test_where_no_opening_is_in_sight_nothing_is_promised(office: SampleOffice) -> None:
    HoursBook(office.settings.hours_file).write(OwnHours())
    call = office.call("0 3", caller=CALLER)
    assert "off_duty.ask_message" in call.heard and call.heard[-1] == "call.goodbye"


def test_without_a_trunk_or_switched_off_it_is_not_offered(
    registry_file: Path, tmp_path: Path, patient_books: None
) -> None:
    for name, given in (("bare", {}), ("off", {"trunk": Trunk(host="sbc.example"), "callback": Limits(enabled=False)})):
        (tmp_path / name).mkdir()
        with closing(SampleOffice.open(registry_file, tmp_path / name, **given)) as own:
            assert own.call("1", start=Start.QUEUE_TIMEOUT, caller=CALLER, case=WAITED).heard[0] == "queue.timeout"
            closed(own)
            assert "off_duty.ask_message" in own.call("0 3", caller=CALLER).heard


# ---- the call that we make ----


def called(office: SampleOffice, script: str) -> tuple[Callback, list[str], Outcome, ScriptedPhone]:
    case = office.office.cases.keep("1.1", CALLER, about_waiting())
    wanted = Wanted(case.number, b"", office.clock.now - timedelta(minutes=7), CALLER)
    asked = office.office.callbacks.ask(wanted)
    assert isinstance(asked, Callback)
    assert office.office.callbacks.claim(Turn(1, 1)) is not None
    assert office.office.callbacks.dial(asked.id) is not None
    answered = office.office.callbacks.answered(asked.id, "1.2")
    phone = ScriptedPhone(ScriptedKeypad(script))
    done = office.called(phone, Start.CALLED, CALLER, WAITED, call="1.2", callback=answered)
    assert answered is not None
    return answered, done.heard, done.ending.outcome, phone


def about_waiting() -> About:
    return About("nik_check", "nik+kk", "nik_check.more", "••••9610", "ktp.card_issued")


def state(office: SampleOffice, callback: Callback) -> CallbackState:
    (found,) = [one for one in office.office.callbacks.book.listed(list(CallbackState)) if one.id == callback.id]
    return found.state


def test_it_opens_with_the_code_and_at_key_1_goes_to_an_agent_at_the_old_place(office: SampleOffice) -> None:
    callback, heard, outcome, phone = called(office, "1")
    assert heard == ["called_back.who", "called_back.ask", "agent.connecting"]
    assert phone.keypad.heard[0].places == {"code": callback.code}
    assert outcome is Outcome.TRANSFERRED
    assert [case.topic for case in phone.cases] == ["nik_check"]
    assert state(office, callback) is CallbackState.DONE
    kept = office.office.cases.book.by_call("1.2")
    assert kept is not None and kept.joined == callback.joined


@pytest.mark.parametrize(
    ("script", "then"),
    [
        ("2", CallbackState.REFUSED),
        (", , ,", CallbackState.WAITING),
        ("!", CallbackState.WAITING),
        ("^", CallbackState.WAITING),
        ("*", CallbackState.WAITING),
        ("7 7 7", CallbackState.WAITING),
    ],
)
def test_who_does_not_press_1_is_put_through_to_nobody(office: SampleOffice, script: str, then: CallbackState) -> None:
    callback, heard, outcome, phone = called(office, script)
    assert phone.cases == []
    assert outcome is not Outcome.TRANSFERRED
    assert state(office, callback) is then
    assert ("called_back.refused" in heard) is (then is CallbackState.REFUSED)
    assert not {"agent.connecting", "menu.main", "call.give_up_agent"} & set(heard)


# ---- the number of the call ----


def test_who_was_served_is_told_the_number_of_the_call_before_goodbye(office: SampleOffice) -> None:
    call = office.call(f"1 {nik(1)} {kk_digits(1)} 2", caller=CALLER)
    assert call.heard[-2:] == ["case.number", "call.goodbye"]
    number = str(call.prompts[-2].places["number"])
    assert case_valid(number)
    opened = office.office.cases.opened(Visitor(account="x"), number)
    assert (getattr(opened, "topic", ""), getattr(opened, "verified", "")) == ("nik_check", "nik+kk")
    assert nik(1) not in repr(opened)


@pytest.mark.parametrize("script", ["412 2", "4 1 2", "1 !", f"1 {nik(1)} {kk_digits(1)} , ,"])
def test_where_nothing_was_begun_or_nobody_listens_it_is_not_told(office: SampleOffice, script: str) -> None:
    assert "case.number" not in office.call(script, caller=CALLER).heard


def test_a_key_cuts_it_short_and_hanging_up_in_it_is_no_failure(office: SampleOffice) -> None:
    call = office.call(f"1 {nik(1)} {kk_digits(1)} 2 ^", caller=CALLER)
    assert call.ending.outcome is Outcome.COMPLETED


def test_an_office_may_leave_it_out(registry_file: Path, tmp_path: Path, patient_books: None) -> None:
    with closing(SampleOffice.open(registry_file, tmp_path, cases=Cases(told=False))) as own:
        assert "case.number" not in own.call(f"1 {nik(1)} {kk_digits(1)} 2").heard


def test_an_agent_sees_the_number(office: SampleOffice) -> None:
    (case,) = office.call("0", caller=CALLER).phone.cases
    assert case_valid(case.call_number)
    assert office.office.cases.book.by_number(case.call_number) is not None


# ---- calls that are cut off ----


def cut_off_in_the_queue(office: SampleOffice) -> tuple[str, datetime]:
    (case,) = office.call(f"1 {nik(1)} {kk_digits(1)} 0", caller=CALLER, call="2.1").phone.cases
    joined = office.clock.now
    office.clock.pass_by(timedelta(minutes=5))
    office.office.cases.dropped("2.1", office.clock.now)
    office.clock.pass_by(timedelta(minutes=2))
    return case.call_number, joined


def test_who_was_cut_off_in_the_queue_goes_on_at_their_place_with_nothing_proved(office: SampleOffice) -> None:
    number, joined = cut_off_in_the_queue(office)
    call = office.call("1", caller=CALLER, call="2.2")
    assert call.heard == ["call.welcome", "resume.cut_off", "resume.queue", "agent.connecting"]
    (case,) = call.phone.cases
    assert (case.topic, case.verified, case.status, case.call_number) == ("nik_check", "", "", number)
    assert case.number.endswith(nik(1)[-4:])
    assert call.desk.joined == joined


@pytest.mark.parametrize("script", ["2 412 2", "* 412 2", ", 412 2"])
def test_who_does_not_want_to_begins_anew_and_is_not_asked_again(office: SampleOffice, script: str) -> None:
    cut_off_in_the_queue(office)
    call = office.call(script, caller=CALLER)
    assert "menu.main" in call.heard and call.heard[-1] == "call.goodbye"
    assert "resume.cut_off" not in office.call("412 2", caller=CALLER).heard


def test_key_0_goes_back_to_the_place_in_the_queue(office: SampleOffice) -> None:
    _, joined = cut_off_in_the_queue(office)
    assert office.call("0", caller=CALLER).desk.joined == joined


def test_who_was_cut_off_in_a_service_goes_on_there(office: SampleOffice) -> None:
    office.call(f"1 {nik(1)} !", caller=CALLER)
    call = office.call(f"1 {nik(1)} {kk_digits(1)} 2", caller=CALLER)
    assert call.heard[:4] == ["call.welcome", "resume.cut_off", "resume.service", "nik.ask"]
    assert call.ending.outcome is Outcome.COMPLETED


def test_the_offer_stands_when_the_call_is_cut_off_in_the_greeting(office: SampleOffice) -> None:
    office.call(f"1 {nik(1)} !", caller=CALLER)
    call = office.call("^", caller=CALLER)
    assert call.heard == ["call.welcome"]
    call = office.call("412 2", caller=CALLER)
    assert "resume.service" in call.heard


@pytest.mark.parametrize(
    ("script", "caller"),
    [("1 !", ""), ("!", CALLER), ("4 !", CALLER), (f"1 {nik(1)} {kk_digits(1)} !", CALLER)],
)
def test_it_is_not_offered_who_withholds_the_number_or_was_nowhere_or_had_the_answer(
    office: SampleOffice, script: str, caller: str
) -> None:
    office.call(script, caller=caller)
    assert "resume.cut_off" not in office.call("412 2", caller=caller).heard


def test_after_ten_minutes_it_is_a_new_call(office: SampleOffice) -> None:
    cut_off_in_the_queue(office)
    office.clock.pass_by(timedelta(minutes=9))
    assert "resume.cut_off" not in office.call("412 2", caller=CALLER).heard


# ---- by voice ----


def test_it_is_chosen_by_voice_after_a_long_wait(office: SampleOffice) -> None:
    office.spoken_call(said("3"), said("1"), start=Start.QUEUE_TIMEOUT, caller=CALLER, case=WAITED)
    assert [one.number for one in waiting(office)] == [CALLER]


def test_what_may_be_said_is_in_the_menu() -> None:
    assert "dipanggil balik" in MENU.spoken["question:timeout_callback"]["3"]
    assert "dipanggil balik" in MENU.spoken["question:off_duty_both"]["3"]
    assert "dipanggil balik" in MENU.spoken["question:off_duty_callback"]["2"]
    assert "lanjutkan" in MENU.spoken["question:resume"]["1"]
    assert "question:called_back" not in MENU.spoken  # an answering machine may say yes


def test_who_was_cut_off_goes_on_by_voice(office: SampleOffice) -> None:
    _, joined = cut_off_in_the_queue(office)
    call = office.spoken_call(said("1"), caller=CALLER)
    assert call.desk.joined == joined
    assert call.heard[-1] == "agent.connecting"


def test_who_was_cut_off_begins_anew_by_voice(office: SampleOffice) -> None:
    cut_off_in_the_queue(office)
    call = office.spoken_call(said("2"), said("hours"), said("2"), caller=CALLER)
    assert "info.hours" in call.heard
