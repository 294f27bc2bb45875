"""What Asterisk may touch: a command that is confined reads, writes and runs nothing else, whoever it is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from line_exchange import Exchange

from agi.ops import asterisk, confined
from agi.ops.confined import Places
from agi.privacy import secret
from agi.settings import ROOT

# Tries each path and prints what could be done with it.
_TRY = """
import json, os, sys
from agi.ops.confined import Places, confine
places, paths, programs = json.loads(sys.argv[1])
confine(Places(**places))
done = []
def attempt(what, path, do):
    try:
        do()
        done.append((what, path))
    except OSError:
        pass
for path in paths:
    attempt("read", path, lambda: open(path, "rb").read())
    attempt("write", path, lambda: open(path, "ab").close())
for path in programs:
    attempt("run", path, lambda: os.waitpid(os.posix_spawn(path, [path], {}), 0))
print(json.dumps(done))
"""


def possible(places: Places, paths: list[Path], programs: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """What a process that is confined to `places` can do with `paths`."""
    asked = json.dumps((places.__dict__, [str(path) for path in paths], programs))
    done = subprocess.run(
        (sys.executable, "-c", _TRY, asked), capture_output=True, text=True, check=True, cwd=ROOT, timeout=30
    )
    return [(what, path) for what, path in json.loads(done.stdout)]


def test_only_what_is_named_is_read_written_and_run(tmp_path: Path) -> None:
    readable, writable, closed = (tmp_path / name for name in ("readable", "writable", "closed"))
    files = []
    for folder in (readable, writable, closed):
        folder.mkdir()
        (folder / "file").write_text("secret")
        files.append(folder / "file")
    assert confined.landlock() > 0
    can = possible(
        Places((str(readable), "/not/there"), (str(writable),), ()), [*files, writable / "new"], ("/bin/true",)
    )
    assert can == [
        ("read", str(files[0])),
        ("read", str(files[1])),
        ("write", str(files[1])),
        ("write", str(writable / "new")),
    ]


def test_asterisk_reaches_no_secret_no_database_and_none_of_our_files(tmp_path: Path) -> None:
    exchange = Exchange(tmp_path)
    settings = exchange.settings
    secret(settings.var, "sip-7001")
    clip = next(settings.sounds.rglob("*.wav"))
    paths = [
        *(settings.var / "secrets").iterdir(),
        *settings.data.iterdir(),
        *(tmp_path / "hotline.toml", settings.var / "supervisor.conf", settings.var / "log" / "line.jsonl"),
        *map(Path, ("/etc/passwd", "/etc/shadow", "/proc/self/environ")),
        *(ROOT / "agi" / "privacy.py", ROOT / "hotline"),
        clip,
    ]
    can = possible(asterisk.places(settings, exchange.program), paths, ("/bin/sh", "/bin/true", sys.executable))
    assert can == [("read", str(clip))]


def test_a_kernel_without_it_runs_the_command_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "_system_call", lambda *_: -1)
    assert confined.landlock() == 0
    confined.confine(Places((), (), ()))
    assert Path("/etc/passwd").read_text()
