"""One conversation tried on a page: it runs in a thread of its own, and waits for what the page sends.

It is the same conversation as on the telephone, on a phone of lines. Nothing is written into the call records: they
are counted, and a trial is no call.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import structlog

from agi.books.events import Outcome
from agi.books.guesses import MemoryGuesses
from agi.dialogue.asking import public
from agi.dialogue.lines import LinePhone, Understood
from agi.dialogue.menu import Menu
from agi.dialogue.question import Answer, Case, HungUp, Mode, Options, Prompt, Question
from agi.errors import HotlineError
from agi.languages.language import Reply
from agi.privacy import redact
from agi.services.conversation import Ending
from agi.voice.clips import Clips

IDLE_S = 900.0
"""A trial that nobody answers for so long is over."""
MOST = 16
"""Trials at once; one more ends the one that was answered longest ago. Each is a thread that waits."""
_LIMIT_S = 10.0
"""The longest that a page waits for the conversation to go on."""
_SHORT = 3  # digits of an option or a group; more may be part of somebody's number
_SILENCE = "(diam)"
_ENDINGS = {
    Outcome.COMPLETED: "Penelepon dilayani.",
    Outcome.TRANSFERRED: "Penelepon diteruskan ke petugas.",
    Outcome.ABANDONED: "Penelepon menutup telepon.",
    Outcome.GAVE_UP: "Jawaban tidak didapat.",
    Outcome.LOCKED_OUT: "Pemeriksaan dikunci karena salah berkali-kali.",
}
_log = structlog.get_logger("pages")


class Kind(StrEnum):
    """What a line of a trial is."""

    SAID = "said"
    DID = "did"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened, as `text` that may be seen by anybody; the whole `prompt` where something was said."""

    kind: Kind
    text: str
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer that a tap gives: its keys, and what it means."""

    keys: str
    means: str


def choices(menu: Menu, grammar: str, keys: str) -> tuple[Choice, ...]:
    """The `keys` that answer a question with `grammar`, with their words where there are any."""
    words = {"1": (Reply.YES,), "2": (Reply.NO,)} if grammar == "yesno" else menu.spoken.get(grammar, {})
    return tuple(Choice(key, words[key][0] if words.get(key) else "") for key in keys)


def commands(entry: bool) -> tuple[Choice, ...]:
    """The keys that mean the same at every question, as they are pressed at one for a number (`entry`) or another."""
    end = "#" if entry else ""
    return (
        Choice(f"9{end}", "ulangi"),
        Choice(f"0{end}", "petugas"),
        Choice("*", "kembali"),
        Choice("#", "tunggu"),
    )


class Trial(LinePhone):
    """The conversation of one visitor with `menu`, whose sentences and sounds are `clips`."""

    def __init__(self, clips: Clips, menu: Menu, understood: Understood | None) -> None:
        super().__init__(understood)
        self.clips = clips
        self.menu = menu
        self.lines: list[Line] = []
        self.question: Question | None = None
        self.over = False
        self.used = time.monotonic()
        self._given: str | None = None
        self._waits = self._gone = False
        self._changed = threading.Condition()

    # ---- for the page ----

    def begin(self, talk: Callable[["Trial"], Ending]) -> None:
        """Have the conversation `talk` with this phone; returns when it waits for an answer, or is over."""
        threading.Thread(target=self._run, args=(talk,), name="trial", daemon=True).start()
        self._settle()

    def answer(self, line: str) -> None:
        """Go on with `line`; returns when the next answer is waited for, or the conversation is over."""
        self.used = time.monotonic()
        with self._changed:
            if not self._waits:
                return
            self._given, self._waits = line, False
            self._changed.notify_all()
        self._settle()

    def end(self) -> None:
        """Hang up."""
        with self._changed:
            self._gone = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.over, _LIMIT_S)

    def choices(self) -> tuple[Choice, ...]:
        """The keys that answer the question that is asked, with their words where there are any."""
        if self.question is None or not isinstance(self.question.accepts, Options):
            return ()
        return choices(self.menu, self.question.grammar, self.question.accepts.keys)

    def commands(self) -> tuple[Choice, ...]:
        """The keys that mean the same at every question, as they are pressed at this one."""
        return commands(self.question is not None and not isinstance(self.question.accepts, Options))

    # ---- the phone ----

    def turn(self, question: Question) -> Answer:
        """Ask, and wait for what the page sends."""
        self.question = question
        try:
            return super().turn(question)
        finally:
            self.question = None

    def show(self, prompt: Prompt) -> None:
        """A line that says it, with dots for digits of a number."""
        shown = public(prompt)
        self.lines.append(Line(Kind.SAID, self.clips.texts.written(shown.key, shown.places), prompt))

    def line(self) -> str:
        """What the page sends next."""
        with self._changed:
            self._waits = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._given is not None or self._gone, IDLE_S)
            self._waits = False
            if self._given is None:
                raise HungUp
            given, self._given = self._given, None
            return given

    def took(self, line: str) -> None:
        """A line that tells it, with dots for what may be somebody's number."""
        digits = sum(character.isdigit() for character in line)
        dots = "".join("•" if one.isdigit() else one for one in line)
        self.lines.append(Line(Kind.DID, (dots if digits > _SHORT else line) or _SILENCE))

    def transfer(self, case: Case) -> None:
        """A line that tells what the agent would see."""
        seen = (case.topic, case.verified, case.reached, case.number, case.status)
        self.note(f"Diteruskan ke antrean petugas, yang melihat: {', '.join(filter(None, seen)) or '(tidak ada)'}.")

    def hang_up(self) -> None:
        """A line that tells it."""
        self.note("Panggilan diakhiri oleh hotline.")

    def note(self, text: str) -> None:
        """A line about what happened behind."""
        self.lines.append(Line(Kind.NOTED, redact(text)))

    def _run(self, talk: Callable[["Trial"], Ending]) -> None:
        try:
            ending = talk(self)
            self.note(_ENDINGS.get(ending.outcome, str(ending.outcome)))
        except HotlineError as wrong:
            self.note(f"Percobaan berhenti: {wrong}")
        except Exception as error:  # noqa: BLE001  # a working copy may be anything
            _log.warning("trial.failed", why=type(error).__name__)
            self.note("Percobaan berhenti: ada kesalahan dalam isinya. Periksa temuan, lalu coba lagi.")
        with self._changed:
            self.over, self._waits = True, False
            self._changed.notify_all()

    def _settle(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._waits or self.over, _LIMIT_S)


