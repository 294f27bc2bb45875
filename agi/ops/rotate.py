"""`python -m agi.ops.rotate`: keeps Asterisk's own log at its size; run by supervisord, which tells it the minutes.

supervisord rotates what a process prints, but Asterisk writes its log itself and only rotates it when told.
"""

import sys
from pathlib import Path

from supervisor import childutils

from agi.ops import asterisk
from agi.ops.configure import etc_folder
from agi.settings import Settings


def rotate(folder: Path, settings: Settings) -> bool:
    """Rotate `folder`/messages if it has grown over log.max_mb, and keep log.keep old ones; True if it was done."""
    log = folder / "messages"
    if not log.exists() or log.stat().st_size < settings.log.max_mb << 20:
        return False
    log.replace(folder / "messages.0")
    program = asterisk.find(settings.var)
    if program is not None:
        asterisk.ask(program, etc_folder(settings.var), "logger reload")
    for number in reversed(range(settings.log.keep)):
        older = folder / f"messages.{number}"
        if older.exists():
            older.replace(folder / f"messages.{number + 1}")
    return True


def main() -> None:
    """Answer supervisord's events until it closes the pipe."""
    settings = Settings()
    folder = settings.var / "log" / "asterisk"
    while True:
        childutils.listener.wait(sys.stdin, sys.stdout)
        rotate(folder, settings)
        childutils.listener.ok(sys.stdout)


if __name__ == "__main__":
    main()
