"""Editions: immutable, numbered, published by moving one link; compared in words; kept as long as they are needed."""

import json
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from voice_office import PromptsFolder, prompts_folder, speechlike

from agi.dialogue.finding import Finding
from agi.editions.differences import differences
from agi.editions.publishing import Publisher, Refused
from agi.editions.store import Edition, Editions, NoEdition
from agi.settings import ROOT, Settings
from agi.settings.tables import Kept, Places
from agi.voice.sounds import Sounds
from agi.voice.texts import Texts

MENU = """\
start = "main"
[main]
prompt = "call.welcome"
1 = "cost"
[main.words]
1 = ["biaya"]
[cost]
say = "status.cost"
"""


@pytest.fixture
def folder(tmp_path: Path) -> PromptsFolder:
    made = prompts_folder(tmp_path)
    (made.prompts / "menu.toml").write_text(MENU)
    (tmp_path / "var").mkdir()
    (ROOT / "var" / "voice-cache").mkdir(parents=True, exist_ok=True)
    (tmp_path / "var" / "voice-cache").symlink_to(ROOT / "var" / "voice-cache")
    return made


def settings_of(folder: PromptsFolder, keep: int = 20, days: int = 90) -> Settings:
    places = Places(prompts=folder.prompts, var=folder.var)
    return Settings(places=places, editions=Kept(keep=keep, days=days))


def publisher_of(folder: PromptsFolder, keep: int = 20, days: int = 90) -> Publisher:
    return Publisher(settings_of(folder, keep, days), lambda _: (), None)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def published(folder: PromptsFolder, publisher: Publisher | None = None, recorded: tuple[int, ...] = ()) -> Edition:
    made = publisher or publisher_of(folder)
    with made.editions.alone():
        return made.publish(made.draft(folder.prompts), "rina", "percobaan", recorded)


def welcome(edition: Edition) -> str:
    return Texts.load(edition.prompts).written("call.welcome")


def test_an_edition_holds_all_that_callers_hear_and_who_published_it_when_and_why(folder: PromptsFolder) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    first = published(folder)
    second = published(folder)
    for path in ("prompts/menu.toml", "prompts/id.toml", "prompts/lexicon.toml", "sounds/call/welcome.wav"):
        assert (first.folder / path).is_file()
    assert (first.number, first.author, first.note, first.parent) == (1, "rina", "percobaan", None)
    assert before <= first.at <= datetime.now(UTC)
    assert (second.number, second.parent, second.content) == (2, 1, first.content)
    assert publisher_of(folder).editions.history() == (second, first)


def test_edits_are_heard_by_nobody_before_they_are_published(folder: PromptsFolder) -> None:
    publisher = publisher_of(folder)
    first = published(folder)
    change(folder.prompts / "id.toml", "Selamat datang", "Selamat pagi")
    assert publisher.editions.current() == first
    assert welcome(first) == "Selamat datang di Halo Dukcapil."
    assert not publisher.is_current(folder.prompts)
    second = published(folder)
    assert publisher.is_current(folder.prompts)
    assert (welcome(first), welcome(second)) == ("Selamat datang di Halo Dukcapil.", "Selamat pagi di Halo Dukcapil.")


def test_prompts_with_errors_are_refused_by_the_names_of_the_working_copy(folder: PromptsFolder) -> None:
    def check(prompts: Path) -> tuple[Finding, ...]:
        return (Finding("T008", prompts / "id.toml", 3, "salah"), Finding("R002", prompts / "x.wav", 0, "tak dipakai"))

    first = published(folder)
    refusing = Publisher(settings_of(folder), check, None)
    change(folder.prompts / "id.toml", "Selamat datang", "Selamat pagi")
    with pytest.raises(Refused) as refused:
        refusing.draft(folder.prompts)
    told, unchanged = str(refused.value).splitlines()
    assert told == f"{folder.prompts / 'id.toml'}:3: T008 kesalahan: salah"
    assert unchanged == "Yang didengar penelepon tidak berubah."
    assert refusing.editions.current() == first


