"""What can go wrong between a text and its audio; every message is one clear sentence for a person."""

from agi.errors import HotlineError
from agi.tomlfile import FilesError


class VoiceError(HotlineError):
    """Base of all errors of this room."""


class TextsError(FilesError, VoiceError):
    """A text file or the lexicon is not valid."""


class RecordingError(FilesError, VoiceError):
    """A recording is no audio, empty, silent or too long."""


class UnknownKey(VoiceError):
    """No text has this key."""


class PlaceError(VoiceError):
    """The values given do not fit the places of a text: missing, unknown or of a wrong type.

    The message names the text and the place, never the value: a value can be a NIK.
    """


class SynthesisError(VoiceError):
    """Neither pyttsx3 nor espeak-ng gave usable audio for a text."""
