"""What `hotline up` does about editions: publishes the first, makes one anew, never publishes an edit."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agi.cli import bringup
from agi.editions import publishing
from agi.editions.schedule import Schedule
from agi.editions.store import Edition, Editions
from agi.errors import HotlineError
from agi.settings import ROOT, Settings
from agi.settings.tables import Places
from agi.voice.texts import Texts
from agi.workshop.bench.installation import lend_voice

Up = Callable[[], str]


@pytest.fixture
def office(tmp_path: Path) -> Settings:
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    lend_voice(tmp_path / "var")
    return Settings(places=Places(prompts=tmp_path / "prompts", var=tmp_path / "var", data=tmp_path / "data"))


@pytest.fixture
def up(office: Settings, capsys: pytest.CaptureFixture[str]) -> Up:
    """The step of `up`; what it tells."""

    def step() -> str:
        bringup.publish_first(office)
        return capsys.readouterr().err

    return step


def heard(office: Settings) -> tuple[int, str]:
    """The number of the current edition, and its first sentence."""
    current: Edition | None = Editions(office.editions_folder).current()
    assert current
    return current.number, Texts.load(current.prompts).written("call.welcome")


def edit(office: Settings, old: str, new: str) -> None:
    texts = office.prompts / "id.toml"
    assert old in texts.read_text()
    texts.write_text(texts.read_text().replace(old, new, 1))


DATANG, PAGI = "Selamat datang di Halo Dukcapil.", "Selamat pagi di Halo Dukcapil."


def test_up_publishes_the_first_edition_and_no_edit_afterwards(office: Settings, up: Up) -> None:
    up()
    assert heard(office) == (1, DATANG)
    assert "prompts publish" not in up()
    edit(office, "Selamat datang", "Selamat pagi")
    assert "prompts publish" in up()
    edit(office, "[call]", "[call")  # half-finished
    assert "prompts publish" in up()
    assert heard(office) == (1, DATANG)


def test_up_makes_what_callers_hear_anew_for_another_voice(
    office: Settings, up: Up, monkeypatch: pytest.MonkeyPatch
) -> None:
    up()
    edit(office, "Selamat datang", "Selamat pagi")
    monkeypatch.setattr(publishing, "polish", lambda: "another voice")
    assert "made anew" in up()
    assert heard(office) == (2, DATANG)
    assert "made anew" not in up()


def plan(office: Settings, at: datetime) -> None:
    """Have the working copy published then."""
    makes = bringup.publisher(office)
    with makes.editions.alone():
        makes.plan(makes.draft(office.prompts), at, "rina", "libur")


@pytest.mark.thorough
def test_up_makes_what_is_planned_anew_for_another_voice(
    office: Settings, up: Up, monkeypatch: pytest.MonkeyPatch
) -> None:
    up()
    edit(office, "Selamat datang", "Selamat pagi")
    at = datetime.now(UTC) + timedelta(hours=1)
    plan(office, at)
    edit(office, "Selamat pagi", "Selamat malam")
    before = Schedule(Editions(office.editions_folder)).standing()
    monkeypatch.setattr(publishing, "polish", lambda: "another voice")
    assert "planned to be published is made anew" in up()
    schedule = Schedule(Editions(office.editions_folder))
    after = schedule.standing()
    assert before and after
    assert after.made_by != before.made_by
    assert (after.content, after.at, after.author, after.note) == (before.content, at, "rina", "libur")
    assert "planned" not in up()
    schedule.publish_due(at)
    assert heard(office) == (3, PAGI)


@pytest.mark.parametrize("hours", [2, -2], ids=["before its time", "after its time"])
@pytest.mark.thorough
def test_up_makes_what_is_planned_anew_where_a_backup_brought_no_clips_of_it(
    office: Settings, up: Up, hours: int
) -> None:
    up()
    at = datetime.now(UTC) + timedelta(hours=2)
    plan(office, at)
    schedule = Schedule(Editions(office.editions_folder))
    planned = schedule.standing()
    assert planned
    shutil.rmtree(office.editions_folder / planned.folder / "sounds")
    when = datetime.now(UTC) + timedelta(hours=hours)
    file = office.editions_folder / ".schedule.json"
    file.write_text(planned.model_copy(update={"at": when}).model_dump_json())
    assert "planned to be published is made anew" in up()
    after = schedule.standing()
    assert after
    assert schedule.is_ready(after)
    assert after.at == when or when < datetime.now(UTC) < after.at + timedelta(minutes=5)


@pytest.mark.thorough
def test_up_drops_what_is_planned_where_it_does_not_fit_this_program(office: Settings, up: Up) -> None:
    up()
    edit(office, "Selamat datang", "Selamat pagi")
    plan(office, datetime.now(UTC) + timedelta(hours=1))
    schedule = Schedule(Editions(office.editions_folder))
    planned = schedule.standing()
    assert planned
    texts = schedule.prompts(planned) / "id.toml"
    texts.write_text(texts.read_text().replace("\nmore = ", "\nless = ", 1))  # as an older program's texts
    file = office.editions_folder / ".schedule.json"
    file.write_text(file.read_text().replace(planned.made_by, "an older program"))
    assert "planned no more" in up()
    assert schedule.standing() is None
    assert heard(office) == (1, DATANG)


def test_up_publishes_the_working_copy_where_the_edition_lacks_what_this_program_says(office: Settings, up: Up) -> None:
    up()
    current = Editions(office.editions_folder).edition(1).prompts / "id.toml"
    current.write_text(current.read_text().replace("\nmore = ", "\nless = ", 1))  # as an older program's texts
    edit(office, "Selamat datang", "Selamat pagi")
    assert "does not fit" in up()
    assert heard(office) == (2, PAGI)


def test_up_refuses_when_there_is_nothing_to_be_heard(office: Settings, up: Up) -> None:
    edit(office, "[call]", "[call")
    with pytest.raises(HotlineError, match=r"id\.toml:\d+: T008"):
        up()


def test_up_publishes_what_was_heard_where_a_backup_was_put_back(office: Settings, up: Up) -> None:
    up()
    edit(office, "Selamat datang", "Selamat pagi")
    office.current_edition.unlink()
    shutil.rmtree(office.editions_folder / "1" / "sounds")
    assert "edition 1 again" in up()
    assert heard(office) == (2, DATANG)
    assert (office.sounds / "call" / "welcome.wav").is_file()


def test_up_makes_a_clip_again_that_is_gone(office: Settings, up: Up) -> None:
    up()
    (office.sounds / "call" / "welcome.wav").unlink()
    up()
    assert heard(office) == (1, DATANG)
    assert (office.sounds / "call" / "welcome.wav").is_file()
