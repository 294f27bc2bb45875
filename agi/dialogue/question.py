"""A question, its answer, and the small protocols that the floors above implement.

Words are VoiceXML 2.1's: prompt, barge-in, no-input, no-match, time-out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Protocol

Value = str | int | date


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing to say: a key of `prompts/id.toml` and the values for the places in its text."""

    key: str
    places: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Options:
    """One key out of `keys`, such as "123"; `0`, `9`, `*` keep their meaning unless listed."""

    keys: str


@dataclass(frozen=True, slots=True)
class Digits:
    """An entry of `least` to `most` digits; it ends by itself at `most`, or by `#`."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Question:
    """One turn: what is said, what is accepted, how patient we are.

    `private`: the value never leaves the `Answer`; journals get its length only. `grammar` names what may be said
    instead of keyed: "menu:NODE", "yesno", "nik", "digits", "repair"; "" means keys only. `barge_in`: a key stops the
    prompts; `voice_barge_in`: so does speech. `consent`: the value that agrees to what the prompts read back; it may be
    said from then on only. `language`: the code of what is spoken, see `agi.languages`.
    What the phone knows: `after_speech`, whether the caller has just spoken, `edition`, the number of those
    grammars (0: whatever is published), and `slow`, whether the caller has asked for more time.
    """

    name: str
    prompts: tuple[Prompt, ...]
    accepts: Options | Digits
    private: bool = False
    barge_in: bool = True
    first_key_ms: int = 7000
    between_keys_ms: int = 4000
    total_ms: int = 60000
    grammar: str = ""
    voice_barge_in: bool = True
    consent: str = ""
    after_speech: bool = False
    language: str = "id"
    edition: int = 0
    slow: bool = False


class Result(StrEnum):
    """How one turn ended."""

    MATCH = "match"
    NO_INPUT = "no-input"
    NO_MATCH = "no-match"
    BACK = "back"  # *
    REPEAT = "repeat"  # 9 in a menu; 9# in an entry
    AGENT = "agent"  # 0 in a menu; 0# in an entry
    HOLD = "hold"  # #, in an entry before its first digit: the caller needs time
    SLOWER = "slower"  # said only
    HANG_UP = "hang-up"  # in a journal only: the caller went in the middle of the turn
    CLEARED = "cleared"  # * after digits of an entry: start the entry again


class Mode(StrEnum):
    """How the caller answered."""

    KEYS = "keys"
    SPEECH = "speech"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one turn gave. `took_ms`: from the start of the prompt to the end of the answer.

    `sure`: False for a spoken answer that must be confirmed; what is keyed is always sure. `alternatives`: other
    values that may have been said, the likeliest first; as private as `value`. `fell_back`: why speech did not
    listen although the question may be answered by it ("off", "slow", "full", "dead"), "" where it did; for records.
    `cut_short`: what passed for the caller's voice stopped the prompt.
    """

    result: Result
    value: str = ""
    mode: Mode = Mode.NONE
    confidence: float = 1.0
    took_ms: int = 0
    sure: bool = True
    alternatives: tuple[str, ...] = ()
    fell_back: str = ""
    cut_short: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """What an agent sees when the call arrives: never a whole number, never a name.

    `number` is masked. `verified` says what the caller proved ("nik+kk", "registration+pin", ""). `call_number`: by
    what the case is found again, "" where it could not be kept.
    """

    topic: str = ""
    verified: str = ""
    reached: str = ""
    number: str = ""
    status: str = ""
    call_number: str = field(default="", compare=False)


class HungUp(Exception):
    """The caller (or the line) has gone; raised by any method of a `Phone`.

    `after_ms`: how far into a turn, counted from the start of its prompt; 0 where the phone does not say.
    """

    after_ms: int = 0


class Phone(Protocol):
    """The caller's side of a conversation: Asterisk, a terminal, a test. Any method may raise `HungUp`.

    `slow`: to be set when the caller asks for it; from then on prompts are said with longer pauses.
    """

    slow: bool

    def listens(self) -> bool:
        """Whether it listens to speech now: prompts invite the caller to speak only then.

        It may have to wait for another process: once a question is enough, each `Answer` tells of its own turn.
        """

    def say(self, prompts: Sequence[Prompt], *, barge_in: bool = True) -> None:
        """Say `prompts` one after another; keys pressed meanwhile cut it short and stay for the next turn."""

    def turn(self, question: Question) -> Answer:
        """Say the question's prompts, take one answer."""

    def transfer(self, case: Case) -> None:
        """Hand the caller over to the agents' queue; the conversation ends when this returns."""

    def hang_up(self) -> None:
        """End the call from our side."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a caller said after a tone: `seconds` of sound, and the key that ended it ("": silence, or the limit)."""

    seconds: float
    key: str = ""


class NotRecorded(Exception):
    """Nothing can be recorded now: there is no room on the disk."""


class Recorder(Protocol):
    """Takes and plays what a caller says, by a `name` for each. Any method may raise `HungUp`."""

    def record(self, name: str, most_s: int) -> Recorded:
        """A tone, then what is said until a key, a silence or `most_s` seconds, in place of what there was.

        Keys typed ahead are thrown away. Raises NotRecorded.
        """

    def replay(self, name: str) -> None:
        """Let the caller hear it; a key cuts it short and stays for the next turn."""

    def sound(self, name: str) -> Path | None:
        """The file (WAV) it lies in, also of what was recorded in part; None where none is kept."""


class Keypad(Protocol):
    """The two things a keypad-only phone can do; `keypad.KeypadTurns` makes turns of them."""

    def play(self, prompts: Sequence[Prompt], *, barge_in: bool) -> str:
        """Play until the end or, with barge-in, until keys come: those that have, in their order, or "".

        Keys pressed before count too: with barge-in nothing is played then. Without barge-in keys are discarded.
        """

    def key(self, timeout_ms: int) -> str:
        """The next keys (0-9, *, #), one or more, also those pressed before, within `timeout_ms`, or ""."""


class Journal(Protocol):
    """Where a call is written down as it happens. Implementations never wait for a disk and never raise."""

    def said(self, prompts: Sequence[Prompt]) -> None:
        """Something was said that asked nothing."""

    def asked(self, question: Question, answer: Answer, attempt: int) -> None:
        """A turn has ended; `attempt` counts from 1. A private value must not be kept."""

    def noted(self, what: str, detail: str = "") -> None:
        """A step of a service: "nik.checked" / "active", "lockout", "transfer"…; never a number or a name."""
