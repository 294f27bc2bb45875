"""Answers from a registry whose data are old end with the day that they are of."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sample_office import WITH_MANY, WITH_NONE, WITH_ONE, SampleOffice, kk_digits, nik, pin

from agi.books.registry import Registry
from agi.cli import main
from agi.dialogue.question import Prompt
from agi.privacy import hash_key
from agi.settings import Settings
from agi.workshop.sample_make import registration_number

pytest_plugins = ["office_fixtures"]

OF_DAY = Prompt("data.of_day", {"day": date(2026, 11, 24)})
NIK_CALL = f"1 {nik(1)} {kk_digits(1)} 2"
PERSON_CALL = f"2 2 {nik(WITH_ONE)} {kk_digits(WITH_ONE)} 2"
NONE_CALL = f"2 2 {nik(WITH_NONE)} {kk_digits(WITH_NONE)} 2"
NUMBER_CALL = f"2 1 {registration_number(106)} {pin(106)} 2"


@pytest.mark.parametrize("script", [NIK_CALL, PERSON_CALL, NONE_CALL, NUMBER_CALL])
@pytest.mark.parametrize(("days", "told"), [(0, False), (2, False), (3, True), (40, True)])
def test_an_answer_ends_with_the_day_of_data_that_are_old(
    office: SampleOffice, script: str, days: int, told: bool
) -> None:
    office.clock.pass_by(timedelta(days=days))
    said = office.call(script).prompts
    assert (OF_DAY in said) is told
    if told:
        assert said[said.index(OF_DAY) + 1].key == "menu.more"


def test_each_of_several_applications_has_it_and_hearing_it_again_too(office: SampleOffice) -> None:
    office.clock.pass_by(timedelta(days=3))
    heard = office.call(f"2 2 {nik(WITH_MANY)} {kk_digits(WITH_MANY)} 1 9 2 2").heard
    assert heard.count("data.of_day") == 3


def test_where_nothing_is_told_no_day_is(office: SampleOffice) -> None:
    office.clock.pass_by(timedelta(days=3))
    wrong = office.call(f"1 {nik(1)} 9999999999 ! ")
    assert "identity.mismatch" in wrong.heard
    assert "data.of_day" not in wrong.heard


def test_the_day_of_an_extract_is_said_when_it_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("data", "var"):
        monkeypatch.setenv(f"HOTLINE_PLACES__{place.upper()}", str(tmp_path / place))
    file = tmp_path / "offices.csv"
    file.write_text("code,name\n3273,Dukcapil Kota Bandung\n")
    words = ["registry", "import", "offices", str(file), "--as-of", "2026-10-01"]
    assert CliRunner().invoke(main, words).exit_code == 0
    settings = Settings()
    registry = Registry.open(settings.registry_db, hash_key(settings.var), settings.identity.kk_digits)
    as_of = registry.as_of("offices")
    assert as_of is not None
    assert as_of.astimezone(settings.zone).date() == date(2026, 10, 1)
    registry.close()
