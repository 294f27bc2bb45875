"""Edits of the menu file, in any order, by two people and by hand: it is always readable, and nothing else is lost."""

import shutil
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomlkit
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tomlkit import TOMLDocument

from agi.dialogue.menufile import read
from agi.editions import menu_edit
from agi.editions.menu_edit import Option
from agi.editions.working import Conflict, WorkingCopy
from agi.settings import Settings
from agi.settings.tables import Places
from agi.tomlfile import FilesError

MENU = """\
# Pohon menu kantor.
start = "main"  # tempat pertama

[main]
prompt = "menu.main"  # kalimatnya
1 = "lost"  # yang paling sering
2 = "other"
3 = "hours"  # sejak Januari
# di bawah: kata-kata
[main.words]
1 = ["KTP hilang",  # kata penelepon
     "hilang"]
2 = "lainnya"
3 = ["jam buka"]  # diusulkan loket 2

# ---- informasi ----
[lost]
say = "info.lost"
intents = ["KTP hilang"]  # untuk semua menu
[hours]
say = "info.hours"
first_key_ms = 4000  # orang mencatat

[other]
prompt = "menu.other"
give_up = "end"
1 = "hours"
2 = "lost"  # juga di atas

[other.words]
1 = ["jam"]
2 = ["hilang"]
# akhir
"""
MENUS, PLACES = ("main", "other"), ("main", "other", "lost", "hours")
EDITORS = ("siti", "budi")
EDITOR, MENU_NAME, PLACE = st.sampled_from(EDITORS), st.sampled_from(MENUS), st.sampled_from(PLACES)
UNDONE = st.sampled_from(("move", "add", "remove", "withdraw"))
TITLES = st.sampled_from(("", "Kartu", "Jam buka"))
TARGETS = st.sampled_from(("lost", "hours", "other"))
WORDS = st.lists(st.sampled_from(("satu", "dua", "tiga", "empat")), max_size=2, unique=True).map(tuple)


@dataclass(frozen=True)
class Noted:
    """An option, and what is noted beside its target in the file."""

    option: Option
    note: str


def noted(source: str, node: str) -> list[Noted]:
    document = tomlkit.parse(source)
    return [Noted(one, one.spelt[0].trivia.comment) for one in menu_edit.options(document, node)]


