"""What places of the menu are called on pages and in pictures: in the words of callers, never by ids."""

from pathlib import Path

from agi.dialogue.menufile import read
from agi.dialogue.titles import titles

MENU = """\
start = "main"
[main]
prompt = "menu.main"
1 = "nik_check"
2 = "lost"
3 = "other_things"
[main.words]
1 = ["cek NIK", "NIK"]
[nik_check]
service = "nik_check"
[lost]
say = "a.b"
intents = ["KTP hilang", "urus KTP hilang"]
[other_things]
say = "a.c"
"""


def test_a_place_is_called_as_callers_ask_for_it(tmp_path: Path) -> None:
    (tmp_path / "menu.toml").write_text(MENU)
    assert titles(read(tmp_path / "menu.toml")) == {
        "main": "Menu utama",
        "nik_check": "Cek NIK",
        "lost": "KTP hilang",
        "other_things": "Other things",
    }
