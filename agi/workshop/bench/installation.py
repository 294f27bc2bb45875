"""A hotline of its own for a benchmark: own ports, own folder, brought up and down by the `hotline` command."""

import errno
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from agi.errors import HotlineError
from agi.ops import asterisk, configure, tree
from agi.ops.asterisk import Program
from agi.settings import ROOT, Settings
from agi.workshop.bench.caller import Target

_SPARE = 10
_PORTS = range(61_000, 65_536)  # Linux gives away 32768 to 60999
_KEPT = ("HOTLINE_SPEECH__MODEL", "HOTLINE_SPEECH__RECOGNISERS", "HOTLINE_VOICE__ENGINE")


class BenchFailed(HotlineError):
    """The benchmark could not run; the message says why."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A running hotline to measure: its settings, Asterisk, and the pids of both processes."""

    settings: Settings
    program: Program
    asterisk_pid: int
    line_pid: int
    target: Target
    folder: Path
    environment: Mapping[str, str]

    def hotline(self, *words: str) -> str:
        """What `hotline WORDS…` prints for this installation. Raises BenchFailed."""
        return run_hotline(self.environment, *words)

    def console(self, command: str) -> str:
        """What Asterisk's console answers to `command`."""
        answer = self.program.ask(self.settings.var, command)
        if answer is None:
            raise BenchFailed(f"Asterisk does not answer to `{command}`.")
        return answer


@contextmanager
def running(calls: int, *, speech: bool = False, more: Mapping[str, str] = MappingProxyType({})) -> Iterator[Bench]:
    """A private hotline that takes `calls` calls at once and some more, with the settings `more`."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name:
        folder = Path(name)
        environment = {
            **private_environment(folder, 21_000, 3000),
            "HOTLINE_LINE__MAX_CALLS": str(calls + _SPARE),
            "HOTLINE_TELEPHONY__ACCOUNT_CALLS": str(calls + _SPARE),
            "HOTLINE_TELEPHONY__HOUSE_CALLS": str(calls + _SPARE),
            "HOTLINE_SPEECH__ENABLED": str(speech),
            **more,
        }
        lend_tree(Path(environment["HOTLINE_PLACES__VAR"]))
        lend_voice(Path(environment["HOTLINE_PLACES__VAR"]))
        try:
            run_hotline(environment, "up")
            settings = settings_of(environment)
            program = asterisk.find(settings.var)
            if program is None:
                raise BenchFailed("There is no Asterisk: `./hotline up` gets it.")
            status = json.loads(run_hotline(environment, "status", "--json"))
            pids = {process["name"]: process["pid"] for process in status["processes"]}
            tester = configure.account(settings.var, configure.testers()[0])
            yield Bench(
                settings,
                program,
                pids["asterisk"],
                pids["line"],
                Target("127.0.0.1", settings.telephony.sip_port, tester.name, tester.password),
                folder,
                environment,
            )
        finally:
            run_hotline(environment, "down")


def private_environment(home: Path, rtp_first: int, rtp_ports: int) -> dict[str, str]:
    """Variables of an installation below `home` with ports of its own; other HOTLINE_ variables are dropped."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_") or name in _KEPT},
        "PYTHONPATH": str(ROOT),
        "HOTLINE_SETTINGS": str(home / "hotline.toml"),
        "HOTLINE_PLACES__VAR": str(home / "var"),
        "HOTLINE_PLACES__DATA": str(home / "data"),
        "HOTLINE_TELEPHONY__SIP_PORT": str(free_port(socket.SOCK_DGRAM)),
        "HOTLINE_TELEPHONY__RTP_FIRST": str(rtp_first),
        "HOTLINE_TELEPHONY__RTP_LAST": str(rtp_first + rtp_ports - 1),
        "HOTLINE_LINE__AGI_PORT": str(free_port(socket.SOCK_STREAM)),
        "HOTLINE_PAGES__ENABLED": "false",  # a process more: who looks at them switches them on
        "HOTLINE_PAGES__PORT": str(free_port(socket.SOCK_STREAM)),
        "HOTLINE_PAGES__TELEPHONE_PORT": str(free_port(socket.SOCK_STREAM)),
    }


def free_port(kind: socket.SocketKind) -> int:
    """A port of 127.0.0.1 that nobody holds, above those that a system gives away by itself.

    One of these would often be somebody else's by the time it is used. Raises OSError where all are taken.
    """
    for port in random.SystemRandom().sample(_PORTS, len(_PORTS)):
        with socket.socket(socket.AF_INET, kind) as sock, suppress(OSError):
            sock.bind(("127.0.0.1", port))
            return port
    raise OSError(errno.EADDRINUSE, "no port is free")


def lend_tree(var: Path) -> None:
    """Let the installation at `var` use the repository's private Asterisk, where the machine has none."""
    (var / "asterisk").mkdir(parents=True, exist_ok=True)
    if tree.is_made(ROOT / "var"):
        (var / "asterisk" / "tree").symlink_to(tree.tree_folder(ROOT / "var"))


def lend_voice(var: Path) -> None:
    """Let the installation at `var` use the repository's cache of spoken clips, which any number may share."""
    cache = ROOT / "var" / "voice-cache"
    cache.mkdir(parents=True, exist_ok=True)
    var.mkdir(parents=True, exist_ok=True)
    (var / "voice-cache").symlink_to(cache)


def run_hotline(environment: Mapping[str, str], *words: str) -> str:
    """What `hotline WORDS…` with `environment` prints. Raises BenchFailed."""
    done = subprocess.run(
        (sys.executable, "-m", "agi.cli", *words), env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BenchFailed(f"hotline {' '.join(words)}: {(done.stderr or done.stdout).strip()[-500:]}")
    return done.stdout


def settings_of(environment: Mapping[str, str]) -> Settings:
    """The settings that a process with `environment` has."""
    done = subprocess.run(
        (sys.executable, "-c", "from agi.settings import Settings; print(Settings().model_dump_json())"),
        env=dict(environment),
        capture_output=True,
        text=True,
        check=True,
    )
    return Settings(**json.loads(done.stdout))
