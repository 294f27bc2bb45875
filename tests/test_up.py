"""`hotline up`, `status`, `logs` and `down`, with a real installation."""

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from installation import Hotline, private_environment, run_hotline, settings_of

from agi import privacy
from agi.books.registry import Registry
from agi.books.words import Source
from agi.cli import bringup
from agi.settings import ROOT
from agi.workshop.bench.installation import lend_tree, lend_voice


def test_up_tells_how_to_call_and_changes_nothing_the_second_time(hotline: Hotline) -> None:
    hotline.run("up")
    before = json.loads(hotline.run("status", "--json").stdout)["processes"]
    told = hotline.run("up").stdout
    assert json.loads(hotline.run("status", "--json").stdout)["processes"] == before
    for word in (hotline.tester.name, hotline.tester.password, hotline.sample.nik, hotline.sample.kk_digits):
        assert word in told
    for word in (hotline.sample.registration, hotline.sample.pin, hotline.settings.telephony.number):
        assert word in told
    assert f":{hotline.settings.telephony.sip_port}" in told


@pytest.mark.thorough
def test_up_tells_that_the_settings_allow_more_calls_than_there_are_ports_for(hotline: Hotline) -> None:
    telephony = hotline.settings.telephony
    assert telephony.rtp_last - telephony.rtp_first < 2 * hotline.settings.legs
    told = hotline.run("up").stderr.splitlines()
    assert len([line for line in told if "telephony.rtp_last" in line]) == 1


def test_status_names_processes_calls_and_prompts(hotline: Hotline) -> None:
    status = json.loads(hotline.run("status", "--json").stdout)
    assert status["answering"] is True
    assert [process["name"] for process in status["processes"]] == ["asterisk", "line", "watch"]
    assert status["edition"] == 1
    assert status["prompts_current"] is True
    assert isinstance(status["calls"], int)
    assert hotline.settings.telephony.number in hotline.run("status").stdout


def test_asterisk_started_without_a_warning_or_an_error(hotline: Hotline) -> None:
    log = (hotline.settings.var / "log" / "asterisk.jsonl").read_text(encoding="utf-8")
    begun = [json.loads(line) for line in log.split("\n")[:40] if line]
    assert [one for one in begun if one["level"] != "notice" and "channel" not in one] == []


def test_doctor_finds_a_running_hotline_sound(hotline: Hotline) -> None:
    told = hotline.run("doctor").stdout
    assert "FAIL" not in told
    for about in ("disk", "clock", "privacy", "Asterisk", "registry", "call records", "prompts", "ports", "calls"):
        assert about in told


@pytest.mark.thorough
def test_logs_are_merged_by_time(hotline: Hotline) -> None:
    lines = hotline.run("logs", "-n", "200").stdout.splitlines()
    assert any(" asterisk " in line for line in lines)
    assert any(" line " in line for line in lines)
    stamps = [line[:23] for line in lines]
    assert stamps == sorted(stamps)


