"""On which line of a TOML file a key stands: the standard library's reader does not tell."""

import re

_TABLE = re.compile(r"\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_KEY = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=\s*(.*)$"""
)
_QUOTES = ('"""', "'''")


def lines_of_keys(source: str) -> dict[str, int]:
    """Dotted key → line number (from 1) for every `key = value` of a TOML file that is known to be valid.

    Keys inside inline tables are not found. Of tables, `[name]` lines are not listed.
    """
    lines: dict[str, int] = {}
    table = ""
    inside = ""  # the quotes of a multi-line string that is still open
    for number, line in enumerate(source.splitlines(), start=1):
        if inside:
            inside = "" if line.count(inside) % 2 else inside
        elif found := _TABLE.match(line):
            table = _dotted(found[1])
        elif found := _KEY.match(line):
            key = _dotted(found[1])
            lines.setdefault(f"{table}.{key}" if table else key, number)
            opened = found[2][:3]
            if opened in _QUOTES and found[2].count(opened) % 2:
                inside = opened
    return lines


def _dotted(key: str) -> str:
    """`a . "b"` as `a.b`."""
    return ".".join(part.strip().strip("\"'") for part in key.split("."))
