"""What the voice can tell the checker about texts and recordings before anything is rendered or served."""

from agi.voice import recordings
from agi.voice.clips import Clips
from agi.voice.errors import Problem, RecordingError
from agi.voice.wording import unspeakable


def unspeakable_texts(clips: Clips) -> list[Problem]:
    """Texts that would not be heard whole, or not understood; and digits that no text speaks."""
    found: list[Problem] = []
    for key in clips.texts.keys():  # noqa: SIM118 - not a dict
        text = clips.texts.text(key)
        if lost := unspeakable(text.raw, clips.lexicon):
            what = ", ".join(f"'{one}'" for one in lost)
            message = f"{key}: {what} can't be spoken; write it out, or add it to lexicon.toml"
            found.append(Problem(text.file, text.line, message))
    lacking = [digit for digit in "0123456789" if f"digits.{digit}" not in clips.texts]
    if lacking and clips.texts.keys():
        file, _ = clips.texts.line(clips.texts.keys()[0])
        found.append(Problem(file, 0, f"[digits] has no text for {', '.join(lacking)}: numbers can't be read back"))
    return found


def bad_recordings(clips: Clips) -> list[Problem]:
    """Recordings in use that are no audio, empty, silent or too long."""
    found: list[Problem] = []
    for piece in clips.pieces():
        if piece.recording:
            try:
                recordings.load(piece.recording)
            except RecordingError as error:
                found += error.problems
    return found
