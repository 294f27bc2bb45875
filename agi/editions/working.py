"""The working copy: the files in `prompts/`, as pages, commands and people's editors share them.

Who changes something here holds one lock over all processes, takes the file as it is at that moment, and puts a whole
new file in its place: killed at any moment, the old one stands or the new one. Editors know no lock, so every change
says what it was made from; what somebody else has put there meanwhile is never overwritten, but shown (`Conflict`).
"""

import fcntl
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tomlkit import TOMLDocument

from agi.dialogue.facts import FILE as FACTS
from agi.editions.disk import replaced
from agi.editions.edits import Edits, LastEdit, digest
from agi.editions.spelling import Place, Spelt, Tables, at, leaves, plain, put
from agi.editions.store import Editions
from agi.errors import HotlineError
from agi.settings import Settings
from agi.stamp import stamp
from agi.tomlfile import FilesError, Problem, TomlError
from agi.voice.errors import TextsError
from agi.voice.recordings import Recordings
from agi.voice.texts import FALLBACK, text_of

RECORDINGS = "recordings"
_NO_TEXTS = {"menu.toml", "lexicon.toml", FACTS}
_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_FILE = re.compile(r"[a-z]+\.toml")


class Conflict(HotlineError):
    """Somebody has changed the same `place` of a file meanwhile; nothing was written.

    `base`: what it said when the change was begun (None: nothing, or not known here). `yours`: what was to be put
    there. `theirs`: what stands there now.
    """

    def __init__(self, file: str, place: Place, base: object, yours: object, theirs: object) -> None:
        super().__init__(f"{'.'.join(place) or file} sudah diubah orang lain sejak Anda membukanya: belum disimpan.")
        self.file = file
        self.place = place
        self.base = base
        self.yours = yours
        self.theirs = theirs


