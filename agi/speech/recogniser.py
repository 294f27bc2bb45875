"""One turn: the caller's sound in, an answer out, and the moment at which the answer has ended.

The acoustic model looks 0.18 s ahead and hears 0.3 s at a time, so partial results come late. When the caller falls
silent the decoder is told that the sound has ended: that gives the whole result at once. Was it an answer that cannot
go on, the turn has ended (about a quarter of a second after the last sound). If not, the caller may go on: then a new
decoder hears everything again, which costs 12 ms for each second of speech, and only when somebody really goes on.

Who is heard from the very beginning of a turn began to talk before it: that is the rest of an answer to the question
before ("cek KTP saya … sudah jadi belum"), and none to this one. It is dropped until the caller pauses. After a spoken
answer even who begins a little later does: nobody answers a question of which they have heard a fifth of a second.
"""

from collections.abc import Callable

import numpy as np
import vosk

from agi.languages.language import Words
from agi.speech.activity import FRAME, FRAME_MS, Activity
from agi.speech.answer import Heard, Progress, Verdict, decide, partial_words, readings
from agi.speech.gate import Gate
from agi.speech.grammar import NIK_DIGITS, DigitsGrammar, Grammar, Kind, Nik
from agi.speech.tuning import Tuning

_BYTES = 2 * FRAME
_LOOK_FRAMES = 5
_UNSEEN_DIGITS = 2
_TALK_IS_KNOWN = 2
"""So many frames after it has become loud, talk is known as talk."""
_LEFT_OVER_ENDS_MS, _LEFT_OVER_LASTS = 500, 150
"""A pause between two words is shorter, in ms; and no rest of an answer lasts longer, in frames: what goes on then are
others who talk as loudly behind the caller."""
_DIGIT_KINDS = (Kind.NIK, Kind.DIGITS)
_IN_GROUPS = (Kind.NIK, Kind.DIGITS, Kind.NUMBER, Kind.DATE)


