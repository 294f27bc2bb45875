"""Each part of a running hotline is frozen in the middle of a call: it is replaced, and nobody is left in silence."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from installation import Hotline, brought_up

from agi.cli.service import look
from agi.ops.speech import listens
from agi.ops.supervise import Supervisor
from agi.workshop.softphone.plain import PlainPhones
from agi.workshop.softphone.roster import TESTER, account

SILENCE_S = 5.0
"""The longest silence that a caller may meet."""
_REPLACED_S = 20.0  # on a machine that is busy; 3 s on one that is not


@pytest.fixture(scope="module")
def hearing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    with brought_up(tmp_path_factory.mktemp("frozen"), HOTLINE_SPEECH__ENABLED="true") as hotline:
        yield hotline


def pid_of(hotline: Hotline, name: str) -> int | None:
    """The process of a part that runs."""
    if name == "recogniser":
        return recogniser(pid_of(hotline, "speech"))
    return next(process.pid for process in Supervisor(hotline.settings).processes() if process.name == name)


def recogniser(service: int | None) -> int | None:
    """The child of the speech service, whichever of its threads has started it."""
    lists = Path(f"/proc/{service}/task").glob("*/children")
    return next((int(pid) for one in lists for pid in one.read_text().split()), None)


def until(what: str, met: Callable[[], object], limit_s: float = _REPLACED_S) -> None:
    """Wait until `met()`."""
    end = time.monotonic() + limit_s
    while not met():
        assert time.monotonic() < end, f"{what} did not come about in {limit_s:.0f} s"
        time.sleep(0.1)


def longest_silence(recording: Path) -> float:
    """Seconds of the longest stretch without sound in `recording`."""
    sound, rate = soundfile.read(recording, dtype="int16")
    blocks = np.abs(sound[: len(sound) // 800 * 800].reshape(-1, 800)).max(axis=1) > 150
    edges = np.flatnonzero(np.concatenate(([True], blocks, [True])))
    return float((np.diff(edges).max() - 1) * 800 / rate)


@pytest.mark.parametrize("part", ["line", "speech", pytest.param("recogniser", marks=pytest.mark.thorough), "watch"])
def test_a_frozen_part_is_replaced_and_its_caller_is_not_left_in_silence(
    hearing: Hotline, part: str, tmp_path: Path
) -> None:
    until("speech", lambda: listens(hearing.settings.var))
    phones = PlainPhones(account(hearing.settings, TESTER))
    try:
        phone = phones.phone(tmp_path / "heard.wav")
        phone.dial(hearing.settings.telephony.number)
        until("sound", lambda: phone.recording.exists() and phone.recording.stat().st_size > 20000)
        before = pid_of(hearing, part)
        assert before is not None
        os.kill(before, signal.SIGSTOP)
        phone.press("3")  # or a prompt that goes on by itself would hide that nobody answers
        until(f"another {part}", lambda: pid_of(hearing, part) not in (None, before))
        until("the hotline", lambda: look(hearing.settings).answering)
        assert phone.wait_ended(2.0) is None, "the caller was dropped"
        phone.hang_up()
    finally:
        phones.close()
    silence = longest_silence(tmp_path / "heard.wav")
    print(f"{part}: {silence:.1f} s of silence")
    assert silence <= SILENCE_S


def test_a_frozen_asterisk_is_replaced(hearing: Hotline) -> None:
    before = pid_of(hearing, "asterisk")
    assert before is not None
    os.kill(before, signal.SIGSTOP)
    until("another Asterisk", lambda: pid_of(hearing, "asterisk") not in (None, before))
    until("the hotline", lambda: look(hearing.settings).answering)