class WorkingCopy:
    """The working copy of one installation. Safe for threads and processes; `by` is always who changes something."""

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.prompts
        self.recordings = Recordings(self.folder / RECORDINGS)
        self._editions = Editions(settings.editions_folder)
        self._edits = Edits(settings.editions_folder / "edits.json")
        self._coming = settings.editions_folder / ".restoring"
        """Files that are about to become the working copy: whoever is next goes on with it."""

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One who changes the files at a time, over all processes; the second waits. Not to be held twice."""
        self._editions.folder.mkdir(parents=True, exist_ok=True)
        with (self._editions.folder / ".working.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._take_what_is_coming()
            yield

    def read(self, file: str) -> Tables:
        """What `file` ("menu.toml") says now. Raises FilesError."""
        return self._read(file).tables

    def digest(self, file: str, *place: str) -> str:
        """Of what stands at `place` of `file` now (the whole file without one): a change is based on it.

        Raises FilesError.
        """
        return digest(at(self.read(file), place))

    def digests(self, file: str) -> Mapping[str, str]:
        """Of all that stands at the top of `file`, by its name, in one reading. Raises FilesError."""
        return {name: digest(value) for name, value in self.read(file).items()}

    def last_edit(self, file: str, *place: str) -> LastEdit | None:
        """Who changed what stands at or below `place` last, and when; None where nobody did. Raises FilesError.

        Of the language files a place is a key ("call", "welcome"), of `recordings` it is (NAME,).
        """
        tables = self._recorded() if file == RECORDINGS else self.read(file)
        return self._edits.last(file, place, tables)

    def last_edits(self, file: str) -> Mapping[str, LastEdit]:
        """Of all of `file`, by dotted place."""
        return self._edits.all(file, self._recorded() if file == RECORDINGS else self.read(file))

    def edit(
        self,
        file: str,
        based_on: Mapping[Place, str],
        change: Callable[[TOMLDocument], None],
        by: str = "",
        *,
        rehearse: bool = False,
    ) -> None:
        """Apply `change` to `file` as it is now; `rehearse`: only see whether that can be done.

        `based_on`: the digests of the places that the change was made from; where one of them says something else
        meanwhile nothing is changed; what was changed elsewhere stays. `change` may be called more than once; a
        ValueError of it says why it can't be done. Raises Conflict, FilesError (that, or it can't be read), OSError.
        """

        def checked(before: Tables, after: Tables) -> None:
            for place, known in based_on.items():
                if digest(theirs := at(before, place)) != known:
                    raise Conflict(file, place, None, at(after, place), theirs)

        self._change(file, change, checked, by, rehearse=rehearse)

    def set_text(self, key: str, new: str, base: str | None, by: str = "", language: str = FALLBACK) -> None:
        """Let `key` ("call.welcome") say `new`; `base` is what it said before, None where there was no such text.

        Raises Conflict, FilesError (`new` is no text: empty, or its places are not right), OSError.
        """
        file, place = f"{language}.toml", tuple(key.split("."))

        def checked(before: Tables, _: Tables) -> None:
            theirs = at(before, place)
            known = None if base is None else plain(base)
            if (plain(theirs) if isinstance(theirs, str) else theirs) not in (known, plain(new)):
                raise Conflict(file, place, base, plain(new), theirs)

        self._change(file, lambda document: put(document, place, new), checked, by)

    def recording(self, name: str, language: str = FALLBACK) -> str:
        """The digest of the recording of `name`; "" where there is none."""
        path = self.recordings.path(language, name)
        return stamp(path.read_bytes()) if path else ""

    def put_recording(
        self,
        name: str,
        wav: bytes,
        by: str = "",
        language: str = FALLBACK,
        original: tuple[bytes, str] | None = None,
        base: str | None = None,
    ) -> None:
        """Let the recording `wav` replace the synthetic voice of `name`: a key, or KEY.1, KEY.2 … for its parts.

        `original`: what it was made from, with its suffix (".mp3"); it is kept for ever, and so is what it replaces.
        `base`: the digest of the recording that is to be replaced ("": of none; None: of any). Raises Conflict,
        FilesError (no such name can be), OSError.
        """
        target = self._recording(name, language)
        with self.alone():
            if base is not None and (theirs := self.recording(name, language)) not in (base, stamp(wav)):
                raise Conflict(RECORDINGS, (name,), base, stamp(wav), theirs)
            for content, suffix in filter(None, (original, (wav, ".wav"))):
                self._keep(content, suffix)
            others = self._keep_all(name, language)
            target.parent.mkdir(parents=True, exist_ok=True)
            replaced(target, wav)
            for path in others:
                if path != target:
                    path.unlink()
            self._edits.note(RECORDINGS, {(target.stem,): digest(stamp(wav))}, by)

    def drop_recording(self, name: str, by: str = "", language: str = FALLBACK) -> bool:
        """Go back to the synthetic voice for `name`; whether there was a recording. It is kept for ever all the same.

        Raises FilesError (no such name can be), OSError.
        """
        target = self._recording(name, language)
        with self.alone():
            found = self._keep_all(name, language)
            for path in found:
                path.unlink()
            if found:
                self._edits.note(RECORDINGS, {(target.stem,): digest(None)}, by)
            return bool(found)

    def take(self, prompts: Path, by: str = "") -> Path:
        """Let what stands in `prompts`, those of an edition, be the working copy; where what it was before is kept.

        Killed half way, the next who changes anything ends it first. Raises OSError.
        """
        now = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        before = self._editions.folder / "kept" / now
        with self.alone():
            for path in self._all():
                copy = before / path.relative_to(self.folder)
                copy.parent.mkdir(parents=True, exist_ok=True)
                replaced(copy, path.read_bytes())
            fresh = self._coming.with_name(f"{self._coming.name}.new")
            shutil.rmtree(fresh, ignore_errors=True)
            for path in sorted(prompts.rglob("*")):
                if path.is_file():
                    copy = fresh / path.relative_to(prompts)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    replaced(copy, path.read_bytes())
            fresh.rename(self._coming)
            self._take_what_is_coming()
        return before

    def _change(
        self,
        file: str,
        change: Callable[[TOMLDocument], None],
        checked: Callable[[Tables, Tables], None],
        by: str,
        *,
        rehearse: bool = False,
    ) -> None:
        with self.alone():
            while True:
                before = self._read(file)
                try:
                    document = before.document()
                    change(document)
                    after = before.respelt(document)
                except TomlError as wrong:
                    raise _files_error(wrong) from None
                except ValueError as wrong:
                    raise FilesError([Problem(before.path, 0, str(wrong))]) from None
                checked(before.tables, after.tables)
                was, now = dict(leaves(before.tables)), dict(leaves(after.tables))
                changed = {place: now.get(place) for place in was | now if was.get(place) != now.get(place)}
                if file not in _NO_TEXTS:
                    _check_texts(before.path, changed)
                if rehearse or (not changed and before.source == after.source):
                    return
                if before.path.read_bytes() == before.raw:  # else an editor has saved it meanwhile: once more
                    replaced(before.path.resolve(), after.raw)
                    self._edits.note(file, {place: digest(value) for place, value in changed.items()}, by)
                    return

    def _read(self, file: str) -> Spelt:
        if not _FILE.fullmatch(file):
            raise FilesError([Problem(self.folder / file, 0, "bukan berkas yang dapat diubah di sini")])
        try:
            return Spelt.read(self.folder / file)
        except TomlError as wrong:
            raise _files_error(wrong) from None

    def _recording(self, name: str, language: str) -> Path:
        """Where the recording of `name` belongs. Raises FilesError."""
        target = self.recordings.folder / ("" if language == FALLBACK else language) / f"{name}.wav"
        if not _NAME.fullmatch(name) or not language.isalpha():
            raise FilesError([Problem(target, 0, "nama rekaman hanya boleh berisi huruf kecil, angka, _, - dan titik")])
        return target

    def _recorded(self) -> dict[str, str]:
        return {
            path.stem: stamp(path.read_bytes())
            for language in dict.fromkeys((FALLBACK, *(file.stem for file in self.folder.glob("*.toml"))))
            for path in self.recordings.used(language)
        }

    def _keep_all(self, name: str, language: str) -> list[Path]:
        """All recordings of `name`, after they were kept."""
        found = [path for path in self.recordings.used(language) if path.stem == name]
        for path in found:
            self._keep(path.read_bytes(), path.suffix.lower())
        return found

    def _keep(self, content: bytes, suffix: str) -> None:
        """Keep a recording for ever, by its digest, as publishing does."""
        self._editions.originals.mkdir(parents=True, exist_ok=True)
        original = self._editions.originals / f"{stamp(content)}{suffix}"
        if not original.exists():
            replaced(original, content)

    def _all(self) -> Iterator[Path]:
        """All that callers may hear something of."""
        yield from sorted(self.folder.glob("*.toml"))
        for path in sorted(self.recordings.folder.rglob("*")):
            if path.is_file() and path.name != "README.md" and not path.name.startswith("."):
                yield path

    def _take_what_is_coming(self) -> None:
        """Put what a restored edition consists of in its place; a recording that it has none of goes."""
        coming = {path.relative_to(self._coming): path for path in self._coming.rglob("*") if path.is_file()}
        if not coming:
            return
        for name, path in coming.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            replaced((self.folder / name).resolve(), path.read_bytes())
        languages = [name.stem for name in coming if len(name.parts) == 1 and name.name not in _NO_TEXTS]
        for path in (path for language in languages for path in self.recordings.used(language)):
            if path.relative_to(self.folder) not in coming:
                self._keep(path.read_bytes(), path.suffix.lower())
                path.unlink()
        done = self._coming.with_name(f"{self._coming.name}.new")
        shutil.rmtree(done, ignore_errors=True)
        self._coming.rename(done)
        shutil.rmtree(done)


def _check_texts(path: Path, changed: Mapping[Place, object]) -> None:
    """Raises TextsError where a text that was changed is none."""
    problems = []
    for place, value in changed.items():
        try:
            if value is not None:
                text_of(".".join(place), value, path)
        except ValueError as wrong:
            problems.append(Problem(path, 0, str(wrong)))
    if problems:
        raise TextsError(problems)


def _files_error(wrong: TomlError) -> FilesError:
    return FilesError([Problem(wrong.path, wrong.line, wrong.message)])
