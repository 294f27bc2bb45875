"""Which softphone this machine can run: pjsua2 here, pjsua2 in another Python of the machine, or the plain one."""

import importlib.util
import shutil
import subprocess
import sys
from enum import StrEnum
from functools import cache
from pathlib import Path

from agi.softphone.phone import Account, PhoneError, Phones
from agi.softphone.pjsua import PjsuaPhones
from agi.softphone.plain import PlainPhones

REQUIREMENT = "pjsua2-python==2.15.1.post1"
WITH_WHEEL = ("python3.12", "python3.11")
PREPARE_S = 120.0


class Make(StrEnum):
    """The kinds of softphone."""

    PJSUA = "pjsua2"
    PLAIN = "plain"


def phones(var: Path, account: Account, make: Make | None = None, *, register: bool = False) -> Phones:
    """Phones of `account`: of this make, or the best there is. Raises `PhoneError` when that make can't run here."""
    if make is Make.PLAIN:
        return PlainPhones(account)
    python = interpreter(var)
    if python is not None:
        return PjsuaPhones(account, python, register=register)
    if make is Make.PJSUA:
        raise PhoneError("pjsua2 needs CPython 3.11 or 3.12 on this machine; use --phone plain")
    return PlainPhones(account)


@cache
def interpreter(var: Path) -> str | None:
    """A Python that has pjsua2: this one, or another one of the machine with an environment of its own below `var`."""
    if importlib.util.find_spec("pjsua2") is not None:
        return sys.executable
    home = var / "softphone" / "venv"
    python = home / "bin" / "python"
    if _has_pjsua2(python):
        return str(python)
    for name in WITH_WHEEL:
        other = shutil.which(name)
        if other is None:
            continue
        pip = (str(python), "-m", "pip", "install", "--quiet", "--only-binary", ":all:", REQUIREMENT)
        for command in ((other, "-m", "venv", "--clear", str(home)), pip):
            try:
                done = subprocess.run(command, capture_output=True, check=False, timeout=PREPARE_S)
            except (OSError, subprocess.TimeoutExpired):
                break
            if done.returncode:
                break
        if _has_pjsua2(python):
            return str(python)
    return None


def _has_pjsua2(python: Path) -> bool:
    if not python.exists():
        return False
    done = subprocess.run((str(python), "-c", "import pjsua2"), capture_output=True, check=False, timeout=PREPARE_S)
    return done.returncode == 0
