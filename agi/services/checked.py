"""Menu and texts, checked together: nothing unchecked is served."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from agi.dialogue import menu, talk
from agi.dialogue.check import check
from agi.dialogue.finding import Finding
from agi.dialogue.menu import Menu, MenuError
from agi.dialogue.talk import Says
from agi.languages import named
from agi.languages.lexicon import LexiconError
from agi.services import SERVICES, conversation
from agi.settings import Settings
from agi.speech import standard
from agi.speech.alike import alike
from agi.speech.pronunciation import Pronunciations
from agi.tomlfile import Problem
from agi.voice import inspection
from agi.voice.clips import Clips
from agi.voice.errors import TextsError
from agi.voice.texts import Texts

SAYS: Says = {
    **talk.SAYS,
    **menu.SAYS,
    **conversation.SAYS,
    **{key: places for service in SERVICES.values() for key, places in service.says.items()},
}
"""All that engine and services say."""

ASKS: Mapping[str, str] = {
    **menu.ASKS,
    **conversation.ASKS,
    **{name: keys for service in SERVICES.values() for name, keys in service.asks.items()},
}
"""All questions of engine and services that may have words of their own in the menu."""

SAID_BY_ASTERISK = ("digits.*", "queue.*", "fault.*", "agent.colleague", "agent.no_colleague")
"""Prompts that the dialplan and the voice itself use: number words, announcements in the queue, the apology."""


def check_all(settings: Settings, prompts: Path | None = None) -> tuple[Finding, ...]:
    """The complete check, the same for `prompts check`, `doctor` and whatever is published: menu, texts, lexicon,
    recordings, words; of the working copy, or in the folder `prompts`.
    """
    folder = prompts or settings.prompts
    found = [*_by_voice(settings, folder), *_by_sound(folder)]
    return check_prompts(folder, settings.office.language, found)


def check_prompts(folder: Path, language: str, found_elsewhere: Iterable[Finding] = ()) -> tuple[Finding, ...]:
    """All findings about `folder`/menu.toml, the texts of `language` and the lexicon; empty where nothing is wrong.

    `found_elsewhere`: what voice and speech find (texts that cannot be spoken, recordings that are no audio).
    """
    unreadable: list[Finding] = []
    try:
        if not named(language).lexicon(folder / "lexicon.toml").sounds:
            problem = "tabel [sounds] tidak ada: kata didengar menurut ejaannya saja; kembalikan dari cadangan"
            unreadable.append(Finding("T011", folder / "lexicon.toml", 0, problem))
    except LexiconError as wrong:
        unreadable += _coded("T008", wrong.problems)
    try:
        texts = Texts.load(folder, language)
    except TextsError as wrong:
        return (*unreadable, *_coded("T008", wrong.problems))
    missing = [
        Finding(
            "T006", folder / f"{language}.toml", 0, f"{key} belum ada: penelepon mendengarnya dalam bahasa Indonesia"
        )
        for key in texts.missing
    ]
    others = [*unreadable, *missing, *found_elsewhere]
    return check(folder / "menu.toml", texts, SAYS, SERVICES, SAID_BY_ASTERISK, others, ASKS, named(language))


def _by_voice(settings: Settings, folder: Path) -> Iterator[Finding]:
    """What only the voice can tell; nothing where texts or lexicon cannot be read, which is told elsewhere."""
    try:
        texts = Texts.load(folder, settings.office.language)
        with Clips(texts, settings.voice, folder, settings.var) as clips:
            yield from _coded("T007", inspection.unspeakable_texts(clips))
            yield from _coded("T009", inspection.long_texts(clips, settings.voice.words_per_minute))
            yield from _coded("T010", inspection.foreign_texts(clips))
            yield from _coded("R001", inspection.bad_recordings(clips))
            yield from _coded("R002", clips.dead_recordings())
    except TextsError:
        return


def _by_sound(folder: Path) -> Iterator[Finding]:
    """Words of different options that sound alike; lists of words that cannot be read."""
    try:
        standard.lists()
    except standard.WordsError as wrong:
        yield Finding("M027", standard.LISTS, 0, str(wrong))
        return
    with suppress(MenuError, LexiconError):  # what is wrong with these files is told elsewhere
        yield from sound_findings(folder / "menu.toml", Pronunciations.load(folder / "lexicon.toml"))


def sound_findings(menu_path: Path, pronunciations: Pronunciations) -> Iterator[Finding]:
    """Words for different options of one question that sound alike. Raises MenuError, LexiconError."""
    menu = Menu.load(menu_path)
    for name, words in sorted(menu.spoken.items()):
        lines = menu.spoken_lines[name]
        for one in alike(words, pronunciations):
            problem = (
                f'"{one.text}" (pilihan {one.key}) terdengar mirip "{one.other_text}" '
                f"(pilihan {one.other_key}, baris {lines[one.other_key]}): pakai kata lain untuk salah satunya"
            )
            yield Finding("M026", menu_path, lines[one.key], problem)


def _coded(code: str, problems: Iterable[Problem]) -> list[Finding]:
    return [Finding(code, one.file, one.line, one.message) for one in problems]


def load_checked(folder: Path, language: str) -> tuple[Menu, Texts]:
    """Menu and texts, ready to be served. Raises MenuError with every error that was found."""
    errors = tuple(finding for finding in check_prompts(folder, language) if finding.is_error)
    if errors:
        raise MenuError(errors)
    return Menu.load(folder / "menu.toml", named(language)), Texts.load(folder, language)