class TrialJournal:
    """A `Journal` that shows what a call record would hold beside what was said."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial

    def said(self, prompts: Sequence[Prompt]) -> None:
        """Nothing: it stands there."""

    def asked(self, question: Question, answer: Answer, attempt: int) -> None:
        """What was understood of words."""
        if answer.mode is Mode.SPEECH:
            unsure = "" if answer.sure else ", kurang yakin"
            self._trial.note(f"Terdengar di {question.name}: {answer.result} {answer.value}".rstrip() + unsure)

    def noted(self, what: str, detail: str = "") -> None:
        """A step of a service."""
        self._trial.note(f"{what} {detail}".rstrip())


class Trials:
    """The trials of all visitors, one for each session. `guesses`: what limits guessing at numbers in all of them.

    That is kept apart from the callers' counts, by the same rules: nobody who tries locks a caller out, and nobody
    guesses more by trying than by calling.
    """

    def __init__(self) -> None:
        self.guesses = MemoryGuesses()
        self._lock = threading.Lock()
        self._of: OrderedDict[str, Trial] = OrderedDict()

    def of(self, session: str) -> Trial | None:
        """That of this session, also when it is over."""
        with self._lock:
            return self._of.get(session)

    def put(self, session: str, trial: Trial) -> None:
        """Let `trial` be that of this session; the one before ends."""
        with self._lock:
            gone = [self._of.pop(session)] if session in self._of else []
            while len(self._of) >= MOST:
                gone.append(self._of.pop(min(self._of, key=lambda one: self._of[one].used)))
            self._of[session] = trial
        for one in gone:
            one.end()
