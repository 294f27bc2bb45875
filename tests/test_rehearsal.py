"""Synthetic callers go through the questions that a draft changes: which, what they meet, and what is told of it."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from speech_voices import PRONUNCIATIONS, acoustic_model

from agi.dialogue.asking import Patience
from agi.rehearsal import place, run
from agi.rehearsal.asked import Asked, Choice, Script, asked
from agi.rehearsal.keys import pressed
from agi.rehearsal.result import Moment, Option, Pressed, Rehearsal, Rehearsed, Way, called, mending
from agi.rehearsal.spoken import LINES, Saying, Turn, listen, mistakes, sayings, ways
from agi.settings import ROOT, Settings
from agi.speech.answer import Verdict
from agi.speech.build import build
from agi.speech.grammar import ChoiceGrammar
from agi.speech.model import Model
from agi.speech.tuning import Tuning

WORDS_A_MINUTE = 150
MENU = """
start = "main"

[main]
prompt = "menu.main"
1 = "echo"
2 = "more"

[main.words]
1 = ["cek NIK", "NIK"]
2 = ["persyaratan"]

[echo]
service = "nik_check"
intents = ["cek NIK"]

[more]
prompt = "menu.other"
1 = "facts"

[more.words]
1 = ["biaya"]

[facts]
say = "info.hours"
intents = ["biaya dokumen", "harga dokumen"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working copy with a small menu."""
    made = tmp_path / "prompts"
    shutil.copytree(ROOT / "prompts", made)
    (made / "menu.toml").write_text(MENU, encoding="utf-8")
    texts = made / "id.toml"
    old = next(line for line in texts.read_text(encoding="utf-8").splitlines() if line.startswith("other = "))
    change(texts, old, 'other = "Biaya tekan 1."')
    return made


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def script(folder: Path) -> Script:
    return Script(folder, "id")


def names(found: tuple[Asked, ...]) -> list[str]:
    return [one.name for one in found]


# ---- which questions ----


def test_where_nothing_was_published_every_question_is_asked(folder: Path) -> None:
    assert names(asked(script(folder), None, every=False)) == ["main", "more", "intents"]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("menu.toml", '"persyaratan"', '"syarat"', ["main"]),
        ("menu.toml", '1 = "facts"', '1 = "echo"', ["more"]),
        ("menu.toml", 'prompt = "menu.other"', 'prompt = "menu.other"\nbarge_in = false', ["more"]),
        ("id.toml", '"Biaya tekan 1."', '"Untuk biaya, tekan 1."', ["more"]),
        ("id.toml", 'welcome = "', 'welcome = "Halo. ', []),
        ("lexicon.toml", "[sounds]", '[sounds]\nbiaya = ["b y a y a"]', ["more"]),
        ("lexicon.toml", "[words]", '[words]\nbiaya = "ongkos"', ["more"]),
        ("menu.toml", '"harga dokumen"', '"harga dokumen/KTP"', ["intents"]),
    ],
)
def test_only_questions_that_callers_would_be_asked_otherwise_are_rehearsed(
    folder: Path, tmp_path: Path, file: str, old: str, new: str, expected: list[str]
) -> None:
    live = script(shutil.copytree(folder, tmp_path / "live"))
    change(folder / file, old, new)
    assert names(asked(script(folder), live, every=False)) == expected
    assert names(asked(script(folder), live, every=True)) == ["main", "more", "intents"]


def test_of_own_words_only_the_new_ones_are_said(folder: Path, tmp_path: Path) -> None:
    live = script(shutil.copytree(folder, tmp_path / "live"))
    change(folder / "menu.toml", '"harga dokumen"', '"harga dokumen/KTP"')
    (wishes,) = asked(script(folder), live, every=False)
    assert wishes.options == (Choice("facts", "Biaya", ("harga ktp",)),)


def test_abbreviations_are_said_as_people_say_them(folder: Path) -> None:
    assert script(folder).aloud("ikd kia ktp baru") == "i ka de kia ktp baru"


# ---- keys ----


def test_keys_are_taken_as_soon_as_the_option_is_named_and_after_the_prompt(folder: Path) -> None:
    main, more, _ = asked(script(folder), None, every=True)
    named, after = pressed(script(folder), more, "1", WORDS_A_MINUTE, Patience())
    assert named == Pressed(Moment.DURING, True, "Biaya", 1.199)
    assert after == Pressed(Moment.AFTER, True, "Biaya", 2.2)
    assert [one.follows for one in pressed(script(folder), main, "2", WORDS_A_MINUTE, Patience())] == [
        "Persyaratan"
    ] * 2
    assert [one.follows for one in pressed(script(folder), main, "1", WORDS_A_MINUTE, Patience())] == ["Cek NIK"] * 2


def test_a_key_during_a_prompt_that_is_heard_whole_is_not_taken(folder: Path) -> None:
    change(folder / "menu.toml", 'prompt = "menu.other"', 'prompt = "menu.other"\nbarge_in = false')
    _, more, _ = asked(script(folder), None, every=True)
    taken = pressed(script(folder), more, "1", WORDS_A_MINUTE, Patience())
    assert [one.understood for one in taken] == [False, True]
    assert taken[0].follows == ""


def test_a_key_that_comes_after_the_time_for_it_is_not_taken(folder: Path) -> None:
    change(folder / "menu.toml", 'prompt = "menu.other"', 'prompt = "menu.other"\nfirst_key_ms = 600')
    _, more, _ = asked(script(folder), None, every=True)
    taken = pressed(script(folder), more, "1", WORDS_A_MINUTE, Patience())
    assert [one.understood for one in taken] == [True, False]


# ---- voices ----


def test_what_voices_say_is_heard_and_words_that_sound_alike_are_taken_for_each_other(tmp_path: Path) -> None:
    words = {"1": ("bapak",), "2": ("bapa",)}
    grammar = ChoiceGrammar("menu:main", words)
    model = Model.load(build(acoustic_model(), tmp_path / "model", (grammar,), PRONUNCIATIONS).folder)
    question = Asked("main", "Menu utama", "menu:main", tuple(Choice(key, "", texts) for key, texts in words.items()))
    told: list[tuple[int, int]] = []
    turns = listen(model, sayings((question,)), str, ["id+Andy"], Tuning(), lambda *done: told.append(done))
    assert told == [(nth, 4) for nth in range(1, 5)]
    found = ways(turns)
    assert [found[one].times for one in sayings((question,))] == [len(LINES)] * 2
    assert found[Saying("main", "menu:main", "1", "bapak")].understood == 2
    (taken,) = mistakes(turns, lambda key: called(key, ""))
    assert (taken.said, taken.option, taken.heard, taken.other) == ("bapa", "tombol 2", "bapak", "tombol 1")


def turn(key: str, text: str, value: str, heard: str = "", late_s: float = 0.2, verdict: str = "accepted") -> Turn:
    return Turn(Saying("main", "menu:main", key, text), Verdict(verdict), value, heard, late_s)


def test_an_answer_that_was_asked_back_is_understood_and_seconds_are_those_in_the_middle() -> None:
    verdicts = ((0.2, "accepted"), (0.6, "confirm"), (0.3, "accepted"))
    heard = [turn("1", "nik", "1", "nik", late, verdict) for late, verdict in verdicts]
    (way,) = ways([*heard, turn("1", "nik", "", verdict="rejected", late_s=9.0)]).values()
    assert way == Way("nik", 4, 3, 1, 0.3)


def test_mistakes_stand_in_the_order_of_their_share() -> None:
    turns = [turn("1", "nik", "2", "kk"), turn("1", "nik", "1", "nik"), turn("2", "kk", "", "")]
    found = mistakes(turns, lambda key: called(key, ""))
    assert [(one.said, one.heard, one.times, one.of) for one in found] == [("kk", "", 1, 1), ("nik", "kk", 1, 2)]


# ---- what is told ----


def rehearsal(*options: Option, turns: tuple[Turn, ...] = ()) -> Rehearsal:
    found = mistakes(turns, lambda key: called(key, key))
    question = Rehearsed("main", "Menu utama", options)
    return Rehearsal("x", datetime.now(UTC), True, (), (), "", 1.0, (question,), found)


def test_what_is_to_be_mended_names_both_options_and_the_words() -> None:
    turns = (turn("1", "nik", "2", "kk"), turn("1", "nik", "2", "kk"), turn("2", "kk", "", ""), turn("2", "kk", "2"))
    heard = ways(turns)
    options = [Option(one.key, "", (), (way,)) for one, way in heard.items()]
    assert list(mending(rehearsal(*options, turns=turns))) == [
        "Menu utama: “nik” (tombol 1) dimengerti 0 dari 2 kali, dikira “kk” (tombol 2): pilih kata lain untuk tombol 1 "
        "atau tombol 2.",
        "Menu utama: “kk” (tombol 2) dimengerti 1 dari 2 kali: pilih kata lain yang lebih panjang untuk tombol 2, "
        "atau hapus kata ini.",
    ]


def test_what_is_understood_five_of_six_times_needs_no_mending() -> None:
    turns = (turn("1", "nik", ""), *(turn("1", "nik", "1") for _ in range(5)))
    assert list(mending(rehearsal(Option("1", "", (), tuple(ways(turns).values())), turns=turns))) == []


def test_a_key_that_is_not_taken_is_told() -> None:
    lost = Option("1", "", (Pressed(Moment.DURING, False, "", 0.0),))
    assert "tombol 1 belum diterima selama kalimat" in next(mending(rehearsal(lost)))


# ---- the whole, by keys ----


@pytest.fixture
def settings(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setenv("HOTLINE_SETTINGS", str(tmp_path / "hotline.toml"))
    monkeypatch.setenv("HOTLINE_PLACES__PROMPTS", str(folder))
    monkeypatch.setenv("HOTLINE_PLACES__VAR", str(tmp_path / "var"))
    return Settings()


def nothing(done: int, length: int) -> None:
    """Nobody watches."""


def test_without_speech_keys_alone_are_rehearsed_and_the_result_stays(settings: Settings) -> None:
    assert place.kept(settings) is None
    found = run.rehearse(settings, nothing)
    assert found.mute.endswith("hanya tombol yang digladi.")
    assert (found.turns, found.share) == (0, None)
    assert all(one.understood for question in found.questions for option in question.options for one in option.pressed)
    assert [one.name for one in found.questions] == ["main", "more"]
    assert place.kept(settings) == found
    assert sorted(path.name for path in (settings.var / "rehearsal").iterdir()) == ["result.json"]


def test_there_is_one_rehearsal_at_a_time_and_what_a_killed_one_left_is_removed(settings: Settings) -> None:
    def meanwhile(*_: object) -> None:
        raise AssertionError

    work = settings.var / "rehearsal" / "work"
    work.mkdir(parents=True)
    with place.alone(settings), suppress(AssertionError):
        assert not work.exists()
        with pytest.raises(place.Busy):
            run.rehearse(settings, meanwhile)
    work.mkdir()
    half = work.with_name(".result.json.12345678")
    half.touch()
    place.clear(settings)
    assert not work.exists()
    assert not half.exists()


def test_a_result_of_another_form_is_none(settings: Settings) -> None:
    found = run.rehearse(settings, nothing)
    file = settings.var / "rehearsal" / "result.json"
    file.write_text("{}", encoding="utf-8")
    assert place.kept(settings) is None
    assert replace(run.rehearse(settings, nothing), at=found.at, seconds=found.seconds) == found
