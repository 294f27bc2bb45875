"""To be called back in place of waiting: whom we call, and the code by which they know that it is us."""

from collections.abc import Mapping

import structlog

from agi.books.callback import Callback
from agi.books.errors import BookError
from agi.books.events import NoteKind
from agi.books.moments import BROWSER
from agi.dialogue.asking import Back
from agi.dialogue.question import Prompt, Value
from agi.dialogue.talk import Says, Talk
from agi.office.callbacks import Declined, Wanted
from agi.office.outgoing import may_be_called
from agi.services import callback_number
from agi.services.desk import Desk

QUESTION = "call_back"
SAYS: Says = {
    "call_back.own": {"ending": "digits"},
    "call_back.this": {},
    "call_back.noted": {"code": "digits", "again": "digits"},
    "call_back.how": {},
    **{f"call_back.declined_{why}": {} for why in Declined},
    "call_back.unavailable": {},
    **{key: callback_number.SAYS[key] for key in ("callback.enter", "callback.short", "callback.right")},
}
ASKS: Mapping[str, str] = {QUESTION: "12"}
"""Questions that may have words in [questions] of the menu, and their keys."""
_OWN = "1"
_ENDING = 3
_log = structlog.get_logger("services")


def offered(desk: Desk) -> bool:
    """Whether this caller can be called back at all."""
    return desk.called is None and desk.office.callbacks.offered(_account(desk))


def ask(talk: Talk, desk: Desk) -> bool:
    """Ask whom to call, and tell the code; False where the caller goes back, or can't be called.

    Their place in the queue is the time at which they joined it. Raises ToAgent, GaveUp, CallSpent, HungUp.
    """
    talk.enter(QUESTION)
    try:
        account, number = _whom(talk, desk)
    except Back:
        return False
    case = desk.keep(desk.case.reached)
    try:
        asked = _asked(desk, case, account, number) if case else None
    except BookError as trouble:
        _log.error("callback.not_kept", why=type(trouble).__name__)
        asked = None
    if not isinstance(asked, Callback):
        talk.note(NoteKind.CALLBACK_DECLINED, asked or "unavailable")
        talk.refuse(Prompt(f"call_back.declined_{asked}" if asked else "call_back.unavailable"))
        return False
    talk.note(NoteKind.CALLBACK_ASKED)
    talk.tell(Prompt("call_back.noted", {"code": asked.code, "again": asked.code}), Prompt("call_back.how"))
    return True


def _asked(desk: Desk, case: str, account: str, number: str) -> Callback | Declined:
    joined = desk.joined or desk.office.clock()
    caller = desk.office.cases.caller(desk.visitor.number)
    return desk.office.callbacks.ask(Wanted(case, caller, joined, number, account, desk.call))


def _whom(talk: Talk, desk: Desk) -> tuple[str, str]:
    """The telephone of the house, or the number, that is to be called. Raises Back."""
    account, own = _account(desk), may_be_called(desk.visitor.number)
    while account or own:
        places: dict[str, Value] = {"ending": own[-_ENDING:]}
        prompt = Prompt("call_back.own", places) if own else Prompt("call_back.this")
        if talk.choose(QUESTION, [prompt], ASKS[QUESTION], grammar=f"question:{QUESTION}") == _OWN:
            return account, own
        try:
            return "", callback_number.entered(talk)
        except Back:
            continue
    return "", callback_number.entered(talk)


def _account(desk: Desk) -> str:
    """The telephone of the house that calls; "" where it is none that we could call: a browser may be shut."""
    account = desk.visitor.account
    return "" if account == BROWSER else account
