"""A rehearsal of the working copy from beginning to end."""

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

from agi.dialogue.asking import Patience
from agi.dialogue.menu import MenuError
from agi.editions.publishing import build_graph, content_of
from agi.editions.store import Editions
from agi.editions.working import WorkingCopy
from agi.hearing.listener import tuning
from agi.ops.priority import stand_behind
from agi.ops.speech import speech_is_on
from agi.rehearsal.asked import Asked, Script, asked
from agi.rehearsal.keys import pressed
from agi.rehearsal.place import alone, keep
from agi.rehearsal.result import Option, Rehearsal, Rehearsed, called
from agi.rehearsal.spoken import LINES, Saying, Turn, listen, mistakes, sayings, ways
from agi.rehearsal.voices import HELD_OUT, USUAL
from agi.settings import Settings
from agi.speech.model import Model
from agi.speech.sound import CannotSpeak
from agi.tomlfile import FilesError
from agi.voice.clips import Progress

_BEHIND_CALLS = 10
"""Niceness: whoever decodes what callers say has 5."""
_OFF = "Pengenalan suara tidak dipakai di sini: hanya tombol yang digladi."


def rehearse(settings: Settings, progress: Progress, *, every: bool = False, voices: int = USUAL) -> Rehearsal:
    """Rehearse the questions that the working copy changes, or `every` one, by keys and in so many `voices`.

    Once words are to be said the whole process stands behind all that answers callers. The result is kept until the
    next. Raises Busy, MenuError, FilesError, BuildError, ModelError, OSError.
    """
    began = time.monotonic()
    with alone(settings) as work:
        draft, script = _copied(settings, work / "prompts")
        chosen = asked(script, _live(settings), every=every)
        said, mute = sayings(chosen), "" if speech_is_on(settings) else _OFF
        turns: tuple[Turn, ...] = ()
        if said and not mute:
            stand_behind(_BEHIND_CALLS)
            model = _model(settings, script, work)
            try:
                spoken = tuple(f"id+{name}" for name in HELD_OUT[:voices])
                turns = listen(model, said, script.aloud, spoken, tuning(settings.speech), progress)
            except CannotSpeak as wrong:
                mute = f"Tidak ada yang berbicara, hanya tombol yang digladi: {wrong}"
        found = Rehearsal(
            draft,
            datetime.now(UTC),
            every,
            HELD_OUT[:voices] if turns else (),
            tuple(LINES) if turns else (),
            mute,
            time.monotonic() - began,
            _questions(settings, script, chosen, turns),
            mistakes(turns, lambda key: called(key, script.titles.get(key, key))),
        )
        keep(settings, found)
    return found


def _questions(
    settings: Settings, script: Script, chosen: tuple[Asked, ...], turns: tuple[Turn, ...]
) -> tuple[Rehearsed, ...]:
    """What came of each, the worst first."""
    heard, pace = ways(turns), settings.voice.words_per_minute
    dialogue = settings.dialogue
    patience = Patience(dialogue.first_key_ms, dialogue.between_keys_ms, dialogue.total_ms, dialogue.tries)
    found = []
    for one in chosen:
        options = []
        for choice in one.options:
            keys = pressed(script, one, choice.key, pace, patience) if choice.key.isdigit() else ()
            said = (heard.get(Saying(one.name, one.grammar, choice.key, way)) for way in choice.ways)
            options.append(Option(choice.key, choice.leads, keys, tuple(filter(None, said))))
        if any(option.pressed or option.ways for option in options):  # wishes have no keys, and may have had no voice
            found.append(Rehearsed(one.name, one.title, tuple(options)))
    return tuple(sorted(found, key=lambda one: (not one.misses_keys, 1.0 if one.share is None else one.share)))


def _copied(settings: Settings, target: Path) -> tuple[str, Script]:
    """The working copy as it stands now: its digest, and what it says."""
    target.mkdir(parents=True)
    with WorkingCopy(settings).alone():
        draft = content_of(settings.prompts, settings.office.language)
        for path in settings.prompts.glob("*.toml"):
            shutil.copyfile(path, target / path.name)
        return draft, Script(settings.prompts, settings.office.language)


def _live(settings: Settings) -> Script | None:
    """What callers hear; None where nothing was published, or it can't be compared."""
    edition = Editions(settings.editions_folder).current()
    try:
        return Script(edition.prompts, settings.office.language) if edition else None
    except (MenuError, FilesError):
        return None


def _model(settings: Settings, script: Script, work: Path) -> Model:
    """A model that hears the words of the working copy; nothing of it stays on the disk."""
    try:
        built = build_graph(work / "prompts", script.language, settings.speech_model, work / "model")
        return Model.load(built.folder)
    finally:
        shutil.rmtree(work)
