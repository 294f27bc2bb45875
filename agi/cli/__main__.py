"""`python -m agi.cli`, which is what `./hotline` runs."""

from agi.cli import main

main(prog_name="hotline")
