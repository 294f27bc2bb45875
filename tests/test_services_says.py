"""What engine and services declare to say is what they say: else the checker looks at the wrong texts."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from sample_office import (
    APPLICATIONS,
    MENU,
    RESIDENTS,
    TEXTS,
    WITH_MANY,
    WITH_NONE,
    WITH_ONE,
    Called,
    SampleOffice,
    kk_digits,
    nik,
    pin,
)
from scripted_caller import PROMPTS, ScriptedPhone
from spoken_caller import ASKS_HELP, HOLD, MUMBLE, SILENCE, SLOWER, HearingPhone, deaf, keyed, perhaps
from spoken_caller import said as heard

from agi.dialogue.finding import Finding
from agi.services import SERVICES
from agi.services.checked import SAID_BY_ASTERISK, SAYS, check_all
from agi.services.conversation import Start
from agi.settings import Office, Places, Settings
from agi.voice.texts import Texts
from agi.workshop.sample_make import registration_number

pytest_plugins = ["office_fixtures"]

SPOKEN = [
    [MUMBLE, ASKS_HELP, SILENCE, MUMBLE],
    [MUMBLE, SILENCE, heard("1"), ASKS_HELP, *[SILENCE] * 4],
    [HOLD, SLOWER, heard("1"), HOLD, SILENCE],
    [perhaps("1"), SILENCE, heard("1"), MUMBLE, perhaps(nik(1)), heard("2"), heard("0541"), heard("ya"), MUMBLE],
    [heard("1"), heard(nik(WITH_NONE)), perhaps("123456"), heard("1")],
    [heard("1"), MUMBLE, MUMBLE, SILENCE],
    [MUMBLE, MUMBLE, keyed("1")],
    [heard("2"), heard("1"), heard(registration_number(106)), heard(pin(107))],
    [deaf(SILENCE, "full"), keyed("1")],
]
"""Calls in which everything is said that is only said to callers who speak."""

LOCKED = f"{nik(1)}{' 9999999999' * 3}"


def test_all_that_is_declared_is_said_with_the_places_that_are_declared(office: SampleOffice) -> None:
    """A tour through every state, every document, every kind of help; the phone refuses what has no text."""
    scripts = [f"1 {nik(serial)} {kk_digits(serial)} 2" for serial in RESIDENTS.values()]
    scripts += [f"2 1 {registration_number(serial)} {pin(serial)} 2" for serial in APPLICATIONS.values()]
    scripts += [f"2 2 {nik(serial)} {kk_digits(serial)} 1 1 2" for serial in (WITH_MANY, WITH_ONE, WITH_NONE)]
    scripts += [
        ", 7 ,",
        "7 , 8",
        f"1 , 12 327 {nik(1)} 9# 12 , , ,",
        "1 12* , , ,",
        f"1 327 , {nik(1)} 1* 123456",
        "1 0073050101900001 3200050101900001 3273053202900001",
        "1 3273050101900000 0#",
        f"2 1 123456789012 123 {registration_number(106)} 9# 12 {pin(107)}",
        "1",
        f"1 {LOCKED} 2",
        "1 " + " * ".join(f"{nik(serial)} 9999999999" for serial in (4, 5, 6)) + " 2",
        "# 1 #",
        f"2 1 , {registration_number(106)} 000000 , !",
    ]
    said: dict[str, set[frozenset[str]]] = {}
    calls: list[Called[ScriptedPhone] | Called[HearingPhone]] = []
    calls += [office.call(script, caller="") for script in scripts]
    calls += [office.spoken_call(*script, caller="") for script in SPOKEN]
    calls += [office.call(", , ,", start=start) for start in Start]
    calls.append(office.call("1", longest_ms=0))
    office.clock.pass_by(timedelta(days=30))
    for _ in range(4):
        calls.append(office.call(f"1 {LOCKED} 2", caller="guesser"))
        office.clock.pass_by(timedelta(minutes=16))
    calls.append(office.call("1 2", caller="guesser"))
    for call in calls:
        for prompt in call.prompts:
            said.setdefault(prompt.key, set()).add(frozenset(prompt.places))
            for value in prompt.places.values():
                if isinstance(value, str) and value in TEXTS:
                    said.setdefault(value, set()).add(frozenset())
    said_by_menu = {key for node in MENU.nodes.values() for key in (node.prompt, *node.say) if key}
    reasons = {key for key in SAYS if key.startswith("reason.")}  # the sample has some of them
    assert reasons & said.keys()
    # An office that is gone from the registry cannot be imported; `test_services_documents` tells of it.
    assert not sorted(SAYS.keys() - said.keys() - reasons - {"application.office_unknown", "registration.unavailable"})
    assert not said.keys() - SAYS.keys() - said_by_menu
    for key, places in said.items():
        if key in SAYS:
            assert places == {frozenset(SAYS[key])}, key


def services_files() -> list[Path]:
    root = PROMPTS.parent / "agi"
    return sorted([*(root / "services").glob("*.py"), *(root / "dialogue").glob("*.py")])


@pytest.mark.parametrize("path", services_files(), ids=lambda path: path.name)
def test_every_key_written_in_the_code_is_declared(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "Prompt"
            and isinstance(node.args[0], ast.Constant)
        ):
            assert node.args[0].value in SAYS, f"{path}:{node.lineno}"


def check(prompts: Path, var: Path, language: str = "id") -> tuple[Finding, ...]:
    return check_all(Settings(office=Office(language=language), places=Places(prompts=prompts, var=var)))


def test_the_prompts_that_are_delivered_have_no_findings(tmp_path: Path) -> None:
    assert check(PROMPTS, tmp_path) == ()


def test_every_service_is_in_the_menu() -> None:
    assert {node.service for node in MENU.nodes.values()} - {""} == SERVICES.keys()


def test_the_apology_and_the_announcements_of_the_queue_have_texts() -> None:
    conf = (PROMPTS.parent / "dialplan").glob("*.conf")
    text = "\n".join(file.read_text(encoding="utf-8") for file in conf)
    for key in TEXTS:
        if key.startswith(("queue.", "fault.")) and key not in SAYS:
            assert key.replace(".", "/") in text, key


def test_patterns_for_asterisk_hide_no_text_of_ours() -> None:
    assert {pattern.split(".")[0] for pattern in SAID_BY_ASTERISK} == {"digits", "queue", "fault", "agent"}


def copy(folder: Path, **files: str) -> Path:
    for name in ("menu.toml", "id.toml", "lexicon.toml"):
        (folder / name).write_text((PROMPTS / name).read_text(encoding="utf-8"), encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_menu_that_names_no_text_is_an_error(tmp_path: Path) -> None:
    menu = (PROMPTS / "menu.toml").read_text(encoding="utf-8").replace('"menu.main"', '"menu.mian"')
    assert [one.code for one in check(copy(tmp_path, menu=menu), tmp_path) if one.is_error] == ["T001"]


def test_texts_that_cannot_be_read_are_findings_with_file_and_line(tmp_path: Path) -> None:
    [finding] = check(copy(tmp_path, id='[call]\nwelcome = "Halo {nama}"\n'), tmp_path)
    assert (finding.code, finding.line, finding.is_error) == ("T008", 2, True)


def test_a_text_missing_in_another_language_is_a_warning_and_falls_back(tmp_path: Path) -> None:
    folder = copy(tmp_path, jv='[call]\nwelcome = "Sugeng rawuh ing Halo Dukcapil."\n')
    findings = check(folder, tmp_path, "jv")
    assert {finding.code for finding in findings} == {"T006"}
    assert not [finding for finding in findings if finding.is_error]
    texts = Texts.load(folder, "jv")
    assert texts.written("call.welcome") == "Sugeng rawuh ing Halo Dukcapil."
    assert texts.written("call.goodbye") == TEXTS.written("call.goodbye")
