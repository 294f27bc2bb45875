"""supervisord keeps Asterisk and the line running; this is all that speaks to it.

Its configuration is generated into `var/supervisor.conf`; it daemonises, restarts what dies, and is asked
over a Unix socket that only the installation's own user can open.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import xmlrpc.client
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from supervisor.xmlrpc import Faults, SupervisorTransport

from agi.errors import HotlineError
from agi.ops import asterisk, asterisk_log, confined, doors
from agi.ops.asterisk import Program
from agi.ops.configure import transport_file
from agi.ops.places import run_folder, write_whole
from agi.ops.priority import before_others
from agi.ops.private import MASK
from agi.ops.ready import until
from agi.ops.speech import speech_is_on
from agi.pulse import MARK
from agi.settings import ROOT, Settings

PROGRAMS = ("asterisk", "line", "watch")
LINE = (sys.executable, "-m", "agi.cli", "line")
SPEECH = (sys.executable, "-m", "agi.cli", "speech", "serve")
WATCH = (sys.executable, "-m", "agi.ops.watch")
PAGES = (sys.executable, "-m", "agi.pages.serve")
ERRANDS = (sys.executable, "-m", "agi.ops.errands")
CITIZENS = (sys.executable, "-m", "agi.citizens.serve")
DOORS = (sys.executable, "-m", "agi.doors.serve")
_START_LIMIT_S = 30.0


class SuperviseFailed(HotlineError):
    """supervisord did not do what it was asked; the message says what to do."""


@dataclass(frozen=True)
class Process:
    """One supervised process as it is now; `started` is UTC and None when it does not run."""

    name: str
    state: str = "STOPPED"
    pid: int | None = None
    started: datetime | None = None

    @property
    def running(self) -> bool:
        """Whether it has been up for a second."""
        return self.state == "RUNNING"


class Supervisor:
    """The supervisord of one installation."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._run = run_folder(settings.var)
        self._folder = settings.var.absolute()
        self._config = self._folder / "supervisor.conf"
        self._socket = self._run / "supervisor.sock"

    @property
    def programs(self) -> tuple[str, ...]:
        """Names of what is kept running: the speech service only where callers may speak, pages, citizens' page
        and doors where wanted."""
        speech = ("speech",) if speech_is_on(self._settings) else ()
        pages = ("pages", "errands") if self._settings.pages.enabled else ()
        citizens = ("citizens",) if self._settings.citizens.enabled else ()
        messages = ("doors",) if doors.able(self._settings) else ()
        return (*PROGRAMS, *speech, *pages, *citizens, *messages)

    def running(self) -> bool:
        """Whether supervisord answers."""
        return self.pid() is not None

    def processes(self) -> tuple[Process, ...]:
        """What it keeps running, by name; all stopped when supervisord itself does not run."""
        found = {}
        if self.running():
            for info in cast("list[dict[str, Any]]", self._call("getAllProcessInfo")):
                started = datetime.fromtimestamp(info["start"], UTC) if info["pid"] else None
                found[info["name"]] = Process(info["name"], info["statename"], info["pid"] or None, started)
        return tuple(found.get(name, Process(name)) for name in self.programs)

    def process(self, name: str) -> Process:
        """The process called `name`."""
        return next(process for process in self.processes() if process.name == name)

    def start(self, program: Program, environment: Mapping[str, str]) -> None:
        """Start whatever does not run, with `environment` (HOTLINE_… variables) for the line.

        A process whose way of starting has changed is started anew. Raises SuperviseFailed.
        """
        write_whole(self._config, self._text(program, environment))
        if not self.running():
            self.end_orphans()
            self._launch()
            return
        ((added, changed, removed),) = cast("list[tuple[list[str], ...]]", self._call("reloadConfig"))
        for name in (*changed, *removed):
            self._call("stopProcessGroup", name, True)
            self._call("removeProcessGroup", name)
        for name in (*added, *changed):
            self._call("addProcessGroup", name)
        for process in self.processes():
            if not process.running and process.state != "STARTING":
                self._begin(process.name)

    def restart(self, name: str) -> None:
        """Stop `name` gracefully (calls in progress finish, up to the line's limit) and start it again."""
        try:
            self._call("stopProcess", name, True)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != Faults.NOT_RUNNING:
                raise
        self._begin(name)

    def stop(self) -> bool:
        """End everything of this installation; False when nothing ran. Raises SuperviseFailed."""
        pid = self.pid()
        if pid is not None:
            self._call("shutdown")
        elif (pid := self.deaf()) is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        if pid is not None:
            limit = self._settings.line.stop_grace_s + 20
            if not until(lambda: not _alive(pid), limit):
                raise SuperviseFailed(f"supervisord (process {pid}) did not end in {limit:.0f} s.")
        return self.end_orphans() or pid is not None

    def deaf(self) -> int | None:
        """The supervisord of this installation that runs and cannot be asked: its socket was removed."""
        return None if self.running() else next((pid for pid, supervises in self._marked() if supervises), None)

    def orphans(self) -> tuple[int, ...]:
        """Processes of this installation that run without a supervisord (it was killed)."""
        return tuple(pid for pid, supervises in self._marked() if not supervises)

    def _marked(self) -> Iterator[tuple[int, bool]]:
        """Every process that carries this installation's mark, and whether it is a supervisord."""
        mark = f"{MARK}={self._run}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                variables = (folder / "environ").read_bytes().split(b"\0")
                command = (folder / "cmdline").read_bytes()
            except OSError:  # another user's, or just ended
                continue
            if mark in variables and int(folder.name) != os.getpid():
                yield int(folder.name), str(self._config).encode() in command.split(b"\0")

    def end_orphans(self) -> bool:
        """End what outlived a killed supervisord; True when there was something."""
        left = self.orphans()
        for number, limit in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 2.0)):
            for pid in filter(_alive, left):
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            if until(lambda: not any(map(_alive, left)), limit):
                break
        return bool(left)

    def _begin(self, name: str) -> None:
        try:
            self._call("startProcess", name, False)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != Faults.ALREADY_STARTED:
                raise SuperviseFailed(f"{name} cannot be started ({fault.faultString}).") from fault

    def _launch(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
        environment["PYTHONPATH"] = str(ROOT)  # of itself, and of its part that takes Asterisk's log
        environment[MARK] = str(self._run)
        environment["PYTHONUTF8"] = "1"  # its configuration is UTF-8, whatever the locale is
        try:
            done = subprocess.run(
                (sys.executable, "-m", "agi.ops.supervisord", "-c", str(self._config)),
                capture_output=True,
                text=True,
                check=False,
                cwd=self._folder,
                env=environment,
                timeout=_START_LIMIT_S,
            )
        except subprocess.TimeoutExpired as late:
            raise SuperviseFailed(
                f"supervisord did not start within {late.timeout:.0f} s: the machine is too busy; type it again"
            ) from late
        if done.returncode != 0:
            raise SuperviseFailed(f"supervisord did not start: {(done.stderr or done.stdout).strip()[-500:]}")
        if not until(self.running, _START_LIMIT_S):
            raise SuperviseFailed(f"supervisord does not answer on {self._socket}.")

    def _call(self, method: str, *words: object) -> object:
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        return getattr(xmlrpc.client.ServerProxy("http://127.0.0.1", transport).supervisor, method)(*words)

    def pid(self) -> int | None:
        """Its process, None when it does not answer."""
        try:
            return cast("int", self._call("getPID"))
        except (OSError, xmlrpc.client.Error):
            return None

    def _text(self, program: Program, environment: Mapping[str, str]) -> str:
        settings = self._settings
        (self._folder / "log").mkdir(parents=True, exist_ok=True)
        mark = {MARK: str(self._run)}
        ours = {**environment, "PYTHONPATH": str(ROOT), **mark}
        kept = confined.command(asterisk.places(settings, program), program.run(settings.var, "-f"))
        waiting = (sys.executable, "-m", "agi.ops.ports", str(transport_file(settings.var)), *kept)
        exchange = _command(before_others(waiting), mark)
        run = self._run.relative_to(self._folder) if self._run.is_relative_to(self._folder) else self._run
        parts = [
            f"""; Generated by `hotline up`. Relative paths are below this file's folder: supervisord works in it.
[unix_http_server]
file={run}/{self._socket.name}
chmod=0700

[supervisord]
identifier=hotline
logfile=log/supervisord.log
logfile_maxbytes={settings.log.max_mb}MB
logfile_backups={settings.log.keep}
pidfile={run}/supervisord.pid
childlogdir=log
umask={MASK:03o}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[rpcinterface:asterisk_log]
supervisor.rpcinterface_factory=agi.ops.asterisk_log:listen
file=log/{asterisk_log.FILE}
max_mb={settings.log.max_mb}
keep={settings.log.keep}
""",
            self._kept("program:asterisk", exchange, 10, "NONE", "priority=10\nstdout_events_enabled=true"),
            self._kept("program:watch", _command(before_others(WATCH), ours), 2, "log/watch.out", "priority=30"),
            self._kept(
                "fcgi-program:line",
                _command(before_others(LINE), ours),
                int(settings.line.stop_grace_s) + 5,
                "log/line.out",
                f"priority=20\nsocket=tcp://127.0.0.1:{settings.line.agi_port}",
            ),
        ]
        if speech_is_on(settings):
            parts.append(
                self._kept("program:speech", _command(before_others(SPEECH), ours), 5, "log/speech.out", "priority=15")
            )
        if settings.pages.enabled:
            parts.append(self._kept("program:pages", _command(PAGES, ours), 5, "log/pages.out", "priority=40"))
            parts.append(self._kept("program:errands", _command(ERRANDS, ours), 2, "log/errands.out", "priority=40"))
        if settings.citizens.enabled:
            parts.append(self._kept("program:citizens", _command(CITIZENS, ours), 5, "log/citizens.out", "priority=40"))
        if doors.able(settings):
            parts.append(self._kept("program:doors", _command(DOORS, ours), 5, "log/doors.out", "priority=40"))
        return "\n".join(parts)

    def _kept(self, name: str, command: str, stop_s: int, printed: str, more: str) -> str:
        """The section of a process that is kept running; `printed`: where what it prints is kept."""
        log = self._settings.log
        # Dead within a second counts as a failed start: it is tried again, each time a second later.
        return f"""[{name}]
command={command}
directory=/
autorestart=true
startsecs=1
startretries=1000000
stopwaitsecs={stop_s}
killasgroup=true
redirect_stderr=true
stdout_logfile={printed}
stdout_logfile_maxbytes={log.max_mb}MB
stdout_logfile_backups={log.keep}
{more}
"""


def _command(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """The command of `words` with `environment` added, run from the project's folder, as a value of supervisord's
    configuration: quoted for a shell, percent signs doubled, and no ` ;` or ` #`, which would begin a comment.

    The variables stand in the command because those of `environment=` can hold no quotation mark. Raises
    SuperviseFailed.
    """
    whole = ("/usr/bin/env", "-C", str(ROOT), *(f"{name}={value}" for name, value in sorted(environment.items())))
    text = shlex.join((*whole, *words))
    if any(character in text for character in "\n\r\0"):
        raise SuperviseFailed("A path or a HOTLINE_ variable holds a line break: rename the folder, or change it.")
    # Such a character stands in single quotes: they are closed and opened again before it.
    return re.sub(r"(?<=\s)(?=[;#])", "''", text).replace("%", "%%")


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
