"""Every place of the shipped menu: it is reached by keys and by own words, and what it tells has a source."""

import pytest
from sample_office import MENU, TEXTS, SampleOffice
from spoken_caller import HearingPhone
from spoken_caller import said as heard

from agi.dialogue.menufile import Node
from agi.dialogue.spoken import INTENTS
from agi.services.telling import NIK

pytest_plugins = ["office_fixtures"]

OTHERWISE = {"address": "3 after a piece of information", "to_agent": "0 anywhere"}
"""Places that no option leads to, and the keys that do."""
WITH_SOURCE = {key: fact for fact in MENU.facts for key in fact.sentences}
ENDS = {name: node for name, node in MENU.nodes.items() if not node.options}
TELLING = {name: node for name, node in ENDS.items() if node.say}


def keyed() -> dict[str, str]:
    """The keys to each place from the first one, for those to which options lead."""
    found, todo = {MENU.start: ""}, [MENU.start]
    while todo:
        name = todo.pop()
        for key, place in MENU.nodes[name].options.items():
            if place not in found:
                found[place] = found[name] + key
                todo.append(place)
    return found


def test_every_place_is_reached_by_keys_or_declared_otherwise() -> None:
    assert MENU.nodes.keys() - keyed().keys() == OTHERWISE.keys()


@pytest.mark.parametrize("name", sorted(keyed().keys() & ENDS.keys()))
def test_the_keys_to_a_place_begin_it(name: str, office: SampleOffice) -> None:
    call = office.call(f"{keyed()[name]} !")
    assert call.notes.all_asked[-1][0].name or call.heard
    assert call.ending.where.partition(".")[0] == name


def test_every_place_that_is_no_menu_is_wished_for_in_own_words() -> None:
    assert ENDS.keys() - MENU.spoken[INTENTS].keys() == set()


@pytest.mark.parametrize("name", sorted(MENU.spoken[INTENTS]))
def test_a_wish_begins_its_place(name: str, office: SampleOffice) -> None:
    call = office.called(HearingPhone([heard(name)], TEXTS))
    assert name in (call.ending.where.partition(".")[0], call.desk.case.reached.partition(".")[0])


@pytest.mark.parametrize("node", TELLING.values(), ids=TELLING)
def test_whatever_a_place_tells_has_a_source_an_owner_and_a_day(node: Node) -> None:
    assert {*node.say, *node.details} <= WITH_SOURCE.keys()


def test_what_to_do_about_a_nik_has_a_source_and_its_state_has_none() -> None:
    to_do = {key for key in NIK if key.endswith("_do")}
    assert to_do <= WITH_SOURCE.keys()
    assert not (NIK.keys() - to_do) & WITH_SOURCE.keys()
    assert {key for key in TEXTS if key.startswith(("diagnosis.stale", "diagnosis.then", "diagnosis.moving"))} <= (
        WITH_SOURCE.keys()
    )


@pytest.mark.parametrize(
    "name",
    [
        "requirements_kia", "requirements_ikd", "requirements_arrival", "requirements_akta_divorce", "legalisation",
        "blanko", "correction",
    ],
)  # fmt: skip
def test_who_must_come_is_led_to_their_office(name: str) -> None:
    assert MENU.nodes[name].office == "address"
