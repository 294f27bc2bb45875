"""The Asterisk program: the machine's own when it is new enough, else the private tree; and talking to it."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from agi.ops import tree
from agi.ops.confined import Places
from agi.ops.places import DIALPLAN, etc_folder, run_folder
from agi.settings import Settings

OLDEST = (22, 5)  # the first with everything the dialplan and the line use
# Names, time and chance: what the C library reads of a system.
_SYSTEM = ("/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/localtime",
           "/etc/ld.so.cache", "/etc/ssl/openssl.cnf", "/usr/share/zoneinfo", "/usr/lib/locale", "/dev/urandom",
           "/dev/random", "/proc/self/stat", "/proc/meminfo", "/proc/cpuinfo", "/sys/devices/system/cpu")  # fmt: skip
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
_LOADERS = ("lib/ld-linux*", "lib64/ld-linux*", "lib/*/ld-linux*")
_ANSWER_LIMIT_S = 5.0
_MODULES = tuple(f"usr/{folder}/asterisk/modules" for folder in ("lib/*", "lib", "lib64", "local/lib"))
_DOCUMENTATION = ("usr/share/asterisk/documentation", "var/lib/asterisk/documentation")


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


def places(settings: Settings, program: Program) -> Places:
    """What Asterisk may touch on the disk: what it needs, and neither secrets nor databases nor programs."""
    var = settings.var.absolute()
    home = var / "asterisk"
    if program.private:
        needed = [str(program.modules.parent.parent), program.command[-1]]  # its own libraries
        loaders = []
    else:
        needed = [program.command[0], *_LIBRARIES]
        loaders = [str(path) for place in _LOADERS for path in Path("/").glob(place)]
    read = (program.modules, program.documentation, DIALPLAN, etc_folder(var), home / "share", home / "agi-bin",
            var / "editions", var / "voice-cache")  # fmt: skip
    write = (home / "lib", home / "spool", var / "log" / "asterisk", run_folder(settings.var))
    return Places(
        read=(*map(str, read), *needed, *_SYSTEM),
        write=(*map(str, write), "/dev/null"),
        execute=(program.command[0], *loaders),
    )


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
    modules, documentation = _folder_of("chan_pjsip.so", _MODULES), _folder_of("core-en_US.xml", _DOCUMENTATION)
    if modules is None or documentation is None:
        return None
    return Program((place,), modules, documentation, text.removeprefix("Asterisk "), private=False)


def _in_tree(folder: Path) -> Program | None:
    folder = folder.absolute()
    loader = next(folder.glob("usr/lib/*/ld-linux-*.so.*"), None)
    if loader is None:
        return None
    libraries = loader.parent
    program = str(folder / "usr/sbin/asterisk")
    command = (str(loader), "--library-path", str(libraries), "--argv0", "asterisk", program)
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


def _folder_of(name: str, folders: tuple[str, ...]) -> Path | None:
    """The first of `folders` (patterns) that holds the file `name`."""
    return next((path.parent for folder in folders for path in Path("/").glob(f"{folder}/{name}")), None)
