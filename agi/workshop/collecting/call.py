"""A tester's call: consent is asked for first, then words are recorded one by one, each kept whole or not at all."""

import csv
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

import numpy as np
import soundfile

from agi.languages.language import Reply
from agi.line.channel import Channel
from agi.line.protocol import key_in
from agi.speech.activity import FRAME, Activity
from agi.speech.answer import Verdict
from agi.speech.grammar import YesNo
from agi.speech.model import Model
from agi.speech.sound import Samples, as_16_bit, read
from agi.speech.tuning import RATE
from agi.voice.clips import Clips
from agi.workshop.recordings import COLUMNS, MANIFEST

CONSENTS = "consents.tsv"
"""Who agreed, when (UTC), how ("spoken": recorded as SPEAKER-consent.flac; "key"), to what."""

_CONSENT_MS, _WORD_MS = 5000, 3000
_TRIES = 2
_KEYS = {"1": Reply.YES, "2": Reply.NO}
_TONE_HZ, _TONE_MS = 1000, 150


class Collector:
    """Takes calls, several at once, and puts what is said into `folder`. `spool`: where Asterisk may write.

    `words`: of `clips.texts`, the keys of what is to be said. `tell` is given a line for each step of a call.
    """

    def __init__(
        self, folder: Path, words: tuple[str, ...], clips: Clips, model: Model, spool: Path, tell: Callable[[str], None]
    ) -> None:
        self._folder = folder
        self._words = words
        self._clips = clips
        self._model = model
        self._spool = spool
        self._tell = tell
        self._writing = threading.Lock()

    def take(self, channel: Channel) -> None:
        """Talk with one tester until all words are said. Raises HungUp, ChannelError, OSError; whole words stay."""
        speaker = f"p{token_hex(4)}"
        with TemporaryDirectory(prefix="collect-", dir=self._spool) as drafts:
            call = _Call(channel, self._clips, Path(drafts))
            if not self._agreed(call, speaker):
                self._tell(f"{speaker}: no consent, nothing kept")
                call.say("collect.refused")
                return
            self._tell(f"{speaker}: agreed")
            call.say("collect.begin")
            kept = sum(self._recorded(call, speaker, word) for word in self._words)
            self._tell(f"{speaker}: {kept} of {len(self._words)} words")
            call.say("collect.thanks")

    def _agreed(self, call: "_Call", speaker: str) -> bool:
        """Whether the tester said yes for certain, or pressed its key; silence and nonsense are no consent."""
        for asked in ("collect.consent", "collect.unclear"):
            sound, key = call.answer(_CONSENT_MS, asked, keys="".join(_KEYS))
            reply = _KEYS.get(key) or self._heard(sound)
            if reply is Reply.YES:
                if not key:
                    self._write(f"{speaker}-consent.flac", sound)
                how = "key" if key else "spoken"
                at = datetime.now(UTC).isoformat(timespec="seconds")
                self._add(CONSENTS, ("speaker", "at", "how", "asked"), (speaker, at, how, call.written(asked)))
                return True
            if reply is Reply.NO:
                break
        return False

    def _heard(self, sound: Samples) -> Reply | None:
        quiet = bytes(RATE)
        heard = self._model.recogniser(YesNo(language=self._model.language)).hear_all(quiet + sound.tobytes() + quiet)
        return Reply(heard.value) if heard.verdict is Verdict.ACCEPTED and heard.value else None

    def _recorded(self, call: "_Call", speaker: str, word: str) -> bool:
        """Whether the tester said something when asked for `word`, at the second try at the latest."""
        said = call.written(word).lower()
        for nth in range(_TRIES):
            if nth:
                call.say("collect.unheard")
            sound, _ = call.answer(_WORD_MS, "collect.say", {"word": word})
            if _speaks(sound):
                name = f"{speaker}-{said.replace(' ', '_')}.flac"
                self._write(name, sound)
                self._add(MANIFEST, COLUMNS, (name, speaker, said))
                return True
        return False

    def _write(self, name: str, sound: Samples) -> None:
        draft = self._folder / f".{name}"
        soundfile.write(draft, sound, RATE, format="FLAC")
        draft.replace(self._folder / name)

    def _add(self, name: str, columns: tuple[str, ...], row: tuple[str, ...]) -> None:
        """A line at the end of the table `name`, which is begun with its `columns`."""
        with self._writing, (self._folder / name).open("a", encoding="utf-8", newline="") as file:
            table = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_NONE, lineterminator="\n")
            table.writerows([row] if file.tell() else [columns, row])


class _Call:
    """One tester's telephone; `drafts` holds what is being recorded."""

    def __init__(self, channel: Channel, clips: Clips, drafts: Path) -> None:
        self._channel = channel
        self._clips = clips
        self._draft = drafts / "said"
        self._tone = drafts / "tone"
        tone = 4000 * np.sin(2 * np.pi * _TONE_HZ * np.arange(RATE * _TONE_MS // 1000) / RATE)
        soundfile.write(f"{self._tone}.wav", as_16_bit(tone), RATE)

    def written(self, key: str) -> str:
        """The text called `key`."""
        return self._clips.texts.written(key)

    def say(self, key: str, places: dict[str, str] | None = None) -> None:
        """Say the text called `key`."""
        for clip in self._clips.clips(key, places):
            self._channel.stream(str(clip))

    def answer(
        self, longest_ms: int, key: str, places: dict[str, str] | None = None, keys: str = "#"
    ) -> tuple[Samples, str]:
        """Say the text called `key` and a tone; what is said then, until one of `keys` or `longest_ms`, and the key."""
        self.say(key, places)
        self._channel.stream(str(self._tone))
        reply = self._channel.command("RECORD FILE", self._draft, "wav", keys, longest_ms, wait_s=longest_ms / 1000)
        return read(Path(f"{self._draft}.wav")), key_in(reply)


def _speaks(sound: Samples) -> bool:
    activity = Activity()
    for begin in range(0, len(sound) - FRAME + 1, FRAME):
        activity.hear(sound[begin : begin + FRAME])
        if activity.speaking:
            return True
    return False
