"""What callers hear and what they would hear, by voice: the working copy and the published edition, and their sounds.

One for each process of pages: texts, clips and findings are kept for as long as the files stay as they are.
"""

import io
import secrets
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import cast

import numpy as np
import soundfile
from numpy.typing import NDArray
from starlette.requests import HTTPConnection

from agi.dialogue.finding import Finding
from agi.editions.differences import Change, changes
from agi.editions.store import Editions, Held, NoEdition
from agi.editions.working import WorkingCopy
from agi.pages.shared.site import site
from agi.services.checked import check_all
from agi.settings import Settings
from agi.stamp import stamp
from agi.voice import audio
from agi.voice.clips import Clips
from agi.voice.texts import Texts

Signature = tuple[tuple[str, int, int, int], ...]
KEPT_S = 3600
"""How long a sound that was made to be listened to is there."""


class Heard:
    """The voice of one installation, behind that of callers: what pages have spoken takes nobody's turn."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.working = WorkingCopy(settings)
        self.editions = Editions(settings.editions_folder)
        self._sounds = settings.var / "pages" / "heard"
        self._lock = threading.Lock()
        self._warm = threading.Event()
        self._first: Clips | None = None
        self._draft: tuple[Signature, Clips] | None = None
        self._live: tuple[int, Clips] | None = None
        self._past: tuple[Held, Clips] | None = None
        self._found: tuple[Signature, tuple[Finding, ...]] | None = None
        self._changes: tuple[Signature, int, tuple[Change, ...]] | None = None

    def warm(self) -> None:
        """Have the voice ready, in the background, for somebody who is about to listen to what they type."""
        if not self._warm.is_set():
            self._warm.set()
            threading.Thread(target=self.draft().warm, name="voice", daemon=True).start()

    def draft(self) -> Clips:
        """The working copy. Raises TextsError."""
        signature = self._signature()
        with self._lock:
            if self._draft is None or self._draft[0] != signature:
                texts = Texts.load(self.settings.prompts, self.settings.office.language)
                self._draft = signature, self._clips(texts, self.settings.prompts)
            return self._draft[1]

    def trial(self, key: str, raw: str) -> Clips:
        """The working copy, of which `key` says `raw`. Raises TextsError, UnknownKey."""
        texts = self.draft().texts.with_text(key, raw)
        with self._lock:
            return self._clips(texts, self.settings.prompts)

    def live(self) -> Clips | None:
        """What callers hear; None where nothing was published."""
        edition = self.editions.current()
        if edition is None:
            return None
        with self._lock:
            if self._live is None or self._live[0] != edition.number:
                texts = Texts.load(edition.prompts, self.settings.office.language)
                self._live = edition.number, self._clips(texts, edition.prompts, edition.sounds)
            return self._live[1]

    def of(self, number: int) -> Clips | None:
        """What was heard in the edition `number`, which is kept from removal meanwhile; None where it is gone."""
        with self._lock:
            if self._past is None or self._past[0].edition.number != number:
                try:
                    held = self.editions.held(number)
                except NoEdition:
                    return None
                edition = held.edition
                texts = Texts.load(edition.prompts, self.settings.office.language)
                self._past = held, self._clips(texts, edition.prompts, edition.sounds)
            return self._past[1]

    def findings(self) -> tuple[Finding, ...]:
        """All that the checker finds in the working copy."""
        signature = self._signature()
        with self._lock:
            if self._found is None or self._found[0] != signature:
                self._found = signature, check_all(self.settings)
            return self._found[1]

    def changes(self) -> tuple[Change, ...]:
        """How the working copy differs from what callers hear; none where nothing was published.

        Raises HotlineError where it can't be read.
        """
        signature, edition = self._signature(), self.editions.current()
        if edition is None:
            return ()
        with self._lock:
            if self._changes is None or self._changes[:2] != (signature, edition.number):
                found = changes(edition.prompts, self.settings.prompts, self.settings.office.language)
                self._changes = signature, edition.number, found
            return self._changes[2]

    def sound(self, clips: Sequence[Path]) -> str:
        """The name of a file that plays `clips` (paths without extension) one after another, as a telephone does."""
        return self.kept(_joined(clips))

    def kept(self, narrow: NDArray[np.int16]) -> str:
        """The name of a file that plays these samples of 8 kHz; it is there for an hour at least."""
        made = _wav(narrow)
        name = stamp(made)
        self._sounds.mkdir(parents=True, exist_ok=True)
        self._tidy()
        fresh = self._sounds / f".{name}.{secrets.token_hex(4)}"
        fresh.write_bytes(made)
        fresh.replace(self._sounds / f"{name}.wav")
        return name

    def file(self, name: str) -> Path | None:
        """The file that is called so by `kept`; None where it is gone."""
        path = self._sounds / f"{name}.wav"
        return path if name.isalnum() and path.is_file() else None

    def _clips(self, texts: Texts, prompts: Path, sounds: Path | None = None) -> Clips:
        settings = self.settings
        if self._first is None:
            with Clips(texts, settings.voice, prompts, settings.var) as one:
                self._first = one.behind_calls()
        return Clips(texts, settings.voice, prompts, settings.var, sounds, like=self._first)

    def _signature(self) -> Signature:
        """Changes whenever a file of the working copy does."""
        found = []
        for path in (*self.settings.prompts.glob("*.toml"), *self.settings.prompts.glob("recordings/**/*")):
            with suppress(FileNotFoundError):
                told = path.stat()
                found.append((str(path), told.st_ino, told.st_mtime_ns, told.st_size))
        return tuple(sorted(found))

    def _tidy(self) -> None:
        for path in self._sounds.iterdir():
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > KEPT_S:
                    path.unlink()


def telephoned(clips: Sequence[Path]) -> bytes:
    """A WAV file of `clips` (paths without extension) one after another, which lies nowhere: digits of somebody's
    number may be said in it.
    """
    return _wav(_joined(clips))


def _joined(clips: Sequence[Path]) -> NDArray[np.int16]:
    return np.concatenate([soundfile.read(f"{clip}.wav", dtype="int16")[0] for clip in clips])


def _wav(narrow: NDArray[np.int16]) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, narrow, audio.NARROW_HZ, format="WAV", subtype="PCM_16")
    return out.getvalue()


def heard(request: HTTPConnection) -> Heard:
    """That of the installation."""
    state = request.app.state
    if not hasattr(state, "heard"):
        state.heard = Heard(site(request).settings)
    return cast("Heard", state.heard)
