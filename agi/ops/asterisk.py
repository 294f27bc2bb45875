"""The Asterisk program: the machine's own when it is new enough, else the private tree; and talking to it."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from agi.ops import tree
from agi.ops.places import etc_folder

OLDEST = (22, 5)  # the first with everything the dialplan and the line use
_ANSWER_LIMIT_S = 5.0


@dataclass(frozen=True)
class Program:
    """How to start one Asterisk. `command` is the start of its argument list."""

    command: tuple[str, ...]
    modules: Path
    documentation: Path
    version: str
    private: bool

    def run(self, var: Path, *words: str) -> tuple[str, ...]:
        """The whole argument list to run it as configured for the installation at `var`."""
        return (*self.command, "-C", str(etc_folder(var) / "asterisk.conf"), *words)

    def ask(self, var: Path, question: str) -> str | None:
        """What the Asterisk running for `var` answers to the CLI command `question`; None when it does not run."""
        try:
            words = self.run(var, "-rx", question)
            done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=_ANSWER_LIMIT_S)
        except subprocess.TimeoutExpired:
            return None
        return done.stdout if done.returncode == 0 else None


def version_of(text: str) -> tuple[int, int] | None:
    """Major and minor number in what `asterisk -V` prints, or None."""
    found = re.search(r"Asterisk (?:certified/)?(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else None


def find(var: Path) -> Program | None:
    """The Asterisk to use as things are: on PATH if 22.5 or newer, else the private tree if it is made."""
    return _on_path() or (_in_tree(tree.tree_folder(var)) if tree.is_made(var) else None)


def obtain(var: Path) -> Program:
    """The Asterisk to use; makes the private tree when there is none. Raises tree.TreeFailed."""
    found = find(var)
    if found is None:
        tree.make(var)
        found = find(var)
    if found is None:
        raise tree.TreeFailed(
            f"The private Asterisk does not start on this machine: delete {tree.tree_folder(var)}, try again."
        )
    return found


def _says_version(command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run((*command, "-V"), capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _on_path() -> Program | None:
    place = shutil.which("asterisk") or shutil.which("asterisk", path="/usr/sbin:/usr/local/sbin")
    if place is None:
        return None
    text = _says_version((place,))
    version = version_of(text)
    if version is None or version < OLDEST:
        return None
    modules = _first(
        *Path("/usr/lib").glob("*/asterisk/modules"),
        Path("/usr/lib/asterisk/modules"),
        Path("/usr/lib64/asterisk/modules"),
        Path("/usr/local/lib/asterisk/modules"),
        holding="chan_pjsip.so",
    )
    documentation = _first(
        Path("/usr/share/asterisk/documentation"),
        Path("/var/lib/asterisk/documentation"),
        holding="core-en_US.xml",
    )
    if modules is None or documentation is None:
        return None
    return Program((place,), modules, documentation, text.removeprefix("Asterisk "), private=False)


def _in_tree(folder: Path) -> Program | None:
    folder = folder.absolute()
    loader = next(folder.glob("usr/lib/*/ld-linux-*.so.*"), None)
    if loader is None:
        return None
    libraries = loader.parent
    command = (
        str(loader),
        "--library-path",
        str(libraries),
        "--argv0",
        "asterisk",
        str(folder / "usr/sbin/asterisk"),
    )
    text = _says_version(command)
    if version_of(text) is None:
        return None
    return Program(
        command,
        libraries / "asterisk" / "modules",
        folder / "usr/share/asterisk/documentation",
        text.removeprefix("Asterisk "),
        private=True,
    )


def _first(*places: Path, holding: str) -> Path | None:
    return next((place for place in places if (place / holding).exists()), None)