def test_an_earlier_edition_is_brought_back_under_a_new_number(folder: PromptsFolder) -> None:
    publisher = publisher_of(folder)
    first = published(folder)
    change(folder.prompts / "id.toml", "Selamat datang", "Selamat pagi")
    published(folder)
    with publisher.editions.alone():
        third = publisher.publish(publisher.draft(first.prompts), "", "", ())
    assert (third.number, third.content) == (3, first.content)
    assert welcome(third) == welcome(first)
    assert "Selamat pagi" in (folder.prompts / "id.toml").read_text()


PUBLISH = """
import os, sys
from pathlib import Path
sys.path.insert(0, "tests")
from test_editions import publisher_of
from voice_office import PromptsFolder

steps = int(sys.argv[2])
def count(event, args):
    # Every step that changes the disk is a moment to be killed at; the step itself is not done any more.
    global steps
    if event in ("os.rename", "os.symlink", "os.link", "os.mkdir", "shutil.rmtree", "os.remove") or (
        event == "open" and args[2] & os.O_ACCMODE
    ):
        steps -= 1
        if steps == 0:
            os.kill(os.getpid(), 9)

home = Path(sys.argv[1])
publisher = publisher_of(PromptsFolder(home / "prompts", home / "var"))
with publisher.editions.alone():
    sys.addaudithook(count)
    publisher.publish(publisher.draft(home / "prompts"), "", "", ())
"""


@pytest.mark.parametrize(
    "drafted",
    [pytest.param(False, id="from the files"), pytest.param(True, id="from a draft", marks=pytest.mark.thorough)],
)
def test_killed_at_any_step_callers_hear_the_old_edition_whole(folder: PromptsFolder, drafted: bool) -> None:
    first = published(folder)
    change(folder.prompts / "id.toml", "Selamat datang", "Selamat pagi")
    publisher, step, killed = publisher_of(folder), 1, 0
    while True:
        if drafted:
            publisher.draft(folder.prompts)
        else:
            shutil.rmtree(publisher.editions.draft, ignore_errors=True)
        command = (sys.executable, "-c", PUBLISH, str(folder.prompts.parent), str(step))
        done = subprocess.run(command, cwd=ROOT, check=False)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
        assert publisher.editions.current() == first
        assert publisher.editions.history() == (first,)
        killed += 1
        step += 1 if drafted else 1 + step // 2
    assert killed >= 4
    found = publisher.editions.current()
    assert found
    assert (found.number, welcome(found)) == (2, "Selamat pagi di Halo Dukcapil.")
    assert not Sounds(found.sounds).damaged()


def test_what_a_killed_publisher_left_above_the_link_is_no_edition(folder: PromptsFolder) -> None:
    first = published(folder)
    second = published(folder)
    (second.folder.parent / "current").unlink()
    (second.folder.parent / "current").symlink_to("1")  # as if it had been killed just before
    editions = publisher_of(folder).editions
    assert editions.current() == first
    assert editions.history() == (first,)
    assert published(folder).number == 2


def test_numbers_that_call_records_name_are_never_given_again(folder: PromptsFolder) -> None:
    assert published(folder, recorded=(7,)).number == 8


def aged(edition: Edition, days: int) -> None:
    facts = json.loads((edition.folder / "edition.json").read_text())
    facts["at"] = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    (edition.folder / "edition.json").write_text(json.dumps(facts))


def test_old_editions_go_but_none_that_is_young_recorded_or_in_use(folder: PromptsFolder) -> None:
    made = [published(folder) for _ in range(6)]
    for edition in made[:4]:
        aged(edition, days=91)
    editions = Editions(settings_of(folder).editions_folder)
    held = editions.held(2)
    published(folder, publisher_of(folder, keep=2), recorded=(3,))
    assert [edition.number for edition in editions.history()] == [7, 6, 5, 3, 2]
    held.close()
    published(folder, publisher_of(folder, keep=2), recorded=(3,))
    assert [edition.number for edition in editions.history()] == [8, 7, 6, 5, 3]
    with pytest.raises(NoEdition, match="Edisi 1 tidak ada"):
        editions.held(1)


