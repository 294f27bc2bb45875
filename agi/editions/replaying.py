"""One recorded call, had again with another edition: the same keys pressed and the same words said.

Only what can be known is told. Who comes to another place than in the recorded call, or presses what is not there, is
followed no further: nobody knows what they would do next. What was entered into a service counts as answered as it was.
"""

from collections.abc import Sequence

from agi.books.events import Event, Noted, NoteKind
from agi.dialogue.menu import DETAILS, MAIN_MENU, MORE, OFFICE
from agi.dialogue.menufile import GIVE_UP_AGENT, GIVE_UP_END, Node
from agi.dialogue.question import Mode, Result
from agi.editions.replayed import At, Replayed, Step, Stop, Verdict, Version
from agi.editions.turns import Turn, before_return, turns_of
from agi.languages.language import Command

_AGENT_SERVICE = "agent"
_MOST_SILENT = 2
"""Silences at one menu before it is given up, as in the conversation itself."""


class _Walk:
    """A caller on the way through one menu; `tries`: failures at one question before it is given up."""

    def __init__(self, version: Version, tries: int) -> None:
        self.version = version
        self.menu = version.menu
        self._tries = tries
        self.path: list[str] = []
        self.at = At.MENU
        self.go([self.menu.start])

    @property
    def node(self) -> Node:
        return self.menu.nodes[self.path[-1]]

    @property
    def stop(self) -> Stop:
        return Stop(self.at, self.node.name, self.version.titles.get(self.node.name, self.node.name))

    @property
    def said(self) -> tuple[str, ...]:
        """What a caller meets at the node: the service, or the words."""
        keys = (*self.node.say, *filter(None, [self.node.prompt]))
        return (self.node.service, *(self.version.words.get(key, key) for key in keys))

    def go(self, path: Sequence[str]) -> None:
        """Come to the end of `path`."""
        self.path = list(path)
        self._failed = self._silent = 0
        self.at = At.MENU if self.node.options else At.ANSWER
        if self.node.service == _AGENT_SERVICE:
            self.at = At.AGENT

    def back(self) -> None:
        self.go(self.path[:-1] or [self.menu.start])

    def give_up(self) -> None:
        target = self.node.give_up
        if target in self.menu.nodes:
            self.go([*self.path, target])
        else:
            self.at = {GIVE_UP_AGENT: At.AGENT, GIVE_UP_END: At.END}.get(target, At.NOTHING)

    def choose(self, key: str) -> None:
        target = self.node.options.get(key, "")
        if target in self.menu.nodes:
            self.go([*self.path, target])
        else:
            self.at = At.NOTHING

    def to_office(self) -> None:
        if self.node.office in self.menu.nodes:
            self.go([*self.path, self.node.office])
        else:
            self.at = At.NOTHING

    def wish(self, place: str) -> None:
        if place in self.menu.nodes:
            self.go(self.menu.way_to(place))
        else:
            self.at = At.NOTHING

    def fail(self, result: str) -> None:
        """The caller was not understood, or silent."""
        self._failed += 1
        self._silent += result == Result.NO_INPUT
        if self._failed >= self.node.patience.get("tries", self._tries) or self._silent >= _MOST_SILENT:
            self.give_up()


