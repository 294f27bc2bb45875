"""A language is a property of the call: another one is a folder, and whoever asks, hears or reads takes its words."""

from dataclasses import replace
from pathlib import Path

import pytest
from scripted_caller import Notes
from speech_voices import PRONUNCIATIONS, acoustic_model
from spoken_caller import ASKS_HELP, HearingPhone, said

from agi import languages
from agi.dialogue.asking import Patience
from agi.dialogue.question import Answer, Digits, Mode, Options, Prompt, Question, Result
from agi.dialogue.talk import Talk
from agi.hearing.typed import understood
from agi.languages import INDONESIAN
from agi.languages.language import Command, Language, Reply
from agi.languages.pieces import Loop, alt
from agi.speech.build import build
from agi.speech.model import Model
from agi.speech.standard import standard

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def read_digits(words: tuple[str, ...]) -> tuple[str, ...]:
    return ("".join(str(WORDS.index(word)) for word in words),) if set(words) <= set(WORDS) else ()


ENGLISH = Language(
    "en",
    "en",
    replace(
        INDONESIAN.vocabulary,
        commands={
            Command.REPEAT: ("again",),
            Command.BACK: ("go back",),
            Command.AGENT: ("agent",),
            Command.HELP: ("help",),
        },
        replies={Reply.YES: ("yes",), Reply.NO: ("no",)},
        ordinals=("first", "second", "third", "fourth"),
        numbered=("", "number"),
        ordered=("the",),
        option="number",
    ),
    replace(INDONESIAN.numbers, digits=WORDS, zeros=("zero",), read_digits=read_digits, mixed=Loop(alt(WORDS))),
    INDONESIAN.dates,
    INDONESIAN.wording,
    INDONESIAN.spelling,
)


OTHER_SPEECH = Answer(Result.NO_MATCH, mode=Mode.SPEECH, confidence=0.0, sure=False)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(languages._LANGUAGES, "en", ENGLISH)


@pytest.mark.parametrize(
    ("line", "question", "answer"),
    [
        ("yes", Question("x", (), Options("12"), grammar="yesno"), Answer(Result.MATCH, "1", Mode.SPEECH)),
        ("ya", Question("x", (), Options("12"), grammar="yesno"), OTHER_SPEECH),
        ("one two 3", Question("x", (), Digits(3, 3), grammar="digits"), Answer(Result.MATCH, "123", Mode.SPEECH)),
        ("number two", Question("x", (), Options("12"), grammar="menu:a"), Answer(Result.MATCH, "2", Mode.SPEECH)),
        ("go back", Question("x", (), Options("12"), grammar="menu:a"), Answer(Result.BACK, mode=Mode.SPEECH)),
        (
            "help",
            Question("x", (), Options("12"), grammar="menu:a"),
            ASKS_HELP,
        ),
        ("bantuan", Question("x", (), Options("12"), grammar="menu:a"), OTHER_SPEECH),
    ],
)
def test_what_is_said_is_read_in_the_language_of_the_question(line: str, question: Question, answer: Answer) -> None:
    heard = understood(line, replace(question, language="en"), {"menu:a": {"1": ("status",), "2": ("nik",)}})
    assert heard == answer


def test_a_call_asks_and_reads_back_in_its_language() -> None:
    unsure = Answer(Result.BACK, mode=Mode.SPEECH, sure=False)
    phone = HearingPhone([unsure, said("2"), Answer(Result.MATCH, "2", Mode.SPEECH, sure=False), said("1")])
    talk = Talk(phone, Notes(), Patience(), spoken={"menu:a": {"1": ("status",)}}, language=ENGLISH)
    assert talk.choose("a", [Prompt("a")], "12", grammar="menu:a") == "2"
    assert {question.language for question in phone.asked} == {"en"}
    read_back = [prompt.places["option"] for prompt in phone.prompts if prompt.key == "speech.confirm_option"]
    assert read_back == ["go back", "number 2"]


def test_a_model_hears_the_language_it_was_built_for(tmp_path: Path) -> None:
    words = standard(ENGLISH, {"menu:a": {"1": ("status",)}})
    model = Model.load(build(acoustic_model(), tmp_path / "model", words, PRONUNCIATIONS, language=ENGLISH).folder)
    assert model.language is ENGLISH
    assert model.grammar("menu:a").values(("number", "one")) == ("1",)


def test_what_has_no_folder_is_indonesian() -> None:
    assert languages.named("jv") is INDONESIAN
