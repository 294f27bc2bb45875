"""Asterisk as a private tree below var/: Debian's own packages, checked by Debian's signatures, not installed.

Debian 12 and 13 have no Asterisk and Ubuntu 24.04 has an old one, while Debian testing has what we need.
Pinning testing on an older system replaces its C library and breaks it, so the packages are fetched by an
apt with a state of its own, unpacked side by side, and started with the C library they bring along.
Needs no root. About 80 MB are fetched and 195 MB stay on disk.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from agi.books.files import exclusive
from agi.errors import HotlineError

SUITE = "forky"
PACKAGES = ("asterisk", "asterisk-modules", "asterisk-core-sounds-en-gsm")
_MIRROR = "http://deb.debian.org/debian"
_STAMP = ".packages"
_USELESS = ("usr/share/man", "usr/share/locale", "usr/share/perl", "usr/share/perl5",
            "usr/share/lintian", "usr/share/info")  # fmt: skip
_OF_THE_MACHINE = ("sourceparts", "parts", "main", "preferences", "preferencesparts")
_FETCH_LIMIT_S = 900.0


class TreeFailed(HotlineError):
    """The private tree could not be made; the message says what to do."""


def tree_folder(var: Path) -> Path:
    """Where the finished tree stands."""
    return var / "asterisk" / "tree"


def is_made(var: Path) -> bool:
    """Whether a finished tree stands there (it appears whole or not at all)."""
    return (tree_folder(var) / _STAMP).is_file()


def make(var: Path) -> None:
    """Make the tree unless it stands; what an interrupted run has fetched is used again.

    A second process waits, and finds it made. Raises TreeFailed.
    """
    home = var / "asterisk"
    home.mkdir(parents=True, exist_ok=True)
    tree = tree_folder(var)
    with exclusive(home / ".tree.lock"):
        if is_made(var):
            return
        apt = home / "apt"
        _write_apt_state(apt)
        click.echo("Asterisk: asking Debian's mirror", err=True)
        _update(apt)
        _download(apt)
        debs = sorted((apt / "cache" / "archives").glob("*.deb"))
        draft = home / "tree.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        _unpack(debs, draft)
        (draft / _STAMP).write_text("".join(f"{deb.name}\n" for deb in debs))
        if tree.is_symlink():
            tree.unlink()
        shutil.rmtree(tree, ignore_errors=True)
        draft.rename(tree)
        shutil.rmtree(apt, ignore_errors=True)


def _keyring() -> Path:
    for name in ("debian-archive-keyring.gpg", "debian-archive-keyring.pgp"):
        path = Path("/usr/share/keyrings") / name
        if path.is_file():
            return path
    raise TreeFailed(
        "Debian's signing keys are missing: run `apt-get install debian-archive-keyring` as root, "
        "then this command again."
    )


def _host_apt(*words: str) -> str:
    """What the machine's own apt says; empty when it says nothing."""
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout


def _mirror() -> str:
    """The mirror this machine uses for Debian, else Debian's own address."""
    for line in _host_apt("apt-get", "indextargets", "--format", "$(REPO_URI)").splitlines():
        if re.search(r"/debian/?$", line):
            return line.rstrip("/")
    return _MIRROR


def _network_settings() -> str:
    """The machine's own proxy and certificate settings for apt, and nothing else of its configuration."""
    dump = _host_apt("apt-config", "dump")
    return "\n".join(line for line in dump.splitlines() if re.match(r"Acquire::https?::", line))


def _write_apt_state(apt: Path) -> None:
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (apt / folder).mkdir(parents=True, exist_ok=True)
    (apt / "sources.list").write_text(f"deb [signed-by={_keyring()}] {_mirror()} {SUITE} main\n")
    (apt / "status").write_text("")
    nothing = "".join(f'Dir::Etc::{name} "/dev/null";\n' for name in _OF_THE_MACHINE)
    (apt / "apt.conf").write_text(
        f"""{nothing}Dir::Etc::sourcelist "{apt.absolute()}/sources.list";
Dir::State "{apt.absolute()}/state";
Dir::State::status "{apt.absolute()}/status";
Dir::Cache "{apt.absolute()}/cache";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
{_network_settings()}
"""
    )


