"""One check for all: what is not published is told by `prompts check`, doctor and `try`; one stamp by content."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from agi.cli import doctor
from agi.cli import main as hotline
from agi.ops import launch
from agi.ops.doctor import Level
from agi.settings import ROOT, Settings
from agi.settings.tables import Places, Speech


def append(name: str, words: str) -> Callable[[Path], None]:
    def change(prompts: Path) -> None:
        with (prompts / name).open("a") as file:
            file.write(words)

    return change


BROKEN = {
    "lexicon": append("lexicon.toml", "broken = = 3\n"),
    "texts": append("id.toml", "broken = = 3\n"),
    "menu": append("menu.toml", "broken = = 3\n"),
    "no lexicon": lambda prompts: (prompts / "lexicon.toml").unlink(),
    "spoken form": append("lexicon.toml", "\n'9' = '9'\n"),
}


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A copy of the installation's prompts, which commands are pointed at."""
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    monkeypatch.setenv("HOTLINE_SETTINGS", str(tmp_path / "hotline.toml"))
    monkeypatch.setenv("HOTLINE_PLACES__PROMPTS", str(tmp_path / "prompts"))
    monkeypatch.setenv("HOTLINE_PLACES__VAR", str(tmp_path / "var"))
    return Settings(places=Places(prompts=tmp_path / "prompts", var=tmp_path / "var"))


@pytest.mark.parametrize("what", BROKEN)
def test_what_callers_must_not_hear_is_told_by_doctor_check_and_try(office: Settings, what: str) -> None:
    BROKEN[what](office.prompts)
    assert doctor.texts(office).level is Level.FAIL
    checked = CliRunner().invoke(hotline, ["prompts", "check"])
    assert checked.exit_code == 1
    assert " kesalahan: " in checked.stdout
    tried = CliRunner().invoke(hotline, ["try"])
    assert tried.exit_code == 1
    assert "nothing is served until they are mended" in tried.stderr


def test_a_lexicon_of_before_it_had_sounds_is_served_and_told(office: Settings) -> None:
    lexicon = office.prompts / "lexicon.toml"
    lexicon.write_text(lexicon.read_text().partition("\n[sounds]\n")[0] + "\n")
    checked = CliRunner().invoke(hotline, ["prompts", "check"])
    assert checked.exit_code == 0
    assert "T011 peringatan: tabel [sounds] tidak ada" in checked.stdout


def test_a_recording_that_cannot_be_played_is_told_by_doctor_too(office: Settings) -> None:
    (office.prompts / "recordings" / "call.welcome.wav").write_bytes(b"no audio")
    assert "R001" in doctor.texts(office).text


def test_the_line_is_stamped_by_the_contents_of_what_it_imports(tmp_path: Path) -> None:
    files = {str(path.relative_to(ROOT)) for path in launch.reached(ROOT, *launch.OF_THE_LINE)}
    for needed in (
        "agi/hearing/turn.py",
        "agi/speech/recogniser.py",
        "agi/voice/speaker.py",
        "agi/settings/__init__.py",
    ):
        assert needed in files
    for tool in ("agi/workshop/bench", "agi/workshop/softphone", "agi/workshop/training"):
        assert not [file for file in files if file.startswith(tool)]
    (tmp_path / "agi").mkdir()
    (tmp_path / "agi" / "__init__.py").write_text("")
    (tmp_path / "agi" / "one.py").write_text("def later() -> None:\n    from agi import two\n")
    (tmp_path / "agi" / "two.py").write_text("")
    (tmp_path / "agi" / "three.py").write_text("")
    assert {path.name for path in launch.reached(tmp_path, "agi.one")} == {"__init__.py", "one.py", "two.py"}


def test_equal_contents_at_another_time_leave_the_stamp(office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    one = office.var / "one.py"
    one.parent.mkdir()
    one.write_text("a = 1\n")
    monkeypatch.setattr(launch, "ROOT", office.var)
    monkeypatch.setattr(launch, "reached", lambda *_: {one})
    before = launch.line_fingerprint(office)
    one.unlink()
    one.write_text("a = 1\n")
    assert launch.line_fingerprint(office) == before
    one.write_text("a = 2\n")
    assert launch.line_fingerprint(office) != before


def test_a_copied_model_is_the_same_model(tmp_path: Path) -> None:
    network = tmp_path / "am" / "final.mdl"
    network.parent.mkdir()
    network.write_bytes(b"one")
    settings = Settings(places=Places(var=tmp_path / "var"), speech=Speech(model=tmp_path))
    before = launch.line_fingerprint(settings)
    os.utime(network, (1, 1))
    assert launch.line_fingerprint(settings) == before
    times = network.stat()
    network.write_bytes(b"two")
    os.utime(network, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert launch.line_fingerprint(settings) != before
