"""`hotline speech eval`: recordings heard as a call hears its caller, under the conditions of a telephone."""

import random
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from speech_voices import MENU, acoustic_model, model_in, say, silence

from agi.books.numbers import check_nik
from agi.cli import main
from agi.languages.id.numbers import DIGITS
from agi.rehearsal.callers import hear
from agi.rehearsal.conditions import CLEAN, CONDITIONS, LEAD, in_a_turn, talk_of
from agi.speech.answer import Heard, Verdict
from agi.speech.grammar import YesNo
from agi.workshop.evaluation.joining import make_nik
from agi.workshop.evaluation.measure import Result, Row, Trial, compared, meaning, measure, misheard
from agi.workshop.evaluation.report import as_text
from agi.workshop.figures import percent, wilson

SPEAKERS = ("id+f4", "id+m3")


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("HOTLINE_SPEECH__MODEL", str(acoustic_model()))
    monkeypatch.setenv("HOTLINE_PLACES__VAR", str(tmp_path / "var"))
    return CliRunner()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two speakers who say every digit, a number and a word."""
    folder = tmp_path_factory.mktemp("recordings")
    rows = ["file\tspeaker\ttranscript"]
    for speaker in SPEAKERS:
        for text in (*DIGITS, "tiga lima satu dua", "tidak"):
            name = f"{speaker[3:]}-{text.replace(' ', '')}.wav"
            soundfile.write(
                folder / name, np.concatenate((silence(300), say(folder, text, speaker), silence(300))), 8000
            )
            rows.append(f"{name}\t{speaker}\t{text}")
    (folder / "manifest.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def test_an_evaluation_tells_numbers_niks_words_and_coughs(runner: CliRunner, folder: Path, tmp_path: Path) -> None:
    picture = tmp_path / "eval.svg"
    options = ("--niks", "1", "--sounds", "1", "--question", "yesno", "--condition", "clean")
    done = runner.invoke(main, ["speech", "eval", str(folder), *options, "--picture", str(picture)])
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    rows = {line.split("|")[1].strip(): line.split("|") for line in reversed(lines) if line.startswith("| ")}
    assert rows["digits"][3].strip() == "22"
    assert rows["NIK digit by digit"][3].strip() == rows["yesno: answers"][3].strip() == "2"
    assert rows["yesno: other speech"][3].strip() == "20"
    assert {"NIK in one breath", "yesno: no speech", "cough at any question"} <= rows.keys()
    assert picture.read_text().rstrip().endswith("</svg>")


def test_conditions_and_a_sample_can_be_chosen(runner: CliRunner, folder: Path) -> None:
    options = ("--measure", "digits", "--most", "4", "--condition", "noise 10 dB", "--condition", "GSM")
    done = runner.invoke(main, ["speech", "eval", str(folder), *options])
    told = [line.split("|")[1:4] for line in done.stdout.splitlines() if line.startswith("| digits")][:2]
    assert [(condition.strip(), count.strip()) for _, condition, count in told] == [("noise 10 dB", "4"), ("GSM", "4")]


def test_a_question_that_is_not_asked_is_answered_with_those_there_are(runner: CliRunner, folder: Path) -> None:
    done = runner.invoke(main, ["speech", "eval", str(folder), "--question", "menu:nowhere"])
    assert done.exit_code == 2
    assert "menu:main" in done.stderr


def test_a_folder_without_manifest_is_refused(runner: CliRunner, tmp_path: Path) -> None:
    done = runner.invoke(main, ["speech", "eval", str(tmp_path)])
    assert done.exit_code == 1
    assert "manifest.tsv cannot be read" in done.stderr


@pytest.mark.parametrize(
    ("rows", "sound", "says"),
    [("a.wav\tbudi\n", 8000, "manifest.tsv:2: a line needs"), ("a.wav\tbudi\tya\n", 0, "holds no sound")],
)
def test_a_manifest_that_is_torn_or_names_an_empty_file_is_refused(
    runner: CliRunner, tmp_path: Path, rows: str, sound: int, says: str
) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(sound, np.int16), 8000)
    (tmp_path / "manifest.tsv").write_text("file\tspeaker\ttranscript\n" + rows, encoding="utf-8")
    done = runner.invoke(main, ["speech", "eval", str(tmp_path)])
    assert done.exit_code == 1
    assert says in done.stderr


def test_a_turn_is_heard_until_it_ends_and_not_the_whole_sound(tmp_path: Path) -> None:
    model = model_in(tmp_path / "model")
    word = say(tmp_path, "tidak")
    sound = in_a_turn(CLEAN, word, 1, talk_of([[word]]))
    heard, seconds = hear(model, YesNo(), sound)
    assert heard.value == "tidak"
    assert (LEAD + len(word)) / 8000 - 0.2 < seconds < len(sound) / 8000 - 1


def test_what_words_mean_depends_on_the_question() -> None:
    assert meaning(YesNo(), ("tidak",)) == "tidak"
    assert meaning(MENU, ("tidak",)) == ""
    assert meaning(MENU, ("tiga",)) == "3"
    assert meaning(MENU, ("bantuan",)) == "bantuan"


def test_a_level_is_that_of_the_speech_whatever_the_recording_had(tmp_path: Path) -> None:
    word = say(tmp_path, "delapan")
    talk = talk_of([[word]])
    quiet, loud = (in_a_turn("-32 dBov", (gain * word).astype(np.int16), 1, talk) for gain in (0.2, 1))
    assert quiet.std() == pytest.approx(loud.std(), rel=0.02)
    levels = [20 * np.log10(in_a_turn(name, word, 1, talk).std() / 32768) for name in ("-14 dBov", CLEAN, "-42 dBov")]
    assert levels[0] - levels[1] == pytest.approx(9, abs=0.5)
    assert levels[1] - levels[2] == pytest.approx(19, abs=1)


def test_others_talk_before_and_after_the_caller_and_are_drawn_anew_for_each_turn(tmp_path: Path) -> None:
    word, others = say(tmp_path, "delapan"), [[say(tmp_path, text, "id+m3")] for text in ("kami", "segera datang")]
    one, again, other = (in_a_turn("babble 20 dB", word, seed, talk_of(others)) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    quiet = in_a_turn(CLEAN, word, 1, talk_of(others))
    for part in (slice(0, 800), slice(-800, None)):
        assert one[part].std() > 3 * quiet[part].std()


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_condition_keeps_the_time_of_the_sound(condition: str, tmp_path: Path) -> None:
    word = say(tmp_path, "delapan")
    clean = in_a_turn(CLEAN, word, 3, talk_of([[word]]))
    assert len(in_a_turn(condition, word, 3, talk_of([[word]]))) == pytest.approx(len(clean), abs=320)


def test_a_wrong_answer_is_told_and_of_a_nik_no_more_than_a_digit() -> None:
    said = Trial(YesNo(), "budi", silence(100), ("tidak",), "tidak", ("yesno: answers",))
    wrong = Result(said, Heard(Verdict.ACCEPTED, "ya", text="ya"), 250, 0.1, 2.0)
    row = Row("yesno: answers", CLEAN, (wrong,))
    assert list(misheard([row])) == [("yesno", "tidak", "ya (taken)", 1)]
    assert "| 100.0 (20.7-100.0) |" in as_text([row])


def test_words_are_compared_with_the_fewest_differences() -> None:
    assert compared(("a", "b", "c"), ("a", "c")) == [("a", "a"), ("b", ""), ("c", "c")]
    assert compared(("a",), ("b", "a")) == [("", "b"), ("a", "a")]


def test_an_interval_is_wilsons() -> None:
    assert wilson(0, 100) == pytest.approx((0, 0.0370), abs=5e-4)
    assert wilson(95, 100) == pytest.approx((0.8882, 0.9785), abs=5e-4)
    assert percent(0, 0) == "-"


def test_invented_niks_are_valid() -> None:
    chance = random.Random(0)
    assert all(check_nik(make_nik(chance)).valid for _ in range(50))


def test_turns_side_by_side_give_what_they_give_one_after_another(tmp_path: Path) -> None:
    model = model_in(tmp_path / "model")
    trials = [
        Trial(YesNo(), voice, say(tmp_path, text, voice), (text,), text, ("yes and no",))
        for voice in SPEAKERS
        for text in ("ya", "tidak")
    ]
    one, two = (measure(model, trials, "noise 15 dB", threads) for threads in (1, 2))
    assert [result.heard for result in one[0].results] == [result.heard for result in two[0].results]
