"""One decoding of a turn's sound: what is made of the sound, and the words that are heard in it."""

from collections.abc import Sequence

import vosk

from agi.languages.language import Words
from agi.speech.answer import Reading, partial_words, readings
from agi.speech.gate import Gate, levels_of
from agi.speech.grammar import Kind
from agi.speech.tuning import RATE

_LAG = bytes(2 * RATE * 280 // 1000)
"""Silence. What the decoder shows lags by up to 0.48 s (0.18 s that the acoustic model looks ahead, 0.3 s that it hears
at a time); 0.2 s have been quiet before."""

_DIGITS = (Kind.NIK, Kind.DIGITS)


class Decoding:
    """Give it a decoder of its own, and all `sound` at once or one piece after another by `feed`."""

    def __init__(self, decoder: vosk.KaldiRecognizer, kind: Kind, sound: bytes = b"") -> None:
        self._decoder = decoder
        self._gate = Gate(levels_of(sound) if sound else None, digits=kind in _DIGITS)
        self._unheard = bytearray(sound)

    def feed(self, sound: bytes) -> None:
        """The next sound (8 kHz, 16 bits). It is heard when somebody asks: every call of the decoder costs."""
        self._unheard += sound

    def hear_out(self) -> None:
        """Silence has come: hear it for as long as the decoder lags."""
        self._hear(self._judged() + self._gate.rest() + _LAG)

    def words(self) -> Words:
        """What is heard so far."""
        self._hear(self._judged())
        return partial_words(self._decoder.PartialResult())

    def readings(self) -> Sequence[Reading]:
        """What was heard, best first; it cannot go on after this."""
        self._hear(self._judged() + self._gate.rest())
        return readings(self._decoder.FinalResult())

    def _judged(self) -> bytes:
        """What the gate has decided of what came since it was asked last."""
        sound = bytes(self._unheard)
        self._unheard.clear()
        return self._gate.feed(sound)

    def _hear(self, sound: bytes) -> None:
        if sound:
            self._decoder.AcceptWaveform(sound)
