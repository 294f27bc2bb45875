"""`python -m agi.ops.lint`: asterisklint on the dialplan, with the generated parts in place.

asterisklint 0.4.3 knows Asterisk 11 to 18: what is newer is allowed here by name, and a name that it does know
may be given arguments that it does not. The real proof is a start of Asterisk without a warning
(tests/test_ops_supervise.py).
"""

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from agi.ops import configure
from agi.ops.asterisk import Program
from agi.ops.places import etc_folder
from agi.settings import Places, Settings

# Applications and functions of Asterisk 22 that asterisklint has never heard of.
NEWER = frozenset({"AudioSocket", "StoreDTMF", "StreamEcho", "ReceiveText", "WaitDigit", "JSON_DECODE"})
# A space on both sides of "=" is our style in every configuration file.
_STYLE = frozenset({"W_WSH_VARSET"})
_FINDING = re.compile(r"^(?P<place>\S+:\d+) (?P<code>[A-Z]_\w+): (?P<text>.*)$")
_NAME = re.compile(r"'(\w+)'")


def findings() -> list[str]:
    """What asterisklint says about `dialplan/extensions.conf`, without what is allowed; empty when clean."""
    with TemporaryDirectory() as folder:
        settings = Settings(places=Places(var=Path(folder) / "var"))
        configure.write(settings, Program((), Path("/modules"), Path("/documentation"), "", private=False))
        done = subprocess.run(
            (Path(sys.executable).with_name("asterisklint"), "dialplan-check", "extensions.conf"),
            cwd=etc_folder(settings.var),
            capture_output=True,
            text=True,
            check=False,
        )
    lines = (done.stdout + done.stderr).splitlines()
    return [line for line in lines if line.strip() and not _allowed(line)]


def _allowed(line: str) -> bool:
    found = _FINDING.match(line)
    if found is None:
        return False
    name = _NAME.search(found["text"])
    missing = found["code"] in ("E_APP_MISSING", "E_FUNC_MISSING") and name is not None
    return found["code"] in _STYLE or (missing and name is not None and name[1] in NEWER)


if __name__ == "__main__":
    found = findings()
    sys.stdout.writelines(f"{line}\n" for line in found)
    raise SystemExit(1 if found else 0)
