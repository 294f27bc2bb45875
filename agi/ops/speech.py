"""Whether callers may speak on this installation."""

from agi.settings import Settings


def speech_is_on(settings: Settings) -> bool:
    """Whether the settings want speech and there is a model to hear with."""
    return settings.speech.enabled and (settings.speech_model / "am" / "final.mdl").is_file()
