"""Which office is mine, when is it open, and how long does it usually take there? By the region, keyed or by name."""

from functools import cache

from agi.books.numbers import region_valid
from agi.dialogue.asking import GaveUp
from agi.dialogue.question import Prompt, Result
from agi.dialogue.talk import Says, Talk
from agi.services import telling
from agi.services.desk import Desk
from agi.speech.standard import lists

REGION_DIGITS = 4
_LIST = "list:regions"

SAYS: Says = {
    "where.ask": {},
    "where.ask_name": {},
    "where.short": {"count": "number"},
    "where.paper": {},
    "where.invalid": {},
    **telling.WHERE_TO_GO,
}


def run(talk: Talk, desk: Desk) -> None:
    """Ask for the region, and tell its office."""
    # Who keys all of the KK number means the rest of it for nothing that is asked later.
    talk.tell(*telling.where_to_go(desk.office.serving(ask_region(talk))), barge_in=False)


def ask_region(talk: Talk) -> str:
    """Ask for the region until there can be one. Raises Back, ToAgent, GaveUp, HungUp."""
    for _ in range(talk.patience.tries):
        region = _ask_region(talk)
        if region_valid(region):
            return region
        talk.refuse(Prompt("where.invalid"))
    raise GaveUp(talk.where, Result.NO_MATCH)


def _ask_region(talk: Talk) -> str:
    """The code of a regency or city. It begins every KK number there, and says nothing of anybody: it is recorded."""
    return talk.enter_listed(
        "region",
        [Prompt("where.ask_name" if talk.phone.listens() else "where.ask")],
        REGION_DIGITS,
        short=Prompt("where.short"),
        paper=Prompt("where.paper"),
        grammar=_LIST,
        words=_regions(),
    )


@cache
def _regions() -> dict[str, tuple[str, ...]]:
    """The names of all regencies and cities, by their codes."""
    return next((dict(one.words) for one in lists() if one.name == _LIST), {})
