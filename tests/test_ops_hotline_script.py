"""The script `hotline`: what it refuses, prepares, resumes and skips. Python itself is a stand-in here."""

import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from line_exchange import until

from agi.settings import ROOT

# Stands in for python3: makes an "environment" out of itself and writes down what it is asked for.
_PYTHON = """#!/bin/bash
echo "$*" >>"$ASKED"
case "$*" in
    "-m venv "*) mkdir -p "$3/bin" && ln -s "$STANDIN" "$3/bin/python" ;;
    "-m pip install "*)
        env | grep -E '^(PIP|PYTHON)' >"$ASKED.settings"
        [ -z "${PIP_WAITS-}" ] || sleep 25
        [[ -z "${VOICE_FAILS-}" || "$*" != */voice.txt ]] || exit 1
        [ -z "${PIP_FAILS-}" ] || exit 1 ;;
    "-c import argon2, "*) [ -z "${NOTHING_CAME-}" ] || { echo "No module named 'argon2'" >&2; exit 1; } ;;
    "-m agi.cli"*) echo "handed on: ${*:3} in $PWD, PYTHONPATH=$PYTHONPATH" ;;
esac
"""


class Clone:
    """A copy of the script with its lock files, and a stand-in for Python."""

    def __init__(self, home: Path) -> None:
        self.home = home / "clone"
        self.asked = home / "asked"
        self.standin = home / "bin" / "python3"
        self.standin.parent.mkdir()
        self.standin.write_text(_PYTHON)
        self.standin.chmod(0o755)
        self.home.mkdir()
        shutil.copy(ROOT / "hotline", self.home)
        shutil.copytree(ROOT / ".lock", self.home / ".lock")

    def start(self, *words: str, cwd: Path | None = None, **more: str) -> subprocess.Popen[str]:
        path = f"{self.standin.parent}:{os.environ['PATH']}"
        names = {"PATH": path, "ASKED": str(self.asked), "STANDIN": str(self.standin), **more}
        return subprocess.Popen(
            (self.home / "hotline", *words),
            env={**os.environ, **names},
            cwd=cwd or self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # as at a terminal
        )

    def run(self, *words: str, cwd: Path | None = None, **more: str) -> tuple[int, str, str]:
        process = self.start(*words, cwd=cwd, **more)
        out, err = process.communicate(timeout=30)
        return process.returncode, out, err

    def installs(self) -> list[str]:
        """The lock files that pip was asked to install, in order."""
        return re.findall(r"--requirement \S+/\.lock/(\w+)\.txt", self.asked.read_text())


def test_another_user_is_told_whose_it_is_before_anything_is_written(tmp_path: Path) -> None:
    clone = Clone(tmp_path)
    (clone.home / "var").mkdir()
    stranger = clone.standin.with_name("id")
    stranger.write_text('#!/bin/sh\n[ "$1" = -u ] && echo 54321 || echo owner\n')
    stranger.chmod(0o755)
    code, _, err = clone.run("status")
    assert code == 1
    assert "sudo -u owner ./hotline" in err
    assert list((clone.home / "var").iterdir()) == []
    assert not clone.asked.exists()


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_first_use_prepares_and_hands_on_from_any_folder(clone: Clone, tmp_path: Path) -> None:
    code, out, _ = clone.run("status", "--json", cwd=tmp_path)
    assert code == 0
    assert out == f"handed on: status --json in {tmp_path}, PYTHONPATH={clone.home}\n"
    assert clone.installs() == ["run", "voice"]


def test_a_second_use_asks_for_nothing_and_says_nothing(clone: Clone) -> None:
    clone.run("status")
    clone.asked.write_text("")
    code, out, err = clone.run("status")
    assert (code, err) == (0, "")
    assert clone.asked.read_text() == "-m agi.cli status\n"
    assert out.startswith("handed on")


@pytest.mark.parametrize("command", ["test", "call", "agent"])
def test_commands_for_testers_get_the_testers_packages(clone: Clone, command: str) -> None:
    clone.run(command)
    assert clone.installs() == ["run", "voice", "test"]


@pytest.mark.parametrize(("command", "programs"), [("test", ["test"]), ("bench", ["bench"]), ("call", [])])
def test_only_who_needs_more_programs_gets_them(clone: Clone, command: str, programs: list[str]) -> None:
    clone.run(command)
    assert (clone.home / "var" / ".system").read_text().split() == ["run", *programs]


@pytest.mark.parametrize("words", ["test --help", "call -h", "agent --help", "speech eval --help", "speech train -h"])
def test_to_be_told_about_a_command_needs_no_more_packages(clone: Clone, words: str) -> None:
    clone.run(*words.split())
    assert clone.installs() == ["run", "voice"]


@pytest.mark.parametrize(("words", "lock"), [("speech train", "train"), ("prompts listen", "judge")])
def test_training_and_judging_get_their_packages_and_no_others(clone: Clone, words: str, lock: str) -> None:
    clone.run(*words.split())
    clone.run(*words.split())
    assert clone.installs() == ["run", "voice", lock]


def test_all_tests_get_the_packages_of_training_too(clone: Clone) -> None:
    clone.run("test", "--all", "-k", "lockout")
    assert clone.installs() == ["run", "voice", "test", "train"]
    assert (clone.home / "var" / ".system").read_text().split() == ["run", "test"]
    clone.asked.write_text("")
    clone.run("test", "--all")
    assert clone.installs() == []


def test_what_was_interrupted_is_done_again(clone: Clone) -> None:
    code, out, err = clone.run("status", PIP_FAILS="yes")
    assert code == 1
    assert out == ""
    assert "run this command again" in err
    assert clone.run("status")[0] == 0
    assert clone.installs() == ["run", "run", "voice"]


