"""A message for the office: agreed to, spoken after a tone, heard again, sent; what is not sent stays as a draft."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from agi.books.errors import BookError
from agi.books.events import NoteKind
from agi.books.messages import length_s
from agi.books.ticket import Mark, Ticket
from agi.dialogue.asking import Back, GaveUp, ToAgent
from agi.dialogue.question import NotRecorded, Prompt, Recorder, Result
from agi.dialogue.talk import Says, Talk
from agi.office.results import Opened
from agi.services import callback_number, telling
from agi.services.desk import Desk
from agi.services.message import judged

SAYS: Says = {
    "complaint.consent": {},
    "complaint.speak": {"seconds": "number"},
    "complaint.silent": {},
    "complaint.short": {},
    "complaint.review": {},
    "complaint.deleted": {},
    "complaint.unavailable": {},
    **telling.OPENED,
    **callback_number.SAYS,
}
ASKS: Mapping[str, str] = {"consent": "12", "message": "1234", **callback_number.ASKS}
"""Questions that may have words in [questions] of the menu, and their keys."""

_SEND, _HEAR, _AGAIN, _DELETE = "1234"
_TRIES = 3
_log = structlog.get_logger("services")


@dataclass
class Draft:
    """A ticket that is not sent yet. `recorder`: None where nothing can be recorded."""

    talk: Talk
    desk: Desk
    recorder: Recorder | None
    ticket: Ticket
    mark: Mark = Mark.LEFT
    seconds: float = 0.0
    over: bool = False

    def dictate(self, recorder: Recorder) -> bool:
        """Record what is said until the caller is content; False where they want it deleted.

        Raises GaveUp, ToAgent, Back, NotRecorded; the draft knows what there is.
        """
        self._record(recorder)
        while (key := choose(self.talk, ASKS, "message", Prompt("complaint.review"))) != _SEND:
            if key == _HEAR:
                recorder.replay(self.ticket.id)
            elif key == _AGAIN:
                self._record(recorder)
            elif key == _DELETE:
                self.talk.note(NoteKind.TICKET_DELETED)
                return False
        return True

    def delete(self) -> None:
        """Keep nothing of it."""
        self.desk.office.tickets.discard(self.ticket.id, self._sound())
        self.over = True

    def delete_message(self) -> None:
        """Keep nothing of what was spoken."""
        if sound := self._sound():
            sound.unlink(missing_ok=True)
        self.seconds = 0.0

    def send(self, *thanks: Prompt) -> Opened:
        """Ask for a number to call, open the ticket, and tell what must be kept of it, after `thanks`."""
        callback = callback_number.ask(self.talk, self.desk)
        self.mark = Mark.LOST
        opened = self.desk.office.tickets.submit(self.ticket.id, self._sound(), self.seconds, callback)
        self.over = True
        self.desk.about(opened.number)
        self.desk.verified("", "ticket opened")
        self.talk.note(NoteKind.TICKET_OPENED, self.ticket.category)
        self.talk.tell(*thanks, *telling.opened(opened))
        return opened

    def leave(self) -> None:
        """Keep it as it is."""
        sound = self._sound()
        seconds = length_s(sound) if sound else self.seconds
        self.talk.note(NoteKind.TICKET_DRAFT, self.mark)
        self.desk.office.tickets.leave(self.ticket.id, self.mark, sound, seconds)

    def _record(self, recorder: Recorder) -> None:
        """Until something is said."""
        for _ in range(_TRIES):
            self.mark = Mark.LEFT
            self.talk.step = "recording"
            self.talk.say(Prompt("complaint.speak", {"seconds": self.desk.message_s}))
            try:
                recorded = recorder.record(self.ticket.id, self.desk.message_s)
            except NotRecorded:
                self.mark = Mark.LOST
                raise
            self.seconds = recorded.seconds
            if recorded.key == "0":
                raise ToAgent
            if recorded.key == "*":
                raise Back
            mark = judged(recorded, recorder.sound(self.ticket.id))
            if mark is Mark.NONE:
                return
            self.mark = mark
            self.talk.refuse(Prompt(f"complaint.{mark}"))
        raise GaveUp(self.talk.where, Result.NO_INPUT)

    def _sound(self) -> Path | None:
        return self.recorder.sound(self.ticket.id) if self.recorder else None


@contextmanager
def drafted(talk: Talk, desk: Desk, ticket: Ticket) -> Iterator[Draft]:
    """The draft of `ticket`, which stays in the book, with its mark, however the conversation ends."""
    draft = Draft(talk, desk, desk.recorder, ticket)
    try:
        yield draft
    finally:
        if not draft.over:
            draft.leave()


@contextmanager
def or_agent(talk: Talk) -> Iterator[None]:
    """Where nothing can be kept, say so and hand over to an agent."""
    try:
        yield
    except (BookError, NotRecorded) as trouble:
        talk.note(NoteKind.TICKETS_UNAVAILABLE, type(trouble).__name__)
        _log.error("ticket.not_kept", why=str(trouble))
        talk.refuse(Prompt("complaint.unavailable"))
        raise ToAgent from None


def agreed(talk: Talk) -> bool:
    """Whether the caller agrees to be recorded."""
    return choose(talk, ASKS, "consent", Prompt("complaint.consent")) == "1"


def choose(talk: Talk, asks: Mapping[str, str], name: str, ask: Prompt) -> str:
    """The key that answers the question `name` of `asks`, by key or by the words of the menu for it."""
    return talk.choose(name, [ask], asks[name], grammar=f"question:{name}")
