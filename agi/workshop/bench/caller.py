"""Callers made by sipp: many at once, each pressing the keys of one NIK check by SIP INFO."""

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agi.errors import HotlineError

SCENARIO = Path(__file__).with_name("nik_check.sipp.xml")
KEY_GAP_MS = 100
PORT_STEP = 4


class NoSipp(HotlineError):
    """The program sipp is not on this machine, or did not run; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """The Asterisk that is called and the account that calls."""

    address: str
    sip_port: int
    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Load:
    """`calls` calls to the number `service`, `rate` new ones a second; each presses the keys of one of `callers`.

    The keys of all callers are equally long. `pauses_ms[i]` comes after key i, 100 ms where it is not given.
    Audio goes to the UDP port `media_port`, and with `port_each` to a port of its own (+4) for each call.
    """

    service: str
    calls: int
    rate: int
    callers: Sequence[str]
    media_port: int
    port_each: bool = False
    first_pause_ms: int = 1000
    pauses_ms: Sequence[int] = ()
    last_pause_ms: int = 10000


@dataclass(frozen=True, slots=True)
class Ran:
    """What sipp says afterwards."""

    successful: int
    failed: int
    lasted_s: float
    messages: Path


def run(target: Target, load: Load, folder: Path) -> Ran:
    """Place the calls of `load` and wait for their end. Files go to `folder`. Raises NoSipp."""
    program = shutil.which("sipp")
    if program is None:
        raise NoSipp("sipp is missing: `./hotline bench` installs it; or: apt-get install sip-tester.")
    scenario, numbers, messages = folder / "scenario.xml", folder / "callers.csv", folder / "messages.log"
    private = os.open(scenario, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # a list of processes shows arguments
    with os.fdopen(private, "w") as out:
        out.write(_scenario(target, load))
    numbers.write_text("SEQUENTIAL\n" + "".join(f"{line};\n" for line in _callers(load)))
    begun = time.monotonic()
    done = subprocess.run(
        (
            *(program, f"{target.address}:{target.sip_port}", "-sf", str(scenario), "-inf", str(numbers)),
            *("-s", load.service),
            *("-i", "127.0.0.1", "-mi", "127.0.0.1", "-mp", str(load.media_port - 100)),
            *("-m", str(load.calls), "-r", str(load.rate), "-l", str(load.calls), "-nostdin"),
            *("-trace_shortmsg", "-shortmessage_file", str(messages), "-shortmessage_overwrite", "true"),
            *("-timeout", f"{120 + load.calls // load.rate}s", "-timeout_error"),
        ),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    lasted = time.monotonic() - begun
    numbers.unlink()
    try:
        return Ran(_counter(done.stdout, "Successful call"), _counter(done.stdout, "Failed call"), lasted, messages)
    except ValueError as error:
        raise NoSipp(f"sipp did not run: {(done.stderr or done.stdout).strip()[-300:]}") from error


def media_port_of(load: Load, call: int) -> int:
    """Where the audio of call number `call` (from 0) goes."""
    return load.media_port + PORT_STEP * call if load.port_each else load.media_port


def _callers(load: Load) -> list[str]:
    """A line for each call: port, then the keys; sipp takes them in turn."""
    return [
        ";".join((str(media_port_of(load, call)), *load.callers[call % len(load.callers)]))
        for call in range(load.calls)
    ]


def _counter(screen: str, name: str) -> int:
    """The cumulative value of a counter on sipp's last statistics screen."""
    lines = [line for line in screen.splitlines() if line.strip().startswith(name)]
    if not lines:
        raise ValueError(name)
    return int(lines[-1].split("|")[2])


def _scenario(target: Target, load: Load) -> str:
    keys = []
    for index in range(len(load.callers[0])):
        pause = load.pauses_ms[index] if index < len(load.pauses_ms) else KEY_GAP_MS
        keys.append(_INFO.format(index=index + 1, pause=pause))
    return (
        SCENARIO.read_text()
        .replace("@USER@", target.user)
        .replace("@PASSWORD@", target.password)
        .replace("@FIRST_PAUSE@", str(load.first_pause_ms))
        .replace("@KEYS@", "".join(keys))
        .replace("@LAST_PAUSE@", str(load.last_pause_ms))
    )


_INFO = """
  <send retrans="500">
    <![CDATA[
      INFO [next_url] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:bench@[remote_ip]>;tag=[pid]-[call_number]
      [last_To:]
      [routes]
      Call-ID: [call_id]
      CSeq: [cseq] INFO
      Contact: <sip:bench@[local_ip]:[local_port]>
      Max-Forwards: 70
      Content-Type: application/dtmf-relay
      Content-Length: [len]

      Signal=[field{index}]
      Duration=100
    ]]>
  </send>
  <recv response="200"/>
  <pause milliseconds="{pause}"/>"""
