"""A look-up tells states on two matching items, and nothing on one."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from books_data import KEY, KK_DIGITS, import_csv, kk, nik, registry_of, resident_line, residents_file

from agi.books import registry as books
from agi.books.draft import draft
from agi.books.registry import KeyMismatch, Registry, RegistryDamaged, RegistryMissing
from agi.books.words import Application, ApplicationStatus, Document, KtpState, Reason, Resident, ResidentStatus
from agi.workshop.sample_make import registration_number


def digits(serial: int) -> str:
    return kk(serial)[-KK_DIGITS:]


def test_nik_and_kk_digits_give_the_states(tmp_path: Path) -> None:
    registry = Registry.open(registry_of(tmp_path, 1), KEY, KK_DIGITS)
    assert registry.resident(nik(1), digits(1)) == Resident(ResidentStatus.ACTIVE, KtpState.CARD_ISSUED)


def test_unknown_and_wrong_give_the_same_none(tmp_path: Path) -> None:
    registry = Registry.open(registry_of(tmp_path, 1, 2), KEY, KK_DIGITS)
    assert registry.resident(nik(1), digits(2)) is None
    assert registry.resident(nik(3), digits(3)) is None
    assert registry.applications_of(nik(1), digits(2)) == ()
    assert registry.applications_of(nik(3), digits(3)) == ()
    assert registry.application(registration_number(1), "000000") is None
    assert registry.application(registration_number(9), "123456") is None


def test_unknown_and_wrong_do_the_same_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry.open(registry_of(tmp_path, 1), KEY, KK_DIGITS)
    work: list[str] = []
    real_hash, real_compare = books.kk_hash, books.hmac.compare_digest
    monkeypatch.setattr(books, "kk_hash", lambda *a: work.append("hash") or real_hash(*a))
    monkeypatch.setattr(books.hmac, "compare_digest", lambda *a: work.append("compare") or real_compare(*a))
    registry.resident(nik(1), "000000")
    wrong = list(work)
    work.clear()
    registry.resident(nik(5), "000000")
    assert work == wrong == ["hash", "compare"]


def test_unknown_and_wrong_cost_the_database_the_same(tmp_path: Path) -> None:
    registry = Registry.open(registry_of(tmp_path, *range(1, 50)), KEY, KK_DIGITS)
    ((_, connection),) = registry._idle
    steps: list[None] = []
    connection.set_progress_handler(lambda: steps.append(None), 1)

    def cost(number: str) -> int:
        steps.clear()
        assert registry.resident(number, "000000") is None
        return len(steps)

    # The one reads three columns more; a step takes less than a microsecond, and a telephone shows 20 ms.
    assert abs(cost(nik(7)) - cost(nik(900))) <= 5


def test_number_and_pin_give_the_application(tmp_path: Path) -> None:
    registry = Registry.open(registry_of(tmp_path, 1), KEY, KK_DIGITS)
    number = registration_number(1)
    assert registry.application(number, "123456") == Application(
        number, Document.KK, ApplicationStatus.SIAP_DIAMBIL, date(2026, 5, 1), None, "3273"
    )
    office = registry.office("3273")
    assert office is not None
    assert office.name == "Dukcapil Kota Bandung"
    assert registry.office("9999") is None


def test_applications_of_a_person_come_newest_first(tmp_path: Path) -> None:
    registry = Registry.open(registry_of(tmp_path, 1), KEY, KK_DIGITS)
    first, second = registry.applications_of(nik(1), digits(1))
    assert (first.document, first.reason) == (Document.KTP_EL, Reason.DATA_TIDAK_SESUAI)
    assert second.document is Document.KK


def test_a_new_registry_is_seen_by_the_next_look_up(tmp_path: Path) -> None:
    path = registry_of(tmp_path, 1)
    registry = Registry.open(path, KEY, KK_DIGITS)
    assert registry.resident(nik(2), digits(2)) is None
    import_csv(path, KEY, "residents", residents_file(tmp_path, resident_line(2)))
    assert registry.resident(nik(1), digits(1)) is not None
    assert registry.resident(nik(2), digits(2)) is not None


def test_readers_never_see_half_an_import(tmp_path: Path) -> None:
    path = registry_of(tmp_path, 1)
    registry = Registry.open(path, KEY, KK_DIGITS)
    with pytest.raises(RuntimeError), draft(path, KEY) as connection:
        connection.execute("DELETE FROM residents")
        assert registry.resident(nik(1), digits(1)) is not None
        raise RuntimeError
    assert registry.resident(nik(1), digits(1)) is not None


def test_many_threads_look_up_while_the_registry_is_replaced(tmp_path: Path) -> None:
    path = registry_of(tmp_path, 1)
    registry = Registry.open(path, KEY, KK_DIGITS)

    def look_up(_: int) -> bool:
        return all(registry.resident(nik(1), digits(1)) is not None for _ in range(300))

    with ThreadPoolExecutor(8) as pool:
        results = pool.map(look_up, range(8))
        for serial in range(2, 8):
            import_csv(path, KEY, "residents", residents_file(tmp_path, resident_line(serial)))
        assert all(results)
    registry.close()


def test_another_key_is_told_as_such(tmp_path: Path) -> None:
    path = registry_of(tmp_path, 1)
    with pytest.raises(KeyMismatch, match="hash-key"):
        Registry.open(path, bytes(32), KK_DIGITS)


def test_no_registry_and_no_database_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(RegistryMissing, match="hotline up"):
        Registry.open(tmp_path / "registry.db", KEY, KK_DIGITS)
    (tmp_path / "registry.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(RegistryDamaged):
        Registry.open(tmp_path / "registry.db", KEY, KK_DIGITS)
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE t (a)")
    other.close()
    with pytest.raises(RegistryDamaged, match="no registry"):
        Registry.open(tmp_path / "other.db", KEY, KK_DIGITS)


def test_neither_kk_digits_nor_pin_stand_in_the_file(tmp_path: Path) -> None:
    content = registry_of(tmp_path, 1).read_bytes()
    assert kk(1).encode() not in content
    assert b"123456" not in content
