"""The Asterisk configuration in dialplan/: what it holds, and that a running Asterisk knows all it names."""

import re
from pathlib import Path

import pytest
from installation import Hotline

from agi.ops import asterisk, lint
from agi.ops.configure import DIALPLAN

_FILES = sorted(DIALPLAN.glob("*.conf"))


def active(path: Path) -> list[str]:
    """The lines of a configuration file without comments."""
    return [line for raw in path.read_text().splitlines() if (line := raw.partition(";")[0].strip())]


def ask(hotline: Hotline, question: str) -> str:
    program = asterisk.find(hotline.settings.var)
    assert program is not None
    answer = program.ask(hotline.settings.var, question)
    assert answer is not None
    return answer


def test_asterisklint_finds_nothing() -> None:
    assert lint.findings() == []


def test_modules_are_named_one_by_one() -> None:
    lines = active(DIALPLAN / "modules.conf")
    assert "autoload = no" in lines
    assert all(line == "[modules]" or line.startswith(("autoload", "load = ")) for line in lines)


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_no_file_holds_a_secret_or_an_absolute_path(path: Path) -> None:
    for line in active(path):
        assert not re.match(r"(password|secret|md5_cred)\b", line), line
        assert not re.search(r"(?:^|[=>,(\s\"])/\w+/", line), line


def test_unknown_callers_are_refused() -> None:
    everything = "\n".join(line for path in _FILES for line in active(path))
    assert "identifier_anonymous" not in everything
    assert "[anonymous]" not in everything
    assert "endpoint_identifier_order = header,auth_username,username,ip\n" in everything


def test_contexts_of_testers_agents_and_trunk_include_nothing() -> None:
    lines = active(DIALPLAN / "extensions.conf")
    assert not [line for line in lines if line.startswith(("include", "switch"))]


@pytest.mark.parametrize("form", ["{}", "021{}", "0274{}", "62{}", "+62{}", "+6221{}"])
def test_the_operators_trunk_brings_our_number_in_every_form(hotline: Hotline, form: str) -> None:
    number = form.format(hotline.settings.telephony.number)
    assert "Goto(hotline," in ask(hotline, f"dialplan show {number}@from-trunk")


@pytest.mark.parametrize("context", ["from-testers", "from-agents", "from-trunk"])
@pytest.mark.parametrize("number", ["7001", "s", "start", "08123456789", "112"])
def test_nobody_dials_anything_but_our_number(hotline: Hotline, context: str, number: str) -> None:
    assert "There is no existence of" in ask(hotline, f"dialplan show {number}@{context}")


def test_asterisk_knows_every_application_and_function_the_dialplan_names(hotline: Hotline) -> None:
    lines = active(DIALPLAN / "extensions.conf")
    steps = [line for line in lines if re.match(r"(exten|same)\s*=>", line)]
    applications = {found for line in steps for found in re.findall(r"(?:,|\)|\?)([A-Z]\w+)\(", line)}
    functions = {found for line in steps for found in re.findall(r"(?:\$\{|Set\()([A-Z_0-9]+)\(", line)}
    assert {"Answer", "AGI", "Queue"} <= applications
    for name in applications - functions:
        assert f"'{name}'" in ask(hotline, f"core show application {name}"), name
    for name in functions:
        assert f"'{name}'" in ask(hotline, f"core show function {name}"), name


def test_the_testers_and_the_agents_have_accounts(hotline: Hotline) -> None:
    shown = ask(hotline, "pjsip show endpoints")
    for name in ("tester1", "tester2", "tester3", "tester4", "7001", "7002"):
        assert re.search(rf"Endpoint:\s+{name}\s", shown)
    assert "PJSIP/7001" in ask(hotline, "queue show agents")


def test_digits_are_never_logged(hotline: Hotline) -> None:
    logged = " ".join(line for line in active(DIALPLAN / "logger.conf") if "=>" in line)
    assert not re.search(r"dtmf|verbose|debug|security|\*", logged)
    assert re.search(r"Logging:\s+Disabled", ask(hotline, "cdr show status"))
