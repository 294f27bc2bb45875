"""The prompts as they sound, for the ear: from the edition that callers of this installation hear."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from agi.editions.store import Editions
from agi.settings import Settings
from agi.voice.clips import Clips
from agi.voice.errors import VoiceError
from agi.voice.places import Value
from agi.voice.texts import Texts
from agi.workshop.softphone.hearing import Bank, Reference, reference
from agi.workshop.softphone.matching import Sound
from agi.workshop.softphone.phone import PhoneError
from agi.workshop.softphone.wavfile import samples


class References:
    """All prompts of the office's language; a clip that is gone is made again. Raises PhoneError."""

    def __init__(self, settings: Settings) -> None:
        edition = Editions(settings.editions_folder).current()
        if edition is None:
            raise PhoneError("nothing is published yet; type `hotline up`, or `hotline prompts publish`")
        try:
            self.texts = Texts.load(edition.prompts, settings.office.language)
            self._clips = Clips(self.texts, settings.voice, edition.prompts, settings.var, edition.sounds)
            self.bank = Bank([self._of(key) for key in self.texts])
        except VoiceError as wrong:
            raise PhoneError(f"the prompts cannot be known by ear: {wrong}") from wrong

    @property
    def known(self) -> Mapping[str, frozenset[str]]:
        """All keys and the names of their places."""
        return {key: frozenset(text.places) for key, text in self.texts.items()}

    def said_with(self, key: str, places: Mapping[str, Value]) -> Reference:
        """The prompt with these values; without values, what is always said of it. Raises PlaceError."""
        if not places:
            return self.bank.references[key]
        return reference(key, [_sound(path) for path in self._clips.clips(key, places)])

    def close(self) -> None:
        """End the speaking processes."""
        self._clips.close()

    def _of(self, key: str) -> Reference:
        sounds = [_sound(self._clips.file(piece)) for piece in self._clips.pieces(key)]
        if not self.texts[key].places:
            return reference(key, sounds)
        # What stands between values that are not known: the longest part says best which text it is.
        return reference(key, [max(sounds, key=len)] if sounds else [], open_end=True)


def _sound(stem: Path) -> Sound:
    return samples(stem.with_name(stem.name + ".wav")).astype(np.float32)