def test_without_the_packages_of_the_better_voice_the_hotline_goes_on_and_tries_again_when_told(clone: Clone) -> None:
    code, out, err = clone.run("status", VOICE_FAILS="yes")
    assert code == 0
    assert out.startswith("handed on")
    again = re.search(r"To try again: (.*), then ./hotline up", err)
    assert again is not None
    assert clone.run("status")[2] == ""
    assert clone.installs() == ["run", "voice"]
    subprocess.run(("bash", "-c", again[1]), cwd=clone.home, check=True)
    clone.run("up")
    assert clone.installs() == ["run", "voice", "voice"]


def test_settings_of_pip_that_install_elsewhere_have_no_effect_and_those_of_the_index_stay(clone: Clone) -> None:
    astray = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_NO_DEPS", "PYTHONHOME", "PYTHONPATH")
    kept = ("PIP_INDEX_URL", "PIP_FIND_LINKS", "PIP_CERT", "PIP_CONFIG_FILE")
    assert clone.run("status", **dict.fromkeys((*astray, *kept), "/nowhere"))[0] == 0
    seen = {line.split("=")[0] for line in clone.asked.with_name("asked.settings").read_text().splitlines()}
    assert seen.isdisjoint(astray)
    assert seen.issuperset(kept)
    asked = clone.asked.read_text()
    assert f"--no-user --target= --prefix={clone.home}/var/venv --root=/ " in asked  # those of a pip.conf


def test_pip_takes_the_options_that_undo_a_pip_conf(tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text(
        f"[install]\nuser = yes\ntarget = {tmp_path}/t\nprefix = {tmp_path}/p\nroot = {tmp_path}/r\n"
    )
    package = tmp_path / "package"
    package.mkdir()
    wheel = package / "somewhere-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as out:
        out.writestr("somewhere.py", "")
        out.writestr("somewhere-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: somewhere\nVersion: 1\n")
        out.writestr("somewhere-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        out.writestr("somewhere-1.dist-info/RECORD", "")
    subprocess.run((sys.executable, "-m", "venv", tmp_path / "venv"), check=True, timeout=120)
    found = re.search(r"--no-user --target=.*--root=/", (ROOT / "hotline").read_text())
    assert found is not None
    options = found[0].replace('"$venv"', str(tmp_path / "venv")).split()
    subprocess.run(
        (tmp_path / "venv/bin/python", "-m", "pip", "install", "-qq", "--no-index", *options, wheel),
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PIP_CONFIG_FILE": str(tmp_path / "pip.conf")},
        check=True,
        timeout=120,
    )
    assert list((tmp_path / "venv").glob("lib/*/site-packages/somewhere.py"))


def test_packages_that_cannot_be_imported_are_told_and_installed_again(clone: Clone) -> None:
    code, out, err = clone.run("status", NOTHING_CAME="yes")
    assert (code, out) == (1, "")
    assert "No module named 'argon2'" in err.splitlines()[-1]
    assert "run this command again" in err.splitlines()[-1]
    assert clone.run("status")[0] == 0
    assert clone.installs() == ["run", "run", "voice"]


def test_an_interrupted_installation_says_so(clone: Clone) -> None:
    process = clone.start("status", PIP_WAITS="yes")
    until("pip is at work", clone.asked.with_name("asked.settings").exists)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "type the command again" in err
    assert "could not be installed" not in err


def test_a_changed_lock_file_is_installed(clone: Clone) -> None:
    clone.run("status")
    lock = clone.home / ".lock" / "run.txt"
    lock.write_text(lock.read_text() + "# changed\n")
    clone.run("status")
    assert clone.installs() == ["run", "voice", "run"]


def test_an_environment_of_another_python_is_made_anew(clone: Clone) -> None:
    clone.run("status")
    (clone.home / "var" / "venv" / ".python").write_text("/usr/bin/python3.10\n")
    clone.run("status")
    assert clone.asked.read_text().count("-m venv") == 2


def test_two_at_once_prepare_once(clone: Clone) -> None:
    both = [clone.start("status"), clone.start("status")]
    assert [process.wait(timeout=30) for process in both] == [0, 0]
    assert clone.installs() == ["run", "voice"]
    for process in both:
        process.communicate()


def test_no_lock_file_names_an_index_and_every_package_has_a_hash_or_is_for_training() -> None:
    for lock in (ROOT / ".lock").glob("*.txt"):
        text = lock.read_text()
        assert "://" not in text
        assert "--index" not in text
        if lock.stem == "train":
            continue
        for package in re.split(r"^(?=[a-z])", text, flags=re.M)[1:]:
            assert "--hash=sha256:" in package


@pytest.mark.parametrize(
    ("release", "accepted"),
    [
        ('ID=debian\nVERSION_ID="12"\n', True),
        ('ID=debian\nVERSION_ID="13"\n', True),
        ('ID=ubuntu\nVERSION_ID="24.04"\n', True),
        ('PRETTY_NAME="Ubuntu 22.04.5 LTS"\nID=ubuntu\nVERSION_ID="22.04"\n', False),
        ('PRETTY_NAME="Fedora Linux 43"\nID=fedora\nVERSION_ID=43\n', False),
        ("", False),
    ],
)
def test_other_systems_are_refused_in_one_sentence(tmp_path: Path, release: str, accepted: bool) -> None:
    (tmp_path / "os-release").write_text(release)
    functions = (ROOT / "hotline").read_text().rpartition("\nprepared ")[0]
    done = subprocess.run(
        ("bash", "-c", f'{functions}\ncheck_system "$1"', "hotline", tmp_path / "os-release"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) is accepted
    if not accepted:
        assert len(done.stderr.splitlines()) == 1
        assert "Debian 12, Debian 13 and Ubuntu 24.04" in done.stderr
