"""Whatever a day of work leaves behind can be read by its owner only."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from books_data import resident_line, residents_file
from installation import brought_up

from agi.ops import doctor, private
from agi.ops.doctor import Level
from agi.ops.supervise import Supervisor
from agi.settings import ROOT, Settings


def modes_of_others(folder: Path) -> dict[str, str]:
    """Each file below `folder` on which others have rights, independent of what the product looks at."""
    return {
        str(path): oct(path.lstat().st_mode)
        for path in folder.rglob("*")
        if not path.is_symlink() and path.lstat().st_mode & 0o077 and "tree" not in path.parts
    }


@pytest.fixture
def as_logged_in() -> Iterator[None]:
    """The mask that a login has, which makes files readable by everybody."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("as_logged_in")
def test_after_a_day_of_work_every_file_is_its_owners(tmp_path: Path) -> None:
    with brought_up(tmp_path / "home") as hotline:
        settings = hotline.settings
        hotline.run("call", "--keys", "1")
        out = tmp_path / "out"
        out.mkdir()
        hotline.run("registry", "export", "residents", str(out / "residents.csv"))
        (out / "calls.csv").write_text("an export of before, readable by all\n")
        hotline.run("calls", "export", str(out / "calls.csv"))
        file = residents_file(out, resident_line(1), "nonsense,,,", name="own.csv")
        file.chmod(0o600)
        hotline.run("registry", "import", "residents", str(file), "--replace", "--threshold", "50")
        line = Supervisor(settings).process("line")
        assert line.pid is not None
        os.kill(line.pid, signal.SIGKILL)
        hotline.run("up", limit_s=120)  # waits until a call would be answered again
        assert modes_of_others(settings.var) == {}
        assert modes_of_others(settings.data) == {}
        assert modes_of_others(out) == {}


def test_what_was_wide_before_is_found_by_doctor_and_narrowed_by_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_at(tmp_path, monkeypatch)
    words = settings.var / "log" / "asterisk"
    words.mkdir(parents=True)
    settings.data.mkdir()
    for path in (words / "ended", settings.registry_db, tmp_path / "hotline.toml"):
        path.write_text("")
        path.chmod(0o644)
    (settings.var / "venv").mkdir()
    (settings.var / "venv" / "public").write_text("")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("")
    elsewhere.chmod(0o644)
    (settings.var / "link").symlink_to(elsewhere)
    finding = next(one for one in doctor.examine(settings) if one.about == "privacy")
    assert finding.level is Level.FAIL
    private.make_private(settings)
    assert list(private.readable_by_others(settings)) == []
    assert settings.registry_db.stat().st_mode & 0o777 == 0o600
    assert elsewhere.stat().st_mode & 0o777 == 0o644


def settings_at(home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, place in (("PLACES__VAR", "var"), ("PLACES__DATA", "data"), ("SETTINGS", "hotline.toml")):
        monkeypatch.setenv(f"HOTLINE_{name}", str(home / place))
    (home / "hotline.toml").write_text("")
    return Settings()


def test_what_comes_with_the_project_is_no_private_file() -> None:
    shipped = {path.name for path in (ROOT / "data").iterdir() if path.is_dir()}
    assert shipped <= set(private._PUBLIC["data"])
