"""Placing a whole call from a scenario: step by step, with a transcript, and the record at the end."""

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from agi.voice.errors import VoiceError
from agi.voice.places import Kind, Value
from agi.voice.texts import Texts
from agi.workshop.softphone import record, speaking
from agi.workshop.softphone.duty import Taken
from agi.workshop.softphone.hearing import Ear, NotHeard, recognise, was_heard
from agi.workshop.softphone.matching import RATE
from agi.workshop.softphone.numbers import BadDescription, Numbers
from agi.workshop.softphone.phone import PhoneError
from agi.workshop.softphone.plain import PlainPhone
from agi.workshop.softphone.references import References
from agi.workshop.softphone.sample import Sample
from agi.workshop.softphone.scenario import Do, Scenario, Step
from agi.workshop.softphone.talkback import ANSWERED, CONFIRMED, SAID_AGAIN, YES, TalkbackCaller
from agi.workshop.softphone.wavfile import growing

HEAR_S = 60.0
"""Longest wait for a prompt: a menu said to its end, the silence after it and another menu may come before it."""
END_S = 30.0
PAUSE_S = 0.12  # a person's finger is not quicker after a prompt

_tails = count(random.randrange(1000))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript: whether it went as it should, what happened, when (seconds into the call)."""

    ok: bool
    text: str
    at_s: float


@dataclass(slots=True)
class Played:
    """What became of one call."""

    title: str
    lines: list[Line] = field(default_factory=list)
    call_id: str = ""
    outcome: str = ""
    where: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether everything went as it should."""
        return all(line.ok for line in self.lines)


def new_caller() -> str:
    """A number to call from; two in a thousand made one after another never end in the same three digits."""
    return f"0800{random.randrange(10**5):05d}{next(_tails) % 1000:03d}"


def _show_nothing(line: Line) -> None:
    """For who waits for the whole transcript."""


@dataclass(frozen=True)
class Player:
    """Plays scenarios against one hotline."""

    number: str
    calls_db: Path
    sample: Sample
    references: References

    def play(
        self,
        scenario: Scenario,
        phone: PlainPhone,
        taken: Sequence[Taken] = (),
        show: Callable[[Line], None] = _show_nothing,
        stop: threading.Event | None = None,
    ) -> Played:
        """Place the call; every step is told to `show` as it happens. `taken` grows as agents take calls."""
        return _Playing(self, scenario, phone, taken, show, stop or threading.Event()).run()


