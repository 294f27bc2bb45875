"""What is typed at `hotline try` is read as the telephone's grammar reads it, phrase by phrase."""

import random
from collections.abc import Iterator
from itertools import islice, product

import pytest

from agi.dialogue.menu import Menu
from agi.dialogue.question import Answer, Digits, Mode, Options, Question, Result
from agi.dialogue.spoken import INTENTS
from agi.hearing.answers import grammar_of
from agi.hearing.typed import understood
from agi.languages import INDONESIAN
from agi.languages.language import Command, Words
from agi.languages.pieces import Alt, Anything, Loop, Opt, Piece, Seq
from agi.settings import ROOT
from agi.speech import grammar as grammars
from agi.speech.grammar import Grammar
from agi.speech.network import accepts, spell

MENU = Menu.load(ROOT / "prompts" / "menu.toml").spoken
YES_NO = Question("x", (), Options("12"), grammar="yesno")
REPAIR = Question("x", (), Options("12"), grammar="repair")
NUMBER = Question("x", (), Digits(1, 64), grammar="digits")
NIK = Question("x", (), Digits(16, 16), grammar="nik")
MENUS = [Question("x", (), Options("12345678"), grammar=name) for name in sorted({*MENU} - {INTENTS})]
MAIN = next(one for one in MENUS if one.grammar == "menu:main")
OTHERS = [pytest.param(one, marks=pytest.mark.thorough) for one in MENUS if one is not MAIN]
COMMANDS = {
    Command.REPEAT: Answer(Result.REPEAT, mode=Mode.SPEECH),
    Command.BACK: Answer(Result.BACK, mode=Mode.SPEECH),
    Command.AGENT: Answer(Result.AGENT, mode=Mode.SPEECH),
    Command.HOLD: Answer(Result.HOLD, mode=Mode.SPEECH),
    Command.SLOWER: Answer(Result.SLOWER, mode=Mode.SPEECH),
    Command.HELP: Answer(Result.NO_MATCH, Command.HELP, Mode.SPEECH),
}


def phrases(piece: Piece, times: int = 1) -> Iterator[Words]:
    """All that `piece` accepts, with each loop gone through up to `times` times."""
    match piece:
        case str():
            yield tuple(piece.split())
        case Alt():
            for one in piece.pieces:
                yield from phrases(one, times)
        case Opt():
            yield ()
            yield from phrases(piece.piece, times)
        case Seq():
            for parts in product(*(list(phrases(one, times)) for one in piece.pieces)):
                yield tuple(word for part in parts for word in part)
        case Loop():
            for count in range(1, times + 1):
                yield from phrases(Seq((piece.piece,) * count), times)
        case Anything():
            raise AssertionError("other speech is no phrase")


def drawn(piece: Piece, chance: random.Random) -> Words:
    """One phrase that `piece` accepts."""
    match piece:
        case Alt():
            return drawn(chance.choice(piece.pieces), chance)
        case Opt():
            return drawn(piece.piece, chance) if chance.random() < 0.5 else ()
        case Seq():
            return tuple(word for one in piece.pieces for word in drawn(one, chance))
        case Loop():
            return drawn(Seq((piece.piece,) * chance.randint(1, 16)), chance)
    assert isinstance(piece, str)
    return tuple(piece.split())


def grammar(question: Question) -> Grammar:
    return grammar_of(question, lambda name: grammars.ChoiceGrammar(name, MENU[name]))


def heard(question: Question, words: Words) -> Answer:
    """What the telephone takes `words` for, once its graph has let them through."""
    value = next(iter(grammar(question).values(words)), "")
    command = INDONESIAN.command(words)
    if command is not None and not value:  # "tunggu" is an answer to who may wait on
        return COMMANDS[command]
    if question is YES_NO:
        value = {"ya": "1", "tidak": "2"}[value]
    unheard = Answer(Result.NO_MATCH, mode=Mode.SPEECH, confidence=0.0, sure=False)
    return Answer(Result.MATCH, value, Mode.SPEECH) if value else unheard


@pytest.mark.parametrize("question", [YES_NO, REPAIR, NUMBER, NIK, MAIN, *OTHERS], ids=lambda one: one.grammar)
def test_every_command_is_understood_on_every_question(question: Question) -> None:
    for words in phrases(INDONESIAN.commands):
        assert understood(" ".join(words), question, MENU) == heard(question, words), words


@pytest.mark.parametrize("question", [YES_NO, MAIN, *OTHERS], ids=lambda one: one.grammar)
def test_every_phrase_of_a_choice_is_understood(question: Question) -> None:
    said = list(phrases(grammar(question).piece))
    for words in said if len(said) < 1000 else random.Random(1).sample(said, 1000):
        answer = understood(" ".join(words), question, MENU)
        assert answer == heard(question, words), words
        assert answer.result is not Result.NO_MATCH, words


@pytest.mark.parametrize("question", [NUMBER, REPAIR], ids=lambda one: one.grammar)
def test_every_number_is_understood(question: Question) -> None:
    piece, chance = grammar(question).piece, random.Random(1)
    for words in (*islice(phrases(piece), 1500), *(drawn(piece, chance) for _ in range(300))):
        answer = understood(" ".join(words), question, MENU)
        assert answer == heard(question, words), words
        assert answer.result is Result.MATCH, words


@pytest.mark.parametrize("name", ["number", "date", "nik"])
def test_what_may_be_no_number_no_day_or_no_nik_is_read_alike(name: str) -> None:
    question = Question("x", (), Digits(1, 64), grammar=name)
    piece, chance = grammar(question).piece, random.Random(1)
    for words in (drawn(piece, chance) for _ in range(300)):
        assert understood(" ".join(words), question, MENU) == heard(question, words), words


def test_what_the_graph_does_not_hold_is_other_speech() -> None:
    """ "tiga puluh dua" is a number and may be part of one, but no part of a NIK."""
    nik = "tiga dua tujuh tiga nol satu satu nol satu nol sembilan nol nol nol nol satu"
    assert understood(nik, NIK, MENU).result is Result.MATCH
    assert understood(nik.replace("tiga dua", "tiga puluh dua", 1), NIK, MENU).result is Result.NO_MATCH
    assert understood("tiga puluh dua", NUMBER, MENU).value == "32"


@pytest.mark.parametrize("question", [YES_NO, REPAIR, NUMBER, *MENUS], ids=lambda one: one.grammar)
def test_a_network_accepts_what_its_piece_says_and_no_more(question: Question) -> None:
    piece, chance = grammar(question).piece, random.Random(2)
    network = spell(piece)
    for words in (drawn(piece, chance) for _ in range(50)):
        assert accepts(network, words), words
        assert not accepts(network, (*words, "halo")), words


def test_what_is_only_begun_is_no_phrase() -> None:
    assert understood("bukan kelompok", REPAIR, MENU).result is Result.NO_MATCH
    assert not accepts(spell(grammar(REPAIR).piece), ("bukan", "kelompok"))
