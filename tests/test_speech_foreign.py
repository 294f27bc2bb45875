"""A Vosk model that is none of ours: it keeps its own graph, and callers are heard with the words that it knows."""

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
import vosk
from click.testing import CliRunner
from numpy.typing import NDArray
from speech_voices import MENU, PRONUNCIATIONS, acoustic_model, foreign_model, frames, say, silence

from agi.cli import main
from agi.languages.pieces import UNKNOWN
from agi.speech import phones
from agi.speech.answer import Heard, Verdict
from agi.speech.build import Built, build
from agi.speech.foreign import BuildError
from agi.speech.grammar import DigitsGrammar, Grammar, YesNo
from agi.speech.model import Model
from agi.speech.standard import standard
from agi.workshop.bench.installation import lend_voice

DIGITS = "nol satu dua tiga empat lima enam tujuh delapan sembilan"
VOICES = ("id", "id+f4", "id+steph")


def built(source: Path, target: Path) -> Built:
    return build(source, target, (*standard(), MENU), PRONUNCIATIONS)


@pytest.fixture(scope="session")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return foreign_model(tmp_path_factory.mktemp("theirs") / "model")


@pytest.fixture(scope="session")
def made(theirs: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return built(theirs, tmp_path_factory.mktemp("foreign") / "model")


@pytest.fixture(scope="session")
def model(made: Built) -> Model:
    return Model.load(made.folder)


def turn(model: Model, grammar: Grammar, sound: NDArray[np.int16]) -> tuple[Heard, bool]:
    """What is heard, and whether the turn ended by itself."""
    recogniser = model.recogniser(grammar)
    ended = any(recogniser.feed(frame).ended for frame in frames(silence(500), sound, silence(3000)))
    return recogniser.finish(), ended


def renamed(folder: Path, names: dict[str, str]) -> Path:
    """`folder` after words of its list have got other names."""
    path = folder / "graph" / "words.txt"
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("".join(f"{names.get(word, word)} {number}\n" for word, number in lines), encoding="utf-8")
    return folder


def test_our_own_model_is_told_from_others(theirs: Path) -> None:
    assert phones.has_our_phones(acoustic_model() / "am" / "final.mdl")
    assert not phones.has_our_phones(theirs / "am" / "final.mdl")


def test_the_graph_stays_theirs_and_their_files_stay_as_they_are(theirs: Path, made: Built) -> None:
    assert (made.folder / "graph").resolve() == theirs / "graph"
    assert {path.name for path in theirs.iterdir()} == {path.name for path in acoustic_model().iterdir()}
    assert (theirs / "conf" / "mfcc.conf").read_bytes() == (acoustic_model() / "conf" / "mfcc.conf").read_bytes()


@pytest.mark.parametrize("voice", VOICES)
def test_digits_are_heard(model: Model, tmp_path: Path, voice: str) -> None:
    heard, ended = turn(model, DigitsGrammar(10, 10), say(tmp_path, DIGITS, voice))
    assert (heard.verdict, heard.value) == (Verdict.ACCEPTED, "0123456789")
    assert ended


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize(("said", "value"), [("ya betul", "ya"), ("tidak", "tidak"), ("bukan", "tidak")])
def test_yes_and_no_are_heard(model: Model, tmp_path: Path, voice: str, said: str, value: str) -> None:
    heard, ended = turn(model, YesNo(), say(tmp_path, said, voice))
    assert (heard.verdict, heard.value) == (Verdict.ACCEPTED, value)
    assert ended


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize(("said", "key"), [("cek nik", "1"), ("saya mau status dokumen", "2"), ("nomor tiga", "3")])
def test_an_option_is_heard(model: Model, tmp_path: Path, voice: str, said: str, key: str) -> None:
    heard, _ = turn(model, MENU, say(tmp_path, said, voice))
    assert (heard.verdict, heard.value) == (Verdict.ACCEPTED, key)


def test_a_number_of_another_length_is_no_answer(model: Model, tmp_path: Path) -> None:
    heard, _ = turn(model, DigitsGrammar(6, 6), say(tmp_path, "tiga satu tujuh empat"))
    assert heard.value == ""


@pytest.mark.parametrize("said", ["kereta api datang dari bandung", "di mana rumah sakit umum"])
@pytest.mark.parametrize("grammar", [MENU, YesNo()], ids=["menu", "yesno"])
def test_other_speech_is_never_taken_unasked(model: Model, tmp_path: Path, grammar: Grammar, said: str) -> None:
    heard, _ = turn(model, grammar, say(tmp_path, said))
    assert heard.verdict is not Verdict.ACCEPTED


def test_words_that_it_does_not_know_are_named_and_never_given_to_it(theirs: Path, made: Built) -> None:
    known = vosk.Model(str(theirs)).vosk_model_find_word
    assert "hubungkan" in made.unknown["digits"]
    assert "ktp" in made.unknown["menu:main"]
    assert all(known(word) < 0 for words in made.unknown.values() for word in words)


def test_another_word_for_other_speech_is_understood(tmp_path: Path) -> None:
    folder = built(renamed(foreign_model(tmp_path / "theirs"), {UNKNOWN: "<unk>"}), tmp_path / "model").folder
    heard, _ = turn(Model.load(folder), MENU, say(tmp_path, "di mana rumah sakit umum"))
    assert UNKNOWN in heard.text
    assert heard.verdict is not Verdict.ACCEPTED


def test_a_model_of_16_khz_hears_a_telephone(tmp_path: Path) -> None:
    source = foreign_model(tmp_path / "theirs")
    conf = source / "conf" / "mfcc.conf"
    text = conf.read_text(encoding="ascii").replace("frequency=8000", "frequency=16000")
    conf.write_text(text.replace("--allow-upsample=true\n", ""), encoding="ascii")
    heard, _ = turn(Model.load(built(source, tmp_path / "model").folder), DigitsGrammar(10, 10), say(tmp_path, DIGITS))
    assert heard.value == "0123456789"


def test_a_model_that_cannot_be_written_to_is_taken(tmp_path: Path) -> None:
    source = foreign_model(tmp_path / "theirs")
    (source / "conf" / "mfcc.conf").chmod(0o444)
    assert built(source, tmp_path / "model").phrases
    assert (tmp_path / "model" / "conf" / "mfcc.conf").stat().st_mode & 0o200


@pytest.mark.parametrize("lost", [("tiga",), ("nol", "kosong"), (UNKNOWN,)])
def test_a_model_that_lacks_what_every_caller_says_is_refused(tmp_path: Path, lost: tuple[str, ...]) -> None:
    source = renamed(foreign_model(tmp_path / "theirs"), {word: f"lost-{nth}" for nth, word in enumerate(lost)})
    with pytest.raises(BuildError, match=rf"does not know {re.escape(lost[0])}, without which"):
        built(source, tmp_path / "model")
    assert [path.name for path in tmp_path.iterdir()] == ["theirs"]


def test_a_model_that_lacks_one_way_to_say_no_is_taken(tmp_path: Path) -> None:
    source = renamed(foreign_model(tmp_path / "theirs"), {"tidak": "lost"})
    assert "tidak" in built(source, tmp_path / "model").unknown["yesno"]


def test_a_model_with_a_fixed_graph_is_refused(tmp_path: Path) -> None:
    source = foreign_model(tmp_path / "theirs")
    (source / "graph" / "HCLG.fst").write_bytes(b"")
    with pytest.raises(BuildError, match="cannot be told what may be said"):
        built(source, tmp_path / "model")


@pytest.mark.parametrize("name", ["HCLr.fst", "Gr.fst"])
def test_a_model_without_its_graph_is_refused(tmp_path: Path, name: str) -> None:
    source = foreign_model(tmp_path / "theirs")
    for spoil in (lambda path: path.write_text("version https://git-lfs.github.com/spec/v1"), Path.unlink):
        spoil(source / "graph" / name)
        with pytest.raises(BuildError, match=f"graph/{name} is missing or is no OpenFst file"):
            built(source, tmp_path / "model")


@pytest.mark.parametrize("file", ["am/final.mdl", "graph/disambig_tid.int", "conf/model.conf"])
def test_a_model_that_vosk_cannot_load_is_refused(tmp_path: Path, file: str) -> None:
    source = foreign_model(tmp_path / "theirs")
    (source / file).write_bytes(b"junk")
    with pytest.raises(BuildError, match="Vosk cannot load"):
        built(source, tmp_path / "model")


@pytest.fixture
def runner(tmp_path: Path, theirs: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("HOTLINE_SPEECH__MODEL", str(theirs))
    monkeypatch.setenv("HOTLINE_PLACES__VAR", str(tmp_path / "var"))
    return CliRunner()


def test_a_draft_tells_the_words_that_are_never_heard(runner: CliRunner, tmp_path: Path) -> None:
    lend_voice(tmp_path / "var")
    done = runner.invoke(main, ["prompts", "draft"], env={"HOTLINE_SPEECH__ENABLED": "true"})
    assert done.exit_code == 0, done.output
    begun = "digits: the model does not know, and never hears: "
    (words,) = (line.removeprefix(begun).split(", ") for line in done.output.splitlines() if line.startswith(begun))
    assert {"coba", "double", "hubungkan", "sebelumnya"} <= set(words)
    assert "eee" not in words  # courtesy that is not heard is no loss


def test_a_recording_is_heard(runner: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "said.wav"
    soundfile.write(path, say(tmp_path, DIGITS), 8000)
    done = runner.invoke(main, ["hear", str(path)])
    assert done.stdout.split("\t")[1] == DIGITS, done.output


def test_it_can_be_measured(runner: CliRunner, theirs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    rows = ["file\tspeaker\ttranscript"]
    for nth, text in enumerate((DIGITS, "tidak betul")):
        soundfile.write(folder / f"{nth}.wav", np.concatenate((silence(300), say(tmp_path, text), silence(300))), 8000)
        rows.append(f"{nth}.wav\tf4\t{text}")
    (folder / "manifest.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    command = ["speech", "eval", str(folder), "--model", str(theirs), "--measure", "digits", "--condition", "clean"]
    done = runner.invoke(main, command)
    assert done.exit_code == 0, done.output
    assert "100.0 (20.7-100.0)" in done.stdout
