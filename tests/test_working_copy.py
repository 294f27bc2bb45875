"""The working copy: pages and editors change the same files, and nobody's words are lost."""

import threading
from pathlib import Path

import pytest
from tomlkit import TOMLDocument
from voice_office import PromptsFolder, prompts_folder

from agi.editions.store import Editions
from agi.editions.working import Conflict, WorkingCopy
from agi.settings import Settings
from agi.settings.tables import Places
from agi.tomlfile import FilesError
from agi.voice.texts import Texts

WELCOME = "Selamat datang di Halo Dukcapil."
MORNING = "Selamat pagi di Halo Dukcapil."
MENU = """\
start = "main"  # menu utama

[main]
prompt = "call.welcome"
1 = "cost"   # biaya

[cost]
say = "status.cost"
"""


@pytest.fixture
def folder(tmp_path: Path) -> PromptsFolder:
    made = prompts_folder(tmp_path)
    (made.prompts / "menu.toml").write_text(MENU)
    return made


@pytest.fixture
def working(folder: PromptsFolder) -> WorkingCopy:
    return WorkingCopy(Settings(places=Places(prompts=folder.prompts, var=folder.var)))


def welcome(working: WorkingCopy) -> str:
    return Texts.load(working.folder).written("call.welcome")


def by_hand(working: WorkingCopy, old: str, new: str, file: str = "id.toml") -> None:
    text = (working.folder / file).read_text()
    assert old in text
    (working.folder / file).write_text(text.replace(old, new))


def test_only_the_changed_sentence_is_spelt_anew(working: WorkingCopy) -> None:
    file = working.folder / "id.toml"
    before = "# Catatan kantor\n" + file.read_text().replace(f'"{WELCOME}"', f'"{WELCOME}"  # tanya Bu Rina')
    file.write_text(before)
    working.set_text("call.welcome", MORNING, WELCOME)
    assert file.read_text() == before.replace(WELCOME, MORNING)


def test_a_long_sentence_is_written_over_several_lines_and_says_the_same(working: WorkingCopy) -> None:
    long = 'Bilang "ya" \\ tidak, ' * 12 + "terima kasih."
    working.set_text("call.welcome", f"  {long}\n", WELCOME)
    assert welcome(working) == long
    assert max(map(len, (working.folder / "id.toml").read_text().splitlines())) <= 120


def test_line_ends_and_mark_of_windows_stay(working: WorkingCopy) -> None:
    file = working.folder / "id.toml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    before = file.read_bytes()
    working.set_text("call.welcome", MORNING, WELCOME)
    assert file.read_bytes() == before.replace(WELCOME.encode(), MORNING.encode())


def test_a_sentence_that_was_changed_meanwhile_is_shown_and_not_overwritten(working: WorkingCopy) -> None:
    by_hand(working, WELCOME, "Selamat sore.")
    with pytest.raises(Conflict) as conflict:
        working.set_text("call.welcome", MORNING, WELCOME, "siti")
    told = conflict.value
    assert (told.place, told.base, told.yours, told.theirs) == (
        ("call", "welcome"),
        WELCOME,
        MORNING,
        "Selamat sore.",
    )
    assert welcome(working) == "Selamat sore."


def test_what_was_changed_elsewhere_meanwhile_stays(working: WorkingCopy) -> None:
    by_hand(working, "Kartu Keluarga", "Kartu KK")
    working.set_text("call.welcome", MORNING, WELCOME)
    assert (welcome(working), Texts.load(working.folder).written("document.kk")) == (MORNING, "Kartu KK")


def test_who_wants_what_stands_there_already_is_no_conflict(working: WorkingCopy) -> None:
    working.set_text("call.welcome", MORNING, WELCOME)
    working.set_text("call.welcome", MORNING, WELCOME)
    assert welcome(working) == MORNING


def test_a_new_sentence_is_added_and_one_that_came_meanwhile_is_a_conflict(working: WorkingCopy) -> None:
    working.set_text("call.new", "Baru.", None)
    working.set_text("holiday.closed", "Tutup.", None)
    with pytest.raises(Conflict):
        working.set_text("call.new", "Lain.", None)
    texts = Texts.load(working.folder)
    assert (texts.written("call.new"), texts.written("holiday.closed")) == ("Baru.", "Tutup.")


@pytest.mark.parametrize("wrong", ["", "  ", "Tekan {satu.", "{a:angka} salah", "Bunyi \x07 lonceng"])
def test_what_is_no_text_is_refused_before_anything_is_replaced(working: WorkingCopy, wrong: str) -> None:
    before = (working.folder / "id.toml").read_bytes()
    with pytest.raises(FilesError):
        working.set_text("call.welcome", wrong, WELCOME)
    assert (working.folder / "id.toml").read_bytes() == before
    assert not [path for path in working.folder.iterdir() if path.name.startswith(".")]


def test_a_sentence_has_no_sentences_below_it(working: WorkingCopy) -> None:
    with pytest.raises(FilesError, match="tidak bisa ada di bawahnya"):
        working.set_text("call.welcome.more", MORNING, None)


