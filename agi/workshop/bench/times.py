"""How long callers wait for the first word of the answer to the commonest questions, by voice and by keys.

The conversation itself is had, with a caller who does everything at the pace below, on a clock that only the lengths of
the clips and this pace move on. What the hotline takes to react is not in it: `bench answer` and `bench speech`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from agi.books.enquiries import CallEnquiries
from agi.books.frozen import FrozenBook
from agi.books.guesses import MemoryGuesses
from agi.books.hours import HoursBook
from agi.books.importing import import_sample
from agi.books.outgoing import OutgoingBook
from agi.books.registry import Registry
from agi.books.safety_schema import SCHEMA
from agi.books.small_book import MemoryBook
from agi.books.tickets import MemoryTickets
from agi.dialogue.menu import Menu
from agi.dialogue.question import Answer, Case, Digits, HungUp, Mode, Prompt, Question, Recorded, Result
from agi.dialogue.spoken import INTENTS
from agi.languages.language import GROUP
from agi.office.counting import Visitor
from agi.office.hours import Duty
from agi.office.limit import GuessLimit, utc_now
from agi.office.office import (
    Office,
    callbacks_of,
    cases_of,
    institutions_of,
    tickets_of,
    tried_cases,
    tried_institutions,
)
from agi.office.queue_place import QueuePlace
from agi.office.safety import Safety
from agi.office.survey import Survey
from agi.services.conversation import converse
from agi.services.desk import Desk
from agi.settings import SAMPLE, Settings
from agi.voice import audio
from agi.voice.clips import Clips
from agi.workshop.bench.installation import BenchFailed
from agi.workshop.softphone.numbers import Numbers
from agi.workshop.softphone.sample import load

KEY_S, NEXT_KEY_S = 1.0, 0.4
"""From the end of a prompt, which is heard to its end, to a key, and from one key of a number to the next."""
SPEAK_S, WORDS_S, DIGIT_S, GROUP_S = 0.7, 2.0, 0.4, 0.4
"""From the end of a prompt until they speak; what they say to a menu; a spoken digit; a pause after each group."""
ENDPOINT_S = 0.3
"""Silence after which what was said is taken."""

MESSAGE_S = 15.0
"""How long a complaint is."""

_INVITATION = "speech.menu"


class End(StrEnum):
    """What a question ends in."""

    ANSWER = "jawaban"
    TICKET = "tiket"
    AGENT = "petugas"


_ENDS = {"complaint.sent": End.TICKET, "ticket.number": End.TICKET, "agent.connecting": End.AGENT}
"""By the first sentence of it; every other is an answer."""


@dataclass(frozen=True, slots=True)
class Commonest:
    """A question that callers ask, the `place` of the menu that answers it ("": an agent), and what they answer there.

    What they enter stands as a description of somebody of the sample.
    """

    question: str
    place: str
    answers: tuple[str, ...] = ()


def _of(resident: str) -> tuple[str, str]:
    return f"{{resident {resident} nik}}", f"{{resident {resident} kk}}"


_STALE = "ACTIVE CARD_ISSUED with 0 applications"
_BANK, _BPJS, _REPORT = "1", "2", ("1", "3")  # a ticket, without a number to call
COMMONEST = (
    Commonest(
        "NIK terdaftar? KTP sudah jadi?",
        "nik_check",
        _of("ACTIVE CARD_ISSUED"),
    ),
    Commonest("NIK tidak ditemukan di BPJS", "nik_unknown", (_BPJS, *_of(_STALE), *_REPORT)),
    Commonest("data ganda, ditolak bank", "nik_unknown", (_BANK, *_of("DUPLICATE"), *_REPORT)),
    Commonest(
        "dokumen sudah jadi?",
        "status_by_registration",
        ("{application KK SIAP_DIAMBIL number}", "{application KK SIAP_DIAMBIL pin}"),
    ),
    Commonest("KTP hilang", "requirements_ktp_lost"),
    Commonest("KK baru", "requirements_kk_new"),
    Commonest("akta kelahiran", "requirements_akta_birth"),
    Commonest("pindah", "requirements_move"),
    Commonest("data salah", "correction"),
    Commonest("pengaduan", "complaint", ("1", "1", "1", "3")),  # service, consent, send, without a number to call
    Commonest("petugas", ""),
)
"""The ten that callers ask most, and an agent. The press names what Halo Dukcapil is asked: NIK that institutions do
not find, double records, the KTP-el's status, requirements, moving, corrections, complaints (kompas.com, 31 May 2023;
lontar.id, 24 January 2022; radarkudus, 3 December 2021). The order is ours: nobody publishes counts."""


HEAD = ("question", "ends in", "by voice, s", "by keys, s")


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds from the first word of the hotline to the first word of the answer, or of the ticket's number."""

    question: str
    voice_s: float
    keys_s: float
    end: End


@dataclass(frozen=True, slots=True)
class Times:
    """All questions, and when a caller who neither speaks nor presses anything is handed to the agents."""

    waits: tuple[Wait, ...]
    silent_s: float


class _Over(Exception):
    """What was waited for has come: `end`."""

    def __init__(self, end: End) -> None:
        super().__init__(end)
        self.end = end


