"""One question of the survey of satisfaction, after an answer and before goodbye; it may cost nobody anything."""

from dataclasses import replace

from agi.books.events import NoteKind
from agi.books.survey import GRADES, Element, Rating
from agi.dialogue.asking import Back, CallSpent, GaveUp
from agi.dialogue.question import Prompt
from agi.dialogue.talk import Says, Talk
from agi.services.desk import Desk

QUESTION = "survey"
SAYS: Says = {"survey.intro": {}, "survey.scale": {}, **{f"survey.{element}": {} for element in Element}}


def ask(talk: Talk, desk: Desk) -> None:
    """Ask for one key, once: silence, another key or `*` passes it by. Raises ToAgent, HungUp.

    Never after a failure, nor where nothing was answered, nor of who has fallen silent. Keys only: a word that is
    misheard would be counted as an opinion.
    """
    if talk.silent or not talk.told_anything or desk.locked_out or desk.failed:
        return
    element = desk.office.survey.question(desk.visitor)
    if element is None:
        return
    talk.note(NoteKind.SURVEY_ASKED, element)
    talk.patience = replace(talk.patience, tries=1)
    asked = [Prompt(f"survey.{name}") for name in ("intro", element, "scale")]
    try:
        key = talk.choose(QUESTION, asked, "".join(map(str, GRADES)))
    except (Back, GaveUp, CallSpent):
        return
    talk.note(NoteKind.SURVEY_RATED, str(Rating(element, int(key))))
