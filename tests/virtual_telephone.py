"""A telephone without sound and without waiting: the caller of a scenario and the hotline, on one virtual clock.

A prompt takes as long as its text is long, a key and a word take their time, and who waits is there at once. What is
said is read as `hotline try` reads typed words. The queue and its agents are the dialplan's on a real call; here they
are a few lines (`queue`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from sample_office import MENU, TEXTS, SampleOffice

from agi.books.contacts import Contact, Ending
from agi.books.events import QUEUE, Event, Outcome
from agi.books.reader import CallReader
from agi.dialogue.keypad import KeypadTurns
from agi.dialogue.question import Answer, Case, HungUp, Prompt, Question, Recorded, Result, Value
from agi.dialogue.spoken import Spoken
from agi.hearing.typed import understood
from agi.line.journal import CallJournal
from agi.services.conversation import Start
from agi.workshop.softphone import record
from agi.workshop.softphone.numbers import BadDescription, Numbers
from agi.workshop.softphone.play import END_S, HEAR_S, filled
from agi.workshop.softphone.scenario import Agent, Do, Expect, Scenario, Step
from agi.workshop.softphone.speaking import PAUSE

A_CHARACTER_MS, A_KEY_MS, A_COUGH_MS = 65, 100, 600
SLOW = 1.4  # how much longer a prompt lasts for who has asked for it
CERTAIN_MS = 1500  # so much of a prompt says which one it is
REACTION_MS = 120
MESSAGE_OVER_MS = 5000  # a silence that ends a message
READ_BACK = ("speech.readback", "speech.readback_halves")
ANSWER_MS, TALK_MS, QUEUE_MS = 1000, 5000, 25_000  # an agent's, and the longest wait
AGENT, AGENT_SAYS = "7001", "call.goodbye"
BEGAN = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
_calls = count(1)


class Said(Exception):
    """The caller speaks, where a question listens."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass
class Sound:
    """A prompt on the line, from `begin` to `end` (ms); `whole`: when it ends if nothing cuts it short."""

    prompt: Prompt
    begin: int
    whole: int
    end: int

    @property
    def certain(self) -> int:
        """What is read back is known by what is asked after it."""
        return self.whole if self.prompt.key in READ_BACK else min(self.begin + CERTAIN_MS, self.whole)


Act = str | Said | None
"""A key, words, or nothing for now."""


class Caller:
    """Does what stands in a scenario. `now` (ms) is the clock of the call."""

    def __init__(self, steps: Sequence[Step], numbers: Numbers) -> None:
        self.now = 0
        self.sounds: list[Sound] = []
        self.told: list[str] = []
        self.wrong: list[str] = []
        self._numbers = numbers
        self._until = 0
        self._position = 0
        self._over = False
        self._acts = self._live(steps)

    def acts(self, until: int) -> str | None:
        """The key that they press by `until`; the clock is there, or at `until` where they do nothing. Raises Said."""
        self._until = until
        try:
            act = next(self._acts)
        except StopIteration:
            raise HungUp from None
        if isinstance(act, Said):
            raise act
        return act

    def left(self) -> None:
        """The hotline has hung up: what the scenario still wants is wrong, but for the end."""
        self._over = True
        self._until = self.now
        for _ in self._acts:
            pass

    def _live(self, steps: Sequence[Step]) -> Iterator[Act]:
        """Their acts; None where they do nothing until `_until`. The end hangs up."""
        for step in steps:
            try:
                yield from self._step(step)
            except BadDescription as error:
                self.wrong.append(str(error))
            if self.wrong:
                return
            self.told.append(f"{self.now / 1000:7.1f} s  {step}")
            if step.do is Do.HANG_UP:
                return

    def _step(self, step: Step) -> Iterator[Act]:
        match step.do:
            case Do.HEAR | Do.HEAR_WHOLE:
                yield from self._hear(step)
            case Do.PRESS:
                for key in self._numbers.fill(step.text).replace(" ", ""):
                    yield key
                    yield from self._pass(A_KEY_MS, step)
            case Do.SAY:
                said = Said(self._numbers.fill(step.text))
                yield said
                yield from self._pass(A_CHARACTER_MS * len(said.text), step)
            case Do.COUGH:
                yield from self._pass(A_COUGH_MS, step)
            case Do.WAIT:
                yield from self._pass(round(step.seconds * 1000), step)
            case Do.SILENCE:
                begin = self.now
                yield from self._pass(round(step.seconds * 1000), step)
                if any(sound.end > begin for sound in self.sounds):
                    self._fail(step, "something was said")
            case Do.THEY_HANG_UP:
                limit = self.now + round(END_S * 1000)
                while not self._over and self.now < limit:
                    yield from self._nothing()
                if not self._over:
                    self._fail(step, "they did not")

    def _hear(self, step: Step) -> Iterator[Act]:
        places = filled(step, TEXTS, self._numbers)
        limit = self.now + round(HEAR_S * 1000)
        while (at := self._heard_at(step, places)) is None or at > self._until:
            if self._over or self._until >= limit:
                since = [sound.prompt.key for sound in self.sounds if sound.begin >= self._position]
                return self._fail(step, f"instead: {', '.join(since) or 'silence'}")
            yield from self._nothing()
        self.now = max(self.now, at)
        self._position = at
        yield from self._pass(REACTION_MS)

    def _heard_at(self, step: Step, places: Mapping[str, Value]) -> int | None:
        """When it is certain that the prompt of `step` is said (or over)."""
        for sound in self.sounds:
            at = sound.whole if step.do is Do.HEAR_WHOLE else sound.certain
            wanted = sound.prompt.key == step.text and (not places or places == sound.prompt.places)
            if wanted and sound.begin >= self._position and sound.end >= at:
                return at
        return None

    def _pass(self, ms: int, step: Step | None = None) -> Iterator[Act]:
        """Let time pass; where that is what a step is for, the hotline must not hang up."""
        end = self.now + ms
        while end > self._until and not self._over:
            yield from self._nothing()
        if self._over and step is not None:
            self._fail(step, "the hotline hung up")
        self.now = max(self.now, min(end, self._until))

    def _nothing(self) -> Iterator[None]:
        self.now = self._until
        yield None

    def _fail(self, step: Step, why: str) -> None:
        self.wrong.append(f"line {step.line}: {step}: {why}")


