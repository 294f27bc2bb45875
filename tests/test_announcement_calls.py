"""Real calls hear what is announced, at once and until its end, and a key goes on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import soundfile
from installation import Hotline
from line_exchange import until

from agi.books.events import Asked, said_in
from agi.books.reader import CallReader
from agi.editions.announcement import Announcements
from agi.workshop.softphone.plain import PlainPhones
from agi.workshop.softphone.play import new_caller
from agi.workshop.softphone.roster import TESTER, account
from agi.workshop.softphone.wavfile import growing

WORDS = "Mohon maaf, sistem kami sedang terganggu."


def heard(recording: np.ndarray, clip: np.ndarray) -> bool:
    """Whether half a second out of the middle of `clip` sounds in `recording`."""
    part = clip[len(clip) // 2 :][:4000]
    if len(recording) < len(part):
        return False
    power = np.convolve(recording**2, np.ones(len(part)), "valid")
    likeness = np.correlate(recording, part, "valid") / np.sqrt(np.maximum(power, 1.0) * (part**2).sum())
    return bool(likeness.max() > 0.9)


def test_calls_hear_what_is_announced_until_its_end_and_a_key_goes_on(hotline: Hotline, tmp_path: Path) -> None:
    announcements = Announcements(hotline.settings)
    phones = PlainPhones(account(hotline.settings, TESTER))

    def said_after(name: str, *, listen: bool) -> tuple[set[str], list[str]]:
        """What a call says that presses 3 as soon as it has heard enough: the keys, and the questions asked."""
        with CallReader(hotline.settings.calls_db) as reader:
            known = {one.id for one in reader.calls(limit=1000)}
            phone = phones.phone(tmp_path / f"{name}.wav")
            phone.dial(hotline.settings.telephony.number, new_caller())
            if listen:
                until("the announcement", lambda: heard(growing(phone.recording).astype(float), clip), 30)
            phone.press("3")
            until("its record", lambda: {one.id for one in reader.calls(limit=1000)} - known, 30)
            (call,) = {one.id for one in reader.calls(limit=1000)} - known
            until("the next question", lambda: any(isinstance(one, Asked) for one in reader.events(call)), 30)
            phone.hang_up()
            events = reader.events(call)
        asked = [f"{one.question} {one.answer.value}" for one in events if isinstance(one, Asked)]
        return {one.key for event in events for one in said_in(event)}, asked

    try:
        made = announcements.announce(WORDS, datetime.now(UTC) + timedelta(hours=1), "rina", datetime.now(UTC))
        clip, _ = soundfile.read(f"{announcements.sound(made.clip)}.wav", dtype="int16")
        clip = clip.astype(float)
        said, asked = said_after("told", listen=True)
        assert "announcement" in said
        assert asked[0] == "main 3"
        announcements.announce(WORDS, datetime.now(UTC) + timedelta(seconds=1), "rina", datetime.now(UTC))
        until("its end", lambda: announcements.standing(datetime.now(UTC)) is None)
        said, asked = said_after("not-told", listen=False)
        assert "announcement" not in said
        assert asked[0] == "main 3"
    finally:
        announcements.clear()
        phones.close()
