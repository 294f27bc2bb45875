"""Courtesy and thinking aloud are no answer, and a word that only resembles an answer is not taken for it."""

from pathlib import Path

import pytest
from speech_voices import MENU, VOICES, frames, model_in, say, silence

from agi.speech.answer import Heard, Reading, Verdict, decide
from agi.speech.grammar import ChoiceGrammar, DigitsGrammar, Grammar, YesNo
from agi.speech.model import Model
from agi.speech.tuning import Tuning


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return model_in(tmp_path_factory.mktemp("speech") / "model")


def meant(grammar: Grammar, *readings: tuple[str, float]) -> Heard:
    """What readings (words, score) mean on the question of `grammar`."""
    found = [Reading(tuple(words.split()), score) for words, score in readings]
    return decide(grammar, found, Tuning().thresholds)


@pytest.mark.parametrize("words", ["halo", "selamat pagi", "halo selamat pagi", "begini pak", "eee anu", "permisi bu"])
@pytest.mark.parametrize("grammar", [YesNo(), MENU, DigitsGrammar(6, 6)], ids=["yesno", "menu", "digits"])
def test_courtesy_and_thinking_aloud_are_nothing_said(grammar: Grammar, words: str) -> None:
    heard = meant(grammar, (words, 0.0))
    assert (heard.verdict, heard.text) == (Verdict.SILENCE, words)


@pytest.mark.parametrize("words", ["halo [unk]", "anu tiga puluh", "[unk]", "halo tidak"])
def test_what_is_more_than_courtesy_is_speech(words: str) -> None:
    assert meant(MENU, (words, 0.0)).verdict is Verdict.REJECTED


def test_a_filler_that_is_an_answer_here_is_an_answer() -> None:
    grammar = ChoiceGrammar("menu:wait", {"1": ("tunggu dulu",)})
    assert meant(grammar, ("tunggu dulu", 0.0)).value == "1"


@pytest.mark.parametrize("said", ["tidak", "apa", "terima kasih"])
@pytest.mark.parametrize("voice", VOICES)
def test_a_word_that_means_nothing_in_a_menu_is_no_option(model: Model, tmp_path: Path, said: str, voice: str) -> None:
    assert heard(model, MENU, tmp_path, said, voice).verdict is not Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("said", "value"), [("tiga", "3"), ("tidak", ""), ("dua", "2"), ("satu", "1"), ("empat", "4"), ("halo", "")]
)
def test_an_option_is_heard_beside_the_words_that_resemble_it(
    model: Model, tmp_path: Path, said: str, value: str
) -> None:
    assert heard(model, MENU, tmp_path, said, "id+f4").value == value


def test_an_answer_that_is_nearly_a_decoy_is_asked_about() -> None:
    assert meant(MENU, ("tiga", 0.0), ("[unk]", -4.0)).verdict is Verdict.ACCEPTED
    assert meant(MENU, ("tiga", 0.0), ("tidak", -4.0)).verdict is Verdict.CONFIRM
    assert meant(YesNo(), ("ya", 0.0), ("saya", -4.0)).verdict is Verdict.ACCEPTED


def test_what_is_an_answer_here_is_no_decoy() -> None:
    more = ChoiceGrammar("question:more", {"1": ("ya",), "2": ("tidak",)})
    assert meant(more, ("ya", 0.0), ("tidak", -4.0)).verdict is Verdict.ACCEPTED


def heard(model: Model, grammar: Grammar, folder: Path, said: str, voice: str) -> Heard:
    recogniser = model.recogniser(grammar)
    for frame in frames(silence(400), say(folder, said, voice), silence(1500)):
        if recogniser.feed(frame).ended:
            break
    return recogniser.finish()
