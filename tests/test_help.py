"""Help is there from the first minute: with the packages of a running hotline alone, and before any is installed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from test_readme import ALL_COMMANDS

from agi.cli import COMMANDS, main, overview
from agi.settings import ROOT

# Refuses what only the locks of testers and of training bring, as on a machine that only answers calls.
_RUN_ALONE = """
import re, sys
from importlib.abc import MetaPathFinder
from importlib.metadata import packages_distributions
from pathlib import Path
lock = Path(sys.argv.pop(1)).read_text().lower()
locked = {re.sub("[-_.]+", "-", name) for name in re.findall("^[a-z0-9_.-]+", lock, re.M)}
extra = {
    module for module, owners in packages_distributions().items()
    if not any(re.sub("[-_.]+", "-", owner).lower() in locked for owner in owners)
} - set(sys.stdlib_module_names)
class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in extra:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
sys.meta_path.insert(0, Absent())
assert "yaml" in extra and "matplotlib" in extra, extra
from agi.cli import main
failed = []
for words in sys.stdin.read().splitlines():
    try:
        main([*words.split(), "--help"], prog_name="hotline")
    except SystemExit as done:
        failed += [words] if done.code else []
    except ImportError as missing:
        failed += [f"{words}: {missing}"]
sys.exit("; ".join(failed) or 0)
"""


def test_every_help_is_told_with_the_packages_of_a_running_hotline_alone() -> None:
    groups = sorted({words.split()[0] for words in ALL_COMMANDS if " " in words})
    done = subprocess.run(
        (sys.executable, "-c", _RUN_ALONE, ROOT / ".lock" / "run.txt"),
        input="\n".join(["", *groups, *ALL_COMMANDS]),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= overview.WIDTH


@pytest.mark.parametrize("words", [(), ("-h",), ("--help",)])
def test_without_a_word_and_with_help_all_commands_are_listed_in_groups(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(words), prog_name="hotline")
    assert not ended.value.code
    shown = capsys.readouterr().out
    for title, group in overview.GROUPS.items():
        part = shown.partition(f"\n{title}:\n")[2].partition("\n\n")[0]
        assert re.findall(r"^  ([a-z]+)", part, re.M) == list(group)
    assert set(COMMANDS) == {name for group in overview.GROUPS.values() for name in group}


@pytest.mark.parametrize("words", [(), ("-h",), ("--help",)])
def test_before_anything_is_installed_the_same_list_is_shown_and_nothing_is_made(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    (clone / "agi" / "cli").mkdir(parents=True)
    for name in ("hotline", "agi/cli/overview.py"):
        (clone / name).write_bytes((ROOT / name).read_bytes())
    done = subprocess.run(
        ("bash", clone / "hotline", *words), capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "LANG": "C", "LC_ALL": "C"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == overview.text() + "\n"
    assert not (clone / "var").exists()
