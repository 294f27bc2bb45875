"""`python -m agi.ops.errands`: does for the pages what a hole in them must not be able to do.

It alone takes their telephones to Asterisk, and asks Asterisk and supervisord what goes on. It takes few words from the
pages: digests of passwords, that somebody looks, and orders for agents from a closed list (agi/ops/orders.py).
"""

import time
from datetime import UTC, datetime
from functools import partial

import structlog

from agi import log
from agi.errors import HotlineError
from agi.ops import asterisk, doctor, orders, telephones
from agi.ops.asterisk import Program
from agi.ops.duty import Duty, duty
from agi.ops.present import Present, is_wished, tell
from agi.ops.private import begin_private
from agi.settings import Settings

_LOOK_S = 0.5
_DUTY_S, _TROUBLES_S = 1.0, 60.0
"""How old what is known of agents and troubles may be while somebody looks; troubles cost 0.3 s. An agent must see
what the call that rings is about before they take it."""
_log = structlog.get_logger("errands")


class Looking:
    """What is seen of a hotline for the pages."""

    def __init__(self, settings: Settings, program: Program) -> None:
        self._settings = settings
        self._program = program
        self._duty_at = self._troubles_at = float("-inf")
        self._seen = Present()

    def look(self) -> None:
        """See what is due, if somebody looks, and tell it. Raises OSError."""
        now = time.monotonic()
        if not is_wished(self._settings) or now - self._duty_at < _DUTY_S:
            return
        self._duty_at = now
        self._seen = Present(duty=self._duty(), troubles=self._seen.troubles)
        tell(self._settings, self._seen)
        if now - self._troubles_at >= _TROUBLES_S:
            self._troubles_at = now
            self._seen = Present(duty=self._seen.duty, troubles=doctor.pressing(self._settings))
            tell(self._settings, self._seen)

    def _duty(self) -> Duty | None:
        try:
            return duty(
                self._settings, partial(self._program.ask, self._settings.var), self._seen.duty, datetime.now(UTC)
            )
        except HotlineError as error:  # a file of agents that is being edited
            _log.warning("errands.no_agents", why=type(error).__name__)
            return None


def main() -> None:
    """Look after both until killed."""
    begin_private()
    settings = Settings()
    log.configure(settings, "errands", console=True)
    program = asterisk.find(settings.var)
    if program is None:
        return
    looking = Looking(settings, program)
    while True:
        try:
            if telephones.write(settings):
                program.ask(settings.var, telephones.RELOAD)
            orders.carry_out(settings, program)
            looking.look()
        except (HotlineError, OSError) as error:  # a full disk: accounts, and what was seen, stay as they were
            _log.error("errands.not_done", why=type(error).__name__)
        time.sleep(_LOOK_S)


if __name__ == "__main__":
    main()
