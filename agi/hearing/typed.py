"""Words typed on a terminal instead of spoken, read with the grammar of the telephone.

What the telephone's graph does not hold is other speech here too. How well a recogniser hears is another matter;
`hotline hear` and a softphone show that. A question mark at the end ("cek NIK?") is an answer that was heard without
certainty.
"""

from agi.dialogue.question import Answer, Question, Result
from agi.dialogue.spoken import Leads, Spoken, normal
from agi.hearing.answers import grammar_of, said
from agi.languages import named
from agi.languages.language import Language, Words
from agi.languages.pieces import UNKNOWN
from agi.speech.answer import Reading, decide
from agi.speech.grammar import ChoiceGrammar, Grammar, Kind
from agi.speech.intents import Intents
from agi.speech.network import accepts, spell
from agi.speech.standard import lists, of_menu
from agi.speech.tuning import Thresholds

_SURE = dict.fromkeys(Kind, Thresholds(accept=0.5, confirm=0.0))
_DOUBTFUL = dict.fromkeys(Kind, Thresholds(accept=1.01, confirm=0.0))


def understood(line: str, question: Question, spoken: Spoken, leads: Leads | None = None) -> Answer:
    """What `line` answers to `question`; a question for keys alone hears nothing.

    `spoken` and `leads` are the menu's.
    """
    if not question.grammar:
        return Answer(Result.NO_INPUT)
    language = named(question.language)
    listed = question.grammar.startswith("list:")
    menu: dict[str, Grammar] = {
        one.name: one for one in (lists(language) if listed else of_menu(spoken, leads or {}, language))
    }
    try:
        grammar = grammar_of(question, menu.__getitem__)
    except KeyError:
        return Answer(Result.NO_INPUT)
    words = _words(line, language)
    if not accepts(spell(grammar.whole(other=False)), words):
        wishes = grammar.beside if isinstance(grammar, ChoiceGrammar) else None
        words = tuple(wishes.known(words)) if isinstance(wishes, Intents) else (UNKNOWN,)
    doubtful = line.rstrip().endswith("?")
    return said(decide(grammar, (Reading(words, 0.0),), _DOUBTFUL if doubtful else _SURE), question).answer


def _words(line: str, language: Language) -> Words:
    """`line` as it would be said: digits one by one, marks left out."""
    told = (f" {language.numbers.digits[int(one)]} " if one in "0123456789" else one for one in line)
    return tuple(normal("".join(one if one.isalpha() else " " for one in "".join(told))).split())
