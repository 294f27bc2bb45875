"""A backup holds all that cannot be made again, and comes back whole or not at all."""

import io
import json
import shutil
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from books_data import KEY, START, earlier_book, ended, registry_of
from click.testing import CliRunner, Result
from installation import brought_up

from agi.books.calls import CallBook
from agi.books.calls_schema import fault
from agi.books.events import Outcome
from agi.books.reader import CallReader
from agi.books.rows import stored
from agi.cli import main
from agi.ops import backup, restoring
from agi.ops.backup import BackupError
from agi.settings import Settings


def hotline(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation with something in each of its places; it never ran, so that nothing needs to be started."""
    for name, place in (("VAR", "var"), ("DATA", "data"), ("PROMPTS", "prompts")):
        monkeypatch.setenv(f"HOTLINE_PLACES__{name}", str(tmp_path / place))
    monkeypatch.setenv("HOTLINE_SETTINGS", str(tmp_path / "hotline.toml"))
    monkeypatch.setattr(backup, "DIALPLAN", tmp_path / "dialplan")
    fill(tmp_path, "old")
    return Settings()


def fill(home: Path, word: str) -> None:
    for place in ("data", "var/secrets", "prompts/recordings", "dialplan"):
        (home / place).mkdir(parents=True, exist_ok=True)
    registry_of(home / "data", 1)
    for csv in (home / "data").glob("*.csv"):
        csv.unlink()
    (home / "data" / "agents.toml").write_text(f'# {word}\n[7001]\nname = "Sari"\n')
    (home / "data" / "office").mkdir(exist_ok=True)
    (home / "data" / "office" / "hours.toml").write_text(f"# {word}\n[week]\n")
    (home / "var" / "secrets" / "hash-key").write_text(KEY.hex())
    (home / "prompts" / "id.toml").write_text(f"# {word}\n")
    (home / "prompts" / "recordings" / "call.welcome.wav").write_bytes(word.encode())
    (home / "dialplan" / "pjsip.conf").write_text(f"; {word}\n")
    (home / "hotline.toml").write_text(f"# {word}\n[office]\nzone = 'Asia/Makassar'\n")


def contents(settings: Settings) -> dict[str, bytes]:
    """All that an installation keeps, without the databases, whose bytes SQLite may order otherwise."""
    return {name: path.read_bytes() for name, path in backup.kept_files(settings).items() if not name.endswith(".db")}


def a_backup(home: Path) -> Path:
    file = home / "office.backup"
    done = hotline("backup", str(file))
    assert done.exit_code == 0, done.output
    return file


def test_the_records_of_a_backup_from_before_there_were_contacts_come_back(office: Settings, tmp_path: Path) -> None:
    with closing(earlier_book(office.calls_db)) as book:
        book.executemany(
            "INSERT INTO calls (id, started) VALUES (?, ?)", [(f"1.{n}", stored(START)) for n in range(5000)]
        )
    file = a_backup(tmp_path)
    office.calls_db.unlink()
    done = hotline("restore", str(file))
    assert done.exit_code == 0, done.output
    assert fault(office.calls_db) is None
    with CallReader(office.calls_db) as reader:
        assert len(reader.calls(-1)) == 5000


def test_it_comes_back_whole_into_an_empty_place(office: Settings, tmp_path: Path) -> None:
    before = contents(office)
    book = CallBook.open(office.calls_db, KEY)
    book.begin("1.1", "0812", START)
    book.event("1.1", ended(Outcome.COMPLETED, "menu", "hung up", START))
    assert book.flush(60)
    assert (tmp_path / "data" / "calls.db-wal").stat().st_size > 0, "the call would be in the file itself"
    file = a_backup(tmp_path)
    book.close()
    assert file.stat().st_mode & 0o777 == 0o600
    for place in ("data", "var", "prompts", "dialplan"):
        shutil.rmtree(tmp_path / place)
    (tmp_path / "hotline.toml").unlink()
    done = hotline("restore", str(file))
    assert done.exit_code == 0, done.output
    assert contents(office) == before
    with CallReader(office.calls_db) as reader:
        assert [call.id for call in reader.calls()] == ["1.1"]
    assert not (tmp_path / "var" / "restore").exists()


def test_what_was_there_is_kept_beside(office: Settings, tmp_path: Path) -> None:
    old = contents(office)
    file = a_backup(tmp_path)
    fill(tmp_path, "new")
    (tmp_path / "prompts" / "recordings" / "later.wav").write_bytes(b"x")
    (tmp_path / "data" / "calls.db-wal").write_bytes(b"of another database")
    assert hotline("restore", str(file)).exit_code == 0
    assert contents(office) == old
    assert not (tmp_path / "data" / "calls.db-wal").exists()
    (kept,) = (tmp_path / "var").glob("before-restore-*")
    assert (kept / "dialplan" / "pjsip.conf").read_text() == "; new\n"
    assert (kept / "prompts" / "recordings" / "later.wav").exists()


def test_editions_come_back_as_they_were_written_and_recorded_and_are_made_anew_by_up(
    office: Settings, tmp_path: Path
) -> None:
    recording = b"a voice" * 1000
    editions = office.editions_folder
    for name in ("originals/abc.wav", "1/prompts/recordings/call.welcome.wav", "2/prompts/recordings/call.welcome.wav"):
        (editions / name).parent.mkdir(parents=True, exist_ok=True)
        (editions / name).write_bytes(recording)
    for number in ("1", "2"):
        (editions / number / "edition.json").write_text(f'{{"number": {number}}}')
        (editions / number / "sounds").mkdir()
        (editions / number / "sounds" / "clip.wav").write_bytes(b"clip")
    office.current_edition.symlink_to("2")
    before = contents(office)
    assert not [name for name in before if "sounds" in name or "current" in name]
    file = a_backup(tmp_path)
    assert file.read_bytes().count(recording) == 1
    (editions / "2" / "edition.json").write_text('{"number": 2, "of": "another history"}')
    (editions / "3").mkdir()
    (editions / "3" / "edition.json").write_text('{"number": 3}')
    assert hotline("restore", str(file)).exit_code == 0
    assert contents(office) == before
    assert not office.current_edition.is_symlink()


def test_what_is_announced_and_what_is_planned_come_back(office: Settings, tmp_path: Path) -> None:
    editions = office.editions_folder
    files = ("announcement/standing.json", "announcement/ab12.wav", "announcement/ab12.wav16", ".schedule.json")
    for name in (
        *files,
        ".scheduled-12ab/prompts/id.toml",
        ".scheduled-12ab/sounds/clip.wav",
        ".draft/prompts/id.toml",
    ):
        (editions / name).parent.mkdir(parents=True, exist_ok=True)
        (editions / name).write_text(f"old {name}")
    before = contents(office)
    assert [name for name in before if "editions/" in name] == [
        f"editions/{name}" for name in sorted((*files, ".scheduled-12ab/prompts/id.toml"))
    ]
    file = a_backup(tmp_path)
    (editions / "announcement" / "standing.json").write_text("another")
    (editions / "announcement" / "cd34.wav").write_text("another sound")
    shutil.rmtree(editions / ".scheduled-12ab")
    (editions / ".schedule.json").unlink()
    assert hotline("restore", str(file)).exit_code == 0
    assert contents(office) == before


def test_a_backup_of_the_first_format_is_still_put_back(office: Settings, tmp_path: Path) -> None:
    before = contents(office)
    with tarfile.open(a_backup(tmp_path)) as archive:
        members = {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]
    manifest = json.loads(members["manifest.json"])
    members["manifest.json"] = json.dumps({**manifest, "format": 1}).encode()
    older = tmp_path / "older.backup"
    with tarfile.open(older, "w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    fill(tmp_path, "new")
    assert hotline("restore", str(older)).exit_code == 0
    assert contents(office) == before


@pytest.mark.parametrize("moment", range(8))
def test_interrupted_it_leaves_the_old_or_ends_itself(
    office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    """The process dies at the file with this number: the next command ends what was begun."""
    wanted = contents(office)
    file = a_backup(tmp_path)
    fill(tmp_path, "new")
    real, moved = restoring._move, []

    def dies(path: Path, target: Path) -> None:
        if len(moved) == moment:
            raise KeyboardInterrupt
        moved.append(path)
        real(path, target)

    monkeypatch.setattr(restoring, "_move", dies)
    with pytest.raises(KeyboardInterrupt):
        restoring.restore(office, file)
    monkeypatch.setattr(restoring, "_move", real)
    assert restoring.end_interrupted(office)
    assert contents(office) == wanted
    assert not restoring.end_interrupted(office)


def test_killed_while_it_is_checked_the_old_one_stands(
    office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = a_backup(tmp_path)
    fill(tmp_path, "new")
    before = contents(office)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(restoring, "_check", dies)
    with pytest.raises(KeyboardInterrupt):
        restoring.restore(office, file)
    assert contents(office) == before
    assert not restoring.end_interrupted(office)


def test_nothing_is_overwritten_silently(office: Settings, tmp_path: Path) -> None:
    assert office.data.is_dir()
    file = a_backup(tmp_path)
    before = file.read_bytes()
    refused = hotline("backup", str(file))
    assert refused.exit_code == 1
    assert "--force" in refused.output
    assert file.read_bytes() == before
    assert hotline("backup", str(file), "--force").exit_code == 0


def test_nowhere_to_write_is_one_sentence(office: Settings, tmp_path: Path) -> None:
    assert office.data.is_dir()
    failed = hotline("backup", str(tmp_path / "no" / "such" / "folder"))
    assert failed.exit_code == 1
    assert failed.output.startswith("Error: ")
    assert len(failed.output.splitlines()) == 1


Change = Callable[[dict[str, bytes], list[tarfile.TarInfo]], None]


def _outside(files: dict[str, bytes], _: list[tarfile.TarInfo]) -> None:
    files["prompts/../../../escaped"] = b"x"


def _absolute(files: dict[str, bytes], _: list[tarfile.TarInfo]) -> None:
    files["/etc/escaped"] = b"x"


def _stranger(files: dict[str, bytes], _: list[tarfile.TarInfo]) -> None:
    files["agi/cli/__init__.py"] = b"x"


def _link(_: dict[str, bytes], more: list[tarfile.TarInfo]) -> None:
    member = tarfile.TarInfo("prompts/id.toml")
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    more.append(member)


def _device(_: dict[str, bytes], more: list[tarfile.TarInfo]) -> None:
    member = tarfile.TarInfo("prompts/id.toml")
    member.type = tarfile.CHRTYPE
    more.append(member)


def _other_key(files: dict[str, bytes], _: list[tarfile.TarInfo]) -> None:
    files["secrets/hash-key"] = bytes(reversed(KEY)).hex().encode()


def _damaged_book(files: dict[str, bytes], _: list[tarfile.TarInfo]) -> None:
    files["data/registry.db"] = files["data/registry.db"][:5000] + b"\xff" * 5000


def _wrong_settings(files: dict[str, bytes], _: list[tarfile.TarInfo]) -> None:
    files["settings/hotline.toml"] = b"nonsense = = 1"


@pytest.mark.parametrize(
    "change", [_outside, _absolute, _stranger, _link, _device, _other_key, _damaged_book, _wrong_settings]
)
def test_a_hostile_or_damaged_backup_is_refused_and_changes_nothing(
    office: Settings, tmp_path: Path, change: Change
) -> None:
    file = rewritten(a_backup(tmp_path), change)
    fill(tmp_path, "new")
    before = contents(office)
    with pytest.raises(BackupError) as refused:
        restoring.restore(office, file)
    assert "othing was restored" in str(refused.value)
    assert contents(office) == before
    assert not list(tmp_path.rglob("escaped"))
    assert not (tmp_path / "var" / "restore").exists()


def rewritten(file: Path, change: Change) -> Path:
    """The archive with a change in it and a manifest that agrees, as an enemy would make it."""
    with tarfile.open(file) as old:
        files = {member.name: old.extractfile(member).read() for member in old}  # type: ignore[union-attr]
    manifest = json.loads(files.pop(backup.MANIFEST))
    more: list[tarfile.TarInfo] = []
    change(files, more)
    for name, content in files.items():
        (file.parent / "one").write_bytes(content)
        manifest["files"][name] = backup.digest(file.parent / "one")
    files = {backup.MANIFEST: json.dumps(manifest).encode(), **files}
    with tarfile.open(file, "w") as new:
        for name, content in files.items():
            if name not in {member.name for member in more}:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
        for member in more:
            new.addfile(member)
    return file


@pytest.mark.parametrize("content", [b"", b"nonsense", bytes(100_000), b"\x1f\x8b" + bytes(100)])
def test_what_is_no_backup_is_told_in_one_sentence(office: Settings, tmp_path: Path, content: bytes) -> None:
    before = contents(office)
    file = tmp_path / "file"
    file.write_bytes(content)
    refused = hotline("restore", str(file))
    assert refused.exit_code == 1
    assert "is no backup" in refused.output
    assert len(refused.output.splitlines()) == 1
    assert contents(office) == before


def test_cut_off_it_is_refused(office: Settings, tmp_path: Path) -> None:
    file = a_backup(tmp_path)
    whole = file.read_bytes()
    before = contents(office)
    for share in (0.1, 0.3, 0.6):
        file.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(BackupError):
            restoring.restore(office, file)
    assert contents(office) == before


@pytest.mark.thorough
def test_after_it_calls_are_answered_from_it(tmp_path: Path) -> None:
    file = tmp_path / "office.backup"
    keys = "1 {resident ACTIVE nik} {resident ACTIVE kk} 2"
    with brought_up(tmp_path / "home") as running:
        running.run("call", "--keys", "2")
        (before,) = json.loads(running.run("calls", "list", "--json").stdout)
        running.run("backup", str(file))
        refused = running.run("restore", str(file), check=False)
        assert "is running" in refused.stderr
        running.run("down")
        shutil.rmtree(running.settings.data)
        shutil.rmtree(running.settings.var / "secrets")
        running.run("restore", str(file))
        running.run("up", limit_s=120)
        running.run("call", "--keys", keys)
        new, old = json.loads(running.run("calls", "list", "--json").stdout)
        assert (old["id"], old["outcome"], old["where"]) == (before["id"], before["outcome"], before["where"])
        assert new["about"], "the NIK was not found in the registry"
