"""`python -m agi.rehearsal.child`: a rehearsal in a process of its own.

Its standard input begins with a line of JSON, an `Order`; when that ends, so does the process: nobody waits for it any
more. On its standard output it tells "DONE LENGTH" a line, and what went wrong, after a "!", in one.
"""

import os
import sys
import threading

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from agi.errors import HotlineError
from agi.settings import Settings

WRONG = "!"


@dataclass(frozen=True, slots=True)
class Order:
    """What is rehearsed, and where."""

    settings: Settings
    every: bool


ORDER = TypeAdapter(Order)


def main() -> None:
    """Rehearse; ends with 1 where that can't be done."""
    from agi.rehearsal.run import rehearse  # with the recogniser: who only writes an order needs none

    order = ORDER.validate_json(sys.stdin.readline())
    threading.Thread(target=_end_with_input, name="input", daemon=True).start()
    try:
        rehearse(order.settings, lambda done, length: print(done, length, flush=True), every=order.every)
    except (HotlineError, OSError) as wrong:
        print(WRONG, " ".join(str(wrong).split()), flush=True)
        sys.exit(1)


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
