"""`hotline test`: the whole suite."""

import os
import sys

import click

from agi.settings import ROOT

_WHOLE = ("-n", "3")
"""The three rows of `tests/conftest.py` side by side: calls wait most of their time."""


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def test(words: tuple[str, ...]) -> None:
    """Run all tests, side by side; or hand what follows to pytest (for example -k lockout)."""
    os.chdir(ROOT)
    os.execv(sys.executable, (sys.executable, "-m", "pytest", *(words or _WHOLE)))  # noqa: S606 - no shell, our own interpreter
