"""What every registry answers, wherever it is kept: in SQLite, in memory."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from books_data import KEY, KK_DIGITS, kk, nik, registry_of
from memory_books import MemoryRegistry

from agi.books.ports import RegistryLookups
from agi.books.registry import Registry
from agi.books.words import Application, ApplicationStatus, Document, KtpState, Office, Reason, Resident, ResidentStatus
from agi.workshop.sample_make import registration_number

RESIDENT = Resident(ResidentStatus.ACTIVE, KtpState.CARD_ISSUED)
OFFICE = Office("3273", "Dukcapil Kota Bandung", "Senin sampai Jumat")
READY = Application(
    registration_number(1), Document.KK, ApplicationStatus.SIAP_DIAMBIL, date(2026, 5, 1), None, OFFICE.code
)
REFUSED = Application(
    registration_number(2), Document.KTP_EL, ApplicationStatus.DITOLAK, date(2026, 6, 1), Reason.DATA_TIDAK_SESUAI, ""
)


def digits(serial: int) -> str:
    return kk(serial)[-KK_DIGITS:]


@pytest.fixture(params=["SQLite", "memory"])
def registry(request: pytest.FixtureRequest, tmp_path: Path) -> RegistryLookups:
    """Two residents; the first has two applications, and the one office has the first of them."""
    if request.param == "SQLite":
        return Registry.open(registry_of(tmp_path, 1, 2), KEY, KK_DIGITS)
    return MemoryRegistry(
        KK_DIGITS,
        {(nik(one), digits(one)): RESIDENT for one in (1, 2)},
        {(READY.number, "123456"): READY, (REFUSED.number, "654321"): REFUSED},
        {nik(1): (REFUSED, READY)},
        {OFFICE.code: OFFICE},
        datetime(2026, 11, 24, tzinfo=UTC),
    )


def test_it_is_ready_and_says_how_many_digits_prove_a_resident(registry: RegistryLookups) -> None:
    registry.ready()
    assert registry.kk_digits == KK_DIGITS


def test_a_resident_is_told_for_both_numbers_only(registry: RegistryLookups) -> None:
    assert registry.resident(nik(1), digits(1)) == RESIDENT
    for wrong in ((nik(1), digits(2)), (nik(1), digits(1)[1:]), (nik(1), ""), (nik(9), digits(9))):
        assert registry.resident(*wrong) is None


def test_whether_a_nik_is_in_use_is_told_by_itself(registry: RegistryLookups) -> None:
    assert registry.status(nik(1)) is ResidentStatus.ACTIVE
    assert registry.status(nik(9)) is None


def test_an_application_is_told_for_number_and_pin_only(registry: RegistryLookups) -> None:
    assert registry.application(READY.number, "123456") == READY
    assert registry.application(REFUSED.number, "654321") == REFUSED
    for wrong in ((READY.number, "654321"), (READY.number, ""), (registration_number(9), "123456")):
        assert registry.application(*wrong) is None


def test_applications_are_told_newest_first_to_who_proved_whose_they_are(registry: RegistryLookups) -> None:
    assert registry.applications_of(nik(1), digits(1)) == (REFUSED, READY)
    assert registry.applications_of(nik(2), digits(2)) == ()
    assert registry.applications_of(nik(1), digits(2)) == ()


def test_an_office_is_found_by_its_code(registry: RegistryLookups) -> None:
    assert registry.office(OFFICE.code) == OFFICE
    assert registry.office("0000") is None


def test_it_says_of_what_time_its_data_are(registry: RegistryLookups) -> None:
    as_of = registry.as_of("residents")
    assert as_of is not None
    assert as_of.tzinfo is not None
