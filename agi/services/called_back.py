"""We call who asked to be called back: who we are, by the code that they were given, and nothing asked before key 1."""

import structlog

from agi.books.callback import Callback
from agi.books.errors import BookError
from agi.books.events import NoteKind
from agi.dialogue.asking import Back, CallSpent, GaveUp, ToAgent
from agi.dialogue.question import HungUp, Prompt
from agi.dialogue.talk import Says, Talk
from agi.office.callbacks import Callbacks
from agi.services.desk import Desk

QUESTION = "called_back"
SAYS: Says = {"called_back.who": {"code": "digits"}, "called_back.ask": {}, "called_back.refused": {}}
_log = structlog.get_logger("services")


def greet(talk: Talk, desk: Desk, callback: Callback) -> bool:
    """Whether who answered wants the agent now; if not, the call is over. Raises HungUp.

    Keys only: an answering machine, and whoever talks beside the telephone, may say "ya".
    """
    talk.enter(QUESTION)
    who = Prompt("called_back.who", {"code": callback.code})
    try:
        key = talk.choose(QUESTION, [who, Prompt("called_back.ask")], "12")
    except ToAgent:
        key = "1"
    except (Back, GaveUp, CallSpent):
        _missed(talk, desk.office.callbacks, callback)
        return False
    except HungUp:
        _missed(talk, desk.office.callbacks, callback)
        raise
    reached = key == "1"
    talk.note(NoteKind.CALLBACK_REACHED if reached else NoteKind.CALLBACK_REFUSED)
    try:
        (desk.office.callbacks.reached if reached else desk.office.callbacks.refused)(callback.id)
    except BookError as trouble:  # in the worst case they are called once more
        _log.error("callback.not_kept", why=type(trouble).__name__)
    if not reached:
        talk.refuse(Prompt("called_back.refused"))
    return reached


def _missed(talk: Talk, callbacks: Callbacks, callback: Callback) -> None:
    talk.note(NoteKind.CALLBACK_MISSED)
    try:
        callbacks.missed(callback.id)
    except BookError as trouble:  # it is seen that nothing came of the claim
        _log.error("callback.not_kept", why=type(trouble).__name__)