class _Replay:
    """Both walks of one call, side by side."""

    def __init__(self, then: Version, now: Version, tries: int) -> None:
        self.then, self.now = _Walk(then, tries), _Walk(now, tries)
        self.longer_s = 0.0
        self.step: Step | None = None
        self._new_key = False

    def told(self, keys: Sequence[str]) -> None:
        """Something was said that asked nothing."""
        self.longer_s += self._now_lasts(keys) - self.then.version.lasts_s(keys)

    def turn(self, turn: Turn) -> Verdict | None:
        """A question, and what the caller did; the verdict once it is known."""
        menus, more = self.then.menu.nodes, turn.question == MORE
        if not more and not (turn.question in menus and menus[turn.question].options):
            return self._within(turn)
        if not self._found(turn.question, more=more):
            return Verdict.UNCLEAR
        self._listened(turn)
        self.step = self._step(turn)
        if more:
            self._more(turn)
        else:
            self._menu(turn)
        return self._judged()

    def end(self, *, transferred: bool) -> Verdict:
        """There is no more of it; the caller was `transferred` to the agents or not."""
        here = (At.MENU, At.ANSWER)
        if transferred and self.then.at in here and self.now.at in here:  # a service gave up, or was locked
            self.then.at = self.now.at = At.AGENT
        return Verdict.SAME if self._alike() else Verdict.ELSEWHERE

    def _step(self, turn: Turn) -> Step:
        """What the caller did, in words."""
        then = self.then.version
        spoken, did = turn.mode == Mode.SPEECH, turn.value
        if spoken:
            ways = then.menu.spoken.get(f"menu:{turn.question}", {}).get(did)
            did = ways[0] if ways else then.titles.get(did, did)
        return Step(turn.question, then.titles.get(turn.question, turn.question), did, spoken)

    def _within(self, turn: Turn) -> Verdict | None:
        """A question of a service, which both have come to."""
        if self.then.at is not At.ANSWER:
            return Verdict.UNCLEAR
        self._listened(turn)
        if turn.result == Result.AGENT:
            self.then.at = self.now.at = At.AGENT
        return None

    def _found(self, question: str, *, more: bool) -> bool:
        """Whether the record is where we are; who was in a service may have gone back from it, or given it up."""
        if self.then.at is At.ANSWER and not more:
            both = (self.then, self.now)
            gave_up = self.then.node.give_up == question
            for walk in both:
                walk.give_up() if gave_up else walk.back()
        return self.then.at is At.ANSWER if more else self.then.at is At.MENU and self.then.node.name == question

    def _menu(self, turn: Turn) -> None:
        both = (self.then, self.now)
        if self.now.at is not At.MENU:
            return
        match turn.result:
            case Result.MATCH if turn.value in self.then.node.options:
                key = self._key_now(turn)
                self.then.choose(turn.value)
                self.now.choose(key)
            case Result.MATCH:
                place = self._place_now(turn.value)
                self.then.wish(turn.value)
                self.now.wish(place)
            case Result.NO_MATCH if turn.mode == Mode.KEYS and turn.value in self.now.node.options:
                self.now.choose(turn.value)
                self._new_key = True
            case Result.NO_MATCH if turn.mode == Mode.SPEECH and turn.value == Command.HELP:
                pass
            case Result.NO_INPUT | Result.NO_MATCH:
                for walk in both:
                    walk.fail(turn.result)
            case Result.AGENT:
                self.then.at = self.now.at = At.AGENT
            case Result.BACK:
                for walk in both:
                    walk.back()

    def _more(self, turn: Turn) -> None:
        match turn.result:
            case Result.MATCH if turn.value == DETAILS:
                pass  # told, and asked again
            case Result.MATCH if turn.value == OFFICE:
                for walk in (self.then, self.now):
                    walk.to_office()
            case Result.MATCH if turn.value == MAIN_MENU:
                for walk in (self.then, self.now):
                    walk.go([walk.menu.start])
            case Result.MATCH if turn.value in self.then.menu.nodes:
                self.then.wish(turn.value)
                self.now.wish(self._place_now(turn.value))
            case Result.MATCH:
                self.then.at = self.now.at = At.END
            case Result.AGENT:
                self.then.at = self.now.at = At.AGENT
            case Result.BACK:
                for walk in (self.then, self.now):
                    walk.back()

    def _judged(self) -> Verdict | None:
        if self.now.at is At.NOTHING:
            return Verdict.GONE
        if self._new_key or not self._alike():
            return Verdict.ELSEWHERE
        return Verdict.SAME if self.then.at in (At.AGENT, At.END) else None

    def _alike(self) -> bool:
        """Whether both have come to the same, whatever it is called in the file."""
        if self.then.at != self.now.at or self.then.at in (At.AGENT, At.END):
            return self.then.at == self.now.at
        return self.then.node.name == self.now.node.name or self.then.said == self.now.said

    def _key_now(self, turn: Turn) -> str:
        """The key of what was pressed or said; "" where nothing that could be said for it is there now."""
        ways = self.then.menu.spoken.get(f"menu:{self.then.node.name}", {}).get(turn.value, ())
        if turn.mode != Mode.SPEECH or not ways:
            return turn.value
        said = self.now.menu.spoken.get(f"menu:{self.now.node.name}", {})
        return next((key for way in ways for key, others in said.items() if way in others), "")

    def _place_now(self, place: str) -> str:
        """The place that the same words wish for now; "" where there is none."""
        before = self.then.menu.nodes.get(place)
        if before is None:
            return ""
        nodes = self.now.menu.nodes
        names = [place, *(name for name in nodes if name != place)]
        wished = (name for name in names if name in nodes and set(before.intents) & set(nodes[name].intents))
        return next(wished, "")

    def _listened(self, turn: Turn) -> None:
        """Add what of the question was listened to: who answers before their key is offered knows it by heart."""
        if not turn.prompts:
            return
        then, now = self.then.version, self.now.version
        keys = self._as_now(turn.prompts)
        pressed = turn.mode == Mode.KEYS and len(turn.value) == 1
        if pressed and keys:
            needed_s, needs_s = then.offered_s(turn.prompts, turn.value), now.offered_s(keys, turn.value)
        else:
            needed_s, needs_s = then.lasts_s(turn.prompts), now.lasts_s(keys)
        if turn.took_s >= needed_s:
            self.longer_s += needs_s - needed_s

    def _now_lasts(self, keys: Sequence[str]) -> float:
        return self.now.version.lasts_s(self._as_now(keys))

    def _as_now(self, keys: Sequence[str]) -> tuple[str, ...]:
        """`keys` with what the place itself says replaced by what it says now."""
        said = {*self.then.node.say, self.then.node.prompt} - {""}
        own = [key for key in (*self.now.node.say, self.now.node.prompt) if key]
        first = next((at for at, key in enumerate(keys) if key in said), None)
        if first is None:
            return tuple(keys)
        return (*keys[:first], *own, *(key for key in keys[first:] if key not in said))


def replay(events: Sequence[Event], then: Version, now: Version, tries: int) -> Replayed:
    """The call with these `events`, had in the edition `then`, as it would be `now`, up to its first transfer.

    `tries`: those of the settings. A call without a question is the same.
    """
    both = _Replay(then, now, tries)
    first = before_return(events)
    verdict: Verdict | None = None
    for one in turns_of(first):
        if isinstance(one, Turn):
            verdict = both.turn(one)
        else:
            both.told(one)
        if verdict is not None:
            break
    transferred = any(isinstance(event, Noted) and event.kind is NoteKind.TRANSFER for event in first)
    verdict = verdict or both.end(transferred=transferred)
    if verdict is Verdict.SAME:
        return Replayed(verdict, both.then.stop, both.now.stop, longer_s=both.longer_s)
    later = transferred and both.then.at is not At.AGENT
    return Replayed(verdict, both.then.stop, both.now.stop, both.step, later_agent=later)