def test_a_menu_is_edited_by_what_was_seen_of_it(working: WorkingCopy) -> None:
    seen = {("main",): working.digest("menu.toml", "main")}

    def add(document: TOMLDocument) -> None:
        document["main"]["2"] = "main"  # type: ignore[index]

    by_hand(working, 'say = "status.cost"', 'say = "call.welcome"', "menu.toml")
    working.edit("menu.toml", seen, add, "siti")
    expected = MENU.replace("status.cost", "call.welcome").replace("# biaya\n", '# biaya\n2 = "main"\n')
    assert (working.folder / "menu.toml").read_text() == expected
    with pytest.raises(Conflict) as conflict:
        working.edit("menu.toml", seen, add)
    assert conflict.value.theirs == {"prompt": "call.welcome", "1": "cost", "2": "main"}


def test_a_broken_file_is_told_and_left_as_it_is(working: WorkingCopy) -> None:
    (working.folder / "id.toml").write_text("[call\n")
    with pytest.raises(FilesError, match=r"id\.toml:1"):
        working.set_text("call.welcome", MORNING, WELCOME)
    assert (working.folder / "id.toml").read_text() == "[call\n"


@pytest.mark.parametrize("file", ["../hotline.toml", "id.toml/../x.toml", ".id.toml", "README.md"])
def test_no_other_file_can_be_changed(working: WorkingCopy, file: str) -> None:
    with pytest.raises(FilesError):
        working.edit(file, {}, lambda _: None)


def test_who_edited_last_is_known_until_the_file_is_changed_by_hand(working: WorkingCopy) -> None:
    assert working.last_edit("id.toml", "call", "welcome") is None
    working.set_text("call.welcome", MORNING, WELCOME, "siti")
    working.set_text("document.kk", "KK", "Kartu Keluarga", "budi")
    last = working.last_edit("id.toml", "call")
    assert last
    assert last.by == "siti"
    by_hand(working, MORNING, "Selamat sore.")
    last = working.last_edit("id.toml", "call", "welcome")
    assert last
    assert last.by == ""
    assert working.last_edits("id.toml")["document.kk"].by == "budi"


def test_editors_that_save_while_a_change_is_made_are_not_overwritten(working: WorkingCopy) -> None:
    saved: list[bool] = []

    def change(document: TOMLDocument) -> None:
        document["main"]["2"] = "cost"  # type: ignore[index]
        if not saved:
            saved.append(True)
            by_hand(working, "# menu utama", "# menu pertama", "menu.toml")

    working.edit("menu.toml", {}, change)
    text = (working.folder / "menu.toml").read_text()
    assert "# menu pertama" in text
    assert '2 = "cost"' in text


def test_many_at_once_lose_nothing(working: WorkingCopy) -> None:
    others = [threading.Thread(target=working.set_text, args=(f"many.t{n}", f"Kata {n}.", None)) for n in range(12)]
    for one in others:
        one.start()
    for one in others:
        one.join()
    assert sum(key.startswith("many.") for key in Texts.load(working.folder)) == 12


def test_a_recording_replaces_others_of_its_name_and_all_are_kept_for_ever(working: WorkingCopy) -> None:
    (working.folder / "recordings" / "call.welcome.mp3").write_bytes(b"by hand")
    working.put_recording("call.welcome", b"new", "siti", original=(b"as it was sent", ".ogg"))
    assert [path.name for path in working.recordings.used("id")] == ["call.welcome.wav"]
    last = working.last_edit("recordings", "call.welcome")
    assert last
    assert last.by == "siti"
    assert working.drop_recording("call.welcome", "siti")
    assert not working.drop_recording("call.welcome", "siti")
    assert working.recordings.used("id") == []
    originals = Editions(working.folder.parent / "var" / "editions").originals
    assert {path.read_bytes() for path in originals.iterdir()} == {b"by hand", b"new", b"as it was sent"}
    (working.folder / "recordings" / "digits.1.flac").write_bytes(b"by hand, too")
    assert working.drop_recording("digits.1")
    assert b"by hand, too" in {path.read_bytes() for path in originals.iterdir()}


@pytest.mark.parametrize("name", ["../id", "a/b", "", "A", ".hidden", "x\0"])
def test_no_recording_lies_elsewhere(working: WorkingCopy, name: str) -> None:
    with pytest.raises(FilesError):
        working.put_recording(name, b"x")
    with pytest.raises(FilesError):
        working.drop_recording(name)


def test_an_old_edition_becomes_the_working_copy_and_what_stood_there_is_kept(
    working: WorkingCopy, tmp_path: Path
) -> None:
    old = tmp_path / "old"
    (old / "recordings").mkdir(parents=True)
    (old / "recordings" / "digits.1.wav").write_bytes(b"satu")
    (old / "menu.toml").write_text(MENU)
    (old / "id.toml").write_text((working.folder / "id.toml").read_text())
    working.set_text("call.welcome", MORNING, WELCOME)
    working.put_recording("call.welcome", b"x")
    kept = working.take(old)
    assert welcome(working) == WELCOME
    assert [path.name for path in working.recordings.used("id")] == ["digits.1.wav"]
    assert Texts.load(kept).written("call.welcome") == MORNING
    assert (kept / "recordings" / "call.welcome.wav").read_bytes() == b"x"
