"""`python -m agi.cli`, which is what `./hotline` runs."""

import os
import sys

from agi.cli import charset, main
from agi.ops import private


def run() -> None:
    """Run the command; output that nobody takes (a full disk) ends it with one sentence."""
    try:
        try:
            main(prog_name="hotline")
        finally:
            sys.stdout.flush()
    except OSError as error:
        print(f"Error: the output could not be written: {error.strerror}.", file=sys.stderr)
        # What is left must go somewhere when Python closes stdout, or it fails then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


private.begin_private()
charset.fit()
run()
