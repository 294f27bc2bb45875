"""A caller who speaks, and a phone that listens: what is heard of each turn stands in a script, without any audio."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from scripted_caller import Notes

from agi.dialogue.asking import Patience
from agi.dialogue.question import Answer, Case, HungUp, Mode, Prompt, Question, Result
from agi.dialogue.talk import Talk
from agi.languages.language import Command
from agi.voice.texts import Texts

SILENCE = Answer(Result.NO_INPUT)
MUMBLE = Answer(Result.NO_MATCH, mode=Mode.SPEECH, confidence=0.2)
REPEAT = Answer(Result.REPEAT, mode=Mode.SPEECH)
BACK = Answer(Result.BACK, mode=Mode.SPEECH)
AGENT = Answer(Result.AGENT, mode=Mode.SPEECH)
HOLD = Answer(Result.HOLD, mode=Mode.SPEECH)
SLOWER = Answer(Result.SLOWER, mode=Mode.SPEECH)
ASKS_HELP = Answer(Result.NO_MATCH, Command.HELP, Mode.SPEECH)


def said(value: str) -> Answer:
    """Heard for certain."""
    return Answer(Result.MATCH, value, Mode.SPEECH, 0.97)


def perhaps(value: str, *others: str) -> Answer:
    """Heard, but not for certain; `others` may have been said as well."""
    return Answer(Result.MATCH, value, Mode.SPEECH, 0.6, sure=False, alternatives=others)


def keyed(value: str) -> Answer:
    """Pressed."""
    return Answer(Result.MATCH, value, Mode.KEYS)


def deaf(answer: Answer, why: str) -> Answer:
    """`answer` in a turn in which speech did not listen."""
    return replace(answer, fell_back=why)


@dataclass
class HearingPhone:
    """A `Phone` whose turns give the answers of `script`, one after another; then the caller hangs up.

    It hears only what the question's grammar lets it hear. With an answer that fell back it stops hearing, from that
    turn on.
    """

    script: list[Answer]
    texts: Texts | None = None
    hears: bool = True
    prompts: list[Prompt] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    hung_up: bool = False
    states_asked: int = 0
    slow: bool = False

    def listens(self) -> bool:
        self.states_asked += 1
        return self.hears

    def say(self, prompts: Sequence[Prompt], *, barge_in: bool = True) -> None:
        for prompt in prompts:
            assert self.texts is None or self.texts.written(prompt.key, prompt.places)
            self.prompts.append(prompt)

    def turn(self, question: Question) -> Answer:
        self.say(question.prompts)
        self.asked.append(question)
        if not self.script:
            raise HungUp
        answer = self.script.pop(0)
        if answer.fell_back:
            self.hears = False
        assert answer.mode is not Mode.SPEECH or (self.hears and question.grammar), f"nobody listens at {question.name}"
        return answer

    def transfer(self, case: Case) -> None:
        self.cases.append(case)

    def hang_up(self) -> None:
        self.hung_up = True

    @property
    def heard(self) -> list[str]:
        """The keys of all prompts that were played, in order."""
        return [prompt.key for prompt in self.prompts]


NIK = "3273054101900001"
OTHER = "3273054101900007"
SPOKEN = {"menu:main": {"1": ("cek nik", "nik"), "2": ("status",)}}
MENU = [Prompt("menu.main")]


class Call:
    """A talk with a caller whose answers are `script`."""

    def __init__(self, *script: Answer, hears: bool = True) -> None:
        self.phone, self.notes = HearingPhone(list(script), hears=hears), Notes()
        self.talk = Talk(self.phone, self.notes, Patience(), spoken=SPOKEN)
        self.talk.enter("main")

    def choose(self) -> str:
        return self.talk.choose("main", MENU, "12", grammar="menu:main")

    def nik(self, plausible: Callable[[str], bool] = lambda _: True) -> str:
        return self._enter("nik", 16, grammar="nik", plausible=plausible)

    def registration(self) -> str:
        return self._enter("registration", 12)

    def kk(self) -> str:
        return self._enter("kk", 6)

    def pin(self) -> str:
        return self._enter("pin", 6, secret=True)

    def _enter(
        self,
        name: str,
        digits: int,
        *,
        grammar: str = "digits",
        plausible: Callable[[str], bool] = lambda _: True,
        secret: bool = False,
    ) -> str:
        ask = [Prompt(f"{name}.ask")]
        return self.talk.enter_digits(
            name,
            ask,
            digits,
            short=Prompt("short"),
            paper=Prompt(f"{name}.paper"),
            grammar=grammar,
            plausible=plausible,
            secret=secret,
        )

    @property
    def heard(self) -> list[str]:
        return self.phone.heard

    @property
    def noted(self) -> list[tuple[str, str]]:
        return self.notes.all_noted
