"""An option that is not offered for a while: it stays in the file, and neither key nor words lead there."""

from pathlib import Path

import pytest

from agi.dialogue.menu import Menu, MenuError
from agi.dialogue.menufile import MenuFile, read
from agi.dialogue.spoken import INTENTS
from agi.dialogue.titles import titles
from agi.editions.differences import differences
from agi.languages import INDONESIAN
from agi.services.checked import check_menu
from agi.settings import ROOT
from agi.voice.texts import Texts

MENU = """\
start = "main"
[main]
prompt = "menu.main"
1 = "card"
2 = "papers"
[main.words]
1 = ["kartu"]
2 = ["akta"]
[card]
say = "info.hours"
intents = ["kartu hilang"]
[papers]
prompt = "menu.status"
intents = ["akta"]
1 = "birth"
[papers.words]
1 = ["lahir"]
[birth]
say = "info.fraud"
intents = ["akta lahir"]
[address]
say = "info.address"
intents = ["alamat kantor"]
"""
OFF = MENU.replace('prompt = "menu.main"', 'prompt = "menu.main"\noff = ["2"]')


def written(folder: Path, source: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "menu.toml").write_text(source, encoding="utf-8")
    return folder / "menu.toml"


def codes(folder: Path, source: str) -> set[str]:
    return {one.code for one in check_menu(written(folder, source), Texts.load(ROOT / "prompts"), INDONESIAN)}


def found(folder: Path, source: str) -> MenuFile:
    return read(written(folder, source))


def test_neither_its_key_nor_its_words_lead_there_and_the_others_keep_their_keys(tmp_path: Path) -> None:
    menu = Menu.load(written(tmp_path, OFF))
    assert menu.nodes["main"].options == {"1": "card"}
    assert menu.nodes["main"].withdrawn == {"2": "papers"}
    assert menu.spoken["menu:main"] == {"1": ("kartu",)}


def test_what_only_it_leads_to_cannot_be_wished_for_and_everything_else_can(tmp_path: Path) -> None:
    assert found(tmp_path, OFF).closed() == {"papers", "birth"}
    assert set(Menu.load(written(tmp_path, OFF)).spoken[INTENTS]) == {"card", "address"}
    assert set(Menu.load(written(tmp_path, MENU)).spoken[INTENTS]) == {"card", "papers", "birth", "address"}


def test_another_way_keeps_a_place_open(tmp_path: Path) -> None:
    assert found(tmp_path, OFF.replace('1 = "card"', '1 = "papers"')).closed() == set()


def test_the_checker_takes_it_for_meant_and_tells_what_the_sentence_still_offers(tmp_path: Path) -> None:
    before = codes(tmp_path, MENU)
    assert codes(tmp_path, OFF) - before == set()
    assert "M010" not in codes(tmp_path, OFF.replace('off = ["2"]', 'off = ["1"]'))
    assert "M018" in codes(tmp_path, OFF)


def test_off_names_options_that_there_are_and_leaves_one(tmp_path: Path) -> None:
    assert "M029" in codes(tmp_path, OFF.replace('off = ["2"]', 'off = ["7"]'))
    assert "M002" in codes(tmp_path, OFF.replace('off = ["2"]', "off = [2]"))
    with pytest.raises(MenuError, match="tidak menawarkan satu pilihan pun"):
        Menu.load(written(tmp_path, OFF.replace('off = ["2"]', 'off = ["1", "2"]')))


def test_the_difference_tells_it_and_its_place_keeps_its_title(tmp_path: Path) -> None:
    for name, source in (("before", MENU), ("after", OFF)):
        written(tmp_path / name, source)
        for file in ("id.toml", "lexicon.toml"):
            (tmp_path / name / file).write_bytes((ROOT / "prompts" / file).read_bytes())
    told = "\n".join(differences(tmp_path / "before", tmp_path / "after", "id"))
    assert "[main] tombol 2: papers → papers, tidak ditawarkan" in told
    assert titles(found(tmp_path, OFF))["papers"] == "Akta"


def test_a_title_of_its_own_is_what_a_place_is_called(tmp_path: Path) -> None:
    named = titles(found(tmp_path, MENU.replace("[card]", '[card]\ntitle = "Kartu rusak"')))
    assert named["card"] == "Kartu rusak"
    assert named["main"] == "Menu utama"