class _Caller:
    """A `Phone` with a caller who gives `answers`, one to each question; without any they stay silent."""

    def __init__(self, seconds: Callable[[Prompt], float], answers: Sequence[str] | None, *, speaks: bool) -> None:
        self.slow = False
        self.now_s = 0.0
        self._seconds = seconds
        self._answers = None if answers is None else list(answers)
        self._speaks = speaks

    def listens(self) -> bool:
        """Whether they are invited to speak: who stays silent is."""
        return self._speaks or self._answers is None

    def say(self, prompts: Sequence[Prompt], *, barge_in: bool = True) -> None:
        """Hear it; after their last answer it is what they have waited for."""
        if self._answers == []:
            raise _Over(_ENDS.get(prompts[0].key, End.ANSWER))
        self._play(prompts)

    def turn(self, question: Question) -> Answer:
        """Hear the question to its end, and answer it; who speaks, as soon as they were told how they may."""
        invited = self._speaks and question.prompts[0].key == _INVITATION
        self._play(question.prompts[:1] if invited else question.prompts)
        if self._answers is None:
            self.now_s += question.first_key_ms / 1000
            return Answer(Result.NO_INPUT)
        value = self._answers.pop(0)
        if not value:
            self.now_s += self._lasts_s("0")
            return Answer(Result.AGENT, mode=Mode.KEYS)
        self.now_s += self._lasts_s(value, number=isinstance(question.accepts, Digits))
        return Answer(Result.MATCH, value, Mode.SPEECH if self._speaks else Mode.KEYS)

    def transfer(self, case: Case) -> None:
        """They are with the agents."""
        raise _Over(End.AGENT)

    def record(self, name: str, most_s: int) -> Recorded:
        """A complaint."""
        self.now_s += MESSAGE_S
        return Recorded(MESSAGE_S, "#")

    def replay(self, name: str) -> None:
        """They do not ask for it."""

    def sound(self, name: str) -> None:
        """Nothing is kept."""

    def hang_up(self) -> None:
        """They have got no answer."""
        raise HungUp

    def _play(self, prompts: Sequence[Prompt]) -> None:
        self.now_s += sum(map(self._seconds, prompts))

    def _lasts_s(self, value: str, *, number: bool = False) -> float:
        """How long the answer takes them."""
        if not self._speaks:
            return KEY_S + NEXT_KEY_S * (len(value) - 1)
        said_s = len(value) * DIGIT_S + (len(value) - 1) // GROUP * GROUP_S if number else WORDS_S
        return SPEAK_S + said_s + ENDPOINT_S


class _Nothing:
    """A `Journal` of calls that nobody has made."""

    def said(self, prompts: Sequence[Prompt]) -> None:
        """Nothing."""

    def asked(self, question: Question, answer: Answer, attempt: int) -> None:
        """Nothing."""

    def noted(self, what: str, detail: str = "") -> None:
        """Nothing."""


def measure(
    settings: Settings, menu: Menu, clips: Clips, folder: Path, lasts_s: Callable[[Path], float] = audio.seconds
) -> Times:
    """The waits for what stands in `menu`, in `clips`' voice; `folder` is for a registry of the sample's people.

    Raises BenchFailed.
    """
    numbers = Numbers(load(SAMPLE, settings.identity.kk_digits))

    def seconds(prompt: Prompt) -> float:
        return sum(map(lasts_s, clips.clips(prompt.key, prompt.places)))

    with _office(settings, folder) as office:

        def waited(answers: Sequence[str] | None, *, speaks: bool) -> tuple[float, End]:
            caller = _Caller(seconds, answers, speaks=speaks)
            desk = Desk(office, Visitor("bench"), recorder=caller)
            try:
                ending = converse(caller, _Nothing(), desk, menu, settings.dialogue)
            except _Over as over:
                return caller.now_s, over.end
            raise BenchFailed(f"The call ended without an answer: {ending.where} ({ending.why}).")

        waits = []
        for one in COMMONEST:
            if one.place and one.place not in menu.nodes:
                continue
            answers = [*map(numbers.fill, one.answers)]
            voice_s, _ = waited([*wish(menu, one.place), *answers], speaks=True)
            keys_s, end = waited([*way(menu, one.place), *answers], speaks=False)
            waits.append(Wait(one.question, voice_s, keys_s, end))
        return Times(tuple(waits), waited(None, speaks=False)[0])


def way(menu: Menu, place: str) -> list[str]:
    """The keys that lead to `place`."""
    if not place:
        return [""]
    return [
        next(key for key, target in menu.nodes[above].options.items() if target == below)
        for above, below in pairwise(menu.way_to(place))
    ]


def wish(menu: Menu, place: str) -> list[str]:
    """What leads to `place` for who says it in their own words: as near to it as can be wished for, then by options."""
    nodes, keys = menu.way_to(place), way(menu, place)
    wished = [at for at, name in enumerate(nodes) if name in menu.spoken.get(INTENTS, {})]
    return [nodes[wished[-1]], *keys[wished[-1] :]] if wished else keys


@contextmanager
def _office(settings: Settings, folder: Path) -> Iterator[Office]:
    key = bytes(32)
    import_sample(folder / "registry.db", key, settings.identity.kk_digits, SAMPLE)
    registry = Registry.open(folder / "registry.db", key, settings.identity.kk_digits)
    limit = GuessLimit(MemoryGuesses(), settings.lockout)
    survey, place = Survey(settings.survey, None, utc_now), QueuePlace(settings.queue, None, utc_now)
    duty = Duty(HoursBook(folder / "hours.toml"), settings.zone, utc_now)
    tickets = tickets_of(settings, limit, key, book=MemoryTickets())
    cases_book, safety_book = tried_cases(), MemoryBook(SCHEMA)
    cases = cases_of(settings, limit, key, book=cases_book)
    callbacks = callbacks_of(settings, book=cases_book)
    institutions = institutions_of(settings, limit, key, book=tried_institutions())
    calls = CallEnquiries(folder / "calls.db", key)
    safety = Safety(OutgoingBook(safety_book, key), FrozenBook(safety_book, key), calls, utc_now, settings.zone)
    books = (tickets, cases, callbacks, institutions, safety)
    with closing(Office(registry, limit, duty, survey, place, *books)) as office:
        yield office
