"""The status of documents: by registration number and PIN, and all of one person's."""

import pytest
from sample_office import (
    APPLICATIONS,
    OFFICE,
    TEXTS,
    WITH_MANY,
    WITH_NONE,
    WITH_ONE,
    SampleOffice,
    kk_digits,
    nik,
    pin,
)

from agi.books.events import Outcome
from agi.books.words import REASONS, ApplicationStatus, Document, Reason
from agi.workshop.sample_make import registration_number

pytest_plugins = ["office_fixtures"]


def by_number(serial: int) -> str:
    return f"2 1 {registration_number(serial)} {pin(serial)}"


def by_person(serial: int) -> str:
    return f"2 2 {nik(serial)} {kk_digits(serial)}"


@pytest.mark.parametrize("status", list(ApplicationStatus), ids=str)
@pytest.mark.parametrize("document", list(Document), ids=str)
def test_every_document_in_every_status(office: SampleOffice, document: Document, status: ApplicationStatus) -> None:
    call = office.call(f"{by_number(APPLICATIONS[document, status])} 2")
    told = [prompt for prompt in call.phone.keypad.heard if prompt.key == f"application.{status.lower()}"]
    assert len(told) == 1
    assert told[0].places["document"] == f"document.{document.lower()}"
    assert str(told[0].places["since"]) == "2026-11-03"
    assert ("reason" in told[0].places) == (status in REASONS)
    assert ("application.office" in call.heard) == (status is ApplicationStatus.SIAP_DIAMBIL)
    assert call.ending.outcome is Outcome.COMPLETED
    assert call.desk.case.verified == "registration+pin"


def test_the_place_to_collect_is_named_with_its_hours_where_they_are_known(office: SampleOffice) -> None:
    ready = ApplicationStatus.SIAP_DIAMBIL
    said = office.call(f"{by_number(APPLICATIONS[Document.KTP_EL, ready])} 2").phone.keypad.heard
    assert [one.places for one in said if one.key == "application.office"] == [{"office": OFFICE}]
    assert "application.office_hours" in [one.key for one in said]
    assert "application.office_hours" not in office.call(f"{by_number(APPLICATIONS[Document.KK, ready])} 2").heard


def test_an_office_that_is_unknown_is_where_the_caller_applied(
    office: SampleOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office.registry, "office", lambda code: None)
    ready = APPLICATIONS[Document.KK, ApplicationStatus.SIAP_DIAMBIL]
    assert "application.office_unknown" in office.call(f"{by_number(ready)} 2").heard


def test_every_reason_has_a_text_of_its_own() -> None:
    texts = [TEXTS.written(f"reason.{reason.lower()}") for reason in Reason]
    assert len(set(texts)) == len(Reason)


def test_a_status_reads_as_a_sentence() -> None:
    places = {"document": "document.kk", "since": "2026-11-03", "reason": "reason.data_tidak_sesuai"}
    assert TEXTS.written("application.ditolak", places) == (
        "Mohon maaf, permohonan Kartu Keluarga ditolak pada Selasa, 03 November 2026. "
        "Alasannya: data pada berkas tidak sesuai dengan data kependudukan. Bapak atau Ibu dapat mengajukan kembali."
    )


def test_a_wrong_check_digit_is_asked_again_and_is_no_failed_try(office: SampleOffice) -> None:
    right = registration_number(106)
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    call = office.call(f"2 1 {wrong} {right} {pin(106)} 2")
    assert call.heard[3:7] == ["registration.ask", "registration.invalid", "registration.ask", "pin.ask"]
    assert call.desk.visitor.failures == 0


def test_three_wrong_numbers_give_up_to_an_agent(office: SampleOffice) -> None:
    call = office.call("2 1" + " 123456789012" * 3)
    assert (call.ending.outcome, call.ending.where) == (Outcome.GAVE_UP, "status_by_registration.registration")


