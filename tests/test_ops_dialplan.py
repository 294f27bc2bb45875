"""The Asterisk configuration in dialplan/: what it holds, and that a running Asterisk knows all it names."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from installation import Hotline

from agi.ops import asterisk, configure
from agi.ops.asterisk import Program
from agi.ops.places import DIALPLAN, etc_folder
from agi.settings import Settings
from agi.settings.tables import Places

# Applications and functions of Asterisk 22 that asterisklint has never heard of.
_NEWER = frozenset({"AudioSocket", "StoreDTMF", "StreamEcho", "ReceiveText", "WaitDigit", "JSON_DECODE"})
# A space on both sides of "=" is our style in every configuration file.
_STYLE = "W_WSH_VARSET"
_FINDING = re.compile(r"^(?P<place>\S+:\d+) (?P<code>[A-Z]_\w+): (?P<text>.*)$")
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


def allowed(line: str) -> bool:
    """Whether asterisklint 0.4.3, which knows Asterisk 11 to 18, says this of something newer or of our style."""
    found = _FINDING.match(line)
    if found is None:
        return False
    name = re.search(r"'(\w+)'", found["text"])
    missing = found["code"] in ("E_APP_MISSING", "E_FUNC_MISSING") and name is not None and name[1] in _NEWER
    return missing or found["code"] == _STYLE


def test_asterisklint_finds_nothing(tmp_path: Path) -> None:
    """The real proof is a start of Asterisk without a warning (test_ops_supervise.py)."""
    settings = Settings(places=Places(var=tmp_path))
    configure.write(settings, Program((), Path("/modules"), Path("/documentation"), "", private=False))
    done = subprocess.run(
        (Path(sys.executable).with_name("asterisklint"), "dialplan-check", "extensions.conf"),
        cwd=etc_folder(settings.var),
        capture_output=True,
        text=True,
        check=False,
    )
    lines = (done.stdout + done.stderr).splitlines()
    assert [line for line in lines if line.strip() and not allowed(line)] == []


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
