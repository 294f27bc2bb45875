"""Whether callers may speak on this installation, and whether the process that listens is there."""

from pathlib import Path

from agi.hearing.client import SpeechClient, Unheard
from agi.ops.places import run_folder
from agi.settings import Settings


def speech_is_on(settings: Settings) -> bool:
    """Whether the settings want speech and there is a model to hear with."""
    return settings.speech.enabled and network(settings).is_file()


def network(settings: Settings) -> Path:
    """The file of the network that is heard with."""
    return settings.speech_model / "am" / "final.mdl"


def built_for_another(settings: Settings) -> bool:
    """Whether the service was given another model than the one that the settings name now."""
    built = settings.speech_built / "am"
    return built.is_dir() and built.resolve() != (settings.speech_model / "am").resolve()


def socket_path(var: Path) -> Path:
    """The Unix socket on which the speech service of the installation at `var` serves the line."""
    return run_folder(var) / "speech.sock"


def listens(var: Path) -> bool:
    """Whether the speech service of the installation at `var` serves the line."""
    try:
        SpeechClient(socket_path(var), limit_s=0.5).state()
    except Unheard:
        return False
    return True
