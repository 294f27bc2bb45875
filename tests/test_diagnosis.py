"""Why an institution does not find a NIK: what is told, what is opened for the office, and what of it is kept where."""

from datetime import UTC, date, datetime

import pytest
from leaks import leaks
from sample_office import OFFICE, RESIDENTS, WITH_NONE, SampleOffice, kk_digits, nik

from agi.books.events import Outcome
from agi.books.ticket import Category, Mark, Reason, RefusedBy, State
from agi.books.words import Application, ApplicationStatus, Document, KtpState, Resident, ResidentStatus
from agi.office.counting import Visitor
from agi.office.diagnosis import Cause, Diagnosis, diagnosed
from agi.office.results import Locked, Wrong
from agi.settings import SAMPLE
from agi.workshop.softphone.sample import load

pytest_plugins = ["office_fixtures"]

TO_IT = "4 4 1"
"""Keys: from the main menu to the question who refused the NIK."""
KNOWN = f"{nik(WITH_NONE)} {kk_digits(WITH_NONE)}"
WRONG = f"{nik(WITH_NONE)}{' 9999999999' * 3}"


def cause(resident: Resident, *applications: Application) -> Cause:
    return diagnosed(nik(1), resident, applications).cause


def moving(status: ApplicationStatus, document: Document = Document.SURAT_PINDAH) -> Application:
    return Application("1", document, status, date(2026, 11, 3), None, OFFICE)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (ResidentStatus.DUPLICATE, Cause.DOUBLE),
        (ResidentStatus.DEACTIVATED_DECEASED, Cause.DEACTIVATED),
        (ResidentStatus.DEACTIVATED_MOVED_ABROAD, Cause.DEACTIVATED),
        (ResidentStatus.DEACTIVATED_DUPLICATE, Cause.DEACTIVATED),
        (ResidentStatus.DEACTIVATED_NOT_RECORDED, Cause.UNRECORDED),
    ],
)
@pytest.mark.parametrize("ktp", list(KtpState))
def test_what_the_resident_is_recorded_as_comes_first(status: ResidentStatus, expected: Cause, ktp: KtpState) -> None:
    assert cause(Resident(status, ktp), moving(ApplicationStatus.DIPROSES)) is expected


def test_of_who_is_active_the_ktp_tells_whether_they_were_recorded() -> None:
    found = {ktp: cause(Resident(ResidentStatus.ACTIVE, ktp)) for ktp in KtpState}
    assert {ktp for ktp, one in found.items() if one is Cause.UNRECORDED} == {
        KtpState.UNREGISTERED, KtpState.ENROLL_FAILURE, KtpState.SEARCH_FAILURE,
    }  # fmt: skip
    assert {ktp for ktp, one in found.items() if one is Cause.DOUBLE} == {KtpState.DUPLICATE_RECORD}
    assert found[KtpState.CARD_ISSUED] is Cause.STALE


@pytest.mark.parametrize("status", list(ApplicationStatus))
def test_only_a_letter_that_is_still_worked_on_means_that_somebody_is_moving(status: ApplicationStatus) -> None:
    over = status in (ApplicationStatus.SELESAI, ApplicationStatus.DITOLAK, ApplicationStatus.DIBATALKAN)
    resident = Resident(ResidentStatus.ACTIVE, KtpState.CARD_ISSUED)
    assert cause(resident, moving(status)) is (Cause.STALE if over else Cause.MOVING)
    assert cause(resident, moving(status, Document.KK)) is Cause.STALE


def test_the_office_is_to_act_where_the_citizen_need_not_come() -> None:
    resident = Resident(ResidentStatus.ACTIVE, KtpState.CARD_ISSUED)
    assert {one: Diagnosis("", one, resident).to_do for one in Cause} == {
        Cause.DEACTIVATED: Reason.NONE,
        Cause.DOUBLE: Reason.DOUBLE,
        Cause.UNRECORDED: Reason.NONE,
        Cause.MOVING: Reason.NONE,
        Cause.STALE: Reason.STALE,
    }


def test_unknown_and_wrong_are_the_same_and_limited_as_elsewhere(office: SampleOffice) -> None:
    for number in (nik(9999), nik(WITH_NONE)):
        visitor = Visitor(f"who asks for {number[-4:]}")
        found = [office.office.diagnose(visitor, number, "9999999999") for _ in range(4)]
        assert all(isinstance(one, Wrong) for one in found[:3])
        assert isinstance(found[3], Locked)
        assert isinstance(office.office.check_nik(visitor, number, "9999999999"), Locked)


