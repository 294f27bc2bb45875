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
    SIP = "sip"  # text messages of telephones
    WHATSAPP = "whatsapp"
    MESSENGER = "messenger"
    X = "x"
    SMS = "sms"
    MAIL = "mail"
    CHAT = "chat"  # on the citizens' page


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
    NIK_HISTORY = "nik.history"
    NIK_FROZEN = "nik.frozen"
    CALLED_ME = "called_me"
    DIAGNOSED = "nik.diagnosed"
    REGISTRATION_INVALID = "registration.invalid"
    APPLICATION_TOLD = "application.told"
    APPLICATIONS_TOLD = "applications.told"
    MISMATCH = "mismatch"
    LOCKOUT = "lockout"
    REGISTRY_UNAVAILABLE = "registry.unavailable"
    TICKET_OPENED = "ticket.opened"
    TICKET_DRAFT = "ticket.draft"
    TICKET_DELETED = "ticket.deleted"
    TICKET_TOLD = "ticket.told"
    TICKET_INVALID = "ticket.invalid"
    TICKETS_UNAVAILABLE = "tickets.unavailable"
    INSTITUTION_INVALID = "institution.invalid"
    INSTITUTION_TOLD = "institution.told"
    INSTITUTION_USED_UP = "institution.used_up"
    TRANSFER = "transfer"
    AGENT_TALKED = "agent.talked"
    AGENT_OFF_DUTY = "agent.off_duty"
    CASE_TOLD = "case.told"
    CALL_RESUMED = "call.resumed"
    CALLBACK_ASKED = "callback.asked"
    CALLBACK_DECLINED = "callback.declined"
    CALLBACK_REACHED = "callback.reached"
    CALLBACK_REFUSED = "callback.refused"
    CALLBACK_MISSED = "callback.missed"
    SURVEY_ASKED = "survey.asked"
    SURVEY_RATED = "survey.rated"
    SPEECH_CONFIRMED = "speech.confirmed"
    SPEECH_DENIED = "speech.denied"
    SPEECH_REPAIRED = "speech.repaired"
    SPEECH_TO_KEYS = "speech.to_keys"
    SPEECH_FELL_BACK = "speech.fell_back"
    MESSAGE_READ = "message.read"
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


class WaitEnd(StrEnum):
    """How a wait in the agents' queue ended."""

    ANSWERED = "answered"
    HUNG_UP = "hung up"
    LEFT = "left"  # back to the menu, by key or after queue.max_wait_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited(_Happened):
    """The caller waited `seconds` in the agents' queue."""

    seconds: int
    end: WaitEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried(_Happened):
    """How the sound of a telephone was carried in all of its call: packets that we `received` and that were `lost` on
    their way to us, packets that we `sent` and that `lost_there`, as the telephone reports; 0 where it reports nothing.
    """

    codec: str
    received: int
    lost: int
    jitter_ms: float
    sent: int
    lost_there: int
    rtt_ms: float

    @property
    def loss(self) -> float:
        """Of the packets to us, those that were lost: 0 to 1."""
        return _share(self.lost, self.received + self.lost)

    @property
    def loss_there(self) -> float:
        """Of our packets, those that the telephone missed: 0 to 1."""
        return _share(self.lost_there, self.sent)

    @property
    def mos(self) -> float:
        """How people would rate the worse of both ways, 1 to 4.4: the E-model (ITU-T G.107) for G.711 without
        concealment of losses (G.113: Bpl 4.3), each way half of the round trip, a frame, and twice the jitter long."""
        delay_ms = self.rtt_ms / 2 + 20 + 2 * self.jitter_ms
        percent = 100 * max(self.loss, self.loss_there)
        late = 0.024 * delay_ms + 0.11 * max(delay_ms - 177.3, 0)
        rating = min(max(93.2 - late - 95 * percent / (percent + 4.3), 0), 100)
        return max(1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6, 1.0)

    @property
    def bad(self) -> bool:
        """Whether many people would be dissatisfied with it (G.109: R below 60)."""
        return self.mos < BAD_MOS


BAD_MOS = 3.1
"""Below it a connection is bad."""


def _share(part: int, whole: int) -> float:
    return min(part / whole, 1.0) if whole else 0.0


Event = Told | Asked | Noted | Ended | Returned | Waited | Carried
AFTER_THE_END = (Ended, Carried)
"""What is told once a call is over: none of it says that the call went on."""


def said_in(event: Event) -> tuple[Said, ...]:
    """What was said in `event`."""
    return event.prompts if isinstance(event, Told | Asked) else ()
