"""`hotline hear` and the graph of an edition, as a person types them."""

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from speech_voices import acoustic_model, say, silence

from agi.cli import main
from agi.workshop.bench.installation import lend_voice


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("HOTLINE_SPEECH__MODEL", str(acoustic_model()))
    monkeypatch.setenv("HOTLINE_PLACES__VAR", str(tmp_path / "var"))
    return CliRunner()


def test_a_file_of_any_rate_and_channels_is_heard_on_one_line(runner: CliRunner, tmp_path: Path) -> None:
    sound = np.concatenate((silence(200), say(tmp_path, "tiga dua satu lima"), silence(200)))
    wide = np.repeat(sound, 6)
    files = [tmp_path / "narrow.wav", tmp_path / "wide.flac", tmp_path / "raw.au"]
    soundfile.write(files[0], sound, 8000)
    soundfile.write(files[1], np.stack((wide, wide), axis=1), 48000)
    soundfile.write(files[2], sound, 8000, subtype="ULAW")
    done = runner.invoke(main, ["hear", *map(str, files)])
    assert done.exit_code == 0, done.output
    for path, line in zip(files, done.stdout.splitlines(), strict=True):
        name, text, confidence = line.split("\t")
        assert (name, text) == (str(path), "tiga dua satu lima")
        assert re.fullmatch(r"[01]\.\d{3}", confidence)


def test_an_unreadable_file_is_named_and_the_rest_go_on(runner: CliRunner, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.wav", tmp_path / "bad.wav"
    soundfile.write(good, np.concatenate((silence(200), say(tmp_path, "tidak"), silence(200))), 8000)
    bad.write_text("no sound", encoding="utf-8")
    done = runner.invoke(main, ["hear", "--grammar", "yesno", str(bad), str(tmp_path / "none.wav"), str(good)])
    assert done.exit_code == 1
    assert done.stdout.startswith(f"{good}\ttidak\t")
    assert str(bad) in done.stderr
    assert "none.wav cannot be read: there is no such file" in done.stderr


def test_a_menu_of_the_installation_can_be_heard(runner: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "said.wav"
    soundfile.write(path, say(tmp_path, "saya mau cek nik"), 8000)
    done = runner.invoke(main, ["hear", "--grammar", "menu:main", str(path)])
    assert done.stdout.split("\t")[1] == "saya mau cek nik"


def test_an_unknown_grammar_is_answered_with_those_there_are(runner: CliRunner, tmp_path: Path) -> None:
    done = runner.invoke(main, ["hear", "--grammar", "menu:nowhere", str(tmp_path / "x.wav")])
    assert done.exit_code == 2
    assert "menu:main" in done.stderr


def test_an_edition_holds_the_same_graph_for_the_same_words(runner: CliRunner, tmp_path: Path) -> None:
    lend_voice(tmp_path / "var")
    heard = {"HOTLINE_SPEECH__ENABLED": "true"}
    done = runner.invoke(main, ["prompts", "publish"], env=heard)
    assert done.exit_code == 0, done.output
    runner.invoke(main, ["prompts", "rollback", "1"], env=heard)
    first, second = (tmp_path / "var" / "editions" / number / "model" / "graph" / "HCLr.fst" for number in "12")
    assert first.read_bytes() == second.read_bytes()
