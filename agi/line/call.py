"""One call, from the AGI headers to the word that tells the dialplan what comes next."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from agi import log
from agi.books.callback import Callback
from agi.books.contacts import START
from agi.books.errors import BookError
from agi.books.events import QUEUE, NoteKind, Outcome, WaitEnd
from agi.books.moments import BROWSER, Moment, Moments
from agi.books.telephone import e164
from agi.dialogue.question import Case, HungUp
from agi.hearing.protocol import clock_ms
from agi.line.callers import account
from agi.line.channel import Channel
from agi.line.followed import followed
from agi.line.journal import CallJournal
from agi.line.phone import AsteriskPhone
from agi.line.protocol import ChannelError
from agi.line.recorder import AsteriskRecorder
from agi.line.served import NotReady, Served
from agi.line.shared import LiveCalls, Shared
from agi.line.spool import CALL_ID, agent_of, fault_in_words
from agi.line.variables import (
    AGENT,
    CALLBACK,
    DRAFT,
    FAILURES,
    FAULT,
    HELD,
    JOINED,
    LANGUAGE,
    NEXT,
    PAGE,
    QUEUED,
    SLOW,
    TALKED,
)
from agi.office.counting import Visitor
from agi.office.limit import utc_now
from agi.office.office import Office
from agi.ops.places import moments_folder
from agi.services.conversation import BACK, Ending, Start, converse
from agi.services.desk import Desk

_log = structlog.get_logger("line")
_PAGE = re.compile(r"[0-9a-f]{16,64}")
_DRAFT = re.compile(r"([1-9][0-9]{0,10})\.([0-9A-Za-z_-]{0,60})")
_WITH_AGENT = (Start.AGENT_LEFT, Start.AGENT_SENT_BACK)
_LEFT = (Start.QUEUE_LEFT, Start.QUEUE_TIMEOUT, Start.QUEUE_CALLBACK)


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
    came_back = start in BACK
    called = _called(channel, shared, call_id) if start is Start.CALLED else None
    number = called.number if called else number
    tried = _draft(channel)[0] if start is Start.WELCOME else 0
    shown = number or (given if given.isascii() and given.isdigit() and not called else "")
    try:
        edition = _edition(channel, shared, tried, came_back=came_back)
    except NotReady:  # whoever tries a draft hears that one or none
        shared.book.begin(call_id, shown, utc_now(), edition=tried)
        journal.ended(Outcome.FAILED, START, "the draft is gone")
        with suppress(HungUp, ChannelError):
            channel.set_variable(NEXT, "hangup")
        return
    shared.book.begin(call_id, shown, utc_now(), edition=edition.number)
    if came_back:
        journal.came_back(_fault(channel))
    _log.info("call.begins", start=str(start))
    try:
        channel.set_autohangup(0)  # the dialplan's, for a line that is not there
        channel.set_variable(LANGUAGE, edition.language)
        ending = _converse(channel, shared, edition, journal, number, start, called)
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


def _edition(channel: Channel, shared: Shared, tried: int, *, came_back: bool) -> Served:
    """What the call hears. Raises NotReady, where it tries a draft that is gone."""
    if came_back:
        return shared.editions.again(channel.env.get("agi_language", ""))
    return shared.editions.tried(tried) if tried else shared.editions.current()


def _converse(
    channel: Channel,
    shared: Shared,
    edition: Served,
    journal: CallJournal,
    number: str,
    start: Start,
    called: Callback | None,
) -> Ending:
    settings = shared.settings
    came_back = start in BACK
    announced = None if start is not Start.WELCOME else shared.announcements.standing(utc_now())
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
        case=phone.case() if came_back else _case_of(called, shared, channel.env["agi_uniqueid"]),
        on_number=journal.about,
        call=channel.env["agi_uniqueid"],
        recorder=AsteriskRecorder(phone, channel, settings.messages_spool),
        message_s=settings.tickets.message_s,
        joined=called.joined if called else _joined(channel) if came_back else None,
        called=called,
    )
    agent = agent_of(channel.get_variable(AGENT)) if start in _WITH_AGENT else ""
    if came_back:
        _tell_wait(channel, journal, start)
    if agent:
        journal.noted(NoteKind.AGENT_TALKED, agent)
    longest_s = settings.dialogue.longest_call_s
    begun = Moment(channel.env["agi_uniqueid"], edition.number, ())
    place = _draft(channel)[1] if start is Start.WELCOME and edition.number < 0 else ""
    try:
        with followed(phone, Moments(moments_folder(settings.var)), _page(channel), begun) as told:
            ending = converse(
                told,
                journal,
                desk,
                edition.menu,
                settings.dialogue,
                start,
                lambda: lasts_s() >= longest_s,
                announced=announced.prompt if announced else None,
                place=place if place in edition.menu.nodes else "",
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
        if desk.joined:
            channel.set_variable(JOINED, int(desk.joined.timestamp()))
    if agent and ending.where == QUEUE:
        return replace(ending, why=f"agent {agent}")
    return replace(ending, where=ending.where or journal.node)


def _tell_wait(channel: Channel, journal: CallJournal, start: Start) -> None:
    """How long the caller who comes back had waited for an agent, where there was one to wait for."""
    if start in _WITH_AGENT and (held := channel.get_variable(HELD)).isdecimal():
        journal.waited(int(held), WaitEnd.ANSWERED)
    elif start in _LEFT and (queued := channel.get_variable(QUEUED)).isdecimal():
        journal.waited(max(int(utc_now().timestamp()) - int(queued), 0), WaitEnd.LEFT)


def _start(channel: Channel) -> Start:
    word = channel.env.get("agi_arg_1", "")
    return Start(word) if word in (*BACK, Start.CALLED) else Start.WELCOME


def _called(channel: Channel, shared: Shared, call_id: str) -> Callback | None:
    """The callback in which this call was made; None where it is over, or can't be read: nobody is asked anything."""
    with suppress(BookError, HungUp, ChannelError):
        return shared.office.callbacks.answered(channel.get_variable(CALLBACK), call_id)
    return None


def _case_of(called: Callback | None, shared: Shared, call_id: str) -> Case:
    """What who was called back had asked for; nothing of it is proved in this call."""
    with suppress(BookError):
        if called and (found := shared.office.cases.called_back(called.case_number, call_id)):
            return Case(topic=found.topic, reached=found.reached, number=found.about)
    return Case()


def _joined(channel: Channel) -> datetime | None:
    value = channel.get_variable(JOINED)
    return datetime.fromtimestamp(int(value), UTC) if value.isdecimal() and len(value) == len("1795000000") else None


def left_waiting(office: Office, call_id: str, at: datetime) -> None:
    """The caller went while waiting for an agent: perhaps they were cut off, and call again."""
    with suppress(BookError):
        office.cases.dropped(call_id, at)


def _page(channel: Channel) -> str:
    """The page in a browser that the call came from; "" where it came from a telephone."""
    page = channel.get_variable(PAGE) if _is_browser(channel) else ""
    return page if _PAGE.fullmatch(page) else ""


def _draft(channel: Channel) -> tuple[int, str]:
    """The number of the draft that the call tries, 0 for none, and the place of the menu at which it begins.

    Only the pages can have said it: Asterisk knows their requests by a proof.
    """
    if _is_browser(channel):
        with suppress(HungUp, ChannelError):  # who is gone is gone for the next command, too
            if told := _DRAFT.fullmatch(channel.get_variable(DRAFT)):
                return -int(told[1]), told[2]
    return 0, ""


def _is_browser(channel: Channel) -> bool:
    return account(channel.env.get("agi_channel", "")) == BROWSER


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
