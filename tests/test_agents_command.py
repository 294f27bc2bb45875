"""`hotline agents`: who the agents are is data, not dialplan; what is wrong is one sentence, and nothing is made."""

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from installation import private_environment, run_hotline, settings_of
from line_exchange import Exchange, until

from agi.ops import agents, configure
from agi.ops.agents import Agent, AgentsError


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    return private_environment(tmp_path)


def run(environment: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return run_hotline(environment, *words, check=False)


def test_an_agent_is_added_listed_and_removed(environment: Mapping[str, str]) -> None:
    settings = settings_of(environment)
    added = run(environment, "agents", "add", "7004", "--name", "Ibu Sari")
    password = settings.var / "secrets" / "sip-7004"
    assert added.returncode == 0
    assert password.read_text() in added.stdout
    assert (settings.data / "agents.toml").stat().st_mode & 0o077 == 0
    listed = run(environment, "agents", "list").stdout
    assert [line.split(maxsplit=1) for line in listed.splitlines()] == [
        ["7001", "Petugas 7001"],
        ["7002", "Petugas 7002"],
        ["7004", "Ibu Sari"],
    ]
    assert run(environment, "agents", "remove", "7004").returncode == 0
    assert not password.exists()
    assert "7004" not in run(environment, "agents", "list").stdout


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("12", "A"),
        ("07004", "A"),
        ("7004x", "A"),
        ("1500537", "A"),
        ("7004", "a;b"),
        ("7004", "a\nb"),
        ("7004", "a" * 99),
    ],
)
def test_what_no_dialplan_could_hold_is_refused_in_one_sentence(
    environment: Mapping[str, str], number: str, name: str
) -> None:
    done = run(environment, "agents", "add", number, "--name", name)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    settings = settings_of(environment)
    assert not (settings.data / "agents.toml").exists()
    assert not (settings.var / "secrets" / f"sip-{number}").exists()


@pytest.mark.parametrize("words", [("agent", "7009"), ("agents", "remove", "7009")])
def test_an_agent_who_is_not_there_is_told_with_those_who_are(environment: Mapping[str, str], words: list[str]) -> None:
    done = run(environment, *words)
    assert done.returncode == 1
    assert "7001, 7002" in done.stderr
    assert not (settings_of(environment).var / "secrets" / "sip-7009").exists()


@pytest.mark.parametrize("text", ["[7001]\n", "[7001]\nname = 3\n", "7001 = 1\n", '[x]\nname = "a"\n', "[7001\n"])
def test_a_broken_file_is_told_with_its_path(environment: Mapping[str, str], text: str) -> None:
    settings = settings_of(environment)
    settings.data.mkdir(parents=True)
    (settings.data / "agents.toml").write_text(text)
    with pytest.raises(AgentsError, match=r"agents\.toml"):
        agents.listed(settings)


def test_the_last_agent_may_go(environment: Mapping[str, str]) -> None:
    settings = settings_of(environment)
    for one in agents.listed(settings):
        agents.remove(settings, one.number)
    assert agents.listed(settings) == ()


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Exchange]:
    made = Exchange(tmp_path / "exchange")
    made.caller("waiting", "Wait(60)")
    made.context("from-waiting", "exten => 1500537,1,Answer()", " same => n,Wait(60)")
    made.start()
    yield made
    made.close()


def test_a_reload_takes_agents_up_and_cuts_no_call(exchange: Exchange) -> None:
    exchange.dial("waiting", entrance="from-waiting")
    until("the call is there", lambda: len(exchange.channels()) >= 2)
    before = {line.split("!")[-1] for line in exchange.channels()}
    agents.add(exchange.settings, "7004", "Ibu Sari")
    agents.remove(exchange.settings, "7001")
    assert Agent("7004", "Ibu Sari") in agents.listed(exchange.settings)
    configure.write_agents(exchange.settings)
    for command in ("module reload", "dialplan reload"):
        exchange.ask(command)
    until("the new one is a member", lambda: "Ibu Sari" in exchange.ask("queue show agents"))
    until("the old one is not", lambda: "7001" not in exchange.ask("queue show agents"))
    until("there is an account", lambda: "7004-auth" in exchange.ask("pjsip show endpoint 7004"))
    until("colleagues may dial it", lambda: "'7004'" in exchange.ask("dialplan show 7004@colleagues"))
    assert "Unable to find" in exchange.ask("pjsip show endpoint 7001")
    assert {line.split("!")[-1] for line in exchange.channels()} == before
