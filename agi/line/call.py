"""One call, from the AGI headers to the word that tells the dialplan what comes next."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import structlog

from agi import log
from agi.books.events import QUEUE, NoteKind, Outcome
from agi.dialogue.question import Case, HungUp
from agi.hearing.protocol import clock_ms
from agi.line.callers import account, e164
from agi.line.channel import Channel
from agi.line.journal import CallJournal
from agi.line.phone import AsteriskPhone
from agi.line.protocol import ChannelError
from agi.line.served import Served
from agi.line.shared import LiveCalls, Shared
from agi.line.spool import CALL_ID, agent_of, fault_in_words
from agi.line.variables import AGENT, FAILURES, FAULT, LANGUAGE, NEXT, SLOW, TALKED
from agi.office.counting import Visitor
from agi.office.limit import utc_now
from agi.services.conversation import BACK, Ending, Start, converse
from agi.services.desk import Desk

_log = structlog.get_logger("line")
_WITH_AGENT = (Start.AGENT_LEFT, Start.AGENT_SENT_BACK)


def talk_through(channel: Channel, shared: Shared, live: LiveCalls, cut: Callable[[], bool]) -> None:
    """Have the whole conversation with the caller on `channel`, and its record.

    A fault in it is logged and recorded as failed, and the script ends without HOTLINE_NEXT: the dialplan then
    apologises and asks the agents. `cut()`: whether the line itself ended the connection.
    """
    call_id = channel.env.get("agi_uniqueid", "")
    if not CALL_ID.fullmatch(call_id) or not live.enter(call_id, back=_start(channel) in BACK):
        _log.warning("line.no_call", why="no call id, or one that lives or has ended")
        return
    log.call(call_id)
    try:
        _talk(channel, shared, call_id, cut)
    finally:
        live.leave(call_id)
        log.call("")


def _talk(channel: Channel, shared: Shared, call_id: str, cut: Callable[[], bool]) -> None:
    start = _start(channel)
    given = channel.env.get("agi_callerid", "")
    number = e164(given)
    journal = CallJournal(shared.book, call_id, utc_now)
    came_back = start is not Start.WELCOME
    edition = shared.editions.again(channel.env.get("agi_language", "")) if came_back else shared.editions.current()
    shown = number or (given if given.isascii() and given.isdigit() else "")
    shared.book.begin(call_id, shown, utc_now(), edition=edition.number)
    if came_back:
        journal.came_back(_fault(channel))
    _log.info("call.begins", start=str(start))
    try:
        channel.set_autohangup(0)  # the dialplan's, for a line that is not there
        channel.set_variable(LANGUAGE, edition.language)
        ending = _converse(channel, shared, edition, journal, number, start)
    except HungUp:
        ending = Ending(Outcome.ABANDONED, journal.node, "hung up")
    except Exception as error:  # noqa: BLE001  # whatever it is, this caller goes to the agents and the others talk on
        _log.error("call.failed", node=journal.node, exc_info=error)
        ending = Ending(Outcome.FAILED, journal.node, type(error).__name__)
        _leave_to_the_dialplan(channel)
    if cut():
        ending = Ending(Outcome.FAILED, journal.node, "line stopped")
    journal.ended(ending.outcome, ending.where, ending.why)
    _log.info("call.ends", outcome=str(ending.outcome), where=ending.where, why=ending.why)


def _converse(
    channel: Channel, shared: Shared, edition: Served, journal: CallJournal, number: str, start: Start
) -> Ending:
    settings = shared.settings
    came_back = start is not Start.WELCOME
    announced = None if came_back else shared.announcements.standing(utc_now())
    sound = shared.announcements.sound(announced.clip) if announced else None
    phone = AsteriskPhone(channel, edition.clips, clock_ms, shared.hearing, edition.number, sound)
    talked_s = _count(channel, TALKED) if came_back else 0
    phone.slow = came_back and _count(channel, SLOW) > 0
    begun_ms = clock_ms()

    def lasts_s() -> int:
        return talked_s + (clock_ms() - begun_ms) // 1000

    desk = Desk(
        shared.office,
        Visitor(number, account(channel.env.get("agi_channel", "")), _count(channel, FAILURES) if came_back else 0),
        case=phone.case() if came_back else Case(),
        on_number=journal.about,
    )
    agent = agent_of(channel.get_variable(AGENT)) if start in _WITH_AGENT else ""
    if agent:
        journal.noted(NoteKind.AGENT_TALKED, agent)
    longest_s = settings.dialogue.longest_call_s
    try:
        ending = converse(
            phone,
            journal,
            desk,
            edition.menu,
            settings.dialogue,
            start,
            lambda: lasts_s() >= longest_s,
            announced=announced.prompt if announced else None,
        )
    finally:
        with suppress(HungUp, ChannelError):
            phone.leave()
    with suppress(HungUp):  # for when the caller comes back from the queue
        channel.set_variable(TALKED, lasts_s())
        if phone.slow:
            channel.set_variable(SLOW, 1)
        if desk.visitor.failures:  # also after a give-up or a lock-out: those callers go to the queue too
            channel.set_variable(FAILURES, desk.visitor.failures)
    if agent and ending.where == QUEUE:
        return replace(ending, why=f"agent {agent}")
    return replace(ending, where=ending.where or journal.node)


def _start(channel: Channel) -> Start:
    word = channel.env.get("agi_arg_1", "")
    return Start(word) if word in BACK else Start.WELCOME


def _fault(channel: Channel) -> str:
    """Why the dialplan had to take a caller who comes back, in words; "" if it had not."""
    with suppress(HungUp, ChannelError):
        return fault_in_words(channel.get_variable(FAULT))
    return ""


def _leave_to_the_dialplan(channel: Channel) -> None:
    """Whatever was said to come next does not come: the dialplan apologises."""
    with suppress(HungUp, ChannelError):
        channel.set_variable(NEXT, "")


def _count(channel: Channel, name: str) -> int:
    """What was counted in this call before it went to the queue; 0 where nothing was."""
    value = channel.get_variable(name)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else 0
