"""A call at the speech service: Asterisk brings it there by AudioSocket, for as many turns as come one after another.

The connection stays between two turns. AudioSocket tells of each key once; each time a call comes or goes is a seam at
which keys could fall (Asterisk reads the channel for a moment in another thread, holds keys back that come fast, and
plays those to the end whose beginning it has not seen), so there is one coming and one going in a call, not in a turn.

At a seam HOTLINE_KEYS is the list: the call is not brought over while there are keys in it, and when the call is back,
what AudioSocket has not told of stands in it behind what it has: the n-th key of one is the n-th key of the other.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from agi.dialogue.keys import KeyQueue
from agi.dialogue.question import Answer
from agi.hearing.client import SpeechClient, SpokenCall, Unheard
from agi.hearing.protocol import Ask
from agi.line.channel import Channel
from agi.line.protocol import Refused
from agi.line.variables import KEYS

_TRIES = 3
_SLACK_S = 5.0  # for a machine that is busy
_UNLESS_KEYS = f"$[${{LEN(${{{KEYS}}})}} = 0]"
_REASONS = ("slow", "full", "dead")


class SpokenTurns:
    """Turns of the call on `channel` at `service`. `take`: the keys of HOTLINE_KEYS since the last time.

    `keys` holds what was pressed and not taken; while the call is at the service, that is there.
    """

    def __init__(self, channel: Channel, service: SpeechClient, keys: KeyQueue, take: Callable[[], str]) -> None:
        self._channel = channel
        self._service = service
        self._keys = keys
        self._take = take
        self._session: SpokenCall | None = None

    def turn(self, ask: Ask, longest_s: float) -> Answer | None:
        """Have one turn, or say something (no answer then). Raises `HungUp`, and `Unheard`: the call is back then.

        Without a reason where keys came each time that the call was to be brought over: they are there to be taken.
        """
        try:
            for _ in range(_TRIES):
                if (report := self._brought(ask).report(self._channel.replies, longest_s + _SLACK_S)) is not None:
                    if report.fell_back:
                        raise Unheard(report.fell_back if report.fell_back in _REASONS else "dead")
                    return report.answer
                if not self.leave():
                    raise Unheard("dead")
        except Unheard:
            self.leave()
            raise
        raise Unheard("")

    def leave(self) -> bool:
        """Take the call back, with the keys that were not taken; whether there are any. Raises `HungUp`."""
        session, self._session = self._session, None
        if session is None:
            return bool(self._keys)
        left = session.leave()
        with suppress(Refused):  # Asterisk could not connect, or the connection broke: the caller is there
            self._channel.end("EXEC")
        stored = self._take()
        self._keys.flush()
        if left is not None:  # or nobody can tell which of them were used
            self._keys.put(left.keys)
            self._keys.put(stored[len(left.received) :] if stored.startswith(left.received) else "")
            self._keys.hash_is_habit = left.hash_is_habit
        return bool(self._keys)

    def _brought(self, ask: Ask) -> SpokenCall:
        """The session, with `ask` asked. Raises `Unheard`, `HungUp`."""
        if self._session is not None and self._session.ask(ask):
            return self._session
        self.leave()
        self._keys.put(self._take())
        session = self._service.open(replace(ask, keys=self._keys.waiting, hash_is_habit=self._keys.hash_is_habit))
        self._session = session
        self._keys.flush()
        to = f"AudioSocket({session.uuid},127.0.0.1:{session.port})"
        self._channel.begin("EXEC", "Exec", f"ExecIf({_UNLESS_KEYS}?{to})")
        return session