class _Playing:
    """One call while it is played."""

    def __init__(
        self, player: Player, scenario: Scenario, phone: PlainPhone, taken: Sequence[Taken],
        show: Callable[[Line], None], stop: threading.Event,
    ) -> None:  # fmt: skip
        self._player = player
        self._scenario = scenario
        self._phone = phone
        self._taken = taken
        self._show = show
        self._stop = stop
        self._numbers = Numbers(player.sample)
        self._ear = Ear(player.references.bank, phone.recording)
        self._talkback: TalkbackCaller | None = None
        self._played = Played(scenario.title)
        self._begun = time.monotonic()

    def run(self) -> Played:
        """The whole call."""
        caller, began = new_caller(), datetime.now(UTC)
        try:
            self._phone.stand_beside(self._background())
            self._phone.dial(self._player.number, caller)
            self._begun = time.monotonic()
            if all(self._step(step) for step in self._scenario.steps):
                self._note(True, "the steps are through")
            self._phone.hang_up()
        except (PhoneError, speaking.CannotSpeak) as error:
            self._note(False, str(error))
        self._played.seconds = time.monotonic() - self._begun
        if self._stop.is_set():
            return self._played
        self._never()
        self._record(caller, began)
        self._case()
        return self._played

    def _note(self, ok: bool, text: str) -> bool:
        line = Line(ok, text, time.monotonic() - self._begun)
        self._played.lines.append(line)
        self._show(line)
        return ok

    def _over(self) -> bool:
        return self._stop.is_set() or self._phone.wait_ended(0) is not None

    def _step(self, step: Step) -> bool:
        """One step; False ends the call."""
        if self._stop.is_set():
            return self._note(False, "interrupted")
        match step.do:
            case Do.HEAR | Do.HEAR_WHOLE:
                return self._hear(step)
            case Do.PRESS:
                return self._press(step)
            case Do.SAY | Do.COUGH | Do.NOISE:
                return self._sound(step)
            case Do.WAIT:
                ended = self._phone.wait_ended(step.seconds)
                return self._note(ended is None, str(step) if ended is None else f"{step}: the hotline hung up")
            case Do.SILENCE:
                quiet = self._ear.silent(step.seconds, self._over)
                return self._note(quiet, str(step) if quiet else f"{step}: something was said")
            case Do.HANG_UP:
                self._phone.hang_up()
                return self._note(True, "hung up")
            case Do.THEY_HANG_UP:
                ended = self._phone.wait_ended(END_S)
                over = ended is not None and not ended.ours
                return self._note(
                    over, "the hotline hung up" if over else f"the hotline did not hang up in {END_S:.0f} s"
                )

    def _hear(self, step: Step) -> bool:
        if step.text in ANSWERED:
            self._talkback = None
        try:
            places = filled(step, self._player.references.texts, self._numbers)
            wanted = self._player.references.said_with(step.text, places)
            over = self._answering if self._talkback and not step.text.startswith("speech.") else self._over
            heard = self._ear.hear(wanted, HEAR_S, over, whole=step.do is Do.HEAR_WHOLE)
        except (NotHeard, BadDescription, VoiceError) as error:
            return self._note(False, f"line {step.line}: {error}")
        time.sleep(PAUSE_S)
        return self._note(True, f"heard {step.text} (score {heard.score:.2f})")

    def _answering(self) -> bool:
        """While a prompt is waited for: answer what a person would answer without being told."""
        over = self._over()
        if self._talkback and not over and (answer := self._talkback.answer()):
            talkback, self._talkback = self._talkback, None
            self._note(True, f"{CONFIRMED if answer == YES else SAID_AGAIN}: {answer}")
            over = not self._sound(replace(talkback.step, text=answer))
            self._talkback = talkback.after(len(growing(self._phone.recording)))
        return over

    def _press(self, step: Step) -> bool:
        try:
            keys = self._numbers.fill(step.text)
        except BadDescription as error:
            return self._note(False, f"line {step.line}: {error}")
        self._talkback = None  # a caller who presses keys does not answer by voice beside it
        self._phone.press(keys.replace(" ", ""))
        return self._note(True, str(step))  # as described: no number is shown

    def _sound(self, step: Step) -> bool:
        """Speak, cough or make noise; the call goes on when that is over, noise goes on beside what follows."""
        wav = self._phone.recording.with_suffix(f".{step.line}.wav")
        try:
            match step.do:
                case Do.COUGH:
                    seconds = speaking.cough(wav, step.line)
                case Do.NOISE:
                    seconds = speaking.noise(wav, step.seconds)
                case _:
                    speaker, level = speaking.SPEAKERS[self._scenario.voice], self._scenario.level_dbov
                    seconds = speaking.speak(self._numbers.fill(step.text), speaker, wav, level)
            self._phone.play(wav)
            over = None if step.do is Do.NOISE else self._phone.wait_ended(seconds)
        except (BadDescription, speaking.CannotSpeak) as error:
            return self._note(False, f"line {step.line}: {error}")
        if step.do is Do.SAY:
            self._talkback = TalkbackCaller(step, self._player.references.bank, self._phone.recording)
        return self._note(over is None, str(step) if over is None else f"{step}: the hotline hung up")

    def _background(self) -> Path | None:
        """What is heard behind the caller."""
        if not self._scenario.beside:
            return None
        wav = self._phone.recording.with_suffix(".beside.wav")
        speaking.BESIDE[self._scenario.beside](wav, self._scenario.level_dbov)
        return wav

    def _never(self) -> None:
        for key in self._scenario.expect.never:
            heard = was_heard(self._player.references.bank, growing(self._phone.recording), key)
            self._note(not heard, f"{key} was {'heard' if heard else 'never heard'}")

    def _record(self, caller: str, began: datetime) -> None:
        found = record.settled(self._player.calls_db, caller, began, self._scenario.expect)
        if found is None:
            self._note(False, f"the call has no ended record after {record.WAIT_S:.0f} s")
            return
        call, wrong = found
        self._played.call_id, self._played.where = call.id, call.where
        self._played.outcome = str(call.outcome)
        for text in wrong:
            self._note(False, text)
        if not wrong:
            self._note(True, f"record {call.id}: {call.outcome} at {call.where or 'the start'}")

    def _case(self) -> None:
        expected = self._scenario.expect.case
        if not expected:
            return
        limit = time.monotonic() + END_S / 3
        while not self._taken and time.monotonic() < limit:
            time.sleep(0.1)
        if not self._taken:
            self._note(False, "no call rang at an agent")
            return
        shown = self._taken[0].case
        for name, value in expected.items():
            self._note(
                shown.get(name) == value, f"the agent was shown {name} '{shown.get(name, '')}', expected '{value}'"
            )


def filled(step: Step, texts: Texts, numbers: Numbers) -> Mapping[str, Value]:
    """The values for the places of what `step` hears. Raises BadDescription."""
    kinds = texts[step.text].places
    values: dict[str, Value] = {}
    for name, text in step.places.items():
        value = numbers.value(text[1:-1]) if text.startswith("{") else text
        whole = kinds[name] in (Kind.NUMBER, Kind.AMOUNT) and isinstance(value, str)
        values[name] = int(value) if whole and isinstance(value, str) else value
    return values


def transcript(recording: Path, references: References) -> list[tuple[float, str, float]]:
    """All prompts of a recording: when (s), which key, score."""
    sound = growing(recording)
    return [(heard.start_s, heard.key, heard.score) for heard in recognise(references.bank, sound[: 600 * RATE])]