def _apt(apt: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run apt-get on our own state; waits for one that a killed run of ours has left behind."""
    environment = {**os.environ, "APT_CONFIG": str(apt.absolute() / "apt.conf"), "LC_ALL": "C"}
    end = time.monotonic() + _FETCH_LIMIT_S
    while True:
        try:
            done = subprocess.run(
                ("apt-get", *words),
                capture_output=True,
                text=True,
                check=False,
                env=environment,
                stdin=subprocess.DEVNULL,
                timeout=_FETCH_LIMIT_S,
            )
        except subprocess.TimeoutExpired as slow:
            raise TreeFailed("Debian's mirror is too slow; run the command again: it resumes.") from slow
        if "Could not get lock" not in done.stderr or time.monotonic() > end:
            return done
        time.sleep(1)


def _complaint(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in (done.stderr + done.stdout).splitlines() if line.startswith(("E:", "W:", "Err:"))]
    return " ".join(lines[:3]) or f"apt-get ended with {done.returncode}"


def _update(apt: Path) -> None:
    """Fetch the package lists; a mirror past its Valid-Until date is used, and that is said."""
    words = ("-o", "APT::Update::Error-Mode=any", "update")
    done = _apt(apt, *words)
    if done.returncode != 0 and ("expired" in done.stderr + done.stdout or "no longer valid" in done.stderr):
        click.echo(
            "Asterisk: the mirror is past its Valid-Until date; going on, signatures are still checked", err=True
        )
        done = _apt(apt, "-o", "Acquire::Check-Valid-Until=false", *words)
    if done.returncode != 0:
        raise TreeFailed(f"Debian's mirror could not be read ({_complaint(done)}). Check the network.")


def _download(apt: Path) -> None:
    words = ("-o", "Acquire::Check-Valid-Until=false", "--download-only", "-y", "install", *PACKAGES)
    plan = _apt(apt, *words, "--print-uris")
    archives = apt / "cache" / "archives"
    missing = sum(int(size) for size in re.findall(r"^'[^']+' \S+ (\d+) ", plan.stdout, re.M))
    if plan.returncode != 0:
        raise TreeFailed(f"Debian's packages of Asterisk cannot be had together ({_complaint(plan)}).")
    before = _size(archives)
    with (
        ThreadPoolExecutor(1) as pool,
        click.progressbar(length=max(missing, 1), label="Asterisk: fetching", file=sys.stderr) as bar,
    ):
        fetched = pool.submit(_apt, apt, *words)
        while not fetched.done():
            time.sleep(0.2)
            bar.update(max(min(_size(archives) - before, missing) - bar.pos, 0))
        bar.update(missing - bar.pos)
    if fetched.result().returncode != 0:
        raise TreeFailed(
            f"Asterisk could not be fetched whole ({_complaint(fetched.result())}). Run the command again: it resumes."
        )


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # apt has just renamed a finished file
            continue
    return total


def _unpack(debs: list[Path], tree: Path) -> None:
    if not debs:
        raise TreeFailed("Debian's mirror gave no packages of Asterisk; run the command again.")
    # One after another: two packages that make the same folder at once would trip over each other.
    with click.progressbar(debs, label="Asterisk: unpacking", file=sys.stderr) as bar:
        for deb in bar:
            done = subprocess.run(("dpkg-deb", "-x", deb, tree), capture_output=True, text=True, check=False)
            if done.returncode != 0:
                deb.unlink(missing_ok=True)
                raise TreeFailed(f"{deb.name} is damaged and was removed; run the command again.")
    for folder in _USELESS:
        shutil.rmtree(tree / folder, ignore_errors=True)
    for path in (tree / "usr/share/doc").rglob("*"):
        if path.name != "copyright" and not path.is_dir():  # licences stay beside what they cover
            path.unlink()
