"""A real Asterisk for the tests of the line: our dialplan, its own folder and ports, callers made of Local channels."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from agi.ops import asterisk, configure, tree
from agi.settings import Line, Places, Queue, Settings, Telephony

SIP_PORT, AGI_PORT, RTP_FIRST = 5700, 4700, 17000

# A caller without a telephone: one end of a Local channel runs these lines, the other one is in our dialplan.
_CALLERS = "\n; callers of the tests\n"
_TEST_MODULES = ("res_clioriginate", "app_senddtmf", "app_record", "app_mixmonitor")


def program() -> asterisk.Program:
    """The Asterisk of this machine: HOTLINE_TEST_TREE, the repository's private tree, or the one on PATH."""
    named = os.environ.get("HOTLINE_TEST_TREE")
    found = asterisk._in_tree(Path(named)) if named else asterisk.find(Settings().var)
    assert found is not None, f"No Asterisk: run `./hotline up` once, it makes {tree.tree_folder(Settings().var)}."
    return found


def until(what: str, true: Callable[[], object], limit_s: float = 10.0) -> None:
    """Wait until `true()`; fails with `what` after the limit."""
    deadline = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < deadline, f"Waited {limit_s} s in vain: {what}"
        time.sleep(0.02)


def settings_in(folder: Path, offset: int = 0, **sections: object) -> Settings:
    """Settings with everything below `folder` and with the tests' ports; `offset` keeps two exchanges apart."""
    given = {
        "telephony": Telephony(
            sip_port=SIP_PORT + offset, rtp_first=RTP_FIRST + 100 * offset, rtp_last=RTP_FIRST + 100 * offset + 99
        ),
        "line": Line(agi_port=AGI_PORT + offset),
        "queue": Queue(announce_s=10),
        "places": Places(var=folder / "var", data=folder / "data"),
    }
    return Settings(**{**given, **sections})


class Exchange:
    """One running Asterisk in `settings.var`; `start`, then `stop` always."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.program = program()
        self.etc = configure.etc_folder(settings.var)
        self._process: subprocess.Popen[bytes] | None = None
        self._contexts: list[str] = []

    @property
    def spool(self) -> Path:
        """Where the dialplan leaves a file for each ended call."""
        return self.settings.var / "spool" / "ended"

    def caller(self, name: str, *lines: str) -> None:
        """Define a caller (before `start`): the dialplan applications that its end of the call runs."""
        body = "".join(f" same => n,{line}\n" for line in lines)
        self._contexts.append(f"[test-{name}]\nexten => s,1,NoOp()\n{body} same => n,Hangup()\n")

    def start(self) -> None:
        """Write the configuration and start; returns when Asterisk is fully booted."""
        configure.write(self.settings, self.program)
        self._add("extensions.conf", _CALLERS + "\n".join(self._contexts))
        self._add("modules.conf", "".join(f"load = {name}.so\n" for name in _TEST_MODULES))
        self._process = subprocess.Popen(
            self.program.run(self.etc, "-f", "-q"),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        until("Asterisk has booted", lambda: "fully booted" in self.ask("core waitfullybooted").lower())

    def _add(self, name: str, more: str) -> None:
        link = self.etc / name
        link.unlink()
        link.write_text((configure.DIALPLAN / name).read_text() + more)

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End it."""
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
            self._process = None

    def ask(self, question: str) -> str:
        """The answer to a CLI command; "" when there is none."""
        return asterisk.ask(self.program, self.etc, question) or ""

    def call(self, name: str, *, entrance: str = "from-testers", number: str = "1500537") -> None:
        """Place a call by the caller `name`."""
        self.ask(f"channel originate Local/{number}@{entrance}/n extension s@test-{name}")

    def channels(self) -> Sequence[str]:
        """The channels that live, as `core show channels concise` tells them."""
        return [line for line in self.ask("core show channels concise").splitlines() if "!" in line]

    def log(self) -> str:
        """Asterisk's log: notices, warnings, errors."""
        path = self.settings.var / "log" / "asterisk" / "messages"
        return path.read_text(errors="replace") if path.exists() else ""
