"""Doors as they are set up: their secrets, what they lack, and which of them can be open."""

from collections.abc import Mapping

from agi.settings import Settings


def able(settings: Settings) -> tuple[str, ...]:
    """Names of the doors that are wanted and lack nothing."""
    return tuple(name for name, table in settings.doors.items() if table.wanted and not lacking(settings, name))


def lacking(settings: Settings, door: str) -> tuple[str, ...]:
    """The files of secrets that this door lacks, or that hold nothing, below the project's folder."""
    return tuple(f"var/{_file(door, name)}" for name, told in secrets(settings, door).items() if not told)


def secrets(settings: Settings, door: str) -> Mapping[str, str]:
    """The secrets of a door by their names, "" for one that is not there."""
    return {name: _read(settings, _file(door, name)) for name in settings.doors[door].SECRETS}


def _file(door: str, secret: str) -> str:
    return f"secrets/{door}-{secret}"


def _read(settings: Settings, file: str) -> str:
    path = settings.var / file
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""
