"""What networks tell in JSON, however odd it is: what is not of the type that it should be counts as empty."""

from collections.abc import Mapping
from typing import Any


def words(told: object) -> str:
    """`told` where it is a text, without what no file can hold: JSON may name half a character (`\\ud83d`)."""
    return told.encode(errors="replace").decode() if isinstance(told, str) else ""


def fields(told: object) -> Mapping[str, Any]:
    """`told` where it is an object."""
    return told if isinstance(told, dict) else {}


def dicts(told: object) -> list[dict[str, Any]]:
    """The objects in `told`, where that is a list."""
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