class Recogniser:
    """Listens to one turn. For one thread at a time; many may run beside each other on one model.

    `opening_ms`: the sound begins where the turn begins, and who is heard within this time began to talk before it; 0
    where it does not.
    """

    def __init__(
        self, decoder: Callable[[], vosk.KaldiRecognizer], grammar: Grammar, tuning: Tuning, *, opening_ms: int = 0
    ) -> None:
        self._new_decoder = decoder
        self._grammar = grammar
        self._tuning = tuning
        self._activity = Activity()
        self._gate = Gate() if grammar.kind in _DIGIT_KINDS else None
        self._left = self._left_said = b""
        self._sound = bytearray()
        self._decoder: vosk.KaldiRecognizer | None = None
        self._heard: Heard | None = None
        self._words: Words = ()
        self._same_ms = 0
        self._frames = 0
        self._age = 0
        self._opening = opening_ms > 0
        self._opening_frames = opening_ms // FRAME_MS
        self._left_over = False
        self._started = False
        self._ended = False
        self._tried: Words = ()

    def feed(self, frame: bytes, said: bytes = b"") -> Progress:
        """Take 8 kHz 16-bit mono sound of any length, and what we sent meanwhile; where the turn stands now."""
        self._left += frame
        self._left_said += said
        while len(self._left) >= _BYTES and not self._ended:
            one, self._left = self._left[:_BYTES], self._left[_BYTES:]
            sent, self._left_said = self._left_said[:_BYTES], self._left_said[_BYTES:]
            self._take(one, sent)
        return Progress(self._activity.speaking and not self._opening, self._started, self._ended)

    def hear_all(self, sound: bytes) -> Heard:
        """What was said in a whole recording, one answer whatever pauses are in it: for files."""
        for begin in range(0, len(sound) - _BYTES + 1, _BYTES):
            self._activity.hear(np.frombuffer(sound[begin : begin + _BYTES], np.int16))
        self._activity.awake = self._started = True
        self._sound += self._gate.feed(sound) if self._gate else sound
        return self.finish()

    def finish(self) -> Heard:
        """What was said, whether or not it has ended. Call it once, then `close`."""
        if self._heard is None:
            self._heard = self._decide()
        self._ended = True
        return self._heard

    def close(self) -> None:
        """Free the decoder's memory."""
        self._decoder = None
        self._sound.clear()

    def _take(self, frame: bytes, said: bytes) -> None:
        activity = self._activity
        activity.hear(np.frombuffer(frame, np.int16), np.frombuffer(said, np.int16) if said else None)
        if self._gate is not None:
            frame = self._gate.feed(frame)
        self._sound += frame
        if self._opening and self._is_left_over(activity):
            self._forget()
            self._decoder = None
            self._sound.clear()
            return
        if not activity.awake:
            del self._sound[: -_BYTES * (self._tuning.lead_ms // FRAME_MS)]
            return
        self._started = self._started or activity.speaking
        if self._heard is not None:
            self._wait(activity)
            return
        if self._decoder is None:
            self._decoder = self._new_decoder()
            vosk_says_end = self._decoder.AcceptWaveform(bytes(self._sound))
        else:
            vosk_says_end = self._decoder.AcceptWaveform(frame)
        self._frames += 1
        if self._frames % _LOOK_FRAMES == 0:
            self._look()
        patience_ms = self._tuning.whole_ms if self._nearly_whole() else self._tuning.digits_ms
        if activity.quiet_ms >= patience_ms or self._settled() or (vosk_says_end and self._nearly_whole()):
            self._heard = self._decide()
            self._decoder = None
            self._wait(activity)

    def _is_left_over(self, activity: Activity) -> bool:
        """Whether the caller still says what they began to say before this turn; `_opening` is over when not."""
        self._age += 1
        known = self._opening_frames + _TALK_IS_KNOWN
        if self._age > known:
            pause_ms = max(activity.quiet_ms, activity.paused_ms)
            self._opening = pause_ms < _LEFT_OVER_ENDS_MS and self._age < _LEFT_OVER_LASTS
            return self._opening
        self._left_over = self._left_over or activity.speaking
        if self._age == self._opening_frames:
            self._opening = activity.awake or self._left_over
        elif self._age == known:
            self._opening = self._left_over
        return self._opening and self._left_over

    def _look(self) -> None:
        assert self._decoder is not None  # noqa: S101 - looked at only when it listens
        words = partial_words(self._decoder.PartialResult())
        self._same_ms = self._same_ms + _LOOK_FRAMES * FRAME_MS if words == self._words else 0
        self._words = words
        self._started = self._started or bool(self._grammar.values(words))

    def _nearly_whole(self) -> bool:
        """Whether it is worth ending the decoder's sound: not in the middle of a long number said in groups.

        What the decoder shows lags by half a second; when `whole_ms` are quiet, that hides a digit, or two short ones.
        """
        least = NIK_DIGITS if isinstance(self._grammar, Nik) else 0
        least = self._grammar.least if isinstance(self._grammar, DigitsGrammar) else least
        return len(self._words) >= least - _UNSEEN_DIGITS or (
            self._words != () and self._grammar.language.command(self._words) is not None
        )

    def _settled(self) -> bool:
        """In noise that never falls quiet: a whole answer that has not changed for long, and was not tried before.

        What the decoder shows lags behind the caller, so they must have stopped too ("status" stands unchanged while
        they say "permohonan"); where others talk as loudly behind them, the words alone must tell.
        """
        if self._words == self._tried or not self._words:
            return False
        if min(self._same_ms, self._activity.paused_ms) < self._tuning.stable_ms and (
            self._same_ms < self._tuning.partial_ms
        ):
            return False
        self._tried = self._words
        return bool(self._grammar.language.command(self._words) or self._grammar.values(self._words))

    def _wait(self, activity: Activity) -> None:
        """A result is there: has the turn ended, or does the caller go on?"""
        heard = self._heard
        assert heard is not None  # noqa: S101 - only called with a result
        # An answer out of noise that never falls quiet: there is no pause to wait for.
        settled = self._words != () and self._words == self._tried
        if self._decisive(heard) and (settled or activity.quiet_ms >= self._longer_ms(heard)):
            self._ended = True
        elif activity.quiet_ms == 0:
            self._heard = None  # the caller goes on: a new decoder hears it all
        elif heard.verdict is Verdict.SILENCE or not (self._started or self._decisive(heard)):
            self._forget()
        else:
            self._ended = activity.quiet_ms >= self._patience_ms(heard)

    def _forget(self) -> None:
        """It was a noise, not speech: listen as at the beginning."""
        self._activity.awake = False
        self._heard = None
        self._words = self._tried = ()
        self._started = False

    def _patience_ms(self, heard: Heard) -> int:
        if heard.verdict in (Verdict.ACCEPTED, Verdict.CONFIRM):
            return self._tuning.open_ms
        return self._tuning.digits_ms if self._grammar.kind in _IN_GROUPS else self._tuning.partial_ms

    def _longer_ms(self, heard: Heard) -> int:
        lengthens = heard.command is None and self._grammar.may_lengthen(tuple(heard.text.split()))
        return self._tuning.longer_ms if lengthens else 0

    def _decisive(self, heard: Heard) -> bool:
        if heard.command:
            return heard.verdict is Verdict.ACCEPTED
        words = tuple(heard.text.split())
        return heard.verdict is Verdict.ACCEPTED and not self._grammar.may_go_on(words)

    def _decide(self) -> Heard:
        if self._decoder is None and not self._activity.awake:
            return Heard(Verdict.SILENCE)
        rest = self._gate.rest() if self._gate is not None else b""
        self._sound += rest
        if self._decoder is None:
            self._decoder, rest = self._new_decoder(), bytes(self._sound)
        if rest:
            self._decoder.AcceptWaveform(rest)
        found = readings(self._decoder.FinalResult())
        self._words = found[0].words if found else ()
        return decide(self._grammar, found, self._tuning.thresholds[self._grammar.kind])
