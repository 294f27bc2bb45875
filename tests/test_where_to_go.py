"""Which office is a caller's: by the region, keyed or said; its name, hours and usual time from the registry."""

import pytest
from sample_office import SampleOffice
from spoken_caller import SILENCE, keyed, perhaps
from spoken_caller import said as heard

from agi.books.events import Outcome
from agi.dialogue.question import Prompt

pytest_plugins = ["office_fixtures"]

BANDUNG = [
    Prompt("where.office", {"office": "Dukcapil Kota Bandung"}),
    Prompt("application.office_hours", {"hours": "Senin sampai Jumat"}),
    Prompt("where.usual_time", {"time": "Kartu Keluarga 1 hari kerja"}),
]
TO_IT = "3 1 1 3"
"""Keys: from the requirements of a new KK to where to go for it."""


def test_four_keyed_digits_lead_to_name_hours_and_usual_time(office: SampleOffice) -> None:
    call = office.call(f"{TO_IT} 3273 2")
    at = call.prompts.index(BANDUNG[0])
    assert call.prompts[at : at + 3] == BANDUNG
    assert call.heard[at + 3 :] == ["menu.more", "case.number", "call.goodbye"]
    assert call.ending.outcome is Outcome.COMPLETED
    assert call.ending.where == "address.more"


def test_the_name_of_the_region_leads_there_as_well(office: SampleOffice) -> None:
    call = office.spoken_call(heard("address"), heard("3273"), heard("2"))
    assert "where.ask_name" in call.heard
    assert BANDUNG[0] in call.prompts


def test_a_name_heard_in_doubt_is_read_back_by_name(office: SampleOffice) -> None:
    call = office.spoken_call(heard("address"), perhaps("3273"), heard("1"), heard("2"))
    assert Prompt("speech.confirm_option", {"option": "kota bandung"}) in call.prompts
    assert BANDUNG[0] in call.prompts


def test_only_what_is_known_is_told(office: SampleOffice) -> None:
    heard_keys = office.call(f"{TO_IT} 3171 2").heard
    assert "where.office" in heard_keys
    assert not {"application.office_hours", "where.usual_time"} & set(heard_keys)


def test_a_region_without_an_office_is_told_so_and_where_offices_are(office: SampleOffice) -> None:
    call = office.call(f"{TO_IT} 9471 2")
    at = call.heard.index("where.unknown")
    assert call.heard[at : at + 3] == ["where.unknown", "info.address", "menu.more"]


@pytest.mark.parametrize("wrong", ["9901", "3200"])
def test_what_is_no_region_is_asked_again(office: SampleOffice, wrong: str) -> None:
    heard_keys = office.call(f"{TO_IT} {wrong} 3273 2").heard
    assert heard_keys.index("where.invalid") < heard_keys.index("where.office")


def test_who_never_gives_a_region_comes_to_an_agent(office: SampleOffice) -> None:
    call = office.call(f"{TO_IT} 9901 9902 9903")
    assert call.heard[-1] == "agent.connecting"
    assert call.phone.cases[0].topic == "where"


def test_who_says_nothing_is_told_where_the_number_stands(office: SampleOffice) -> None:
    call = office.spoken_call(heard("address"), SILENCE, keyed("3273"), heard("2"))
    assert "where.paper" in call.heard


def test_star_goes_back_to_the_requirements(office: SampleOffice) -> None:
    heard_keys = office.call(f"{TO_IT} * 2").heard
    assert heard_keys.count("requirements.kk_new") == 2


def test_the_rest_of_a_whole_number_is_no_answer_to_what_is_asked_next(office: SampleOffice) -> None:
    call = office.call(f"{TO_IT} 3273050101900001 2")
    assert call.heard[-3:] == ["menu.more", "case.number", "call.goodbye"]
    assert BANDUNG[0] in call.prompts
