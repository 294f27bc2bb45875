"""Text for whatever the terminal can show: a command never ends because a character is not in its character set."""

import codecs
import io
import locale
import os
import sys
import unicodedata

_PLAIN = str.maketrans({
    "•": "*", "·": "-", "–": "-", "—": "-", "→": "->", "…": "...", "“": '"', "”": '"', "‘": "'", "’": "'", "×": "x",
    "✓": "+", "✗": "-", "≤": "<=", "≥": ">=",
})  # fmt: skip
_HANDLER = "plain"


def fit() -> None:
    """Let the standard streams speak the terminal's character set, with near characters for those it lacks.

    `hotline` runs Python in its UTF-8 mode, so that files are read alike everywhere; a terminal is not a file. Of a
    terminal in the locale C or POSIX nothing is known: it gets UTF-8, as Python does there by itself.
    """
    codecs.register_error(_HANDLER, _plainly)
    known = locale.getencoding()
    chosen = None if "PYTHONIOENCODING" in os.environ or codecs.lookup(known).name == "ascii" else known
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=chosen, errors=_HANDLER)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding=chosen, errors="replace")


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    near = unicodedata.normalize("NFKD", error.object[error.start : error.end].translate(_PLAIN))
    return near.encode("ascii", "replace").decode("ascii"), error.end
