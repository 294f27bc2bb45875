"""Menu and texts, checked together: nothing unchecked is served."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from agi.dialogue import menu, talk
from agi.dialogue.check import check
from agi.dialogue.finding import Finding
from agi.dialogue.menu import Menu, MenuError
from agi.dialogue.talk import Says
from agi.services import SERVICES, agent, applications, conversation, document_status, nik_check
from agi.voice.errors import TextsError
from agi.voice.texts import Texts

SAYS: Says = {
    **talk.SAYS,
    **menu.SAYS,
    **conversation.SAYS,
    **agent.SAYS,
    **applications.SAYS,
    **document_status.SAYS,
    **nik_check.SAYS,
}
"""All that engine and services say."""

ASKS: Mapping[str, str] = {**menu.ASKS, **applications.ASKS, **conversation.ASKS}
"""All questions of engine and services that may have words of their own in the menu."""

SAID_BY_ASTERISK = ("digits.*", "queue.*", "fault.*")
"""Prompts that the dialplan and the voice itself use: number words, announcements in the queue, the apology."""


def check_prompts(folder: Path, language: str, found_by_voice: Iterable[Finding] = ()) -> tuple[Finding, ...]:
    """All findings about `folder`/menu.toml and the texts of `language`; empty where nothing is wrong.

    `found_by_voice`: what the voice finds (texts that cannot be spoken, recordings that are no audio).
    """
    path = folder / "menu.toml"
    try:
        texts = Texts.load(folder, language)
    except TextsError as wrong:
        return tuple(Finding("T008", one.file, one.line, one.message) for one in wrong.problems)
    missing = [
        Finding("T006", folder / f"{language}.toml", 0, f"{key} is missing: callers hear it in Indonesian")
        for key in texts.missing
    ]
    return check(path, texts, SAYS, SERVICES, SAID_BY_ASTERISK, [*missing, *found_by_voice], ASKS)


def load_checked(folder: Path, language: str) -> tuple[Menu, Texts]:
    """Menu and texts, ready to be served. Raises MenuError with every error that was found."""
    errors = tuple(finding for finding in check_prompts(folder, language) if finding.is_error)
    if errors:
        raise MenuError(errors)
    return Menu.load(folder / "menu.toml"), Texts.load(folder, language)