def test_a_wrong_pin_and_an_unknown_number_sound_the_same_until_the_lock_out(office: SampleOffice) -> None:
    wrong_pin = office.call(f"2 1 {registration_number(106)}{' 000000' * 3} 2")
    unknown = office.call(f"2 1 {registration_number(5)}{' 000000' * 3} 2", caller="caller-2")
    assert wrong_pin.heard == unknown.heard
    assert wrong_pin.heard.count("registration.mismatch") == 3
    assert wrong_pin.heard[-4:] == ["lockout.minutes", "menu.more", "case.number", "call.goodbye"]
    assert wrong_pin.ending.outcome is unknown.ending.outcome is Outcome.LOCKED_OUT
    locked = office.call(f"2 1 {registration_number(106)} 2", caller="caller-3")
    assert locked.heard[-4:] == ["lockout.minutes", "menu.more", "case.number", "call.goodbye"]


def test_a_caller_locked_at_one_service_is_locked_at_all_but_may_ask_for_requirements(office: SampleOffice) -> None:
    office.call(f"2 1 {registration_number(106)}{' 000000' * 3} 2")
    assert "lockout.minutes" in office.call("1 2").heard
    assert "lockout.minutes" in office.call("2 2 2").heard
    assert office.call("3 4 2").ending.outcome is Outcome.COMPLETED


def test_the_registration_number_is_read_back_and_can_be_changed(office: SampleOffice) -> None:
    call = office.call(f"2 1 {registration_number(5)} 9# * {registration_number(106)} {pin(106)} 2")
    assert call.heard[3:8] == ["registration.ask", "pin.ask", "registration.readback", "pin.ask", "registration.ask"]
    assert "application.siap_diambil" in call.heard


def test_star_before_the_number_goes_back_to_the_menu_of_ways(office: SampleOffice) -> None:
    assert office.call("2 1 * !").heard[-2:] == ["registration.ask", "menu.status"]


def test_half_a_pin_is_told_with_its_number_of_digits(office: SampleOffice) -> None:
    call = office.call(f"2 1 {registration_number(106)} 7001 {pin(106)} 2")
    assert [one.places for one in call.phone.keypad.heard if one.key == "pin.short"] == [{"count": 4}]


def test_all_applications_of_a_person_are_told_one_after_another(office: SampleOffice) -> None:
    call = office.call(f"{by_person(WITH_MANY)} 1 1 2")
    assert [key for key in call.heard if key.startswith("application")] == [
        "applications.many",
        "application.diproses",
        "applications.next",
        "application.siap_diambil",
        "application.office",
        "applications.next",
        "application.ditolak",
    ]
    assert call.ending.outcome is Outcome.COMPLETED


def test_one_of_several_can_be_heard_again(office: SampleOffice) -> None:
    assert office.call(f"{by_person(WITH_MANY)} 9 9 2 2").heard.count("application.diproses") == 3


@pytest.mark.parametrize("leave", ["2", "*", ", , ,"])
def test_the_list_can_be_left(office: SampleOffice, leave: str) -> None:
    call = office.call(f"{by_person(WITH_MANY)} {leave} 2")
    assert call.heard[-3:] == ["menu.more", "case.number", "call.goodbye"]
    assert "application.siap_diambil" not in call.heard


def test_a_person_with_one_application_hears_it_at_once(office: SampleOffice) -> None:
    assert office.call(f"{by_person(WITH_ONE)} 2").heard[-5:-2] == [
        "applications.one",
        "application.selesai",
        "menu.more",
    ]


def test_a_person_without_applications_is_told_so(office: SampleOffice) -> None:
    assert office.call(f"{by_person(WITH_NONE)} 2").heard[-4:-2] == ["applications.none", "menu.more"]


def test_a_mismatch_is_the_same_for_a_person_with_and_without_applications(office: SampleOffice) -> None:
    many, unknown = (
        office.call(f"2 2 {nik(serial)} 000000", caller=f"caller-{serial}") for serial in (WITH_MANY, 9999)
    )
    assert many.heard == unknown.heard
