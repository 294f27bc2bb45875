"""A caller who follows a script, on a clock of its own: no telephony, no waiting.

A script is words separated by blanks. The keys of one word are pressed in one go, so that what is left of it after a
turn is typed ahead; the end of a word is a pause that lets a time-out pass when an entry is not complete. `,` is
silence until the time-out. `:3` is a message of three seconds, `:full` one for which there is no room. `!` hangs up
while the caller should press a key, `^` while a prompt is played. A script that has come to its end hangs up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agi.dialogue.keypad import FLUSH_MS, KeypadTurns
from agi.dialogue.question import Answer, Case, HungUp, NotRecorded, Prompt, Question, Recorded
from agi.voice.texts import Texts

PROMPTS = Path(__file__).parent.parent / "prompts"
PROMPT_MS = 2000


class ScriptedKeypad:
    """The keys of the script, and what was heard. Every prompt must have its text and the places of that text."""

    def __init__(self, script: str, texts: Texts | None = None) -> None:
        self.words = script.split()
        self.now_ms = 0
        self.heard: list[Prompt] = []
        self._pressed = ""
        self._between = True  # the caller waits for a prompt; no word has been begun
        self._texts = texts

    def play(self, prompts: Sequence[Prompt], *, barge_in: bool) -> str:
        if not self._pressed:
            self._between = True
        if barge_in and self._pressed:
            return self._press()
        self._pressed, self._between = "", True
        for prompt in prompts:
            if self._texts is not None:
                assert self._texts.written(prompt.key, prompt.places)
            self.heard.append(prompt)
            if self.words and self.words[0] == "^":
                raise HungUp
            self.now_ms += PROMPT_MS
        return ""

    def key(self, timeout_ms: int) -> str:
        if self._pressed:
            return self._press()
        if timeout_ms <= FLUSH_MS:
            return ""
        if not self._between:
            self._between = True
            self.now_ms += timeout_ms
            return ""
        if not self.words or self.words[0] == "!":
            raise HungUp
        self._pressed = self.words.pop(0)
        if self._pressed == ",":
            self._pressed = ""
            self.now_ms += timeout_ms
            return ""
        self._between = False
        return self._press()

    def _press(self) -> str:
        key, self._pressed = self._pressed[0], self._pressed[1:]
        self.now_ms += 100
        return key


@dataclass
class ScriptedPhone:
    """A `Phone` with a scripted caller at the other end."""

    keypad: ScriptedKeypad
    cases: list[Case] = field(default_factory=list)
    hung_up: bool = False
    hears: bool = False
    slow: bool = False

    def listens(self) -> bool:
        return self.hears

    def __post_init__(self) -> None:
        self._turns = KeypadTurns(self.keypad, lambda: self.keypad.now_ms)

    def say(self, prompts: Sequence[Prompt], *, barge_in: bool = True) -> None:
        self._turns.say(prompts, barge_in=barge_in)

    def turn(self, question: Question) -> Answer:
        return self._turns.turn(question)

    def record(self, name: str, most_s: int) -> Recorded:
        """The next word of the script is the message."""
        if not self.keypad.words or self.keypad.words[0] == "!":
            raise HungUp
        message = self.keypad.words.pop(0).removeprefix(":")
        if message == "full":
            raise NotRecorded
        return Recorded(float(message), "#")

    def replay(self, name: str) -> None:
        """Nothing to be heard."""

    def sound(self, name: str) -> None:
        return None

    def transfer(self, case: Case) -> None:
        self.cases.append(case)

    def hang_up(self) -> None:
        self.hung_up = True

    @property
    def heard(self) -> list[str]:
        """The keys of all prompts that were played, in order."""
        return [prompt.key for prompt in self.keypad.heard]


@dataclass
class Notes:
    """A `Journal` that keeps everything it is given."""

    all_said: list[Prompt] = field(default_factory=list)
    all_asked: list[tuple[Question, Answer, int]] = field(default_factory=list)
    all_noted: list[tuple[str, str]] = field(default_factory=list)

    def said(self, prompts: Sequence[Prompt]) -> None:
        self.all_said += prompts

    def asked(self, question: Question, answer: Answer, attempt: int) -> None:
        self.all_asked.append((question, answer, attempt))

    def noted(self, what: str, detail: str = "") -> None:
        self.all_noted.append((what, detail))

    @property
    def results(self) -> list[str]:
        """The result of every question."""
        return [str(answer.result) for _, answer, _ in self.all_asked]


@dataclass
class SetClock:
    """A clock that stands until it is set."""

    now: datetime = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time
