"""The last word of each call as Asterisk wrote it down, one line each; made into the spool's files, one for each call.

The dialplan (extensions.conf, [ended]) says it as an event, which Asterisk adds to a file at once. The file is put
aside first, and read a moment later: Asterisk may just be writing its last line. Killed in between, the line goes on
where it was: to write a call's file twice does no harm.
"""

import re
import time
from pathlib import Path

from agi.ops.places import write_whole

# Asterisk puts it into JSON and that into quotation marks; in it are none.
_CALL = re.compile(r"call=([A-Za-z0-9][A-Za-z0-9._-]{0,149}) ([^\"]* end)\b")
_WRITTEN_BY_THEN_S = 1.0


def file_of(var: Path) -> Path:
    """Where Asterisk writes them."""
    return var / "log" / "asterisk" / "cel-custom" / "ended"


def take(words: Path, spool: Path) -> None:
    """Make a file in `spool` for each call of `words`, of which those of the last second may have to wait."""
    aside = _aside(words)
    if not aside.exists():
        if not words.exists():
            return
        words.rename(aside)
    if time.time() - aside.stat().st_mtime < _WRITTEN_BY_THEN_S:
        return
    for line in aside.read_text(errors="replace").splitlines():
        if found := _CALL.search(line):
            write_whole(spool / found[1], found[2] + "\n")
    aside.unlink()


def are_left(words: Path) -> bool:
    """Whether some have not been taken yet."""
    return words.exists() or _aside(words).exists()


def _aside(words: Path) -> Path:
    return words.with_name("taken")
