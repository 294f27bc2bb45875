"""What happens in a contact, one class for each kind; nothing here may hold a NIK, KK digits or a PIN in clear."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from secrets import token_hex

Value = str | int | date

QUEUE = "queue"
"""The agents' queue, as the `where` of an end."""


class Channel(StrEnum):
    """How somebody reaches the hotline."""

    TELEPHONE = "telephone"


class Outcome(StrEnum):
    """How a contact ended."""

    COMPLETED = "completed"
    TRANSFERRED = "transferred"
    ABANDONED = "abandoned"
    GAVE_UP = "gave up"
    FAILED = "failed"
    LOCKED_OUT = "locked out"


class NoteKind(StrEnum):
    """A step that is noted."""

    NIK_CHECKED = "nik.checked"
    NIK_INVALID = "nik.invalid"
    REGISTRATION_INVALID = "registration.invalid"
    APPLICATION_TOLD = "application.told"
    APPLICATIONS_TOLD = "applications.told"
    MISMATCH = "mismatch"
    LOCKOUT = "lockout"
    REGISTRY_UNAVAILABLE = "registry.unavailable"
    TRANSFER = "transfer"
    AGENT_TALKED = "agent.talked"
    SPEECH_CONFIRMED = "speech.confirmed"
    SPEECH_DENIED = "speech.denied"
    SPEECH_REPAIRED = "speech.repaired"
    SPEECH_TO_KEYS = "speech.to_keys"
    SPEECH_FELL_BACK = "speech.fell_back"
    PACE_SLOWER = "pace.slower"
    SOUND = "sound"
    OTHER = "other"  # of another version: its word stands first in the detail


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that was said: the key of its text, and what stood in the places of it (numbers as dots)."""

    key: str
    places: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Happened:
    """When (UTC), and the `key` that makes it one event of its contact however often it is written (else a new one)."""

    at: datetime
    key: str = field(default_factory=lambda: token_hex(8), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(_Happened):
    """Something was said that asked nothing."""

    prompts: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """What the caller did at a question: `result` and `mode` are the words of the dialogue's Result and Mode.

    `value` is masked or ""; `took_ms` counts from the start of the prompt to the end of the answer. `confidence` is
    that of what was spoken, else None; `sure` is False where it had to be confirmed. `fell_back`: why speech did not
    listen though the question may be answered by it, "" where it did.
    """

    result: str
    mode: str = ""
    value: str = ""
    took_ms: int = 0
    confidence: float | None = None
    sure: bool = True
    fell_back: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(_Happened):
    """A question was asked, at the `attempt`th try (from 1), and answered."""

    question: str
    prompts: tuple[Said, ...] = ()
    attempt: int = 1
    answer: Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(_Happened):
    """A step of a service."""

    kind: NoteKind
    detail: str = ""

    @classmethod
    def of(cls, at: datetime, word: str, detail: str = "", **key: str) -> "Noted":
        """The note of this word, which is kept also where it is not known here; `key`: its own, else a new one."""
        try:
            return cls(at=at, kind=NoteKind(word), detail=detail, **key)
        except ValueError:
            return cls(at=at, kind=NoteKind.OTHER, detail=f"{word} {detail}".rstrip(), **key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(_Happened):
    """It ended, or left our hands: `where` ("": at the question asked last) and `why`, a short code or words."""

    outcome: Outcome
    where: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned(_Happened):
    """The caller came back from the agents' queue: it goes on, and its next end counts."""


Event = Told | Asked | Noted | Ended | Returned


def said_in(event: Event) -> tuple[Said, ...]:
    """What was said in `event`."""
    return event.prompts if isinstance(event, Told | Asked) else ()
