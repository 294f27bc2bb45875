"""Publication at a set time: prepared when it is planned, published by the line, cancelled at any moment before."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from line_exchange import until
from structlog.testing import capture_logs
from test_editions import MENU, change, publisher_of, settings_of, welcome
from voice_office import PromptsFolder, prompts_folder

from agi.cli import main
from agi.editions.publishing import Publisher
from agi.editions.schedule import NotScheduled, Scheduled
from agi.editions.store import Edition
from agi.line.served import ServedEditions
from agi.settings import ROOT
from agi.voice.sounds import Sounds

HOUR = timedelta(hours=1)
OLD, NEW, LATER = (f"Selamat {one} di Halo Dukcapil." for one in ("datang", "pagi", "malam"))


@pytest.fixture
def folder(tmp_path: Path) -> PromptsFolder:
    made = prompts_folder(tmp_path)
    (made.prompts / "menu.toml").write_text(MENU)
    (tmp_path / "var").mkdir()
    (ROOT / "var" / "voice-cache").mkdir(parents=True, exist_ok=True)
    (tmp_path / "var" / "voice-cache").symlink_to(ROOT / "var" / "voice-cache")
    return made


@pytest.fixture
def makes(folder: PromptsFolder) -> Publisher:
    """Whose callers hear OLD."""
    publisher = publisher_of(folder)
    with publisher.editions.alone():
        publisher.publish(publisher.draft(folder.prompts), "", "", ())
    return publisher


def write(folder: PromptsFolder, sentence: str) -> None:
    text = (folder.prompts / "id.toml").read_text()
    old = next(one for one in (OLD, NEW, LATER) if one in text)
    change(folder.prompts / "id.toml", old, sentence)


def plan(makes: Publisher, folder: PromptsFolder, sentence: str, at: datetime | None = None) -> Scheduled:
    write(folder, sentence)
    with makes.editions.alone():
        return makes.plan(makes.draft(folder.prompts), at or datetime.now(UTC) + HOUR, "rina", "libur")


def heard(makes: Publisher) -> str:
    current = makes.editions.current()
    assert current
    assert not Sounds(current.sounds).damaged()
    return welcome(current)


def test_what_was_prepared_goes_live_at_its_time_whatever_is_changed_meanwhile(
    makes: Publisher, folder: PromptsFolder
) -> None:
    planned = plan(makes, folder, NEW)
    write(folder, LATER)
    assert makes.schedule.publish_due(planned.at - timedelta(seconds=1)) is None
    assert heard(makes) == OLD
    edition = makes.schedule.publish_due(planned.at)
    assert edition == makes.editions.current()
    assert edition
    assert (edition.number, edition.author, edition.note, welcome(edition)) == (2, "rina", "libur", NEW)
    assert makes.schedule.standing() is None
    assert not list(makes.editions.folder.glob(".scheduled*"))
    assert makes.schedule.publish_due(planned.at) is None


def test_planned_again_only_the_last_is_published(makes: Publisher, folder: PromptsFolder) -> None:
    plan(makes, folder, NEW)
    planned = plan(makes, folder, LATER)
    assert makes.schedule.standing() == planned
    assert len(list(makes.editions.folder.glob(".scheduled-*"))) == 1
    makes.schedule.publish_due(planned.at)
    assert heard(makes) == LATER


def test_what_is_cancelled_is_heard_by_nobody(makes: Publisher, folder: PromptsFolder) -> None:
    planned = plan(makes, folder, NEW)
    assert makes.schedule.cancel() == planned
    assert makes.schedule.cancel() is None
    assert makes.schedule.publish_due(planned.at) is None
    assert heard(makes) == OLD
    assert not list(makes.editions.folder.glob(".scheduled-*"))


def test_another_edition_meanwhile_is_followed_by_what_was_planned(makes: Publisher, folder: PromptsFolder) -> None:
    planned = plan(makes, folder, NEW)
    write(folder, LATER)
    with makes.editions.alone():
        makes.publish(makes.draft(folder.prompts), "", "", ())
    assert heard(makes) == LATER
    makes.schedule.publish_due(planned.at)
    assert heard(makes) == NEW


def test_what_callers_hear_already_is_not_published_again(makes: Publisher, folder: PromptsFolder) -> None:
    planned = plan(makes, folder, NEW)
    with makes.editions.alone():
        makes.publish(makes.draft(folder.prompts), "", "", ())
    assert makes.schedule.publish_due(planned.at) is None
    assert (makes.editions.current_number(), makes.schedule.standing()) == (2, None)


def test_a_time_that_has_passed_is_refused_and_the_draft_stays(makes: Publisher, folder: PromptsFolder) -> None:
    with pytest.raises(NotScheduled, match="sudah lewat"):
        plan(makes, folder, NEW, datetime.now(UTC) - HOUR)
    assert makes.schedule.standing() is None
    assert makes.editions.draft.is_dir()


def test_a_plan_that_cannot_be_read_is_none_and_is_told_once(makes: Publisher, folder: PromptsFolder) -> None:
    planned = plan(makes, folder, NEW)
    file = makes.editions.folder / ".schedule.json"
    file.write_text(file.read_text()[:40])
    with capture_logs() as told:
        assert [makes.schedule.publish_due(planned.at) for _ in range(3)] == [None] * 3
    assert [one["event"] for one in told] == ["schedule.unreadable"]


def test_a_draft_that_takes_long_delays_nothing(makes: Publisher, folder: PromptsFolder) -> None:
    planned = plan(makes, folder, NEW)
    with makes.editions.alone():
        makes.schedule.publish_due(planned.at)
    assert heard(makes) == NEW


KILLED = """
import os, shutil, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
sys.path.insert(0, "tests")
from test_editions import publisher_of, welcome
from voice_office import PromptsFolder
from agi.voice.sounds import Sounds

