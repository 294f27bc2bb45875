"""A real Asterisk with our dialplan, and a real line beside it that tests can kill.

Callers need no telephone: one end of a Local channel runs a few dialplan applications (press keys, record, hang
up), the other end is in our dialplan.
"""

import atexit
import contextlib
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import sample_office
from installation import private_environment, settings_of

from agi.books.contacts import Contact
from agi.books.events import Asked, Event, Noted, said_in
from agi.books.reader import CallReader
from agi.editions.publishing import Publisher
from agi.line import music
from agi.line.spool import last_words
from agi.ops import asterisk, asterisk_log, configure, tree
from agi.ops import confined as confining
from agi.ops.places import DIALPLAN, etc_folder
from agi.settings import ROOT
from agi.workshop.softphone.phone import Account

_TEST_MODULES = ("app_senddtmf", "app_record", "app_mixmonitor")


def until(what: str, true: Callable[[], object], limit_s: float = 60.0) -> None:
    """Wait until `true()`; fails with `what` after the limit."""
    deadline = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < deadline, f"Waited {limit_s} s in vain: {what}"
        time.sleep(0.02)


@cache
def _voice() -> Path:
    """A var/ with an edition of all prompts, for keys and for speech, once for all tests of this process."""
    var = Path(mkdtemp(prefix="line-voice-"))
    atexit.register(shutil.rmtree, var, ignore_errors=True)
    settings = settings_of({"HOTLINE_PLACES__VAR": str(var)})
    publisher = Publisher(settings, lambda _: (), settings.speech_model)
    publisher.publish(publisher.draft(settings.prompts), "", "", None)
    return var


