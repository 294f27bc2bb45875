"""The office's agents: who they are stands in data/agents.toml, their passwords in var/secrets."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from agi import tomlfile
from agi.errors import HotlineError
from agi.ops.places import write_whole
from agi.settings import Settings

_NUMBER = re.compile(r"[1-9][0-9]{2,5}")
_NAME = re.compile(r"[^\W_](?:[\w .'-]{0,38}[\w.])?")
_FIRST = ("7001", "7002")
_HEAD = "# The agents: hotline agents add NUMBER --name NAME, hotline agents remove NUMBER\n"


class AgentsError(HotlineError):
    """An agent cannot be added or removed, or the file of agents cannot be used; one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent: the number is the telephone's account, the name is what supervisors read."""

    number: str
    name: str


def listed(settings: Settings) -> tuple[Agent, ...]:
    """All agents, by number; two to begin with, until the first is added or removed. Raises AgentsError."""
    path = _path(settings)
    if not path.exists():
        return tuple(Agent(number, f"Petugas {number}") for number in _FIRST)
    try:
        tables = tomlfile.read(path).tables
    except tomlfile.TomlError as wrong:
        raise AgentsError(str(wrong)) from wrong
    found = []
    for number, table in tables.items():
        name = table.get("name") if isinstance(table, dict) else None
        if not _NUMBER.fullmatch(number) or not isinstance(name, str) or not _NAME.fullmatch(name):
            raise AgentsError(f'{path}: an agent is [NUMBER] (3 to 6 digits) and name = "…" (letters, digits, spaces).')
        found.append(Agent(number, name))
    return tuple(sorted(found, key=lambda one: one.number))


def add(settings: Settings, number: str, name: str) -> None:
    """Enter an agent, or give one another name. Raises AgentsError."""
    checked(settings, number, name)
    others = [one for one in listed(settings) if one.number != number]
    _write(settings, [*others, Agent(number, name)])


def checked(settings: Settings, number: str, name: str) -> None:
    """Raise AgentsError for what can't be an agent."""
    if not _NUMBER.fullmatch(number):
        raise AgentsError(f"{number} is no agent's number: 3 to 6 digits, the first is not 0.")
    if number == settings.telephony.number:
        raise AgentsError(f"{number} is the hotline's own number: choose another for the agent.")
    if not _NAME.fullmatch(name):
        raise AgentsError("A name has up to 40 letters, digits, spaces, dots, hyphens and apostrophes.")


def remove(settings: Settings, number: str) -> None:
    """Take an agent out, and the password. Raises AgentsError."""
    if number not in [one.number for one in listed(settings)]:
        raise AgentsError(unknown(settings, number))
    _write(settings, [one for one in listed(settings) if one.number != number])
    (settings.var / "secrets" / f"sip-{number}").unlink(missing_ok=True)


def unknown(settings: Settings, number: str) -> str:
    """The sentence on an agent who is not there."""
    there = ", ".join(one.number for one in listed(settings)) or "none"
    return f"There is no agent {number}; there are: {there}. To add one: ./hotline agents add NUMBER --name NAME"


def _write(settings: Settings, agents: list[Agent]) -> None:
    rows = [f"[{one.number}]\nname = {json.dumps(one.name, ensure_ascii=False)}\n" for one in agents]
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(_path(settings), "\n".join([_HEAD, *rows]))


def _path(settings: Settings) -> Path:
    return settings.data / "agents.toml"
