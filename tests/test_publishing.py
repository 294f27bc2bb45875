"""Publishing while people talk: nobody waits, every caller hears one edition only, and no process is restarted.

Everything that callers hear is a tone here, of another pitch in each edition, so that the sound that came through the
telephone tells which one it was.
"""

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from installation import Hotline, brought_up
from line_exchange import until

from agi.books.reader import CallReader
from agi.settings import ROOT
from agi.voice.texts import Texts
from agi.workshop.softphone.plain import PlainPhone, PlainPhones
from agi.workshop.softphone.play import new_caller
from agi.workshop.softphone.roster import TESTER, account
from agi.workshop.softphone.wavfile import growing

PITCH = {1: 500, 2: 750, 3: 1100}
"""Hz of what callers hear, by what was recorded."""
RATE = 8000
WINDOW = RATE // 10
LIMIT_S = 40.0


def record_all(prompts: Path, pitch: int) -> None:
    """Make everything that has no places a tone of half a second, which swells and fades as speech does."""
    times = np.arange(RATE // 2) / RATE
    tone = 0.3 * np.sin(2 * np.pi * pitch * times) * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * times))
    soundfile.write(prompts / "tone.wav", tone, RATE)
    texts = Texts.load(prompts)
    for key in texts:
        if not texts[key].places:
            shutil.copyfile(prompts / "tone.wav", prompts / "recordings" / f"{key}.wav")


def pitches(samples: np.ndarray) -> set[int]:
    """Which of the editions can be heard in a recording, by windows of 100 ms that are nothing but one loud tone."""
    heard = set()
    for start in range(0, len(samples) - WINDOW, WINDOW // 2):
        power = np.abs(np.fft.rfft(samples[start : start + WINDOW] / 32768 * np.hanning(WINDOW))) ** 2
        loudest = int(power.argmax())
        if power[loudest] > 1 and power[loudest - 2 : loudest + 3].sum() > 0.9 * power.sum():  # no beginning, no end
            heard.add(loudest * RATE // WINDOW)
    return heard


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    home = tmp_path_factory.mktemp("publishing")
    shutil.copytree(ROOT / "prompts", home / "prompts")
    record_all(home / "prompts", PITCH[1])
    places = {"HOTLINE_PLACES__PROMPTS": str(home / "prompts"), "HOTLINE_SPEECH__ENABLED": "true"}
    places["HOTLINE_DIALOGUE__FIRST_KEY_MS"] = "10000"  # publishing takes long on a busy machine
    with brought_up(home, **places) as found:
        yield found


class Call:
    """A call that goes on: `more` has the menu said once again and waits until something new was heard."""

    def __init__(self, phone: PlainPhone, hotline: Hotline) -> None:
        self._phone = phone
        phone.dial(hotline.settings.telephony.number, new_caller())

    def samples(self) -> np.ndarray:
        heard: np.ndarray = growing(self._phone.recording)
        return heard

    def more(self) -> None:
        before = len(self.samples())
        self._phone.press("9")
        until("the menu again", lambda: pitches(self.samples()[before:]), LIMIT_S)

    def asks_an_agent(self) -> None:
        """Nobody is on duty: Asterisk and the line say so by turns, and the caller is back in the menu."""
        before = len(self.samples())
        self._phone.press("0")
        until("that nobody is on duty", lambda: len(self.samples()) > before + 3 * RATE, LIMIT_S)

    def ends(self) -> set[int]:
        """Hang up; which editions were heard in all of it."""
        self._phone.hang_up()
        return pitches(self.samples())


def processes(hotline: Hotline) -> dict[str, int | None]:
    told = json.loads(hotline.run("status", "--json", check=False).stdout)
    return {one["name"]: one["pid"] for one in told["processes"]}


def taken_up(hotline: Hotline, publish: Callable[[], object]) -> None:
    """`publish`, and wait until new calls hear it."""
    log = hotline.settings.var / "log" / "line.jsonl"
    before = log.read_text().count("edition.served")
    publish()
    until("the new edition", lambda: log.read_text().count("edition.served") > before, LIMIT_S)


def test_calls_in_progress_keep_their_edition_and_new_ones_hear_the_next(hotline: Hotline, tmp_path: Path) -> None:
    running = processes(hotline)
    with CallReader(hotline.settings.calls_db) as reader:
        earlier = {call.id for call in reader.calls()}
    phones = PlainPhones(account(hotline.settings, TESTER))
    calls: list[tuple[int, Call]] = []

    def dial(edition: int) -> None:
        calls.append((edition, Call(phones.phone(tmp_path / f"{len(calls)}.wav"), hotline)))
        for _, call in calls:
            call.more()

    def publish(edition: int) -> None:
        record_all(hotline.settings.prompts, PITCH[edition])
        hotline.run("prompts", "publish", limit_s=180)

    try:
        dial(1)
        dial(1)
        taken_up(hotline, lambda: publish(2))
        dial(2)
        taken_up(hotline, lambda: publish(3))
        dial(3)
        taken_up(hotline, lambda: hotline.run("prompts", "rollback", "1"))
        dial(1)
        calls[0][1].asks_an_agent()
        calls[2][1].asks_an_agent()
        heard = [(edition, call.ends()) for edition, call in calls]
        with CallReader(hotline.settings.calls_db) as reader:
            until("the records", lambda: not reader.open_calls(), LIMIT_S)
            assert sorted(call.edition for call in reader.calls() if call.id not in earlier) == [1, 1, 2, 3, 4]
    finally:
        phones.close()
    assert heard == [(edition, {PITCH[edition]}) for edition, _ in calls], str(heard)
    assert processes(hotline) == running


@pytest.mark.thorough
def test_a_half_finished_edit_and_a_crash_leave_callers_what_was_published(hotline: Hotline, tmp_path: Path) -> None:
    menu = hotline.settings.prompts / "menu.toml"
    whole = menu.read_text()
    menu.write_text("[main\n")
    before = processes(hotline)
    assert before["line"]
    os.kill(before["line"], signal.SIGKILL)
    until("the line again", lambda: processes(hotline)["line"] not in (None, before["line"]), LIMIT_S)
    phones = PlainPhones(account(hotline.settings, TESTER))
    try:
        call = Call(phones.phone(tmp_path / "heard.wav"), hotline)
        call.more()
        assert call.ends() == {PITCH[1]}
    finally:
        phones.close()
        menu.write_text(whole)
