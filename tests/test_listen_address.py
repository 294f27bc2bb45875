"""`hotline up --listen ADDRESS` is kept, found by all commands, and refused before anything is stopped."""

import json
import secrets
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest
from installation import private_environment, run_hotline, settings_of

from agi import privacy
from agi.cli import bringup
from agi.ops.ready import unusable
from agi.workshop.bench.installation import lend_tree, lend_voice
from agi.workshop.softphone.roster import TESTER, account

HERE, ELSEWHERE, NOBODYS = "127.0.0.1", "127.0.0.2", "192.0.2.1"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    made = private_environment(tmp_path)
    for name, value in made.items():
        monkeypatch.setenv(name, value)
    settings = settings_of(made)
    lend_tree(settings.var)
    lend_voice(settings.var)
    yield made
    run_hotline(made, "down", check=False)


def test_an_address_is_kept_until_the_settings_own_is_given(environment: dict[str, str]) -> None:
    assert settings_of(environment).telephony.listen == HERE
    bringup.listen_on(ELSEWHERE)
    assert settings_of(environment).telephony.listen == ELSEWHERE
    assert settings_of(environment).telephony.sip_port == int(environment["HOTLINE_TELEPHONY__SIP_PORT"])
    assert account(settings_of(environment), TESTER).host == ELSEWHERE
    bringup.listen_on(HERE)
    assert settings_of(environment).telephony.listen == HERE
    assert not (settings_of(environment).var / "listen").exists()


def test_an_address_that_does_not_serve_changes_nothing(environment: dict[str, str]) -> None:
    bringup.listen_on(ELSEWHERE)
    with pytest.raises(click.ClickException, match=NOBODYS):
        bringup.listen_on(NOBODYS)
    assert settings_of(environment).telephony.listen == ELSEWHERE


def test_a_port_that_another_program_holds_there_is_told() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((ELSEWHERE, 0))
        port = other.getsockname()[1]
        assert "taken" in str(unusable(ELSEWHERE, port, HERE))
        assert unusable(ELSEWHERE, port, ELSEWHERE) is None  # ours
        assert unusable("0.0.0.0", port, ELSEWHERE) is None  # noqa: S104 - ours too


def test_a_running_hotline_keeps_its_address_its_calls_and_follows_a_new_key(environment: dict[str, str]) -> None:
    run_hotline(environment, "up", "--listen", ELSEWHERE, limit_s=120)
    before = pids(environment)
    run_hotline(environment, "up", limit_s=120)
    refused = run_hotline(environment, "up", "--listen", NOBODYS, check=False)
    assert refused.returncode == 1
    assert NOBODYS in refused.stderr
    assert pids(environment) == before
    status = run_hotline(environment, "status").stdout
    assert ELSEWHERE in status
    assert "up --listen" in status
    assert run_hotline(environment, "doctor").returncode == 0

    key = settings_of(environment).var / "secrets" / "hash-key"
    key.write_text(secrets.token_hex(32))
    assert "./hotline up" in run_hotline(environment, "doctor", check=False).stdout
    run_hotline(environment, "up", limit_s=120)
    after = pids(environment)
    assert after["line"] != before["line"]
    assert after["asterisk"] == before["asterisk"]
    assert run_hotline(environment, "doctor").returncode == 0
    key.write_text("lost")
    told = run_hotline(environment, "up", check=False)
    assert told.returncode == 1
    assert "holds no key" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_file_that_is_no_key_is_told_as_such(tmp_path: Path) -> None:
    privacy.hash_key(tmp_path)
    (tmp_path / "secrets" / "hash-key").write_text("ab")
    with pytest.raises(privacy.BadKey, match="hash-key"):
        privacy.hash_key(tmp_path)


def pids(environment: Mapping[str, str]) -> dict[str, int]:
    """Which process each part is."""
    processes = json.loads(run_hotline(environment, "status", "--json").stdout)["processes"]
    return {process["name"]: process["pid"] for process in processes}