@dataclass
class VirtualPhone:
    """A `Phone` and its `Keypad`, with `caller` at the other end. `unsure`: grammars whose answers are in doubt."""

    caller: Caller
    spoken: Spoken | None = None
    unsure: frozenset[str] = frozenset()
    cases: list[Case] = field(default_factory=list)
    slow: bool = False
    _asked: Question | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._turns = KeypadTurns(self, lambda: self.caller.now)

    def listens(self) -> bool:
        return self.spoken is not None

    def say(self, prompts: Sequence[Prompt], *, barge_in: bool = True) -> None:
        self._turns.say(prompts, barge_in=barge_in)

    def turn(self, question: Question) -> Answer:
        self._asked = question if self.listens() and question.grammar else None
        try:
            return self._turns.turn(question)
        except Said as said:
            answer = self._understood(said, question)
            if answer.result is not Result.NO_INPUT:
                return answer
            last = self.caller.sounds[-1]  # "halo?": what is left of the prompt is said, here from its beginning
            return self.turn(question if last.end < last.whole else replace(question, prompts=()))
        finally:
            self._asked = None

    def _understood(self, said: Said, question: Question) -> Answer:
        doubt = "?" if question.grammar in self.unsure else ""
        heard = said.text.partition(PAUSE)[0]  # what follows the pause reaches into the next question
        return understood(heard + doubt, question, self.spoken or {}, MENU.leads)

    def _agrees_too_soon(self, said: Said, prompt: Prompt) -> bool:
        question = self._asked
        return bool(
            question
            and question.consent
            and prompt.key in READ_BACK
            and self._understood(said, question).value == question.consent
        )

    def record(self, name: str, most_s: int) -> Recorded:
        """What they say until they press a key or are silent; sound itself there is none."""
        self._turns.say([], barge_in=False)
        spoken_ms, end = 0, self.caller.now + most_s * 1000
        while self.caller.now < end:
            until = min(end, self.caller.now + MESSAGE_OVER_MS)
            try:
                if key := self.caller.acts(until):
                    return Recorded(spoken_ms / 1000, key)
            except Said as said:
                spoken_ms += A_CHARACTER_MS * len(said.text)
                continue
            if self.caller.now >= until:
                break
        return Recorded(spoken_ms / 1000)

    def replay(self, name: str) -> None:
        """No sound, no time."""

    def sound(self, name: str) -> None:
        return None

    def transfer(self, case: Case) -> None:
        self.cases.append(case)

    def hang_up(self) -> None:
        self.caller.left()

    def play(self, prompts: Sequence[Prompt], *, barge_in: bool) -> str:
        for prompt in prompts:
            pace = SLOW if self.slow else 1
            lasts = round(pace * A_CHARACTER_MS * len(TEXTS.written(prompt.key, prompt.places)))
            sound = Sound(prompt, self.caller.now, self.caller.now + lasts, self.caller.now + lasts)
            self.caller.sounds.append(sound)
            while self.caller.now < sound.whole:
                try:
                    key = self._key(sound.whole)
                except Said as said:
                    if self._agrees_too_soon(said, prompt):
                        continue
                    sound.end = self.caller.now
                    raise
                if key and barge_in:
                    sound.end = self.caller.now
                    return key
        return ""

    def key(self, timeout_ms: int) -> str:
        return self._key(self.caller.now + timeout_ms)

    def _key(self, until: int) -> str:
        """The next key by `until`, or ""; what is said where nothing listens is lost."""
        while self.caller.now < until:
            try:
                if key := self.caller.acts(until):
                    return key
            except Said:
                if self._asked:
                    raise
        return ""


