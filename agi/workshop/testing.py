"""`hotline test`: the whole suite."""

import os
import sys

import click

from agi.settings import ROOT

_WHOLE = ("-n", "6")
"""The rows of `tests/conftest.py`, more than processors: calls wait most of their time."""
_ALL = "--all"


@click.command(context_settings={"ignore_unknown_options": True})
@click.option(_ALL, "everything", is_flag=True, help="With PyTorch and all calls on Asterisk, as .ci/run does.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def test(words: tuple[str, ...], everything: bool) -> None:
    """Run all tests, side by side; or hand what follows to pytest (for example -k lockout)."""
    os.chdir(ROOT)
    words = (*(words or _WHOLE), *((_ALL,) if everything else ()))
    os.execv(sys.executable, (sys.executable, "-m", "pytest", *words))  # noqa: S606 - no shell, our own interpreter
