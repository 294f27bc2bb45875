"""MBROLA voices of other languages, made to speak Indonesian: we give them our phones, lengths and melody.

They are recorded from people, so they widen what the network hears beyond espeak-ng's one synthesiser. MBROLA and its
voices stand in Debian's contrib and non-free; most voices may not be sold, so a model that heard them says so.
"""

import math
import random
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import soundfile

from agi.languages.language import Words
from agi.speech.pronunciation import Pronunciations
from agi.speech.sound import at_8k
from agi.workshop.training.corpus import Utterance, trimmed
from agi.workshop.training.synthesis import SynthesisError

VOICES = (
    *("es1", "es2", "mx1", "mx2", "vz1", "it3", "it4", "br1", "br3", "br4", "pt1", "ro1", "tr1", "tr2", "gr1", "gr2"),
    *("tl1", "in1", "in2", "cr1", "la1", "ca1", "hu1", "ee1", "pl1", "sw1", "af1", "us1", "us3", "fr1", "fr4"),
    *("ic1", "nl2", "en1"),
)
HELD_OUT = ("id1", "ma1")
"""The Indonesian and the Malay voice: no network of ours is trained on them, what it hears of them is a figure."""

_NEAREST = {
    **{"a": "a aa a: A V A:", "i": "i I i: ii", "u": "u U u: uu u0", "e": "e e: E E: ae", "@": "@ 9 2 I\\ e E"},
    **{"o": "o O Q o: ou", "p": "p p_h", "t": "t t_h", "k": "k k_h", "b": "b", "d": "d", "g": "g"},
    **{"c": "tS ch ts\\ tj c ts", "j": "dZ jh dj dz d", "s": "s", "h": "h h\\ x G", "m": "m", "n": "n"},
    **{"ng": "ng N n", "ny": "nY J n' nj ny n", "l": "l", "r": "r rr R R\\", "w": "w v u", "y": "j jj y i", "f": "f"},
    **{"v": "v w", "z": "z s"},
}
"""What a voice may call a sound of ours, best first: each voice has names of its own (SAMPA, mostly)."""

_OWN = {
    **{voice: {"y": "y", "a": "aa"} for voice in ("in1", "in2")},
    **{
        voice: {"a": "V", "i": "I", "u": "U", "o": "Q", "c": "tS", "j": "dZ", "ny": "nY", "ng": "N"}
        for voice in HELD_OUT
    },
}
_VARIED = {"o": 1.0, "e": 1.0, "a": 0.35, "i": 0.35, "u": 0.35, "@": 0.35, "r": 0.35}
"""How often a sound is spoken with any of its names: open and close vowels both occur in Indonesian."""

_PAUSE = "_"
_VOWELS = frozenset("aiueo")
_HEADER = 60_000  # bytes of a voice in which its diphones are listed


@dataclass(frozen=True)
class Mbrola:
    """One MBROLA voice; `file` is its database, `sounds` what it can say for each phone."""

    name: str
    file: Path
    program: str
    pronunciations: Pronunciations
    sounds: dict[str, tuple[str, ...]]

    def say(self, words: Words, rng: random.Random) -> Utterance:
        """`words` spoken; SynthesisError if mbrola refuses."""
        lines = self._lines(words, rng)
        with tempfile.NamedTemporaryFile(suffix=".wav") as made:
            command = [self.program, "-e", "-f", f"{rng.uniform(0.8, 1.25):.2f}", str(self.file), "-", made.name]
            try:
                subprocess.run(command, input=lines, text=True, capture_output=True, check=True, timeout=60)
                samples, rate = soundfile.read(made.name, dtype="float32")
            except (OSError, subprocess.SubprocessError, soundfile.LibsndfileError) as error:
                raise SynthesisError(f"mbrola can't speak as {self.name}: {error}") from error
        return Utterance(trimmed(at_8k(samples, rate)), self.name, words)

    def _lines(self, words: Words, rng: random.Random) -> str:
        """MBROLA's input: a sound a line, its length in ms, its pitch in Hz half way."""
        pace, base, top = rng.uniform(0.75, 1.3), rng.uniform(95, 140), rng.uniform(1.05, 1.35)
        names = {phone: self._name(phone, rng) for phone in self.sounds}
        lines = [f"{_PAUSE} {rng.randint(100, 300)}"]
        for place, word in enumerate(words):
            ways = self.pronunciations.weighted(word)
            (phones,) = (one.phones for one in rng.choices(ways, [math.exp(-one.cost) for one in ways]))
            for number, phone in enumerate(phones):
                to_end, last = len(phones) - 1 - number, place == len(words) - 1
                length = rng.uniform(75, 120) if phone in _VOWELS else 55 if phone == "@" else rng.uniform(60, 95)
                length *= pace * (1.2 if to_end < 2 else 1) * (1.25 if to_end < 2 and last else 1)
                stressed = to_end == min(2, len(phones) - 1)
                pitch = base * (1 + (top - 1) * (1 if stressed else 0.4)) * (1 - 0.12 * place / len(words))
                lines.append(f"{names[phone]} {length:.0f} 50 {pitch:.0f}")
            if place < len(words) - 1 and rng.random() < 0.3:
                lines.append(f"{_PAUSE} {rng.randint(30, 350)}")
        lines.append(f"{_PAUSE} {rng.randint(150, 300)}")
        return "\n".join(lines) + "\n#\n"

    def _name(self, phone: str, rng: random.Random) -> str:
        names = self.sounds[phone]
        return rng.choice(names) if rng.random() < _VARIED.get(phone, 0) else names[0]


def mbrola_voices(
    folder: Path, program: str, pronunciations: Pronunciations, names: tuple[str, ...] = VOICES
) -> tuple[Mbrola, ...]:
    """Those of the voices that are installed under `folder`, Debian's /usr/share/mbrola; perhaps none.

    A voice that lacks one of our sounds (but for h, which is weak anyway) is left out: it would be labelled wrongly.
    """
    voices = []
    for name in names:
        file = folder / name / name
        if file.exists():
            sounds = _sounds(name, _diphones(file))
            if all(phone == "h" or known != (_PAUSE,) for phone, known in sounds.items()):
                voices.append(Mbrola(f"mbrola-{name}", file, program, pronunciations, sounds))
    return tuple(voices)


def _diphones(file: Path) -> set[tuple[str, str]]:
    """The pairs of sounds a voice has, read from the head of its database."""
    with file.open("rb") as opened:
        head = opened.read(_HEADER)
    if head[:6] != b"MBROLA":
        raise SynthesisError(f"{file} is not an MBROLA voice.")
    return {(found[1].decode(), found[2].decode()) for found in re.finditer(rb"(?=([!-~]{1,5})\0([!-~]{1,5})\0)", head)}


def _sounds(voice: str, diphones: set[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """For each phone of ours the names the voice knows, best first; silence where it knows none."""
    begins = {left for left, _ in diphones}

    def known(name: str) -> bool:
        spoken = (name, "a") in diphones or (_PAUSE, name) in diphones or (name, _PAUSE) in diphones
        return name in begins and (spoken or voice in HELD_OUT)

    found = {phone: tuple(filter(known, names.split())) or (_PAUSE,) for phone, names in _NEAREST.items()}
    if found["@"] == (_PAUSE,):
        found["@"] = found["e"]
    return found | {phone: (name,) for phone, name in _OWN.get(voice, {}).items()}
