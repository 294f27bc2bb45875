"""Rows and books for the tests of the books; every number is made up."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from agi.books import importing
from agi.books.calls_schema import SCHEMA
from agi.books.events import Answered, Asked, Ended, Outcome, Said
from agi.books.files import open_reader
from agi.workshop.sample_make import registration_number

KEY = bytes(range(32))
KK_DIGITS = 10
CONTACTS_SINCE = "contacts_and_typed_events"
START = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
import_csv = partial(importing.import_csv, kk_digits=KK_DIGITS)
RESIDENT_COLUMNS = "nik,kk,status,ktp"


def nik(serial: int) -> str:
    return f"327301440292{9000 + serial:04d}"


def kk(serial: int) -> str:
    return f"327301010115{9000 + serial:04d}"


def resident_line(serial: int, status: str = "ACTIVE", ktp: str = "CARD_ISSUED") -> str:
    return f"{nik(serial)},{kk(serial)},{status},{ktp}"


def residents_file(folder: Path, *lines: str, header: str = RESIDENT_COLUMNS, name: str = "residents.csv") -> Path:
    file = folder / name
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return file


def registry_of(folder: Path, *serials: int) -> Path:
    """A registry with these residents, one office, and one application of the first resident."""
    registry = folder / "registry.db"
    import_csv(registry, KEY, "residents", residents_file(folder, *map(resident_line, serials)))
    offices = folder / "offices.csv"
    offices.write_text("code,name,hours\n3273,Dukcapil Kota Bandung,Senin sampai Jumat\n")
    import_csv(registry, KEY, "offices", offices)
    applications = folder / "applications.csv"
    applications.write_text(
        "number,pin,nik,document,status,since,reason,office\n"
        f"{registration_number(1)},123456,{nik(serials[0])},KK,SIAP_DIAMBIL,2026-05-01,,3273\n"
        f"{registration_number(2)},654321,{nik(serials[0])},KTP_EL,DITOLAK,2026-06-01,DATA_TIDAK_SESUAI,\n"
    )
    import_csv(registry, KEY, "applications", applications)
    return registry


def damage(registry: Path) -> int:
    """Spoil the one page that says whose which application is; its number. Nothing else of the registry needs it."""
    with closing(open_reader(registry)) as books:
        (page,) = books.execute("SELECT rootpage FROM sqlite_master WHERE name = 'applications_of_nik'").fetchone()
        (size,) = books.execute("PRAGMA page_size").fetchone()
    with registry.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(bytes(size))
    return int(page)


def asked(question: str = "menu", value: str = "1", at: datetime = START) -> Asked:
    answer = Answered("match", "keys", value, 1500)
    return Asked(at=at, question=question, prompts=(Said("menu.ask"),), answer=answer)


def ended(outcome: Outcome, where: str, why: str, at: datetime) -> Ended:
    return Ended(at=at, outcome=outcome, where=where, why=why)


def earlier_book(path: Path) -> sqlite3.Connection:
    """A new book of calls as it was made before there were contacts."""
    connection = sqlite3.connect(path, isolation_level=None)
    database = Database(connection, execute_plugins=False)
    database.enable_wal()
    SCHEMA.apply(database, stop_before=CONTACTS_SINCE)
    return connection
