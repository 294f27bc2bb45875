"""Carries out what the pages order for agents: a closed list, for agents who are there, in words of ours.

The only word of a person's is the name of a new agent, which is checked as the command line's is (agi/ops/agents.py).
"""

from datetime import UTC, datetime

import structlog

from agi.books.desks import Break, Desks, Order, What
from agi.books.errors import BookError
from agi.errors import HotlineError
from agi.ops import agents, configure, launch
from agi.ops.asterisk import Program
from agi.settings import Settings

_log = structlog.get_logger("errands")


def carry_out(settings: Settings, program: Program) -> None:
    """Do what is ordered now; what can't be done is told in the log, and is no order any more."""
    if not (settings.pages.enabled and settings.pages_db.is_file()):
        return
    desks = Desks(settings.pages_db)
    try:
        for order in desks.orders(datetime.now(UTC)):
            try:
                _do(settings, program, order)
            except (HotlineError, OSError) as error:
                _log.error("errands.order_failed", what=str(order.what), agent=order.agent, why=type(error).__name__)
            desks.done(order)
    except BookError as error:
        _log.error("errands.orders_unreadable", why=type(error).__name__)


def _do(settings: Settings, program: Program, order: Order) -> None:
    match order.what:
        case What.ADD:
            agents.add(settings, order.agent, order.detail)
            configure.account(settings.var, order.agent)
            _apply(settings, program)
        case What.REMOVE:
            agents.remove(settings, order.agent)
            _apply(settings, program)
        case What.READY | What.BREAK:
            if order.agent not in [one.number for one in agents.listed(settings)]:
                raise agents.AgentsError(agents.unknown(settings, order.agent))
            program.ask(settings.var, _queue_command(order))


def _queue_command(order: Order) -> str:
    interface = f"PJSIP/{order.agent} queue agents"
    if order.what is What.READY:
        return f"queue unpause member {interface}"
    reason = Break(order.detail) if order.detail in tuple(Break) else Break.OTHER
    return f"queue pause member {interface} reason {reason}"


def _apply(settings: Settings, program: Program) -> None:
    with launch.alone(settings.var):
        configure.write_agents(settings)
        launch.reload(settings, program)
