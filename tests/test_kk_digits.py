"""How many digits of the KK number prove who is asked about is one setting, and a registry made for another is told."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from books_data import KEY, kk, nik, resident_line, residents_file
from pydantic import ValidationError
from sample_office import SampleOffice

from agi import privacy
from agi.books import importing
from agi.books.draft import draft
from agi.books.registry import KkDigitsMismatch, Registry, RegistryOutdated
from agi.cli import bringup
from agi.dialogue.question import Prompt
from agi.settings import SAMPLE, Settings
from agi.settings.tables import Identity, Places

pytest_plugins = ["office_fixtures"]


def imported(folder: Path, kk_digits: int, *serials: int, replace: bool = False) -> Path:
    """A registry in `folder` made for `kk_digits`."""
    file = residents_file(folder, *map(resident_line, serials))
    importing.import_csv(folder / "registry.db", KEY, "residents", file, kk_digits=kk_digits, replace=replace)
    return folder / "registry.db"


@pytest.mark.parametrize("kk_digits", [6, 10, 16])
def test_the_caller_is_asked_for_that_many_and_told_so(tmp_path: Path, patient_books: None, kk_digits: int) -> None:
    registry = imported(tmp_path, kk_digits, 1)
    office = SampleOffice.open(registry, tmp_path, identity=Identity(kk_digits=kk_digits))
    call = office.call(f"1 {nik(1)} 123 {kk(1)[-kk_digits:]} 2")
    office.close()
    assert Prompt("kk.ask", {"digits": kk_digits}) in call.prompts
    assert Prompt("kk.short", {"digits": kk_digits, "count": 3}) in call.prompts
    assert "ktp.card_issued" in call.heard


def test_fewer_digits_are_not_enough(tmp_path: Path) -> None:
    registry = Registry.open(imported(tmp_path, 10, 1), KEY, 10)
    assert registry.resident(nik(1), kk(1)[-10:]) is not None
    assert registry.resident(nik(1), kk(1)[-6:]) is None


@pytest.mark.parametrize("kk_digits", [5, 17])
def test_a_number_of_digits_that_proves_nothing_or_is_too_long_is_refused(kk_digits: int) -> None:
    with pytest.raises(ValidationError):
        Identity(kk_digits=kk_digits)


def test_a_registry_made_for_another_number_of_digits_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = imported(tmp_path, 6, 1)
    with pytest.raises(KkDigitsMismatch, match=r"last 6 digits .* is 10: .*--replace.* to 6"):
        Registry.open(path, KEY, 10)
    with pytest.raises(KkDigitsMismatch):
        imported(tmp_path, 10, 2)
    imported(tmp_path, 10, 1, 2, replace=True)
    assert Registry.open(path, KEY, 10).resident(nik(2), kk(2)[-10:]) is not None


def as_before_it_was_a_setting(path: Path) -> Path:
    """`path` as the version before left it: nothing in it says how many digits were hashed."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM meta WHERE name = 'kk-digits'")
        connection.execute("DELETE FROM _sqlite_migrations WHERE name = 'kk_digits_of_the_first_tables'")
    return path


def test_a_registry_of_the_version_before_is_one_of_six_digits(tmp_path: Path) -> None:
    path = as_before_it_was_a_setting(imported(tmp_path, 6, 1))
    with pytest.raises(RegistryOutdated):
        Registry.open(path, KEY, 6)
    with draft(path, KEY):
        pass
    assert Registry.open(path, KEY, 6).resident(nik(1), kk(1)[-6:]) is not None
    with pytest.raises(KkDigitsMismatch):
        Registry.open(path, KEY, 10)


def test_the_sample_is_made_again_for_another_number_of_digits_and_own_data_are_not(tmp_path: Path) -> None:
    settings = Settings(places=Places(data=tmp_path, var=tmp_path / "var"))
    key = privacy.hash_key(settings.var)
    importing.import_sample(settings.registry_db, key, 6, SAMPLE)
    as_before_it_was_a_setting(settings.registry_db)
    bringup.fill_books(settings)
    numbers = bringup.sample(settings)
    assert numbers is not None
    assert len(numbers.kk_digits) == settings.identity.kk_digits == 10
    registry = Registry.open(settings.registry_db, key, 10)
    assert registry.resident(numbers.nik, numbers.kk_digits) is not None
    registry.close()

    file = residents_file(tmp_path, resident_line(1))
    importing.import_csv(settings.registry_db, key, "residents", file, kk_digits=6, replace=True)
    before = settings.registry_db.read_bytes()
    with pytest.raises(KkDigitsMismatch):
        bringup.fill_books(settings)
    assert settings.registry_db.read_bytes() == before
