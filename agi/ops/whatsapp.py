"""The office's number at WhatsApp: its secrets, and whether it is set up."""

from typing import NamedTuple

from agi.settings import Settings

NAMES = ("token", "app-secret", "verify-token")
"""Files var/secrets/whatsapp-NAME: what sends, what signs webhooks, what Meta shows when it asks for our address."""


class Secrets(NamedTuple):
    """What the three files say."""

    token: str
    app_secret: str
    verify_token: str


def secrets(settings: Settings) -> Secrets | None:
    """The secrets of a number that is set up; None where it is not wanted, or one of them lacks."""
    if not settings.whatsapp.number_id or lacking(settings):
        return None
    return Secrets(*(_read(settings, name) for name in NAMES))


def lacking(settings: Settings) -> tuple[str, ...]:
    """The files that lack, or hold nothing; none where no number is wanted."""
    if not settings.whatsapp.number_id:
        return ()
    return tuple(f"var/secrets/whatsapp-{name}" for name in NAMES if not _read(settings, name))


def _read(settings: Settings, name: str) -> str:
    path = settings.var / "secrets" / f"whatsapp-{name}"
    return path.read_text().strip() if path.is_file() else ""
