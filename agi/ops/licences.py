"""Under which licence each thing stands that the hotline installs and runs."""

import textwrap
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions

from agi.ops.asterisk import Program

_LONGEST = 60


@dataclass(frozen=True, order=True)
class Licence:
    """One installed thing and its licence, as its makers name it."""

    name: str
    version: str
    licence: str


def of_packages() -> list[Licence]:
    """Every installed Python package, by name."""
    found = {Licence(package.name, package.version, _licence(package)) for package in distributions()}
    return sorted(found, key=lambda each: each.name.lower())


def of_programs(program: Program | None, espeak: str) -> list[Licence]:
    """Asterisk and espeak-ng (its version), as far as they are there."""
    found = []
    if program is not None:
        found.append(Licence("asterisk", program.version, "GPL-2.0-only with OpenSSL exception"))
    if espeak:
        found.append(Licence("espeak-ng", espeak, "GPL-3.0-or-later"))
    return found


def of_voice() -> list[Licence]:
    """What is in `data/voice`, and the model that made it; onnxruntime is one of the packages."""
    return [
        Licence("Kokoro-82M (model)", "1.0", "Apache-2.0"),
        Licence("kokoro-onnx (its ONNX)", "1.0", "MIT"),
        Licence("hf_alpha (its voice)", "1.0", "Apache-2.0"),
    ]


def _licence(package: Distribution) -> str:
    """SPDX expression, else the classifiers, else the free text in short, else "not stated"."""
    told = package.metadata.json
    kinds = [line.rpartition(" :: ")[2] for line in told.get("classifier", ()) if line.startswith("License :: ")]
    text = textwrap.shorten(str(told.get("license", "")), _LONGEST, placeholder="…")
    return str(told.get("license_expression", "")) or ", ".join(kinds) or text or "not stated"
