"""`python -m agi.cli`, which is what `./hotline` runs."""

from agi.cli import charset, main

charset.fit()
main(prog_name="hotline")
