"""Who of the agents is there now, with whom they talk, and who waits for them, as Asterisk's queue knows it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from enum import StrEnum

from agi.books.desks import Break
from agi.dialogue.question import Case
from agi.ops.agents import listed
from agi.settings import Settings

_ASKED = "queue show agents"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_WAITING = re.compile(r"agents has ([0-9]+) calls")
_CALLER = re.compile(r"\(wait: [0-9:]+, prio: ([0-9]{1,10})\)")
_FIRST = 2_000_000_000
"""Place in the queue (extensions.conf) of who joined it at the beginning of 1970; each second later is one less."""
_MEMBER = re.compile(r"PJSIP/([A-Za-z0-9_-]{1,40})\b(.*)")
_LAST = re.compile(r"\(last was ([0-9]+) secs ago\)")
_PAUSED = re.compile(r"\(paused(?::([a-z]+))? was ([0-9]+) secs ago\)")
_CHANNEL = re.compile(r"PJSIP/([1-9][0-9]{2,5})-[0-9a-f]{8}")
_VARIABLE = re.compile(r"^(HOTLINE_[A-Z]+)=(.*)$", re.M)
_STATE = 4  # the place of a channel's state in a concise line, after its name
_CALL = re.compile(r"[A-Za-z0-9.-]{1,64}")


class Presence(StrEnum):
    """What an agent's telephone does."""

    FREE = "free"
    RINGING = "ringing"
    TALKING = "talking"
    AFTER = "after"  # the time after a call, in which none rings
    PAUSED = "paused"
    AWAY = "away"  # not signed in


_STATES = (  # the first that stands in a member's line counts
    ("(Unavailable)", Presence.AWAY),  # who is paused besides has not signed in either
    ("(Ringing)", Presence.RINGING),
    ("(Ring+Inuse)", Presence.TALKING),
    ("(In use)", Presence.TALKING),
    ("(Busy)", Presence.TALKING),
    ("(On Hold)", Presence.TALKING),
    ("(in call)", Presence.TALKING),
    ("(paused", Presence.PAUSED),
    ("(Not in use)", Presence.FREE),
)
_WITH_CALLER = (Presence.RINGING, Presence.TALKING)


@dataclass(frozen=True, slots=True)
class AtHand:
    """The call that rings at an agent's telephone, or is talked in there: its id, and the case, masked."""

    call: str
    case: Case


@dataclass(frozen=True, slots=True)
class OnDuty:
    """An agent of the office, now. `reason`: why they are paused, where they said so; `pausing`: who talks takes no
    more calls after this one; `since`: when this began, as far as it was seen."""

    number: str
    name: str
    presence: Presence
    reason: Break | None = None
    pausing: bool = False
    since: datetime | None = None
    at_hand: AtHand | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """The agents, those who are there first, how many callers wait for one, and `since` when, the first first."""

    agents: tuple[OnDuty, ...]
    waiting: int
    since: tuple[datetime, ...] = ()

    @property
    def free(self) -> int:
        """How many can take a call now."""
        return sum(one.presence is Presence.FREE for one in self.agents)

    @property
    def there(self) -> int:
        """How many have their telephones signed in and are not paused."""
        return sum(one.presence not in (Presence.AWAY, Presence.PAUSED) for one in self.agents)

    def agent(self, number: str) -> OnDuty | None:
        """The one with that number."""
        return next((one for one in self.agents if one.number == number), None)


def duty(
    settings: Settings, ask: Callable[[str], str | None], before: Duty | None = None, now: datetime | None = None
) -> Duty | None:
    """Who is there `now`; None where Asterisk, asked by `ask`, does not tell. Raises AgentsError.

    What has gone on since a look `before` goes on since the same moment. Without `now` that is not
    told, nor whose calls agents have.
    """
    told = _COLOUR.sub("", ask(_ASKED) or "")
    waiting = _WAITING.search(told)
    if waiting is None:
        return None
    lines = [line for line in told.splitlines() if "has taken" in line]  # the others are of callers
    members = {member[1]: member[2] for line in lines if (member := _MEMBER.search(line))}
    order, after_s = tuple(Presence), settings.queue.after_call_s
    found = [_on_duty(one.number, one.name, members.get(one.number, ""), after_s) for one in listed(settings)]
    if now is not None and any(one.presence in _WITH_CALLER for one in found):
        calls = _at_hand(ask)
        found = [_with(one, calls.get(one.number)) if one.presence in _WITH_CALLER else one for one in found]
    if now is not None:
        found = [replace(one, since=_since(one, before.agent(one.number) if before else None, now)) for one in found]
    since = tuple(datetime.fromtimestamp(_FIRST - int(place), UTC) for place in _CALLER.findall(told) if int(place))
    return Duty(tuple(sorted(found, key=lambda one: (order.index(one.presence), one.number))), int(waiting[1]), since)


def _since(agent: OnDuty, before: OnDuty | None, now: datetime) -> datetime | None:
    if before is None:
        return None  # nobody has seen it begin
    return before.since if before.presence is agent.presence else now


def _on_duty(number: str, name: str, line: str, after_s: int) -> OnDuty:
    presence = next((presence for words, presence in _STATES if words in line), Presence.AWAY)
    paused, last = _PAUSED.search(line), _LAST.search(line)
    if presence is Presence.FREE and last and int(last[1]) < after_s:
        presence = Presence.AFTER
    reason = Break(paused[1]) if paused and paused[1] in tuple(Break) else None
    return OnDuty(number, name, presence, reason, paused is not None and presence in _WITH_CALLER)


def _with(agent: OnDuty, channel: tuple[AtHand, bool] | None) -> OnDuty:
    """`agent` with the call on their channel, and whether that still rings: to the queue a telephone that takes one
    call at a time is busy then, too."""
    if channel is None:
        return agent
    at_hand, rings = channel
    return replace(agent, at_hand=at_hand, presence=Presence.RINGING if rings else agent.presence)


def _at_hand(ask: Callable[[str], str | None]) -> Mapping[str, tuple[AtHand, bool]]:
    """What call each agent's telephone has, by the agent's number: what its channel has inherited of the caller's; and
    whether it rings."""
    channels = [line.split("!") for line in (ask("core show channels concise") or "").splitlines()]
    found: dict[str, tuple[AtHand, bool]] = {}
    for name, *parts_of in sorted(channels):
        channel = _CHANNEL.fullmatch(name)
        if channel is None or len(parts_of) < _STATE:
            continue
        told = dict(_VARIABLE.findall(ask(f"core show channel {name}") or ""))
        call = told.get("HOTLINE_CALL", "")
        if _CALL.fullmatch(call) and "HOTLINE_STEP" not in told:  # an agent who calls the hotline has no caller
            parts = {part.name: told.get(f"HOTLINE_{part.name.upper()}", "").strip() for part in fields(Case)}
            at_hand = AtHand(call, Case(**{**parts, "number": parts["number"].replace("*", "•")}))
            found[channel[1]] = at_hand, parts_of[_STATE - 1] != "Up"
    return found
