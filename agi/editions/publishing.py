"""From files that an admin edits to an edition: copied, checked, rendered, with the graph of its words."""

import os
import shutil
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from agi.dialogue.facts import FILE as FACTS
from agi.dialogue.finding import Finding
from agi.dialogue.menu import Menu, MenuError
from agi.editions.schedule import Schedule, Scheduled
from agi.editions.store import Edition, Editions
from agi.editions.working import WorkingCopy
from agi.languages import named
from agi.languages.language import Language
from agi.settings import Settings
from agi.speech.build import Built, build, mark
from agi.speech.grammar import Grammar
from agi.speech.pronunciation import Pronunciations
from agi.speech.standard import standard
from agi.stamp import stamp, stamp_of
from agi.voice.clips import Clips, Progress, Report
from agi.voice.engine import engine, polish
from agi.voice.recordings import Recordings
from agi.voice.sounds import Sounds, link_or_copy
from agi.voice.texts import FALLBACK, Texts

Check = Callable[[Path], tuple[Finding, ...]]
"""All findings about a folder of prompts."""
_DONE = ".content"
"""In a draft that is whole: its content and what it was made by."""


class Refused(MenuError):
    """The prompts have errors. What callers hear is unchanged."""

    def __str__(self) -> str:
        return f"{super().__str__()}\nYang didengar penelepon tidak berubah."


@dataclass(frozen=True, slots=True)
class Draft:
    """An edition that is ready to be published. `report` and `built` are None where it was ready before."""

    content: str
    made_by: str
    report: Report | None = None
    built: Built | None = None


class Publisher:
    """Makes and publishes the editions of one installation. `model`: the speech model; None where nobody may speak."""

    def __init__(self, settings: Settings, check: Check, model: Path | None) -> None:
        self.editions = Editions(settings.editions_folder)
        self.schedule = Schedule(self.editions)
        self._settings = settings
        self._check = check
        self._model = model

    @cached_property
    def made_by(self) -> str:
        """Digest of what makes clips and grammars today: an edition made by something else would sound otherwise."""
        parts = (self._settings.office.language, *engine(self._settings.voice).made_by, polish())
        return stamp(f"{parts} {mark(self._model) if self._model else ''}".encode())

    def content(self, prompts: Path) -> str:
        """Digest of all in `prompts` that callers hear. Raises OSError."""
        return content_of(prompts, self._settings.office.language)

    def draft(self, prompts: Path, progress: Progress | None = None, *, force: bool = False) -> Draft:
        """Have an edition of `prompts` ready, clips and grammars and all; to be called `alone`.

        Raises Refused, RecordingError, SynthesisError, BuildError, LexiconError, OSError.
        """
        folder = self.editions.draft
        wanted = Draft(self.content(prompts), self.made_by)
        if not force and _ready(folder) == wanted and not Sounds(folder / "sounds").damaged():
            return wanted
        shutil.rmtree(folder, ignore_errors=True)
        copy = folder / "prompts"
        with WorkingCopy(self._settings).alone() if prompts == self._settings.prompts else nullcontext():
            self._copy(prompts, copy)
        content = self.content(copy)
        if errors := tuple(finding for finding in self._check(copy) if finding.is_error):
            raise Refused(tuple(_in(prompts, one, copy) for one in errors))
        language = named(self._settings.office.language)
        texts = Texts.load(copy, self._settings.office.language)
        clips = Clips(texts, self._settings.voice, copy, self._settings.var).behind_calls()
        with clips, ThreadPoolExecutor(1) as aside:  # the child speaks while the graph is built
            rendering = aside.submit(clips.render, folder / "sounds", progress, force=force)
            built = build_graph(copy, language, self._model, folder / "model") if self._model else None
            report = rendering.result()
        (folder / _DONE).write_text(f"{content} {self.made_by}", encoding="utf-8")
        return Draft(content, self.made_by, report, built)

    def publish(self, draft: Draft, author: str, note: str, recorded: Collection[int] | None) -> Edition:
        """Let callers hear `draft` from now on; to be called `alone`.

        `recorded`: the editions that call records name; None where that can't be known: then none is removed.
        """
        edition = self.editions.publish(draft.content, draft.made_by, author, note, recorded or ())
        if recorded is not None:
            self.editions.prune(self._settings.editions.keep, self._settings.editions.days, recorded)
        return edition

    def plan(self, draft: Draft, at: datetime, author: str, note: str) -> Scheduled:
        """Let callers hear `draft` from the moment `at` on; to be called `alone`. Raises NotScheduled, OSError."""
        return self.schedule.plan(draft.content, draft.made_by, at, author, note, datetime.now(UTC))

    def is_current(self, prompts: Path) -> bool:
        """Whether callers hear what stands in `prompts`; what can't be read is not what they hear."""
        current = self.editions.current()
        try:
            return current is not None and current.content == self.content(prompts)
        except OSError:
            return False

    def _copy(self, prompts: Path, target: Path) -> None:
        """The files themselves, safe on the disk; recordings as links to originals, which are kept for ever."""
        (target / "recordings").mkdir(parents=True)
        for name, path in _sources(prompts, self._settings.office.language):
            (target / name).parent.mkdir(exist_ok=True)
            if name.startswith("recordings/"):
                link_or_copy(self._original(path), target / name)
            else:
                _copy_safely(path, target / name)

    def _original(self, recording: Path) -> Path:
        original = self.editions.originals / f"{stamp(recording.read_bytes())}{recording.suffix.lower()}"
        if not original.exists():
            self.editions.originals.mkdir(exist_ok=True)
            fresh = original.with_name(f".{original.name}")
            _copy_safely(recording, fresh)
            fresh.replace(original)
        return original


def content_of(prompts: Path, language: str) -> str:
    """Digest of all in `prompts` that callers hear. Raises OSError."""
    return stamp_of(_sources(prompts, language))


def _sources(prompts: Path, language: str) -> Iterator[tuple[str, Path]]:
    """All files in `prompts` that callers hear something of, by their names there."""
    languages = dict.fromkeys((FALLBACK, language))
    for name in ("menu.toml", FACTS, "lexicon.toml", *(f"{one}.toml" for one in languages)):
        if (prompts / name).is_file():
            yield name, prompts / name
    recordings = Recordings(prompts / "recordings")
    for one in languages:
        for path in recordings.used(one):
            yield str(path.relative_to(prompts)), path


def build_graph(prompts: Path, language: Language, model: Path, target: Path) -> Built:
    """Give `model` the words of the menu in `prompts`, in the new folder `target`.

    Raises BuildError, LexiconError, MenuError, each with a sentence for the admin.
    """
    pronunciations = Pronunciations(prompts / "lexicon.toml", language)
    return build(model, target, grammars(prompts, language), pronunciations, language=language)


def grammars(prompts: Path, language: Language) -> tuple[Grammar, ...]:
    """All that may be said to the hotline with the menu in `prompts`. Raises MenuError, LexiconError."""
    menu = Menu.load(prompts / "menu.toml", language)
    return standard(language, menu.spoken, menu.leads)


def _in(prompts: Path, found: Finding, copy: Path) -> Finding:
    """What was found in `copy`, named where the admin can mend it."""
    return replace(found, path=prompts / found.path.relative_to(copy)) if found.path.is_relative_to(copy) else found


def _ready(folder: Path) -> Draft | None:
    try:
        content, made_by = (folder / _DONE).read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return None
    return Draft(content, made_by)


def _copy_safely(source: Path, target: Path) -> None:
    with target.open("wb") as out:
        out.write(source.read_bytes())
        out.flush()
        os.fsync(out.fileno())
