"""`hotline prompts`: what an admin sees."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result
from voice_office import speechlike

from agi.cli import main, prompts
from agi.settings import ROOT


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the installation's prompts, which the command is pointed at."""
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    monkeypatch.setenv("HOTLINE_SETTINGS", str(tmp_path / "hotline.toml"))
    monkeypatch.setenv("HOTLINE_PLACES__PROMPTS", str(tmp_path / "prompts"))
    monkeypatch.setenv("HOTLINE_PLACES__VAR", str(tmp_path / "var"))
    monkeypatch.setattr(prompts, "SOUND_DEVICES", tmp_path / "no sound device")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def hotline(*words: str) -> Result:
    return CliRunner().invoke(main, ["prompts", *words])


def change(path: Path, old: str, new: str) -> int:
    """Replace `old` once; the number of its line."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def test_the_installation_s_prompts_pass_the_check(office: Path) -> None:
    result = hotline("check")
    assert result.exit_code == 0, result.output
    assert "0 kesalahan" in result.stderr


def test_check_finds_what_can_not_be_spoken(office: Path) -> None:
    texts = office / "prompts" / "id.toml"
    line = change(texts, 'welcome = "Selamat datang', 'welcome = "😀 Selamat datang')
    result = hotline("check")
    assert result.exit_code == 1
    assert f"{texts}:{line}: T007 kesalahan: call.welcome: '😀' tidak bisa diucapkan" in result.stdout


def test_check_finds_dead_and_bad_recordings(office: Path) -> None:
    folder = office / "prompts" / "recordings"
    soundfile.write(folder / "call.nothing.wav", speechlike(1.0, 8000), 8000)
    (folder / "call.welcome.wav").write_bytes(b"no audio")
    result = hotline("check")
    assert result.exit_code == 1
    assert "call.nothing.wav:0: R002 peringatan" in result.stdout
    assert "call.welcome.wav:0: R001 kesalahan" in result.stdout


@pytest.mark.parametrize(("name", "old"), [("id.toml", "[call]"), ("lexicon.toml", "[letters]")])
def test_check_tells_where_a_file_is_no_toml(office: Path, name: str, old: str) -> None:
    line = change(office / "prompts" / name, old, old[:-1])
    result = hotline("check")
    assert result.exit_code == 1
    assert result.stdout.count(f"{name}:{line}: T008 kesalahan") == 1


@pytest.mark.thorough
def test_a_draft_has_all_ready_and_publishing_has_nothing_more_to_make(office: Path) -> None:
    first = hotline("draft")
    assert first.exit_code == 0, first.output
    assert " 0 rendered" not in first.stdout
    assert not (office / "var" / "editions" / "current").exists()
    assert "rendered" not in hotline("draft").stdout
    assert " 0 rendered" not in hotline("draft", "--force").stdout
    assert "Edisi 1 terbit" in hotline("publish").stdout
    assert (office / "var" / "editions" / "current" / "sounds" / "digits" / "7.wav").exists()
    assert "Tidak ada yang berubah" in hotline("publish").stdout


def test_a_bad_recording_is_named_and_nothing_published(office: Path) -> None:
    (office / "prompts" / "recordings" / "call.welcome.wav").write_bytes(b"no audio")
    result = hotline("publish")
    assert result.exit_code == 1
    path = office / "prompts" / "recordings" / "call.welcome.wav"
    assert f"{path}:0: R001 kesalahan: bukan berkas suara yang bisa dibaca" in result.stderr
    assert "tidak berubah" in result.stderr
    assert "Belum ada edisi" in hotline("history").stdout


def test_say_writes_a_wav_and_the_sentence(office: Path) -> None:
    result = hotline("say", "nik.readback", "nik=3273000000000042")
    assert result.exit_code == 0, result.output
    assert "3273 0000 0000 0042" in result.stdout
    (target,) = office.rglob("said.wav")
    assert str(target) in result.stdout
    assert list(Path().glob("*.wav")) == []  # nothing is left where the command was typed
    info = soundfile.info(target)
    assert (info.samplerate, info.channels) == (16000, 1)
    assert 5 < info.duration < 20


def test_say_writes_where_it_is_told(office: Path) -> None:
    assert hotline("say", "call.welcome", "--out", "hello.wav").exit_code == 0
    assert np.abs(soundfile.read(office / "hello.wav")[0]).max() > 0.1
    result = hotline("say", "call.welcome", "--out", "no/such/folder.wav")
    assert "can't be written; name another file with --out" in result.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("call.nothing",), "There is no text 'call.nothing'"),
        (("nik.readback",), "needs a value for its place 'nik'"),
        (("nik.readback", "nik"), "'nik' has no value: write nik=VALUE."),
        (("nik.readback", "nik=x"), "needs a string of 1 to 20 digits"),
        (("nik.readback", "nik=1", "kk=2"), "has no place 'kk'"),
    ],
)
def test_say_tells_what_is_wrong_in_one_sentence(office: Path, words: tuple[str, ...], message: str) -> None:
    result = hotline("say", *words)
    assert result.exit_code in {1, 2}
    assert message in result.stderr
    assert list(office.glob("*.wav")) == []


def test_list_shows_every_text_with_places_length_and_source(office: Path) -> None:
    soundfile.write(office / "prompts" / "recordings" / "call.welcome.wav", speechlike(2.0, 8000), 8000)
    assert " - " in hotline("list").stdout
    hotline("draft")
    rows = {line.split()[0]: line.split() for line in hotline("list").stdout.splitlines()}
    assert rows["call.welcome"][1:] == ["2.1", "s", "recording"]
    assert rows["nik.readback"][2:] == ["s", "{nik:digits}", "synthesis"]
    assert len(rows) > 100