home, before, planning = Path(sys.argv[1]), Path(sys.argv[2]), len(sys.argv) > 3
makes = publisher_of(PromptsFolder(home / "prompts", home / "var"))
due = datetime.now(UTC) + timedelta(hours=2)

def doing():
    if planning:
        makes.plan(makes.draft(home / "prompts"), due - timedelta(hours=1), "", "")
    else:
        makes.schedule.publish_due(due)

def work(steps):
    def count(event, args):
        # Every step that changes the disk is a moment to be killed at; the step itself is not done any more.
        nonlocal steps
        if event in ("os.rename", "os.symlink", "os.link", "os.mkdir", "shutil.rmtree", "os.remove") or (
            event == "open" and args[2] & os.O_ACCMODE
        ):
            steps -= 1
            if steps == 0:
                os.kill(os.getpid(), 9)
    sys.addaudithook(count)
    doing()
    os._exit(0)

def heard():
    current = makes.editions.current()
    assert not Sounds(current.sounds).damaged()
    return welcome(current)

links = sum(path.is_file() for path in before.glob(".scheduled-*/**/*"))
step, status = 1, 9
while status:
    shutil.rmtree(makes.editions.folder)
    shutil.copytree(before, makes.editions.folder, symlinks=True)
    child = os.fork() or work(step)
    status = os.waitpid(child, 0)[1]
    assert status in (0, 9)
    found = heard()
    makes.schedule.publish_due(due)
    assert makes.schedule.standing() is None
    print(found, heard(), sep=";", flush=True)  # else a child that ends would say it once more
    step += 1 if step < 12 or step > links else links // 3
