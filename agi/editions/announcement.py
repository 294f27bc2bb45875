"""An announcement before the greeting, from now until a set end, whatever edition callers hear.

It is spoken before it goes live, so that no caller waits for it. What stands is one small file below
`var/editions/announcement`, where Asterisk may read, replaced whole, beside the clip that it names. Each call reads it
when it begins: nothing has to run for an announcement to end, and nothing is restarted for one to begin.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex

import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from agi.dialogue.question import Prompt
from agi.editions.store import Editions
from agi.errors import HotlineError
from agi.privacy import private_file, redact
from agi.settings import Settings
from agi.stamp import stamp
from agi.voice import audio
from agi.voice.cache import KINDS, whole
from agi.voice.clips import Clips
from agi.voice.errors import VoiceError
from agi.voice.sounds import link_or_copy
from agi.voice.texts import ANNOUNCEMENT, Texts

LONGEST_S = 20.0
"""Seconds that an announcement may last: every caller hears it before anything that they called for."""
LONGEST = timedelta(days=7)
"""How long one may stand: what holds for longer belongs into the greeting, where somebody looks after it."""
_STANDS = "standing.json"
_KEPT_S = 3600.0
"""How long a sound is there that is not announced (any more): somebody listens to it before, or hears it to its end."""
_log = structlog.get_logger("editions")


class NotAnnounced(HotlineError):
    """It can't be announced; the message says why, in Indonesian. What callers hear is unchanged."""

    def __str__(self) -> str:
        return f"{super().__str__()} Yang didengar penelepon tidak berubah."


@dataclass(frozen=True, slots=True)
class Spoken:
    """`words` that may be announced. `clip` names their sound, which lasts `lasts_s` seconds."""

    words: str
    clip: str
    lasts_s: float


class Announcement(BaseModel):
    """`words` that callers hear before the greeting, announced by `author` at `at`, until `until` (UTC).

    `clip` names its sound, which lasts `lasts_s` seconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: str = Field(min_length=1)
    at: AwareDatetime
    until: AwareDatetime
    author: str
    lasts_s: float
    clip: str = Field(pattern=r"^[0-9a-f]+$")

    @property
    def prompt(self) -> Prompt:
        """What is said, as a conversation and its record know it."""
        return Prompt(ANNOUNCEMENT, {"words": self.words})


class Announcements:
    """The announcement of an installation: there is one, or none."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.editions_folder.absolute() / "announcement"

    def standing(self, now: datetime) -> Announcement | None:
        """What a call hears that begins now; None also where it can't be read or heard, which is logged."""
        try:
            found = Announcement.model_validate_json((self._folder / _STANDS).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            _log.error("announcement.unreadable", why=type(error).__name__)
            return None
        if found.until <= now:
            return None
        if not whole(self.sound(found.clip)):
            _log.error("announcement.no_sound")
            return None
        return found

    def sound(self, clip: str) -> Path:
        """Where the clip of that name lies (without extension), of 8 kHz (.wav) and of 16 kHz (.wav16)."""
        return self._folder / clip

    def spoken(self, words: str) -> Spoken:
        """`words` as callers would hear them, spoken now if they never were. Raises NotAnnounced."""
        words = " ".join(words.split())
        if not words:
            raise NotAnnounced("Tulis dulu yang harus diumumkan.")
        if redact(words) != words:
            raise NotAnnounced("Pengumuman tidak boleh memuat NIK, nomor KK, atau nomor registrasi.")
        try:
            with self._clips() as clips:
                if lost := clips.language.wording.unspeakable(words, clips.lexicon):
                    raise NotAnnounced(f"Ini tidak bisa diucapkan: {', '.join(lost)}. Tulis dengan kata-kata.")
                source = clips.free(words)
            lasts_s = audio.seconds(source)
        except (VoiceError, OSError, ValueError) as error:
            raise NotAnnounced(f"Suara mesin tidak bisa mengucapkannya sekarang ({error}).") from error
        if lasts_s > LONGEST_S:
            raise NotAnnounced(
                f"Lamanya {lasts_s:.0f} detik, paling lama {LONGEST_S:.0f}: setiap penelepon mendengarnya sebelum bisa "
                "memilih. Pendekkan."
            )
        try:
            return Spoken(words, self._kept(source), lasts_s)
        except OSError as error:
            raise NotAnnounced(f"Suaranya tidak bisa disimpan ({error.strerror}).") from error

    def announce(self, words: str, until: datetime, author: str, now: datetime) -> Announcement:
        """Let every call that begins from now on hear `words`, until `until`. Raises NotAnnounced."""
        if until <= now:
            raise NotAnnounced("Waktu berakhirnya sudah lewat.")
        if until > now + LONGEST:
            raise NotAnnounced(
                f"Pengumuman berlaku paling lama {LONGEST.days} hari; yang lebih lama, ubah salam pembuka."
            )
        found, at = self.spoken(words), now.replace(microsecond=0)
        made = Announcement(
            words=found.words, at=at, until=until, author=author, lasts_s=found.lasts_s, clip=found.clip
        )
        try:
            with private_file(self._folder / _STANDS) as out:
                out.write(made.model_dump_json().encode())
        except OSError as error:
            raise NotAnnounced(f"Pengumuman tidak bisa disimpan ({error.strerror}).") from error
        _log.info("announcement.begins", until=until.isoformat(), seconds=round(made.lasts_s, 1))
        return made

    def clear(self) -> None:
        """Let no call that begins from now on hear one."""
        (self._folder / _STANDS).unlink(missing_ok=True)
        _log.info("announcement.cleared")

    def _kept(self, source: Path) -> str:
        """The name under which a copy of the clip `source` lies here: of its content, so that it never changes."""
        clip = stamp(Path(f"{source}.wav").read_bytes())
        self._folder.mkdir(parents=True, exist_ok=True)
        named = self._named()
        for file in self._folder.glob("*.wav*"):
            if file.stem != named and time.time() - file.stat().st_ctime > _KEPT_S:
                file.unlink(missing_ok=True)
        for kind in KINDS:
            fresh = self._folder / f".{clip}{kind}.{token_hex(4)}"
            link_or_copy(Path(f"{source}{kind}"), fresh)
            fresh.replace(self._folder / f"{clip}{kind}")
        return clip

    def _named(self) -> str:
        try:
            return Announcement.model_validate_json((self._folder / _STANDS).read_bytes()).clip
        except (OSError, ValidationError):
            return ""

    def _clips(self) -> Clips:
        """Whoever speaks, with the lexicon that callers hear now, and no texts of their own."""
        current = Editions(self._settings.editions_folder).current()
        prompts = current.prompts if current else self._settings.prompts
        return Clips(Texts(self._settings.office.language, {}), self._settings.voice, prompts, self._settings.var)
