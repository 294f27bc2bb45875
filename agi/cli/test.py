"""`hotline test`: the whole suite."""

import os
import sys

import click

from agi.settings import ROOT


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def test(words: tuple[str, ...]) -> None:
    """Run the tests; what follows is handed to pytest (for example -k lockout)."""
    os.chdir(ROOT)
    os.execv(sys.executable, (sys.executable, "-m", "pytest", *words))  # noqa: S606 - no shell, our own interpreter