class Exchange:
    """One Asterisk and one line in `home`; `start` and `start_line`, and `close` always."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.environment: Mapping[str, str] = private_environment(home, **environment)
        self.settings = settings_of(self.environment)
        found = asterisk.find(ROOT / "var")
        assert found is not None, f"No Asterisk: run `./hotline up` once, it makes {tree.tree_folder(ROOT / 'var')}."
        self.program = found
        self.etc = etc_folder(self.settings.var)
        self._printed = home / "asterisk.out"
        self._asterisk: subprocess.Popen[bytes] | None = None
        self.line: subprocess.Popen[bytes] | None = None
        self._contexts: list[str] = []
        self._more: dict[str, str] = {}
        self._prepare()

    def _prepare(self) -> None:
        var, data = self.settings.var, self.settings.data
        (var / "secrets").mkdir(parents=True)
        (var / "secrets" / "hash-key").write_text(sample_office.KEY.hex())
        (var / "editions").symlink_to(_voice() / "editions")
        (var / "voice-cache").symlink_to(_voice() / "voice-cache")
        data.mkdir()
        sample_office.build_registry(data)
        music.make(var / "asterisk" / "share" / "moh")

    # ---- Asterisk ----

    def caller(self, name: str, *lines: str) -> None:
        """Define a caller (before `start`): the dialplan applications that its end of the call runs."""
        body = "".join(f" same => n,{line}\n" for line in lines)
        self._contexts.append(f"[test-{name}]\nexten => s,1,NoOp()\n{body} same => n,Hangup()\n")

    def context(self, name: str, *lines: str) -> None:
        """Define a context of the dialplan (before `start`)."""
        self._contexts.append("\n".join((f"[{name}]", *lines, "")))

    def more(self, name: str, text: str) -> None:
        """Append to a file of dialplan/ (before `start`)."""
        self._more[name] = text

    def start(self, *, confined: bool = False) -> None:
        """Write the configuration and start Asterisk (`confined` as `up` does); returns when it is fully booted."""
        configure.write(self.settings, self.program)
        self._add("extensions.conf", "\n; callers of the tests\n" + "\n".join(self._contexts))
        self._add("modules.conf", "".join(f"load = {name}.so\n" for name in _TEST_MODULES))
        for name, text in self._more.items():
            self._add(name, text)
        command = self.program.run(self.settings.var, "-f")
        self._asterisk = subprocess.Popen(
            confining.command(asterisk.places(self.settings, self.program), command) if confined else command,
            stdout=self._printed.open("wb"), stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        until("Asterisk has booted", lambda: "fully booted" in self.ask("core waitfullybooted").lower())

    def _add(self, name: str, more: str) -> None:
        link = self.etc / name
        link.unlink()
        link.write_text((DIALPLAN / name).read_text() + more)

    def ask(self, question: str) -> str:
        """The answer to a CLI command; "" when there is none."""
        return self.program.ask(self.settings.var, question) or ""

    def dial(self, name: str, *, entrance: str = "from-testers", number: str = "1500537") -> str:
        """Place a call by the caller `name`; what Asterisk says to it."""
        return self.ask(f"channel originate Local/{number}@{entrance}/n extension s@test-{name}")

    def account(self, name: str) -> Account:
        """How a telephone signs in as the tester or agent `name`."""
        held = configure.account(self.settings.var, name)
        return Account("127.0.0.1", self.settings.telephony.sip_port, held.name, held.password)

    @property
    def asterisk_pid(self) -> int:
        """The process of Asterisk."""
        assert self._asterisk is not None
        return self._asterisk.pid

    def channels(self) -> Sequence[str]:
        """The channels that live, as `core show channels concise` tells them."""
        return [line for line in self.ask("core show channels concise").splitlines() if "!" in line]

    def at(self, context: str) -> list[str]:
        """Channels that are in `context` of the dialplan now."""
        return [line for line in self.channels() if f"!{context}!" in line]

    def wait_for_silence(self, limit_s: float = 30.0) -> None:
        """Wait until no call is left."""
        until("all calls have ended", lambda: not self.channels(), limit_s)

    def hang_up_all(self) -> None:
        """Every caller hangs up."""
        self.ask("channel request hangup all")
        self.wait_for_silence()

    def log(self) -> list[str]:
        """Warnings and errors of Asterisk."""
        entries = filter(None, map(asterisk_log.read, self._printed.read_bytes().splitlines()))
        return [
            f"[{entry.call}] {entry.where}: {entry.text}" for entry in entries if entry.level in ("warning", "error")
        ]

    # ---- the line ----

    def start_line(self, *, wait: bool = True) -> None:
        """Start the line; returns when it accepts calls."""
        (self.settings.var / "log").mkdir(parents=True, exist_ok=True)
        with (self.settings.var / "log" / "line.out").open("ab") as out:
            self.line = subprocess.Popen(
                (sys.executable, "-m", "agi.cli", "line"),
                env=dict(self.environment), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip
        if wait:
            before = self._served()
            until("the line serves", lambda: self._served() > before or self.line_is_open())

    def _served(self) -> int:
        path = self.settings.var / "log" / "line.jsonl"
        return path.read_text().count('"line.serves"') if path.exists() else 0

    def line_is_open(self) -> bool:
        """Whether something listens on the line's port (looked up, not connected to)."""
        wanted = f"0100007F:{self.settings.line.agi_port:04X}"
        rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()]
        return any(row[1] == wanted and row[3] == "0A" for row in rows)

    def kill_line(self, how: int = signal.SIGKILL) -> None:
        """End the line by a signal and wait for its end."""
        assert self.line is not None
        self.line.send_signal(how)
        self.line.wait(30)
        self.line = None

    # ---- the books ----

    def calls(self) -> tuple[Contact, ...]:
        """All call records."""
        with CallReader(self.settings.calls_db) as reader:
            return reader.calls(-1)

    def events(self, call_id: str) -> tuple[Event, ...]:
        """What happened in one call."""
        with CallReader(self.settings.calls_db) as reader:
            return reader.events(call_id)

    def asked(self, call_id: str) -> list[Asked]:
        """The questions of one call."""
        return [one for one in self.events(call_id) if isinstance(one, Asked)]

    def noted(self, call_id: str) -> list[str]:
        """What was noted in one call."""
        return [f"{one.kind} {one.detail}" for one in self.events(call_id) if isinstance(one, Noted)]

    def said(self, call_id: str) -> list[str]:
        """Keys of what was said in one call."""
        return [said.key for one in self.events(call_id) for said in said_in(one)]

    def record_of_the_only_call(self, limit_s: float = 10.0) -> Contact:
        """The record of the one call there was, once the spool has been taken in."""
        until("the call is over and recorded", lambda: self.calls() and not self.spooled(), limit_s)
        (call,) = self.calls()
        return call

    def spooled(self) -> list[str]:
        """Ids of ended calls that the line has not taken in."""
        return re.findall(r"call=(\S+)", self.last_words())

    def last_words(self) -> str:
        """What Asterisk has written of ended calls that the line has not taken over.

        The line moves Asterisk's file aside, writes back what it leaves, and deletes the other:
        so the first is read once more after the second.
        """
        words = last_words(self.settings.var)
        found: dict[Path, str] = {}
        for path in (words, words.with_name("taken"), words):
            with contextlib.suppress(FileNotFoundError):
                found[path] = path.read_text()
        return "".join(found.values())

    def close(self) -> None:
        """End everything that was started."""
        for process in (self.line, self._asterisk):
            if process is not None and process.poll() is None:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(10)
        self.line = self._asterisk = None