class Editing(RuleBasedStateMachine):
    """What stands in the file is what was meant: options with their notes, and all else as it was."""

    @initialize()
    def begin(self) -> None:
        self.home = Path(tempfile.mkdtemp())
        self.file = self.home / "prompts" / "menu.toml"
        self.file.parent.mkdir()
        self.file.write_text(MENU, encoding="utf-8")
        self.working = WorkingCopy(Settings(places=Places(prompts=self.file.parent, var=self.home / "var")))
        self.meant = {node: noted(MENU, node) for node in MENUS}
        self.others = self.without_options()
        self.lines = [line for line in MENU.splitlines() if line.startswith("#")]
        self.seen: dict[str, dict[str, str]] = {}
        for editor in EDITORS:
            self.looks(editor)

    def source(self) -> str:
        return self.file.read_text(encoding="utf-8")

    def without_options(self) -> dict[str, Any]:
        """All that the file says but for options and their words."""
        tables = tomllib.loads(self.source())
        for node in MENUS:
            tables[node] = {name: value for name, value in tables[node].items() if not name.isdigit()}
            tables[node].pop("words", None)
            tables[node].pop("off", None)
        return tables

    def edit(self, editor: str, node: str, change: Callable[[TOMLDocument], None]) -> bool:
        """Whether it was done; who saw what is no longer there changes nothing."""
        now = self.working.digest("menu.toml", node)
        try:
            self.working.edit("menu.toml", {(node,): self.seen[editor][node]}, change, editor)
        except Conflict:
            assert self.seen[editor][node] != now
            return False
        except FilesError:
            return False
        assert self.seen[editor][node] == now
        self.looks(editor)
        return True

    def options(self, editor: str, node: str, wanted: list[Noted]) -> None:
        if self.edit(editor, node, self.putting(node, wanted)):
            self.meant[node] = wanted

    def putting(self, node: str, wanted: list[Noted]) -> Callable[[TOMLDocument], None]:
        return lambda document: menu_edit.put_options(document, node, [one.option for one in wanted])

    @rule(editor=EDITOR)
    def looks(self, editor: str) -> None:
        self.seen[editor] = {node: self.working.digest("menu.toml", node) for node in PLACES}

    @rule(editor=EDITOR, node=MENU_NAME, to=TARGETS, words=WORDS)
    def adds(self, editor: str, node: str, to: str, words: tuple[str, ...]) -> None:
        self.options(editor, node, [*noted(self.source(), node), Noted(Option(to, words), "")])

    @rule(
        editor=EDITOR,
        node=MENU_NAME,
        place=st.integers(0, 8),
        by=st.sampled_from((-1, 1)),
    )
    def moves(self, editor: str, node: str, place: int, by: int) -> None:
        self.options(editor, node, menu_edit.move(noted(self.source(), node), place, by))

    @rule(editor=EDITOR, node=MENU_NAME, place=st.integers(0, 3))
    def removes(self, editor: str, node: str, place: int) -> None:
        now = noted(self.source(), node)
        self.options(editor, node, [*now[:place], *now[place + 1 :]])

    @rule(editor=EDITOR, node=MENU_NAME, place=st.integers(0, 2))
    def withdraws_or_offers_again(self, editor: str, node: str, place: int) -> None:
        now = noted(self.source(), node)
        if place < len(now):
            other = replace(now[place].option, offered=not now[place].option.offered)
            self.options(editor, node, [*now[:place], Noted(other, now[place].note), *now[place + 1 :]])

    @rule(editor=EDITOR, node=MENU_NAME, place=st.integers(0, 2), to=TARGETS, words=WORDS)
    def writes_otherwise(self, editor: str, node: str, place: int, to: str, words: tuple[str, ...]) -> None:
        now = noted(self.source(), node)
        if place < len(now):
            other = replace(now[place].option, target=to, words=words)
            self.options(editor, node, [*now[:place], Noted(other, now[place].note), *now[place + 1 :]])

    @rule(editor=EDITOR, node=PLACE, title=TITLES)
    def renames(self, editor: str, node: str, title: str) -> None:
        if self.edit(editor, node, lambda document: menu_edit.put_title(document, node, title)):
            self.says(node, "title", title or None)

    @rule(editor=EDITOR, node=PLACE, wait=st.sampled_from((0, 3000, 4000)))
    def waits_otherwise(self, editor: str, node: str, wait: int) -> None:
        patience = {"first_key_ms": wait} if wait else {}
        if self.edit(editor, node, lambda document: menu_edit.put_patience(document, node, patience)):
            self.says(node, "first_key_ms", wait or None)

    @rule(editor=EDITOR, node=PLACE, barge_in=st.sampled_from((True, False, "key")))
    def interrupts_otherwise(self, editor: str, node: str, barge_in: bool | str) -> None:
        if self.edit(editor, node, lambda document: menu_edit.put_manner(document, node, "agent", barge_in)):
            self.says(node, "barge_in", None if barge_in is True else barge_in)
            self.says(node, "give_up", None)

    @rule(node=MENU_NAME, nth=st.integers(0, 2))
    def a_hand_writes_a_line(self, node: str, nth: int) -> None:
        line = f"# catatan {len(self.lines)}"
        self.lines.append(line)
        self.file.write_text(self.source().replace(f"[{node}]\n", f"[{node}]\n{line}\n"), encoding="utf-8")

    @rule(
        node=MENU_NAME,
        place=st.integers(0, 2),
        what=UNDONE,
    )
    def undoing_an_edit_gives_the_same_menu(self, node: str, place: int, what: str) -> None:
        before, now = tomllib.loads(self.source()), noted(self.source(), node)
        other = {
            "move": menu_edit.move(now, place, 1),
            "add": [*now, Noted(Option("hours", ("satu",)), "")],
            "remove": [*now[:place], *now[place + 1 :]],
            "withdraw": [*now[:place], *(Noted(replace(one.option, offered=False), one.note) for one in now[place:])],
        }[what]
        try:
            self.working.edit("menu.toml", {}, self.putting(node, other))
        except FilesError:
            return
        back = menu_edit.move(noted(self.source(), node), place, 1) if what == "move" and place + 1 < len(now) else now
        self.working.edit("menu.toml", {}, self.putting(node, back))
        assert tomllib.loads(self.source()) == before

    def says(self, node: str, name: str, value: object) -> None:
        if value is None:
            self.others[node].pop(name, None)
        else:
            self.others[node][name] = value

    @invariant()
    def nothing_is_lost(self) -> None:
        source = self.source()
        assert not [one for one in read(self.file).findings if one.is_error]
        assert {node: noted(source, node) for node in MENUS} == self.meant
        assert self.without_options() == self.others
        assert sorted(line for line in source.splitlines() if line.startswith("#")) == sorted(self.lines)
        assert "# tempat pertama" in source
        assert "# kalimatnya" in source

    def teardown(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)


TestEditing = Editing.TestCase
TestEditing.settings = hypothesis(max_examples=20, stateful_step_count=20, deadline=None)


def test_what_is_noted_among_words_stays_when_the_last_word_goes() -> None:
    document = tomlkit.parse('[main]\nprompt = "a"\n1 = "x"\n\n[main.words]\n1 = ["satu"]\n# akhir\n')
    menu_edit.put_options(document, "main", [Option("x")])
    assert "# akhir" in tomlkit.dumps(document)
    assert "satu" not in tomlkit.dumps(document)
