"""Under which licence each thing stands that the hotline installs and runs."""

import re
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions

from agi.ops.asterisk import Program

# Packages whose metadata do not say it; from their makers' own pages.
_KNOWN = {"pip": "MIT"}
_LONGEST = 60


@dataclass(frozen=True, order=True)
class Licence:
    """One installed thing and its licence, as its makers name it."""

    name: str
    version: str
    licence: str


def of_packages() -> list[Licence]:
    """Every installed Python package, by name."""
    found = {
        Licence(package.metadata["Name"], package.version, _licence(package))
        for package in distributions()
        if package.metadata["Name"]
    }
    return sorted(found, key=lambda each: each.name.lower())


def of_programs(program: Program | None, espeak: str | None) -> list[Licence]:
    """Asterisk and espeak-ng, as far as they are there."""
    found = []
    if program is not None:
        found.append(Licence("asterisk", program.version, "GPL-2.0-only with OpenSSL exception"))
    if espeak is not None:
        found.append(Licence("espeak-ng", espeak, "GPL-3.0-or-later"))
    return found


def _licence(package: Distribution) -> str:
    """SPDX expression, else the classifiers, else the free text when it is short, else "not stated"."""
    name = package.metadata["Name"].lower()
    expression = _field(package, "License-Expression")
    if name in _KNOWN or expression:
        return _KNOWN.get(name, expression)
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in package.metadata.get_all("Classifier") or ()
        if line.startswith("License :: ")
    ]
    if classifiers:
        return ", ".join(classifiers)
    text = re.sub(r"\s+", " ", _field(package, "License")).strip()
    return text if 0 < len(text) <= _LONGEST else (f"{text[:_LONGEST]}…" if text else "not stated")


def _field(package: Distribution, name: str) -> str:
    return str((package.metadata.get_all(name) or ("",))[0])