def test_nothing_is_removed_while_call_records_cannot_be_read(folder: PromptsFolder) -> None:
    publisher = publisher_of(folder, keep=1, days=0)
    for _ in range(3):
        with publisher.editions.alone():
            publisher.publish(publisher.draft(folder.prompts), "", "", None)
    assert len(publisher.editions.history()) == 3


def test_without_the_link_the_newest_edition_is_known_and_no_number_is_given_twice(folder: PromptsFolder) -> None:
    published(folder)
    second = published(folder)
    publisher = publisher_of(folder)
    (publisher.editions.folder / "current").unlink()  # as when a backup was put back
    (publisher.editions.folder / "3").mkdir()
    assert publisher.editions.current() is None
    assert publisher.editions.newest() == second
    assert published(folder).number == 4
    assert not (publisher.editions.folder / "3").exists()


def test_a_recording_that_was_ever_published_is_kept(folder: PromptsFolder) -> None:
    path = folder.record("call.welcome", speechlike(1.0, 8000))
    original = path.read_bytes()
    publisher = publisher_of(folder, keep=1, days=0)
    published(folder, publisher)
    path.unlink()
    published(folder, publisher)
    published(folder, publisher)
    (kept,) = publisher.editions.originals.iterdir()
    assert kept.read_bytes() == original
    assert len(publisher.editions.history()) == 1


def test_a_change_to_the_working_copy_in_place_leaves_the_edition(folder: PromptsFolder) -> None:
    path = folder.record("call.welcome", speechlike(1.0, 8000))
    first = published(folder)
    with path.open("r+b") as file:
        file.write(b"something else")
    assert (first.prompts / "recordings" / "call.welcome.wav").read_bytes() != path.read_bytes()


def test_differences_are_told_sentence_by_sentence_and_row_by_row(folder: PromptsFolder, tmp_path: Path) -> None:
    first = published(folder)
    assert list(differences(first.prompts, folder.prompts, "id")) == []
    change(folder.prompts / "id.toml", "Selamat datang", "Selamat pagi")
    change(folder.prompts / "id.toml", 'kk = "Kartu Keluarga"', 'ktp = "KTP elektronik"')
    change(folder.prompts / "menu.toml", '1 = "cost"', '2 = "cost"\n3 = "main"\ntries = 2')
    change(folder.prompts / "menu.toml", '1 = ["biaya"]', '2 = ["biaya", "harga"]\n3 = ["dari awal"]')
    change(folder.prompts / "lexicon.toml", "\n[words]\n", '\n[words]\nDPRD = "de pe er de"\n')
    folder.record("call.welcome", speechlike(1.0, 8000))
    assert list(differences(first.prompts, folder.prompts, "id")) == [
        "Kalimat:",
        "  call.welcome",
        "    - Selamat datang di Halo Dukcapil.",
        "    + Selamat pagi di Halo Dukcapil.",
        "  document.ktp (baru)",
        "    + KTP elektronik",
        "  document.kk (dihapus)",
        "    - Kartu Keluarga",
        "Menu:",
        "  [main] tombol 2: cost (baru)",
        "  [main] tombol 3: main (baru)",
        "  [main] tries: 2 (baru)",
        "  [main] tombol 1: cost (dihapus)",
        "  [main] kata untuk 2: + “biaya”, “harga”",
        "  [main] kata untuk 3: + “dari awal”",
        "  [main] kata untuk 1: - “biaya”",
        "Kamus:",
        "  DPRD dibaca: de pe er de (baru)",
        "Rekaman:",
        "  call.welcome: baru",
    ]
