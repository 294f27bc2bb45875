"""From a question to its grammar, and from what was heard to an answer: where `agi.speech` meets the dialogue."""

from collections.abc import Callable
from dataclasses import replace

from agi.books.numbers import check_nik
from agi.dialogue.question import Answer, Digits, Mode, Options, Question, Result
from agi.dialogue.turn import Said
from agi.languages import named
from agi.languages.language import Command, Reply
from agi.speech import grammar as grammars
from agi.speech.answer import Heard, Verdict
from agi.speech.grammar import Grammar, NikStanding

_COMMANDS = {
    Command.REPEAT: Result.REPEAT,
    Command.BACK: Result.BACK,
    Command.AGENT: Result.AGENT,
    Command.HOLD: Result.HOLD,
    Command.SLOWER: Result.SLOWER,
}
_KEYS = {Reply.YES: "1", Reply.NO: "2"}


def grammar_of(question: Question, words_of: Callable[[str], Grammar]) -> Grammar:
    """What may be said to `question`; `words_of` gives the grammar of a menu or list by its name. Raises KeyError."""
    accepts, language = question.accepts, named(question.language)
    match question.grammar:
        case "yesno":
            return grammars.YesNo(language=language)
        case "nik":
            return grammars.Nik(standing, language=language)
        case "digits" if isinstance(accepts, Digits):
            return grammars.DigitsGrammar(accepts.least, accepts.most, language=language)
        case "repair":
            return grammars.NikRepair(language=language)
        case "date":
            return grammars.Date(language=language)
        case "number":
            return grammars.Number(language=language)
    return words_of(question.grammar)


def standing(nik: str) -> NikStanding:
    """What the books say of 16 digits: whether they can be a NIK, and whether its district is known."""
    found = check_nik(nik)
    if not found.valid:
        return NikStanding.INVALID
    return NikStanding.UNKNOWN_REGION if found.unknown_region else NikStanding.KNOWN


def said(heard: Heard, question: Question, rest: int = 0) -> Said:
    """`heard` as the answer to `question`, of whose number `rest` digits are still missing (0: all)."""
    if heard.verdict is Verdict.SILENCE:
        return Said(Answer(Result.NO_INPUT))
    answer = Answer(
        Result.NO_MATCH, mode=Mode.SPEECH, confidence=heard.confidence, sure=heard.verdict is Verdict.ACCEPTED
    )
    digits = _digits(heard.text, question, rest)
    if heard.verdict is Verdict.REJECTED:
        return Said(answer, digits)
    if heard.command is not None:
        if heard.command in _COMMANDS:
            return Said(replace(answer, result=_COMMANDS[heard.command]))
        return Said(replace(answer, value=Command.HELP.value))
    others = tuple(_value(one, question) for one in heard.alternatives)
    value = _value(heard.value, question)
    return Said(replace(answer, result=Result.MATCH, value=value, alternatives=others), digits)


def _digits(text: str, question: Question, rest: int) -> str:
    """The digits of a number that is not whole: "" unless all of `text` is digits."""
    if not isinstance(question.accepts, Digits):
        return ""
    part = grammars.DigitsGrammar(1, rest or question.accepts.most, language=named(question.language))
    return next(iter(part.values(tuple(text.split()))), "")


def _value(value: str, question: Question) -> str:
    """A menu's answer is a key: 1 is yes and 2 is no."""
    if question.grammar == "yesno" and isinstance(question.accepts, Options):
        return _KEYS[Reply(value)]
    return value
