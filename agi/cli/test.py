"""`hotline test`: the whole suite."""

import os
import sys

import click

from agi.settings import ROOT

_WHOLE = ("-n", "4")
"""The four rows of `tests/conftest.py` side by side: calls wait most of their time."""
_ALL_CALLS = "--all-calls"


@click.command(context_settings={"ignore_unknown_options": True})
@click.option(_ALL_CALLS, is_flag=True, help="Play every scenario of tests/calls on Asterisk, as .ci/run does.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def test(words: tuple[str, ...], all_calls: bool) -> None:
    """Run all tests, side by side; or hand what follows to pytest (for example -k lockout)."""
    os.chdir(ROOT)
    words = (*(words or _WHOLE), *((_ALL_CALLS,) if all_calls else ()))
    os.execv(sys.executable, (sys.executable, "-m", "pytest", *words))  # noqa: S606 - no shell, our own interpreter