def test_a_ticket_holds_reason_institution_and_the_nik_for_the_office(office: SampleOffice) -> None:
    call = office.call(f"{TO_IT} 2 {KNOWN} 1 2 081234567890# 1 2")
    (ticket,) = office.office.tickets.book.tickets([State.OPEN])
    assert (ticket.category, ticket.reason, ticket.refused_by) == (Category.DATA, Reason.STALE, RefusedBy.BPJS)
    assert office.office.tickets.nik_of(ticket) == nik(WITH_NONE)
    assert ticket.callback == "081234567890"
    assert call.desk.case.verified == "nik+kk"
    assert call.ending.outcome is Outcome.COMPLETED


def test_its_status_is_told_by_number_and_pin(office: SampleOffice) -> None:
    call = office.call(f"{TO_IT} 1 {KNOWN} 1 3 2")
    told = {one.key: one.places for one in call.prompts}
    number, pin = told["ticket.number"]["number"], told["ticket.pin"]["pin"]
    assert "ticket.open" in office.call(f"2 3 {number} {pin} 2", caller="another").heard


def test_no_number_of_a_person_stands_in_any_book_or_log(office: SampleOffice) -> None:
    office.call(f"{TO_IT} 1 {KNOWN} 1 3 2")
    books = office.settings.tickets_db.read_bytes() + office.settings.calls_db.read_bytes()
    assert nik(WITH_NONE).encode() not in books
    assert kk_digits(WITH_NONE).encode() not in books
    assert leaks(office.settings, load(SAMPLE, office.office.kk_digits)) == []


def test_who_goes_at_the_number_to_call_leaves_a_draft(office: SampleOffice) -> None:
    for end in ("!", "0", ", , ,"):
        call = office.call(f"{TO_IT} 1 {KNOWN} 1 {end}", caller=f"caller {end}")
        assert ("ticket.draft", "left") in call.notes.all_noted
    drafts = office.office.tickets.book.tickets([State.DRAFT])
    assert {(one.mark, one.reason) for one in drafts} == {(Mark.LEFT, Reason.STALE)}
    assert len(drafts) == 3


def test_where_no_ticket_can_be_kept_the_answer_is_told_all_the_same(office: SampleOffice) -> None:
    office.settings.tickets_db.mkdir(parents=True)
    call = office.call(f"{TO_IT} 1 {KNOWN} 1")
    assert "diagnosis.stale_bank" in call.heard
    assert call.heard[-2:] == ["ticket.unavailable", "agent.connecting"]
    assert call.ending.outcome is Outcome.TRANSFERRED


@pytest.mark.parametrize("to_it", [f"{TO_IT} 1", "1"])
def test_who_never_matches_may_have_it_looked_into(office: SampleOffice, to_it: str) -> None:
    refused = "" if to_it != "1" else "1"
    call = office.call(f"{to_it} {WRONG} 1 {refused} 3 2")
    assert "ticket.number" in call.heard
    (ticket,) = office.office.tickets.book.tickets([State.OPEN])
    assert (ticket.reason, ticket.refused_by) == (Reason.UNPROVED, RefusedBy.BANK)
    assert office.office.tickets.nik_of(ticket) == nik(WITH_NONE)


def test_who_wants_no_ticket_stays_locked_out(office: SampleOffice) -> None:
    call = office.call(f"1 {WRONG} 2 2")
    assert call.ending.outcome is Outcome.LOCKED_OUT
    assert office.office.tickets.book.tickets(list(State)) == ()


def test_who_is_locked_already_is_offered_nothing(office: SampleOffice) -> None:
    office.call(f"1 {WRONG} 2 2")
    assert "diagnosis.offer_unproved" not in office.call(f"{TO_IT} 1 2").heard


def test_an_overdue_fact_leaves_the_state_and_takes_the_advice(office: SampleOffice) -> None:
    serial = RESIDENTS[ResidentStatus.DUPLICATE]
    office.clock.now = datetime(2030, 1, 1, tzinfo=UTC)
    heard = office.call(f"1 {nik(serial)} {kk_digits(serial)} 2").heard
    assert {"resident.duplicate", "facts.overdue"} <= set(heard)
    assert "resident.duplicate_do" not in heard
