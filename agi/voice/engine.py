"""Which engine speaks: Kokoro where it is installed, else or if it is wanted espeak-ng; both behind pyttsx3."""

import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from agi.languages.language import Language
from agi.languages.lexicon import Lexicon
from agi.settings import ROOT
from agi.settings.tables import Voice
from agi.stamp import stamp, stamp_of
from agi.voice import kokoro
from agi.voice.ipa import ipa

VOICES = ROOT / "data" / "voice"
"""Kokoro's voices."""
_KOKORO, _ESPEAK = "hf_alpha", "poz/id"
"""The voice of each engine where the settings name none."""
_TO_DO = "rm -f var/venv/.voice.txt, then ./hotline up"


@dataclass(frozen=True, slots=True)
class Engine:
    """What speaks, and how it is dealt with.

    `driver` is pyttsx3's name of it, `voice` and `words_per_minute` what that is told. `made_by` tells its speech from
    any other's. At most `children` speak at once. A text may take `start_s` seconds and `character_s` more for each
    character, which is `least_s` long at the usual 145 words a minute: less is a text cut short. `slow`: a caller would
    notice, so that what can be is spoken ahead. `phonetic`: it is told sounds.
    `lacks`: why it is not Kokoro although that is wanted.
    """

    title: str
    driver: str
    voice: str
    words_per_minute: int
    made_by: tuple[str, ...]
    children: int
    start_s: float
    character_s: float
    least_s: float
    slow: bool
    phonetic: bool
    lacks: str = ""

    def told(self, words: str, language: Language, lexicon: Lexicon) -> str:
        """What the engine is handed for `words`, which are in their spoken form."""
        return ipa(words, language, lexicon) if self.phonetic else words

    def passages(self, told: str) -> list[str]:
        """The parts of `told` that are spoken one by one, and joined by `kokoro.PAUSE_S`."""
        return kokoro.passages(told) if self.phonetic else [told]

    def limit_s(self, text: str = "") -> float:
        """Seconds after which whoever speaks `text`, or starts to, hangs."""
        return self.start_s + self.character_s * len(text)


def engine(voice: Voice) -> Engine:
    """Who speaks with these settings."""
    vector = VOICES / f"{voice.name or _KOKORO}.bin"
    if voice.engine == "espeak":
        return _espeak(voice, voice.name or _ESPEAK, "")
    if lacking := [name for name in ("onnxruntime", *kokoro.PARTS) if find_spec(name) is None]:
        why = f"Kokoro is not installed ({lacking[0]} lacks): {_TO_DO}"
        return _espeak(voice, _ESPEAK if vector.is_file() or not voice.name else voice.name, why)
    if not vector.is_file():
        why = f"Kokoro has no voice '{voice.name}' in {VOICES}: mend voice.name, or set voice.engine to espeak"
        return _espeak(voice, voice.name, why)
    return Engine(
        title=f"Kokoro, voice {vector.stem}",
        driver="kokoro",
        voice=str(vector),
        words_per_minute=voice.words_per_minute,
        made_by=(
            *("kokoro", str(kokoro.VERSION), kokoro.SHA256),
            *(stamp(vector.read_bytes()), str(voice.words_per_minute)),
        ),
        children=1,  # each takes 290 MB and a processor
        start_s=40.0,
        character_s=0.4,  # speech takes 0.07 s for each, and 0.3 times that to be made; on a crowded machine 3 times
        least_s=0.025,
        slow=True,
        phonetic=True,
    )


def _espeak(voice: Voice, name: str, lacks: str) -> Engine:
    return Engine(
        title=f"espeak-ng, voice {name}",
        driver="espeak",
        voice=name,
        words_per_minute=voice.words_per_minute,
        made_by=("espeak", name, str(voice.words_per_minute), _espeak_maker()),
        children=2,
        start_s=15.0,  # a text takes 10 to 50 ms: whatever takes this long hangs
        character_s=0.0,
        least_s=0.04,
        slow=False,
        phonetic=False,
        lacks=lacks,
    )


@cache
def _espeak_maker() -> str:
    """Digest of our code that makes espeak-ng speak, and the versions of pyttsx3 and espeak-ng."""
    return stamp(f"{_digest('speaker.py', 'synthesis.py')} {version('pyttsx3')} {espeak_version()}".encode())


@cache
def polish() -> str:
    """Digest of our code that makes clips of what was spoken or recorded."""
    return _digest("audio.py", "level.py")


def _digest(*names: str) -> str:
    return stamp_of((name, Path(__file__).with_name(name)) for name in names)


def espeak_version() -> str:
    """The version that espeak-ng tells; "" where it is missing."""
    try:
        done = subprocess.run(("espeak-ng", "--version"), capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.partition("Data at")[0].rpartition(":")[2].strip()
