"""How long callers wait for the first word of the answer to the commonest questions, by voice and by keys.

The conversation itself is had, with a caller who does everything at the pace below, on a clock that only the lengths of
the clips and this pace move on. What the hotline takes to react is not in it: `bench answer` and `bench speech`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from agi.books.guesses import MemoryGuesses
from agi.books.importing import import_sample
from agi.books.registry import Registry
from agi.dialogue.menu import Menu
from agi.dialogue.question import Answer, Case, Digits, HungUp, Mode, Prompt, Question, Result
from agi.dialogue.spoken import INTENTS
from agi.languages.language import GROUP
from agi.office.counting import Visitor
from agi.office.limit import GuessLimit
from agi.office.office import Office
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

_INVITATION = "speech.menu"
COMMONEST = (
    ("NIK terdaftar? KTP sudah jadi?", "nik_check"),
    ("dokumen sudah jadi? (nomor registrasi)", "status_by_registration"),
    ("dokumen sudah jadi? (NIK)", "status_by_person"),
    ("KTP hilang", "requirements_ktp_lost"),
    ("KTP baru", "requirements_ktp_new"),
    ("KK hilang", "requirements_kk_lost"),
    ("KK baru", "requirements_kk_new"),
    ("akta kelahiran", "requirements_akta_birth"),
    ("akta kematian", "requirements_akta_death"),
    ("pindah", "requirements_move"),
    ("jam buka, biaya", "hours"),
    ("petugas", ""),
)
"""What callers ask most, and the place of the menu that answers it; "" is an agent."""

_NUMBERS = {
    "nik_check": ("{resident ACTIVE CARD_ISSUED nik}", "{resident ACTIVE CARD_ISSUED kk}"),
    "status_by_registration": ("{application KK SIAP_DIAMBIL number}", "{application KK SIAP_DIAMBIL pin}"),
    "status_by_person": ("{resident with 2 applications nik}", "{resident with 2 applications kk}"),
}


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds from the first word of the hotline to the first word of the answer."""

    question: str
    voice_s: float
    keys_s: float


@dataclass(frozen=True, slots=True)
class Times:
    """All questions, and when a caller who neither speaks nor presses anything is handed to the agents."""

    waits: tuple[Wait, ...]
    silent_s: float


class _Over(Exception):
    """What was waited for has come."""


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
            raise _Over
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
        raise _Over

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

        def waited_s(answers: Sequence[str] | None, *, speaks: bool) -> float:
            caller = _Caller(seconds, answers, speaks=speaks)
            with suppress(_Over):
                ending = converse(caller, _Nothing(), Desk(office, Visitor("bench")), menu, settings.dialogue)
                raise BenchFailed(f"The call ended without an answer: {ending.where} ({ending.why}).")
            return caller.now_s

        waits = []
        for question, place in COMMONEST:
            if place and place not in menu.nodes:
                continue
            keys, proof = way(menu, place), [*map(numbers.fill, _NUMBERS.get(place, ()))]
            said_s, pressed_s = (
                waited_s([*wish(menu, place), *proof], speaks=True),
                waited_s([*keys, *proof], speaks=False),
            )
            waits.append(Wait(question, said_s, pressed_s))
        return Times(tuple(waits), waited_s(None, speaks=False))


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
    with closing(Office(registry, GuessLimit(MemoryGuesses(), settings.lockout))) as office:
        yield office
