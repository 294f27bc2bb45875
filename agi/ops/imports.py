"""Which files of ours a program is made of: what it imports, and what that imports."""

import ast
from pathlib import Path


def reached(root: Path, *modules: str) -> set[Path]:
    """The files below `root` of `modules` (dotted) and of all of ours that they import, wherever in their code."""
    found: set[Path] = set()
    ahead = list(modules)
    while ahead:
        name = ahead.pop()
        file = _file(root, name)
        if file is None or file in found:
            continue
        found.add(file)
        ahead += [name.rpartition(".")[0], *_imported(file)]
    return found


def _imported(file: Path) -> list[str]:
    """Names of ours that `file` imports; whether one is a module or something in it shows when it is looked for."""
    names: list[str] = []
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names += [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
    return [name for name in names if name.startswith("agi.")]


def _file(root: Path, name: str) -> Path | None:
    """The file of the module or package `name`, if it is one."""
    stem = root.joinpath(*name.split("."))
    if not name:
        return None
    return next((path for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.is_file()), None)
