"""Requirements are told shortly; details, office and hours for who asks."""

from pathlib import Path

import pytest
from sample_office import MENU, TEXTS, SampleOffice
from spoken_caller import said as heard

from agi.books.events import Outcome
from agi.dialogue.check import check_tree
from agi.dialogue.menufile import read
from agi.languages import INDONESIAN

pytest_plugins = ["office_fixtures"]


def test_details_are_told_to_who_asks_and_the_question_comes_again(office: SampleOffice) -> None:
    call = office.call("3 1 1 4 2")
    asked = "menu.more_details"
    assert call.heard[-5:] == ["requirements.kk_new", asked, "requirements.kk_new_details", asked, "call.goodbye"]
    assert call.ending.outcome is Outcome.COMPLETED


def test_nine_repeats_what_was_told_last(office: SampleOffice) -> None:
    assert office.call("3 1 1 4 9 2").heard.count("requirements.kk_new_details") == 2
    assert office.call("3 1 1 9 2").heard.count("requirements.kk_new") == 2


def test_one_and_two_mean_the_same_after_every_answer(office: SampleOffice) -> None:
    assert office.call("3 1 1 1 !").heard[-1] == "menu.main"
    assert office.call("3 1 1 2").heard[-1] == "call.goodbye"


def test_without_details_only_the_office_is_offered(office: SampleOffice) -> None:
    call = office.call("3 1 2 4 2")
    assert call.heard[-4:] == ["menu.more_office", "help.menu.wrong", "menu.more_office", "call.goodbye"]


def test_both_may_be_said(office: SampleOffice) -> None:
    call = office.spoken_call(heard("requirements_kk_new"), heard("4"), heard("3"), heard("3273"), heard("2"))
    assert "requirements.kk_new_details" in call.heard
    assert "where.office" in call.heard


def test_silence_after_the_answer_is_no_failure(office: SampleOffice) -> None:
    assert office.call("3 1 1 , ,").ending.outcome is Outcome.COMPLETED


def test_every_requirement_leads_to_an_office() -> None:
    told = [node for node in MENU.nodes.values() if any(key.startswith("requirements.") for key in node.say)]
    assert len(told) == 13
    assert {node.office for node in told} == {"address"}


def test_what_is_told_first_is_short() -> None:
    for node in MENU.nodes.values():
        for key in node.details:
            assert len(TEXTS[node.say[0]].raw.split()) <= 30, node.name
            assert TEXTS[key].raw != TEXTS[node.say[0]].raw


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ('say = "a.b"\ndetails = "a.c"', "M029"),
        ('service = "agent"\noffice = "main"', "M029"),
        ('say = "a.b"\noffice = "nowhere"', "M008"),
        ('say = "a.b"\ndetails = "a.c"\noffice = "main"', ""),
    ],
)
def test_what_cannot_be_offered_is_found(tmp_path: Path, fields: str, code: str) -> None:
    file = tmp_path / "menu.toml"
    file.write_text(f'start = "main"\n[main]\nprompt = "m"\n1 = "told"\n[told]\n{fields}\n')
    codes = {one.code for one in check_tree(read(file), INDONESIAN)}
    assert codes & {"M029", "M008"} == ({code} if code else set())
