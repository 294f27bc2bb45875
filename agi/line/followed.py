"""A call from a page: what is said and asked is told to the page at once, before it is answered."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from agi.books.moments import Moment, Moments
from agi.dialogue.question import Answer, Case, Options, Phone, Prompt, Question
from agi.line.journal import shown


@contextmanager
def followed(phone: Phone, moments: Moments, page: str, begun: Moment) -> Iterator[Phone]:
    """The `phone`, of which `page` is told each moment; "": there is no page. `begun`: which call, which edition."""
    if not page:
        yield phone
        return
    try:
        yield FollowedPhone(phone, moments, page, begun)
    finally:
        moments.clear(page)


class FollowedPhone:
    """The `phone` of a call that came from a page."""

    def __init__(self, phone: Phone, moments: Moments, page: str, begun: Moment) -> None:
        self._phone = phone
        self._moments = moments
        self._page = page
        self._begun = begun

    @property
    def slow(self) -> bool:
        """Whether the caller has asked for more time."""
        return self._phone.slow

    @slow.setter
    def slow(self, slow: bool) -> None:
        self._phone.slow = slow

    def listens(self) -> bool:
        """See `Phone`."""
        return self._phone.listens()

    def say(self, prompts: Sequence[Prompt], *, barge_in: bool = True) -> None:
        """See `Phone`."""
        self._moments.put(self._page, replace(self._begun, said=shown(prompts)))
        self._phone.say(prompts, barge_in=barge_in)

    def turn(self, question: Question) -> Answer:
        """See `Phone`."""
        self._moments.put(self._page, _asked(self._begun, question))
        return self._phone.turn(question)

    def transfer(self, case: Case) -> None:
        """See `Phone`."""
        self._phone.transfer(case)

    def hang_up(self) -> None:
        """See `Phone`."""
        self._phone.hang_up()


def _asked(begun: Moment, question: Question) -> Moment:
    accepts = question.accepts
    return replace(
        begun,
        said=shown(question.prompts),
        question=question.name,
        grammar=question.grammar,
        keys=accepts.keys if isinstance(accepts, Options) else "",
        digits=0 if isinstance(accepts, Options) else accepts.most,
    )
