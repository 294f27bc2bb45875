"""Recorded messages of citizens: one WAV file for each ticket, for the owner's eyes only."""

import shutil
import wave
from contextlib import closing
from pathlib import Path

from agi.books.errors import BookError
from agi.books.late import Alarm
from agi.deadline import Deadline
from agi.privacy import private_file

LIMIT_S = 3.0
"""Longest wait of a caller until a message is kept: two minutes of sound are 2 MB."""


class MessageNotKept(BookError):
    """The message could not be kept; says why."""


class Messages:
    """The messages in `folder`, by the ids of their tickets. Every method raises MessageNotKept, BookError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._deadline = Deadline(LIMIT_S)
        self._alarm = Alarm("messages")

    def keep(self, ticket_id: str, sound: Path) -> None:
        """Take over the file `sound`, whole and on the disk when this returns; once it is, another time is no harm."""
        try:
            self._deadline.run(lambda: self._keep(self.path(ticket_id), sound))
        except TimeoutError:
            raise self._alarm.late() from None
        except OSError as error:
            raise MessageNotKept(f"{self._folder}: {error.strerror}") from error
        self._alarm.answered()

    def _keep(self, kept: Path, sound: Path) -> None:
        if sound.exists():
            kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with private_file(kept) as out, sound.open("rb") as content:
                shutil.copyfileobj(content, out)
            sound.unlink()

    def path(self, ticket_id: str) -> Path:
        """Where that of this ticket lies, if there is one."""
        return self._folder / f"{ticket_id}.wav"

    def remove(self, ticket_id: str) -> None:
        """Delete it, if there is one."""
        try:
            self.path(ticket_id).unlink(missing_ok=True)
        except OSError as error:
            raise MessageNotKept(f"{self._folder}: {error.strerror}") from error


def length_s(sound: Path) -> float:
    """Seconds of sound in a WAV file, by what is in it and not by what its header says; 0 where it is none."""
    try:
        with sound.open("rb") as content, closing(wave.open(content)) as found:
            frames = (sound.stat().st_size - 44) // (found.getsampwidth() * found.getnchannels())
            return float(max(0, frames) / found.getframerate())
    except (OSError, EOFError, wave.Error):
        return 0.0
