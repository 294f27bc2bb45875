"""The channel variables stand in one module of the line, and are those that the dialplan explains."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from agi.dialogue.question import Case
from agi.line import variables
from agi.settings import ROOT

OURS = "HOTLINE_"
LISTED = re.compile(r";   HOTLINE_([A-Z]+)((?:, _[A-Z_]+)*)\s*(\*?)")


def explained() -> tuple[set[str], set[str]]:
    """The variables in the list at the head of extensions.conf: all, and those that the line sets."""
    every, set_by_line = set[str](), set[str]()
    for first, more, star in LISTED.findall((ROOT / "dialplan" / "extensions.conf").read_text()):
        names = {OURS + first, *(OURS + name for name in re.findall("_([A-Z_]+)", more))}
        every |= names
        set_by_line |= names if star else set()
    return every, set_by_line


def named() -> set[str]:
    constants = {value for name, value in vars(variables).items() if name.isupper() and value.startswith(OURS)}
    return constants | {variables.of_case(part.name) for part in fields(Case)}


def texts(path: Path) -> Iterator[str]:
    """The strings of a module that are no docstrings."""
    tree = ast.parse(path.read_text())
    said = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in said:
            yield node.value


def test_the_line_names_what_the_dialplan_says_that_it_sets() -> None:
    every, set_by_line = explained()
    # The keys it clears, which the list says of them.
    read_only = {variables.KEYS, variables.FAULT, variables.PAGE, variables.DRAFT, variables.QUEUED, variables.CALLBACK}
    assert set_by_line == named() - read_only
    assert read_only <= every


def test_no_other_module_of_the_line_names_a_variable() -> None:
    spelt = {
        path.name
        for path in (ROOT / "agi" / "line").glob("*.py")
        if any(OURS in text for text in texts(path)) and path.name != "variables.py"
    }
    assert spelt == set()
