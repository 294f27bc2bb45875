"""The sample is the same on every machine, has everything in it, and is nobody's."""

from collections import Counter
from pathlib import Path

from agi.books.importing import import_sample
from agi.books.numbers import check_nik, registration_valid
from agi.books.registry import Registry
from agi.books.words import REASONS, ApplicationStatus, Document, KtpState, ResidentStatus, Source
from agi.workshop import sample_make
from agi.workshop.softphone import sample

FOLDER = Path(__file__).parent.parent / "data" / "sample"
KEY = bytes(range(32))
KK_DIGITS = 10
DATA = sample.load(FOLDER, KK_DIGITS)


def test_the_files_are_what_the_generator_makes() -> None:
    for name, text in sample_make.make().items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, "run `hotline registry sample`"


def test_every_status_state_document_and_reason_is_in_it() -> None:
    assert len(DATA.residents) == 1000
    assert len(DATA.applications) == 600
    assert {r.status for r in DATA.residents} == set(ResidentStatus)
    assert {r.ktp for r in DATA.residents if r.status is ResidentStatus.ACTIVE} == set(KtpState)
    assert {(a.document, a.status) for a in DATA.applications} == {
        (document, status) for document in Document for status in ApplicationStatus
    }
    for status, reasons in REASONS.items():
        assert {a.reason for a in DATA.applications if a.status is status} == reasons


def test_its_people_are_men_and_women_some_of_retired_regions() -> None:
    checks = [check_nik(r.nik) for r in DATA.residents]
    assert all(check.valid for check in checks)
    assert Counter(check.sex for check in checks)["female"] > 400
    assert any(check.unknown_region for check in checks)


def test_no_real_person_has_its_numbers() -> None:
    # Serials count from 0001 per district and day; none reaches 9000.
    assert all(r.nik[12] == "9" and r.kk[12] == "9" for r in DATA.residents)
    assert len({r.nik for r in DATA.residents}) == 1000
    assert all(registration_valid(a.number) for a in DATA.applications)


def test_some_persons_have_several_applications() -> None:
    assert set(Counter(a.nik for a in DATA.applications).values()) == {1, 2, 3, 4}


def test_installed_it_answers_look_ups(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    import_sample(path, KEY, KK_DIGITS, FOLDER)
    registry = Registry.open(path, KEY, KK_DIGITS)
    assert registry.source is Source.SAMPLE
    person = next(r for r in DATA.residents if r.status is ResidentStatus.DEACTIVATED_DECEASED)
    found = registry.resident(person.nik, person.kk_digits)
    assert found is not None
    assert found.status is ResidentStatus.DEACTIVATED_DECEASED
    (several, _), *_ = Counter(a.nik for a in DATA.applications).most_common(1)
    kk_digits = next(r.kk_digits for r in DATA.residents if r.nik == several)
    assert sorted(a.number for a in registry.applications_of(several, kk_digits)) == sorted(
        a.number for a in DATA.applications if a.nik == several
    )
    ready = next(a for a in DATA.applications if a.status is ApplicationStatus.SIAP_DIAMBIL)
    told = registry.application(ready.number, ready.pin)
    assert told is not None
    assert registry.office(told.office) is not None
