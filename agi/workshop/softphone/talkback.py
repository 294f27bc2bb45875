"""What a caller who has spoken does unasked: says yes when what was heard is confirmed, says it again when it was not.

A scenario tells what a call is about; whether a recogniser was sure this time is not what it is about.
"""

import time
from collections.abc import Callable
from pathlib import Path

from agi.workshop.softphone.hearing import Bank, Ear
from agi.workshop.softphone.scenario import Step
from agi.workshop.softphone.wavfile import growing

CONFIRM = "speech.readback"
"""Its fixed part, "benar? ya atau tidak?", is the same in all confirmations."""
UNHEARD = ("help.menu.unheard", "help.entry.unheard")
ANSWERED = (CONFIRM, *UNHEARD)
"""What they answer; a scenario that waits for one of them tells itself what follows."""
YES = "ya, benar"
"""Not a bare "ya": said by one of the voices it is taken for silence (data/model/README.md, limits)."""
CONFIRMED, SAID_AGAIN = "was asked whether it was heard right; answered", "was not heard; said again"
"""How a transcript tells the two: to be read back is a recogniser's care, to be unheard its fault."""
MOST = 4
LISTENS_S = 0.4
"""So often it listens; a person answers no sooner either, and looking costs time that other callers need."""


class TalkbackCaller:
    """Listens beside the scenario, from the end of what was said in `step`. `clock`: seconds, never backwards."""

    def __init__(self, step: Step, bank: Bank, recording: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.step = step
        self._references = {key: bank.references[key] for key in ANSWERED}
        self._ears = {key: Ear(bank, recording) for key in ANSWERED}
        self._answered = 0
        self._next = 0.0
        self._listen_from(len(growing(recording)))

    def answer(self) -> str:
        """What to say now, "" for nothing."""
        if self._answered >= MOST or self._clock() < self._next:
            return ""
        self._next = self._clock() + LISTENS_S
        for key, ear in self._ears.items():
            # "Benar? Jaw…" is much like the end of other prompts ("Bawa Kartu…"); and who agrees has heard it all.
            if ear.hears(self._references[key], whole=key == CONFIRM):
                return YES if key == CONFIRM else self.step.text
        return ""

    def after(self, position: int) -> "TalkbackCaller":
        """Listens on from sample `position`, after an answer."""
        self._answered += 1
        self._listen_from(position)
        return self

    def _listen_from(self, position: int) -> None:
        self._next = 0.0
        for ear in self._ears.values():
            ear.position = position