def test_secrets_are_readable_by_their_owner_only(hotline: Hotline) -> None:
    secrets = hotline.settings.var / "secrets"
    assert secrets.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in secrets.iterdir()} == {0o600}
    assert (secrets / "sip-7001").read_text() == next(each.password for each in hotline.agents if each.name == "7001")
    accounts = hotline.settings.var / "asterisk" / "etc" / "local" / "pjsip-accounts.conf"
    assert accounts.stat().st_mode & 0o777 == 0o600


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An installation of its own that is not running, with the prompts of the repository."""
    environment = private_environment(tmp_path)
    lend_tree(settings_of(environment).var)
    lend_voice(settings_of(environment).var)
    yield environment
    run_hotline(environment, "down", check=False)


def test_nothing_answers_where_nothing_runs(stopped: dict[str, str]) -> None:
    done = run_hotline(stopped, "status", check=False)
    assert done.returncode == 1
    assert "./hotline up" in done.stdout
    assert "was not running" in run_hotline(stopped, "down").stdout
    assert run_hotline(stopped, "doctor", check=False).returncode == 1


def test_a_port_in_use_is_named_with_its_setting(stopped: dict[str, str]) -> None:
    settings = settings_of(stopped)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", settings.telephony.sip_port))
        done = run_hotline(stopped, "up", check=False, limit_s=120)
    assert done.returncode == 1
    assert str(settings.telephony.sip_port) in done.stderr
    assert "telephony.sip_port" in done.stderr


def test_an_address_this_machine_has_not_is_refused(stopped: dict[str, str]) -> None:
    done = run_hotline(stopped, "up", "--listen", "192.0.2.1", check=False, limit_s=120)
    assert done.returncode == 1
    assert "192.0.2.1" in done.stderr
    assert run_hotline(stopped, "up", "--listen", "nowhere", check=False).returncode == 2


def test_a_sample_made_with_a_lost_key_is_made_again(tmp_path: Path) -> None:
    settings = settings_of(private_environment(tmp_path))
    bringup.fill_books(settings)
    (settings.var / "secrets" / "hash-key").unlink()
    bringup.fill_books(settings)
    registry = Registry.open(settings.registry_db, privacy.hash_key(settings.var), settings.identity.kk_digits)
    numbers = bringup.sample(settings)
    assert numbers is not None
    assert registry.source is Source.SAMPLE
    assert registry.resident(numbers.nik, numbers.kk_digits) is not None
    registry.close()


@pytest.mark.thorough
def test_own_data_made_with_a_lost_key_are_never_replaced(tmp_path: Path) -> None:
    environment = private_environment(tmp_path)
    settings = settings_of(environment)
    lend_tree(settings.var)
    residents = tmp_path / "own.csv"
    residents.write_bytes((ROOT / "data" / "sample" / "residents.csv").read_bytes())
    run_hotline(environment, "registry", "import", "residents", str(residents), "--replace")
    before = settings.registry_db.read_bytes()
    (settings.var / "secrets" / "hash-key").unlink()
    done = run_hotline(environment, "up", check=False, limit_s=120)
    assert done.returncode == 1
    assert "key" in done.stderr
    assert settings.registry_db.read_bytes() == before


@pytest.mark.thorough
def test_up_publishes_no_change_of_the_prompts_but_tells_it_and_restarts_nothing(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    shutil.copytree(ROOT / "prompts", prompts)
    environment = private_environment(tmp_path, HOTLINE_PLACES__PROMPTS=str(prompts))
    settings = settings_of(environment)
    lend_tree(settings.var)
    lend_voice(settings.var)

    def status() -> dict[str, Any]:
        found: dict[str, Any] = json.loads(run_hotline(environment, "status", "--json").stdout)
        return found

    try:
        run_hotline(environment, "up", limit_s=120)
        before = status()
        texts = prompts / "id.toml"
        texts.write_text(texts.read_text().replace("Selamat datang di", "Selamat pagi dari"))
        assert not status()["prompts_current"]
        assert "hotline prompts publish" in run_hotline(environment, "up", limit_s=120).stderr
        run_hotline(environment, "prompts", "publish")
        after = status()
        assert (after["answering"], after["edition"], after["prompts_current"]) == (True, 2, True)
        assert after["processes"] == before["processes"]

        texts.write_text(texts.read_text() + "[broken\n")
        refused = run_hotline(environment, "prompts", "publish", check=False)
        assert refused.returncode == 1
        assert f"{texts}:" in refused.stderr
        run_hotline(environment, "up", limit_s=120)
        again = status()
        assert (again["answering"], again["edition"], again["processes"]) == (True, 2, before["processes"])
    finally:
        run_hotline(environment, "down", check=False)


def test_wrong_settings_are_told_in_one_sentence(tmp_path: Path) -> None:
    environment = private_environment(tmp_path, HOTLINE_LINE__AGI_PORT="many")
    done = run_hotline(environment, "status", check=False)
    assert done.returncode == 1
    assert "HOTLINE_LINE__AGI_PORT" in done.stderr
    assert "Traceback" not in done.stderr
    (tmp_path / "hotline.toml").write_text("[line\n")
    done = run_hotline(private_environment(tmp_path), "status", check=False)
    assert done.returncode == 1
    assert "hotline.toml" in done.stderr
    assert "Traceback" not in done.stderr


def test_licences_of_all_that_is_installed_are_listed(hotline: Hotline) -> None:
    told = hotline.run("doctor", "--licences").stdout
    voice = (("Kokoro-82M (model)", "Apache-2.0"), ("kokoro-onnx", "MIT"), ("hf_alpha", "Apache-2.0"))
    programs = (("asterisk", "GPL-2.0"), ("espeak-ng", "GPL-3.0"), ("pyst2", "Python"), ("numpy", "BSD"))
    for name, licence in (*programs, *voice):
        assert any(line.startswith(name) and licence in line for line in told.splitlines()), name