"""


def test_killed_at_any_step_the_old_or_the_new_is_heard_and_the_next_line_goes_on(
    makes: Publisher, folder: PromptsFolder, tmp_path: Path
) -> None:
    plan(makes, folder, NEW)
    shutil.copytree(makes.editions.folder, tmp_path / "before", symlinks=True)
    command = (sys.executable, "-c", KILLED, str(folder.prompts.parent), str(tmp_path / "before"))
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    killed, afterwards = zip(*(line.split(";") for line in done.stdout.splitlines() if ";" in line), strict=True)
    assert set(killed) == {OLD, NEW}
    assert list(killed) == sorted(killed)  # the old edition until the new one is there, and nothing between
    assert len(killed) > 10
    assert set(afterwards) == {NEW}


def test_killed_while_planning_the_plan_before_stands_or_the_new_one(
    makes: Publisher, folder: PromptsFolder, tmp_path: Path
) -> None:
    plan(makes, folder, NEW)
    write(folder, LATER)
    with makes.editions.alone():
        makes.draft(folder.prompts)
    shutil.copytree(makes.editions.folder, tmp_path / "before", symlinks=True)
    command = (sys.executable, "-c", KILLED, str(folder.prompts.parent), str(tmp_path / "before"), "planning")
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    killed, afterwards = zip(*(line.split(";") for line in done.stdout.splitlines() if ";" in line), strict=True)
    assert set(killed) == {OLD}
    assert afterwards[0] == NEW
    assert afterwards[-1] == LATER
    assert set(afterwards) == {NEW, LATER}


def due(makes: Publisher, planned: Scheduled) -> None:
    """Its time has come."""
    now = planned.model_copy(update={"at": datetime.now(UTC)})
    (makes.editions.folder / ".schedule.json").write_text(now.model_dump_json())


def test_the_line_publishes_what_is_due_and_calls_hear_it(makes: Publisher, folder: PromptsFolder) -> None:
    served = ServedEditions(settings_of(folder))
    served.follow()
    try:
        due(makes, plan(makes, folder, NEW))
        until("the planned edition", lambda: served.current().number == 2)
    finally:
        served.close()
    assert heard(makes) == NEW


def test_a_line_that_cannot_publish_goes_on_with_what_callers_hear(
    makes: Publisher, folder: PromptsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Edition:
        raise OSError(28, "No space left on device")

    due(makes, plan(makes, folder, NEW))
    served = ServedEditions(settings_of(folder))
    monkeypatch.setattr(served._editions, "publish", full)
    monkeypatch.setattr("agi.line.served._RETRY_S", 0.1)
    with capture_logs() as told:
        served.follow()
        until("two tries", lambda: [one["event"] for one in told].count("schedule.not_published") > 1)
    monkeypatch.undo()
    until("the planned edition", lambda: served.current().number == 2)
    served.close()


@pytest.fixture
def hotline(folder: PromptsFolder, monkeypatch: pytest.MonkeyPatch, makes: Publisher) -> Callable[..., str]:
    monkeypatch.setattr("agi.cli.prompts.publisher", lambda _: makes)
    monkeypatch.setenv("HOTLINE_PLACES__VAR", str(folder.var))
    monkeypatch.setenv("HOTLINE_PLACES__PROMPTS", str(folder.prompts))
    monkeypatch.setenv("HOTLINE_PLACES__DATA", str(folder.var))
    return lambda *words: CliRunner().invoke(main, ["prompts", *words]).output


def test_the_commands_plan_show_and_cancel(
    hotline: Callable[..., str], makes: Publisher, folder: PromptsFolder
) -> None:
    assert "Tidak ada yang berubah" in hotline("publish", "--at", "2099-12-01 06:00")
    write(folder, NEW)
    assert "Terjadwal: 2099-12-01 06:00 WIB" in hotline("publish", "--at", "2099-12-01 06:00", "--note", "libur")
    planned, current = hotline("history").splitlines()
    assert planned.endswith("libur  (terjadwal)")
    assert current.endswith("(didengar penelepon)")
    assert "Dibatalkan: 2099-12-01 06:00 WIB" in hotline("cancel")
    assert "Tidak ada yang terjadwal" in hotline("cancel")
    assert "terjadwal" not in hotline("history")
    assert "bukan waktu" in hotline("publish", "--at", "nanti")
