"""The line calls back whose turn it is, by Asterisk, within the agents' hours; whom to dial is said once a claim.

Asterisk is told the callback's id alone. It asks for the number when it dials, by FastAGI, so that the number stands in
no command and no file.
"""

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo
from functools import partial

import structlog

from agi.books.callback import Callback
from agi.books.errors import BookError
from agi.errors import HotlineError
from agi.line.channel import Channel
from agi.line.variables import DIAL, DIAL_ACCOUNT
from agi.office.callbacks import Turn
from agi.office.office import Office
from agi.office.outgoing import as_dialled
from agi.ops import console, duty
from agi.settings import Settings

SCRIPT = "callback"
"""The script that Asterisk asks for when it asks whom to dial."""
_EVERY_S = 2.0
_HOURS = range(7, 21)
"""Where the office has set no hours: nobody is called at night who has not asked within the last hour."""
_JUST_ASKED = timedelta(hours=1)
_ID = re.compile(r"[0-9a-f]{16}")
_log = structlog.get_logger("line")


class CallingBack:
    """Calls who waits to be called, when it is their turn.

    `turn` tells how it stands in the queue (None: nobody knows), `begin` lets Asterisk call for the callback with this
    id, `live`: whether a call goes on.
    """

    def __init__(
        self,
        office: Office,
        turn: Callable[[], Turn | None],
        begin: Callable[[str], object],
        live: Callable[[str], bool],
    ) -> None:
        self._office = office
        self._turn = turn
        self._begin = begin
        self._live = live
        self._stop = threading.Event()

    @classmethod
    def by_asterisk(cls, settings: Settings, office: Office, live: Callable[[str], bool]) -> "CallingBack":
        """As this installation calls."""

        ask = partial(console.ask, settings.var)

        def turn() -> Turn | None:
            found = duty.duty(settings, ask)
            return Turn(found.free, found.there, found.since) if found else None

        def begin(callback_id: str) -> str | None:
            return ask(f"channel originate Local/{callback_id}@calling-back/n extension s@called-back")

        return cls(office, turn, begin, live)

    def start(self) -> None:
        """From now on, in a thread of its own."""
        threading.Thread(target=self._run, name="callbacks", daemon=True).start()

    def stop(self) -> None:
        """Begin no more."""
        self._stop.set()

    def once(self) -> Callback | None:
        """Look whose turn it is, and begin to call them."""
        callbacks = self._office.callbacks
        callbacks.settle(self._live)
        due = callbacks.due(self._live)
        if not due or not _may_ring(self._office, due[0].asked):
            return None
        turn = self._turn()
        claimed = callbacks.claim(turn, self._live) if turn else None
        if claimed:
            _log.info("callback.begins", callback=claimed.id, tries=claimed.tries)
            self._begin(claimed.id)
        return claimed

    def _run(self) -> None:
        while not self._stop.wait(_EVERY_S):
            try:
                self.once()
            except (HotlineError, OSError) as trouble:  # a silent disk, a wrong file of agents: in two seconds again
                _log.warning("callbacks.not_called", why=type(trouble).__name__)
            except Exception as error:  # noqa: BLE001  # the thread must go on: callers wait for it
                _log.error("callbacks.failed", exc_info=error)


def say_whom_to_dial(channel: Channel, office: Office) -> None:
    """Tell Asterisk whom the callback calls that it asks for; nobody, where it was dialled already or is over."""
    callback_id = channel.env.get("agi_arg_1", "")
    if not _ID.fullmatch(callback_id):
        return
    callback = None
    with suppress(BookError):
        callback = office.callbacks.dial(callback_id)
    if callback is None:
        _log.warning("callback.not_dialled", callback=callback_id)
    elif callback.account:
        channel.set_variable(DIAL_ACCOUNT, callback.account)
    else:
        try:
            office.safety.called(callback.number)  # for when they ask whether it was us
        except BookError as trouble:  # they wait to be called all the same
            _log.error("callback.not_written_down", callback=callback_id, why=type(trouble).__name__)
        channel.set_variable(DIAL, as_dialled(callback.number))


def _may_ring(office: Office, asked: datetime) -> bool:
    """Within the agents' hours, and in those of decency where there are none."""
    now, zone = office.clock(), office.zone
    if office.duty.off() is not None:
        return False
    return office.duty.known or _decent(now, zone) or now - asked < _JUST_ASKED


def _decent(now: datetime, zone: tzinfo) -> bool:
    return now.astimezone(zone).hour in _HOURS
