"""What a caller who has spoken does unasked: says yes when what was heard is confirmed, says it again when it was not.

A scenario tells what a call is about; whether a recogniser was sure this time is not what it is about.
"""

from pathlib import Path

from agi.softphone.hearing import Bank, Ear
from agi.softphone.scenario import Step
from agi.softphone.wavfile import growing

CONFIRM = "speech.readback"
"""Its fixed part, "benar? ya atau tidak?", is the same in all confirmations."""
UNHEARD = ("help.menu.unheard", "help.entry.unheard")
ANSWERED = (CONFIRM, *UNHEARD)
"""What the company answers; a scenario that waits for one of them tells itself what follows."""
MOST = 4


class Company:
    """Listens beside the scenario, from the end of what was said in `step`."""

    def __init__(self, step: Step, bank: Bank, recording: Path) -> None:
        self.step = step
        self._bank = bank
        self._ear = Ear(bank, recording)
        self._ear.position = len(growing(recording))
        self._answered = 0

    def answer(self) -> str:
        """What to say now, "" for nothing."""
        if self._answered >= MOST:
            return ""
        if self._ear.hears(self._bank.references[CONFIRM]):
            return "ya"
        if any(self._ear.hears(self._bank.references[key]) for key in UNHEARD):
            return self.step.text
        return ""

    def after(self, position: int) -> "Company":
        """Listens on from sample `position`, after an answer."""
        self._answered += 1
        self._ear.position = position
        return self
