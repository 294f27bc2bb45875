"""What the voice can tell the checker about texts and recordings before anything is rendered or served."""

import re
from collections.abc import Mapping

from agi.tomlfile import Problem
from agi.voice import recordings
from agi.voice.clips import Clips
from agi.voice.errors import RecordingError
from agi.voice.places import Place
from agi.voice.texts import FALLBACK

_ENOUGH_WORDS = 5


def unspeakable_texts(clips: Clips) -> list[Problem]:
    """Texts that would not be heard whole, or not understood; and digits that no text speaks."""
    found: list[Problem] = []
    for key, text in clips.texts.items():
        if lost := clips.language.wording.unspeakable(text.raw, clips.lexicon):
            what = ", ".join(f"'{one}'" for one in lost)
            message = f"{key}: {what} tidak bisa diucapkan; tulis dengan kata-kata, atau tambahkan ke lexicon.toml"
            found.append(Problem(text.file, text.line, message))
    lacking = [digit for digit in "0123456789" if f"digits.{digit}" not in clips.texts]
    if lacking and clips.texts:
        file = next(iter(clips.texts.values())).file
        found.append(Problem(file, 0, f"[digits] belum punya {', '.join(lacking)}: angka tidak bisa dibacakan"))
    return found


def long_texts(clips: Clips, words_per_minute: int) -> list[Problem]:
    """Texts that take longer to say than a recording may last."""
    found: list[Problem] = []
    for key, text in clips.texts.items():
        words = sum(len(part.split()) for part in map(_bare, text.parts))
        seconds = words / words_per_minute * 60
        if seconds > recordings.LONGEST_S:
            message = f"{key} lamanya sekitar {seconds:.0f} detik; paling lama {recordings.LONGEST_S:.0f}: pendekkan"
            found.append(Problem(text.file, text.line, message))
    return found


def slow_menus(clips: Clips, most_s: Mapping[str, float], words_per_minute: int) -> list[Problem]:
    """Texts of menus, by key, that take longer than so many seconds: callers forget the first option by then.

    What is not rendered yet is reckoned by its words.
    """
    found: list[Problem] = []
    for key, most in most_s.items():
        words = sum(len(piece.spoken.split()) for piece in clips.pieces(key))
        lasts_s = clips.seconds(key) or words / words_per_minute * 60
        if lasts_s > most:
            message = f"{key} lamanya {lasts_s:.1f} detik; menu paling lama {most:.0f} detik: pendekkan"
            found.append(Problem(*clips.texts.line(key), message))
    return found


def foreign_texts(clips: Clips) -> list[Problem]:
    """Indonesian texts without a single Indonesian word: the voice would read them by Indonesian rules."""
    found: list[Problem] = []
    for key, text in clips.texts.items():
        words = [word for part in map(_bare, text.parts) for word in re.findall(r"[a-z]+", part.lower())]
        familiar = any(map(clips.language.wording.common.fullmatch, words))
        if len(words) >= _ENOUGH_WORDS and text.file.stem == FALLBACK and not familiar:
            message = f"{key} tampaknya bukan bahasa Indonesia; suara mesin membacanya dengan ejaan Indonesia"
            found.append(Problem(text.file, text.line, message))
    return found


def _bare(part: str | Place) -> str:
    return part if isinstance(part, str) else ""


def bad_recordings(clips: Clips) -> list[Problem]:
    """Recordings in use that are no audio, empty, cut off, silent, too loud or too long."""
    found: list[Problem] = []
    for piece in clips.pieces():
        if piece.recording:
            try:
                recordings.load(piece.recording)
            except RecordingError as error:
                found += error.problems
    return found
