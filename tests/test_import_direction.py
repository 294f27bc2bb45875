"""Imports run down the floors only, and the rooms of the ground floor do not know each other (DESIGN: The house)."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from agi.ops.launch import OF_THE_LINE, reached

AGI = Path(__file__).parent.parent / "agi"
GROUND = {"errors", "settings", "privacy", "log", "deadline", "tomlfile", "wrong_settings", "owner", "pulse", "stamp"}
_ROW = re.compile(r"^\| `agi/(\w+)` \| [^|]+ \| ([^|]+) \|$", re.M)

FLOOR = {
    "cli": 6,
    "workshop": 5,
    "line": 4,
    "pages": 4,
    "doors": 4,
    "citizens": 4,
    "services": 3,
    "rehearsal": 3,
    "text": 3,
    "office": 2,
    "ops": 2,
    "hearing": 2,
    "editions": 2,
    "dialogue": 1,
    "speech": 1,
    "voice": 1,
    "books": 1,
    "languages": 0,
    "settings": 0,
    "privacy": 0,
    "log": 0,
    "deadline": 0,
    "tomlfile": 0,
    "wrong_settings": 0,
    "owner": 0,
    "pulse": 0,
    "errors": 0,
    "stamp": 0,
}
BESIDE = {("hearing", "editions"), ("ops", "hearing"), ("text", "services")}
"""Rooms of one floor that may know each other: which one imports, which one is imported. The speech service hears each
call with the grammars of its edition; `ops` asks it how it is, by its own client; `text` says what calls say."""
MODULES = sorted(AGI.rglob("*.py"))


def room(path: Path) -> str:
    """The room a file belongs to: the folder or module right below `agi`."""
    return path.relative_to(AGI).parts[0].removesuffix(".py")


def names_imported(path: Path) -> set[str]:
    """All that a file imports, also inside functions: modules, and names that may be modules."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def for_types_only(path: Path) -> set[str]:
    """What a file names for the type checker alone: nothing is imported there."""
    return {
        f"{node.module}.{name.name}"
        for branch in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(branch, ast.If) and ast.unparse(branch.test) == "TYPE_CHECKING"
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }


def rooms_imported(path: Path) -> set[str]:
    """The rooms that a file imports."""
    return {name.split(".")[1] for name in names_imported(path) if name.startswith("agi.")} - {room(path)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(AGI)))
def test_imports_run_down_the_floors(path: Path) -> None:
    own = room(path)
    if own == "__init__":
        assert not rooms_imported(path)
        return
    for other in rooms_imported(path) & FLOOR.keys():
        beside = (own, other) in BESIDE or not FLOOR[own]
        assert FLOOR[other] < FLOOR[own] or beside, f"{path} is in {own} and imports {other}"


def test_no_module_imports_itself_by_way_of_others() -> None:
    modules = {
        ".".join(path.relative_to(AGI.parent).with_suffix("").parts).removesuffix(".__init__"): path for path in MODULES
    }
    imports = {
        name: {one if one in modules else one.rpartition(".")[0] for one in names_imported(path) - for_types_only(path)}
        for name, path in modules.items()
    }
    TopologicalSorter({name: others & modules.keys() for name, others in imports.items()}).prepare()


@pytest.mark.parametrize("path", sorted((AGI / "workshop").rglob("*.py")), ids=lambda path: path.name)
def test_in_the_workshop_only_the_benchmarks_know_another_bench(path: Path) -> None:
    own = path.relative_to(AGI / "workshop").parts[0]
    shared = {tool.stem for tool in (AGI / "workshop").glob("*.py")}
    others = set(re.findall(r"agi\.workshop\.(\w+)", path.read_text(encoding="utf-8"))) - {own} - shared
    assert others <= ({"softphone"} if own == "bench" else set())


def test_what_answers_calls_brings_in_no_workshop_and_nothing_that_installs_or_builds() -> None:
    answering = reached(AGI.parent, *OF_THE_LINE)
    for path in answering:
        assert AGI / "workshop" not in path.parents, path
    assert not answering & {AGI / "ops" / "asterisk.py", AGI / "speech" / "build.py", AGI / "books" / "reader.py"}


@pytest.mark.parametrize("path", sorted((AGI / "dialogue").rglob("*.py")), ids=lambda path: path.name)
def test_the_dialogue_imports_nothing_of_ours_but_errors_files_and_languages(path: Path) -> None:
    assert rooms_imported(path) <= {"errors", "tomlfile", "languages"}


def test_every_room_has_its_floor() -> None:
    assert {room(path) for path in MODULES} - {"__init__"} <= FLOOR.keys()


@pytest.mark.parametrize("name", ["services", "office"])
def test_services_and_office_know_no_sockets_audio_or_sql(name: str) -> None:
    forbidden = {"socket", "asyncio", "sqlite3", "sqlite_utils", "soundfile", "asterisk", "subprocess"}
    for path in (AGI / name).rglob("*.py"):
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
        }
        assert not imported & forbidden, path


def test_the_table_of_rooms_in_the_readme_is_what_the_rooms_import() -> None:
    told = {
        name: set() if imports == "–" else set(imports.split(", "))
        for name, imports in _ROW.findall((AGI.parent / "README.md").read_text(encoding="utf-8"))
    }
    imported: dict[str, set[str]] = {}
    for path in MODULES:
        if path.parent != AGI and room(path) not in GROUND:
            imported.setdefault(room(path), set()).update((rooms_imported(path) & FLOOR.keys()) - GROUND)
    assert told == imported
