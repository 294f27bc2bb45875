"""The audit holds, byte for byte, what was written into it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agi.books.audit import Audit

KEY = bytes(32)
COLUMNS = ("seq", "at", "who", "what", "subject", "detail", "link")


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    made = Audit(tmp_path / "pages.db", KEY)
    for number in range(5):
        made.add("siti", "kalimat.ubah", "menu.main", f"ke-{number}")
    return made


def tamper(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as rows:
        for trigger in ("audit_stays", "audit_kept"):
            rows.execute(f"DROP TRIGGER {trigger}")
        rows.execute(statement)


def test_entries_are_kept_in_order_and_the_chain_is_whole(audit: Audit) -> None:
    assert [one.detail for one in audit.entries(2)] == ["ke-4", "ke-3"]
    assert audit.broken() is None


def test_nothing_can_be_changed_or_deleted(audit: Audit, tmp_path: Path) -> None:
    for statement in ("UPDATE audit SET who = 'x'", "DELETE FROM audit"):
        with closing(sqlite3.connect(tmp_path / "pages.db")) as rows, pytest.raises(sqlite3.Error, match="stays"):
            rows.execute(statement)


@pytest.mark.parametrize("column", COLUMNS[1:])
def test_a_changed_byte_is_found_wherever_it_is(audit: Audit, tmp_path: Path, column: str) -> None:
    changed = "randomblob(length(link))" if column == "link" else f"{column} || ' '"
    tamper(
        tmp_path / "pages.db",
        f"UPDATE audit SET {column} = CAST({changed} AS {'BLOB' if column == 'link' else 'TEXT'}) WHERE seq = 3",
    )
    assert audit.broken() == "entri 3 tidak lagi seperti saat ditulis"


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_removed_entry_is_missed(audit: Audit, tmp_path: Path, number: int) -> None:
    tamper(tmp_path / "pages.db", f"DELETE FROM audit WHERE seq = {number}")
    assert "hilang" in str(audit.broken())


def test_another_key_fits_no_entry(audit: Audit, tmp_path: Path) -> None:
    assert Audit(tmp_path / "pages.db", b"x" * 32).broken() == "entri 1 tidak lagi seperti saat ditulis"


def test_a_number_of_a_person_is_never_written(audit: Audit) -> None:
    audit.add("siti", "cari", "", "3273054101900001")
    assert audit.entries(1)[0].detail == "••••••••••••0001"
