"""`python -m agi.cli`, which is what `./hotline` runs."""

from agi.cli import charset, main
from agi.ops import private

private.begin_private()
charset.fit()
main(prog_name="hotline")
