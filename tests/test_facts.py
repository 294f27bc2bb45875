"""Facts have a source, a day and an owner, and what is overdue is not told to callers."""

import shutil
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sample_office import MENU, PROMPTS, SampleOffice

from agi.cli import main
from agi.cli.doctor import known_facts
from agi.dialogue.facts import FILE, OVERDUE, Fact, Standing
from agi.dialogue.menu import Menu, MenuError
from agi.editions.differences import differences
from agi.ops.doctor import Level
from agi.services.checked import check_all
from agi.settings import Settings
from agi.settings.tables import Places

pytest_plugins = ["office_fixtures"]

KK_NEW = next(fact for fact in MENU.facts if fact.name == "kk_new")
ASK_FOR_KK_NEW = "3 1 1 2"
GOOD = """
[kk_new]
about = "Syarat KK"
sentences = ["requirements.kk_new"]
source = "Permendagri 19/2018"
checked = 2026-11-24
again = 2027-11-30
owner = "Dafduk"
"""


def at_the_office(office: SampleOffice, day: date, hour: int = 0) -> None:
    """Set the clock to an hour of that day in the office's zone."""
    local = datetime.combine(day, time(hour), office.settings.zone)
    office.clock.now = local.astimezone(UTC)


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROMPTS, tmp_path / "prompts"))


def settings(prompts: Path) -> Settings:
    return Settings(places=Places(prompts=prompts, var=prompts.parent / "var"))


@pytest.mark.parametrize(("hour", "said"), [(0, "requirements.kk_new"), (23, "requirements.kk_new"), (24, OVERDUE)])
def test_a_fact_is_told_until_its_day_at_the_office_is_over(office: SampleOffice, hour: int, said: str) -> None:
    at_the_office(office, KK_NEW.again + timedelta(days=hour // 24), hour % 24)
    call = office.call(ASK_FOR_KK_NEW)
    assert said in call.heard
    assert len({"requirements.kk_new", OVERDUE} & set(call.heard)) == 1
    assert call.heard[-1] == "call.goodbye"


def test_hearing_it_again_and_the_record_have_the_safe_sentence_too(office: SampleOffice) -> None:
    at_the_office(office, KK_NEW.again + timedelta(days=1))
    call = office.call("3 1 1 9 2")
    assert call.heard.count(OVERDUE) == 2
    assert "requirements.kk_new" not in str(call.notes)


def test_an_agent_is_a_key_away_from_the_safe_sentence(office: SampleOffice) -> None:
    at_the_office(office, KK_NEW.again + timedelta(days=1))
    call = office.call("3 1 1 0")
    assert OVERDUE in call.heard
    assert call.heard[-1] == "agent.connecting"
    assert len(call.phone.cases) == 1


def test_every_piece_of_information_of_the_menu_has_its_fact() -> None:
    told = {key for node in MENU.nodes.values() for key in (*node.say, *node.details)}
    assert told <= {key for fact in MENU.facts for key in fact.sentences}


def test_what_is_from_memory_is_unchecked_and_says_so() -> None:
    for fact in MENU.facts:
        assert ("Dari ingatan" in fact.source) <= (fact.checked is None), fact.name


@pytest.mark.parametrize(
    ("checked", "today", "standing"),
    [
        (date(2026, 11, 24), date(2027, 1, 1), Standing.GOOD),
        (date(2026, 11, 24), date(2027, 11, 15), Standing.SOON),
        (None, date(2027, 1, 1), Standing.UNCHECKED),
        (None, date(2027, 12, 1), Standing.OVERDUE),
    ],
)
def test_how_far_a_fact_may_be_relied_on(checked: date | None, today: date, standing: Standing) -> None:
    fact = Fact(name="a", about="a", sentences=["a"], source="a", checked=checked, again=date(2027, 11, 30), owner="a")
    assert fact.standing(today) is standing


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        (("= 2027-11-30", '= "besok"'), "F002", "tanggal seperti 2027-05-31"),
        (("owner", "onwer"), "F002", "maksud Anda 'owner'?"),
        (('source = "Permendagri 19/2018"\n', ""), "F002", "belum memuat source"),
        (("requirements.kk_new", "requirements.kk_neu"), "F003", "maksud Anda 'requirements.kk_new'?"),
        (('about = "Syarat KK"', "about = Syarat KK"), "F001", "tanda kutip"),
    ],
)
def test_what_is_wrong_in_the_file_is_found_with_its_line(
    prompts: Path, change: tuple[str, str], code: str, told: str
) -> None:
    (prompts / FILE).write_text(GOOD.replace(*change))
    found = [one for one in check_all(settings(prompts)) if one.path.name == FILE]
    assert {one.code for one in found} == {code}
    assert any(told in one.message for one in found)
    assert all(one.is_error and one.line for one in found)
    if code != "F003":
        with pytest.raises(MenuError):
            Menu.load(prompts / "menu.toml")


def test_prompts_without_the_file_have_no_facts_and_tell_everything(prompts: Path) -> None:
    (prompts / FILE).unlink()
    assert not Menu.load(prompts / "menu.toml").overdue(date(2099, 1, 1))


def test_the_command_lists_the_most_urgent_first_and_fails_where_anything_is_overdue(
    prompts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_PLACES__PROMPTS", str(prompts))
    unchecked = GOOD.replace("kk_new]", "kk_lost]").replace("checked = 2026-11-24\n", "").replace("2027", "2127")
    good, late = GOOD.replace("2027", "2127"), GOOD.replace("kk_new]", "move]").replace("2027-11-30", "2026-11-25")
    (prompts / FILE).write_text(good + unchecked + late)
    listed = CliRunner().invoke(main, ["facts", "list"])
    assert [line.split("  ")[1] for line in listed.output.splitlines()] == ["terlambat", "belum diperiksa", "berlaku"]
    due = CliRunner().invoke(main, ["facts", "due"])
    assert (due.exit_code, len(due.output.splitlines())) == (1, 2)
    (prompts / FILE).write_text(good)
    due = CliRunner().invoke(main, ["facts", "due"])
    assert (due.exit_code, due.output) == (0, "")


def test_doctor_tells_what_callers_do_not_hear(prompts: Path) -> None:
    after = datetime.combine(KK_NEW.again + timedelta(days=2), time(0), UTC)
    check = known_facts(settings(prompts), after)
    assert check.level is Level.WARN
    assert "callers do not hear them" in check.text
    (prompts / FILE).write_text(GOOD)
    assert known_facts(settings(prompts), after - timedelta(days=99)).level is Level.OK


def test_a_changed_fact_is_a_difference_that_callers_meet(prompts: Path, tmp_path: Path) -> None:
    (prompts / FILE).write_text(GOOD)
    before = shutil.copytree(prompts, tmp_path / "before")
    (prompts / FILE).write_text(GOOD.replace("2027-11-30", "2028-11-30"))
    assert list(differences(before, prompts, "id")) == [
        "Keterangan:",
        "  Syarat KK: diperiksa lagi: 2027-11-30 → 2028-11-30",
    ]