@dataclass
class Played:
    """What became of a call: its steps, what was wrong, its record."""

    told: list[str]
    wrong: list[str]
    call: Contact
    events: tuple[Event, ...]


def play(
    scenario: Scenario,
    office: SampleOffice,
    numbers: Numbers,
    spoken: Spoken | None = None,
    unsure: frozenset[str] = frozenset(),
) -> Played:
    """One call at `office`, with all that follows it in the queue; its record is compared as that of a real one."""
    caller = Caller(scenario.steps, numbers)
    phone = VirtualPhone(caller, spoken, unsure)
    number = next(_calls)
    call_id, called_from = f"{number}.0", f"0800{number:08d}"

    def clock() -> datetime:
        return BEGAN + timedelta(milliseconds=caller.now)

    journal = CallJournal(office.book, call_id, clock)
    office.book.begin(call_id, called_from, BEGAN)
    start: Start | Ending = Start.WELCOME
    while isinstance(start, Start):
        transfers = len(phone.cases)
        case = phone.cases[-1] if phone.cases else None
        ending = office.called(phone, start, called_from, case, journal=journal, call=call_id, account="tester1").ending
        journal.ended(ending.outcome, ending.where or journal.node, ending.why)
        if len(phone.cases) == transfers:
            break
        start = queue(scenario.agents or (), phone)
        if isinstance(start, Ending):
            journal.ended(start.outcome, start.where, start.why)
        else:
            journal.came_back("")
        if start is Start.AGENT_LEFT:
            journal.noted("agent.talked", AGENT)
    assert office.book.flush(60)
    with CallReader(office.book.path) as reader:
        call, events = reader.call(call_id), reader.events(call_id)
    differences = record.differences(scenario.expect, call, events)
    return Played(
        caller.told, [*caller.wrong, *_unexpected(scenario.expect, caller, phone.cases), *differences], call, events
    )


_LEAVES = {"*": Start.QUEUE_LEFT, "1": Start.QUEUE_CALLBACK}


def queue(agents: Sequence[Agent], phone: VirtualPhone) -> Start | Ending:
    """The dialplan's part: why the caller comes back from the agents, or how the call ended there."""
    end = Ending(Outcome.ABANDONED, QUEUE, "hung up while waiting")
    try:
        if not agents:
            return Start.QUEUE_EMPTY
        if any(agent.answers for agent in agents):
            phone.key(ANSWER_MS)
            end = Ending(Outcome.TRANSFERRED, QUEUE, f"agent {AGENT}")
            phone.play([Prompt(AGENT_SAYS)], barge_in=False)
            phone.key(TALK_MS)
            return Start.AGENT_LEFT
        longest = phone.caller.now + QUEUE_MS
        key = phone.play([Prompt("queue.youarenext")], barge_in=True)
        while key not in _LEAVES and phone.caller.now < longest:
            key = phone.key(longest - phone.caller.now)
        return _LEAVES.get(key, Start.QUEUE_TIMEOUT)
    except HungUp:
        return end


def _unexpected(expect: Expect, caller: Caller, cases: Sequence[Case]) -> Iterator[str]:
    for sound in caller.sounds:
        if sound.prompt.key in expect.never and sound.end >= sound.certain:
            yield f"{sound.prompt.key} was heard"
    for name, value in expect.case.items():
        found = getattr(cases[-1], name) if cases else "nothing"
        if found != value:
            yield f"the agent was shown {name} '{found}', expected '{value}'"
