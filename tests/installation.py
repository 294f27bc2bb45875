"""Private installations of the hotline for tests: own ports, own var/ and data/, one shared Asterisk tree."""

import os
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path

import lasting_prompts
import pytest
from leaks import leaks

from agi.cli.bringup import Sample, sample
from agi.editions.store import Editions
from agi.ops import agents, configure
from agi.ops.configure import Account
from agi.settings import SAMPLE, Settings
from agi.workshop.bench import installation
from agi.workshop.bench.installation import lend_tree, lend_voice
from agi.workshop.softphone.sample import load

_RTP_FIRST, _RTP_LAST = 10_000, 32_000  # below the ports that a system gives away by itself
_RTP_PORTS = 900
_RTP_ROW = 6 * _RTP_PORTS  # no process has more hotlines at once
_CLAIMS: list[socket.socket] = []
# Speech is another process, and the processor's time: tests of speech switch it on.
_KEYS_ONLY = {"HOTLINE_SPEECH__ENABLED": "false"}
# A caller's patience is shortened so that silence does not make tests slow.
_IMPATIENT = {
    "HOTLINE_DIALOGUE__FIRST_KEY_MS": "3000",
    "HOTLINE_DIALOGUE__BETWEEN_KEYS_MS": "2000",
    "HOTLINE_QUEUE__AFTER_CALL_S": "1",
    "HOTLINE_QUEUE__ANNOUNCE_S": "10",
    "HOTLINE_QUEUE__MAX_WAIT_S": "25",
    "HOTLINE_LINE__STOP_GRACE_S": "5",
}


@dataclass(frozen=True)
class Hotline:
    """A hotline that answers. `environment` makes a child process (and `Settings()` in it) use this one."""

    settings: Settings
    environment: Mapping[str, str]
    tester: Account
    agents: tuple[Account, ...]
    sample: Sample

    def run(self, *words: str, limit_s: float = 60.0, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `hotline WORDS…` against this hotline."""
        return run_hotline(self.environment, *words, limit_s=limit_s, check=check)


def run_hotline(
    environment: Mapping[str, str], *words: str, limit_s: float = 60.0, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run `hotline WORDS…` with `environment`; what it printed is in the failure when it fails."""
    done = subprocess.run(
        (sys.executable, "-m", "agi.cli", *words),
        env=dict(environment),
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=limit_s,
    )
    assert not check or done.returncode == 0, f"hotline {' '.join(words)}: {done.stdout}{done.stderr}"
    return done


@cache
def _rtp_ranges() -> Iterator[int]:
    """The first RTP ports of this process's installations, in turn; those of other test processes are elsewhere.

    A telephone may send on for a moment after its call. Whoever had its server's port next would be taken for it.
    """
    rows = range(_RTP_FIRST, _RTP_LAST - _RTP_ROW, _RTP_ROW)
    for first in random.SystemRandom().sample(rows, len(rows)):
        claim = socket.socket()  # TCP: it stands in nobody's way and ends with the process
        try:
            claim.bind(("127.0.0.1", first))
        except OSError:
            claim.close()
            continue
        _CLAIMS.append(claim)
        break
    return cycle(range(first, first + _RTP_ROW, _RTP_PORTS))


def private_environment(home: Path, **more: str) -> dict[str, str]:
    """Variables of an installation below `home` with ports of its own; other HOTLINE_ variables are dropped.

    What it says is what is shipped, with facts that no day makes overdue.
    """
    return {
        **installation.private_environment(home, next(_rtp_ranges()), _RTP_PORTS),
        "HOTLINE_PLACES__PROMPTS": str(lasting_prompts.lent()),
        **_KEYS_ONLY,
        **_IMPATIENT,
        **more,
    }


def settings_of(environment: Mapping[str, str]) -> Settings:
    """The settings that a process with `environment` sees."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("HOTLINE_")]:
            patch.delenv(name)
        for name, value in environment.items():
            if name.startswith("HOTLINE_"):
                patch.setenv(name, value)
        return Settings()


def publish_unspoken(settings: Settings) -> None:
    """Serve the prompts as they are, without a sound: for who answers in writing, in a tenth of a second."""
    editions = Editions(settings.editions_folder)
    with editions.alone():
        shutil.copytree(settings.prompts, editions.draft / "prompts")
        editions.publish("content", "maker", "", "", ())


@contextmanager
def brought_up(home: Path, **more: str) -> Iterator[Hotline]:
    """A hotline of its own below `home`, with the variables `more`; searched for leaks when it is down."""
    environment = private_environment(home, **more)
    settings = settings_of(environment)
    lend_tree(settings.var)
    lend_voice(settings.var)
    try:
        run_hotline(environment, "up", limit_s=120)
        numbers = sample(settings)
        assert numbers is not None
        yield Hotline(
            settings,
            environment,
            configure.account(settings.var, configure.testers()[0]),
            tuple(configure.account(settings.var, name) for name in (one.number for one in agents.listed(settings))),
            numbers,
        )
    finally:
        run_hotline(environment, "down", check=False)
    # After all calls: nobody's number may be left behind by any of them.
    found = leaks(settings, load(SAMPLE, settings.identity.kk_digits))
    assert not found, found
