"""One turn: the caller's sound in, an answer out, and the moment at which the answer has ended.

The sound is decoded as it comes, and once more when that says that the answer has ended: only then is it known how loud
the caller is, and which sound is others'. The first decoding tells when the answer has ended, the look after it what
it is. That may be no answer yet, and the caller goes on: then one more look ends the turn, whatever it finds. Where a
question has few words of its own and many more may be said beside them, a look listens for those only if it must: they
make it four times as dear. So no sound is decoded more than five times, whoever talks for however long.

The acoustic model looks 0.18 s ahead and hears 0.3 s at a time, so what the decoder shows comes late. When the caller
falls silent it is shown as much silence as it lags: that gives at once what was said (`Decoding.hear_out`).

Who is heard from the very beginning of a turn began to talk before it: that is the rest of an answer to the question
before ("cek KTP saya … sudah jadi belum"), and none to this one. It is dropped until the caller pauses. After a spoken
answer even who begins a little later does: nobody answers a question of which they have heard a fifth of a second.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import vosk

from agi.languages.language import Words
from agi.speech.activity import FRAME, FRAME_MS, Activity
from agi.speech.answer import Heard, Progress, Verdict, decide, voiced
from agi.speech.decoding import Decoding
from agi.speech.grammar import NIK_DIGITS, DigitsGrammar, Grammar, Kind, Nik
from agi.speech.tuning import Tuning

_BYTES = 2 * FRAME
_SHOW_FRAMES = 5
_UNSEEN_DIGITS = 2
_LOOKS = 2
_TALK_IS_KNOWN = 2
"""So many frames after it has become loud, talk is known as talk."""
_LEFT_OVER_ENDS_MS, _LEFT_OVER_LASTS = 500, 150
"""A pause between two words is shorter, in ms; and no rest of an answer lasts longer, in frames: what goes on then are
others who talk as loudly behind the caller."""
_ANY_WORDS_MS, _LETTER_MS = 300, 80
"""How long words last in ms: all of them, and each letter; synthetic voices take 75 for one."""
_IN_GROUPS = (Kind.NIK, Kind.DIGITS, Kind.NUMBER, Kind.DATE)


class Recogniser:
    """Listens to one turn. For one thread at a time; many may run beside each other on one model.

    `opening_ms`: the sound begins where the turn begins, and who is heard within this time began to talk before it; 0
    where it does not. `decoders` make a decoder for the question's own words and, if there are two, one for all.
    """

    def __init__(
        self,
        decoders: Sequence[Callable[[], vosk.KaldiRecognizer]],
        grammar: Grammar,
        tuning: Tuning,
        *,
        opening_ms: int = 0,
    ) -> None:
        self._decoders = decoders
        self._grammar = grammar
        self._tuning = tuning
        self._activity = Activity()
        self._left = self._left_said = b""
        self._sound = bytearray()
        self._first: Decoding | None = None
        self._heard: Heard | None = None
        self._looks = 0
        self._words: Words = ()
        self._same_ms = 0
        self._frames = 0
        self._taken = self._began = 0
        self._age = 0
        self._opening = opening_ms > 0
        self._opening_frames = opening_ms // FRAME_MS
        self._left_over = False
        self._started = False
        self._ended = False

    def feed(self, frame: bytes, said: bytes = b"") -> Progress:
        """Take 8 kHz 16-bit mono sound of any length, and what we sent meanwhile; where the turn stands now."""
        self._left += frame
        self._left_said += said
        while len(self._left) >= _BYTES and not self._ended:
            one, self._left = self._left[:_BYTES], self._left[_BYTES:]
            sent, self._left_said = self._left_said[:_BYTES], self._left_said[_BYTES:]
            self._take(one, sent)
        return Progress(self._activity.speaking and not self._opening, self._started, self._ended)

    @property
    def began_ms(self) -> int:
        """How much sound had been taken when the caller was first noticed to speak, 10 to 150 ms after they began."""
        return self._began * FRAME_MS

    def hear_all(self, sound: bytes) -> Heard:
        """What was said in a whole recording, one answer whatever pauses are in it: for files."""
        for begin in range(0, len(sound) - _BYTES + 1, _BYTES):
            self._activity.hear(np.frombuffer(sound[begin : begin + _BYTES], np.int16))
        self._activity.awake = self._started = True
        self._sound += sound
        return self.finish()

    def finish(self) -> Heard:
        """What was said, whether or not it has ended. Call it once, then `close`."""
        if self._heard is None:
            self._heard = self._look() if self._activity.awake else Heard(Verdict.SILENCE)
        self._ended = True
        return self._heard

    def close(self) -> None:
        """Free the decoder's memory."""
        self._first = None
        self._sound.clear()

    def _take(self, frame: bytes, said: bytes) -> None:
        activity = self._activity
        self._taken += 1
        activity.hear(np.frombuffer(frame, np.int16), np.frombuffer(said, np.int16) if said else None)
        self._sound += frame
        if self._opening and self._is_left_over(activity):
            self._forget()
            self._sound.clear()
            return
        if not activity.awake:
            del self._sound[: -_BYTES * (self._tuning.lead_ms // FRAME_MS)]
            return
        if self._first is None or (activity.speaking and not self._started):
            self._began = self._taken
        self._started = self._started or activity.speaking
        if self._first is None:
            self._first, frame = Decoding(self._decoders[0](), self._grammar.kind), bytes(self._sound)
        self._first.feed(frame)
        self._frames += 1
        pauses = activity.quiet_ms == self._tuning.whole_ms
        if pauses:
            self._first.hear_out()
        if pauses or self._frames % _SHOW_FRAMES == 0:
            self._show(self._first.words())
        too_long = len(self._sound) >= _BYTES * (self._tuning.longest_ms // FRAME_MS)
        if (pauses or too_long) and not self._is_speech():
            self._forget()
        else:
            self._wait(too_long=too_long)

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

    def _show(self, words: Words) -> None:
        self._same_ms = self._same_ms + _SHOW_FRAMES * FRAME_MS if words == self._words else 0
        self._words = words
        self._started = self._started or self._means(words)

    def _means(self, words: Words) -> bool:
        """Whether `words` are an answer or a command."""
        return bool(self._grammar.language.command(words) or self._grammar.values(words))

    def _is_speech(self) -> bool:
        """Whether the sound before a pause was speech."""
        if self._activity.voicing.share < self._tuning.some_voice:
            return False
        return bool(self._words) and (self._started or self._means(self._words))

    def _forget(self) -> None:
        """It was a noise, not speech: listen as at the beginning."""
        self._activity.awake = self._started = False
        self._activity.voicing.forget()
        self._first = self._heard = None
        self._looks = 0
        self._words = ()

    def _wait(self, *, too_long: bool) -> None:
        """Has the answer ended, or may the caller go on?"""
        still_ms = self._still_ms()
        if self._heard is not None and still_ms < self._tuning.whole_ms:
            self._heard = None  # the caller has gone on
        if self._heard is None and (too_long or still_ms >= self._patience_ms()):
            self._heard = self._look()
            if self._heard.verdict is Verdict.SILENCE:
                self._forget()
        if self._heard is not None:
            self._ended = too_long or self._looks == _LOOKS or still_ms >= self._patience_with_ms(self._heard)

    def _still_ms(self) -> int:
        """For how long nothing new has come of the caller.

        In noise that never falls quiet, they must be no louder than it, and the words the same: those lag behind
        ("status" stands unchanged while they say "permohonan"). Where others talk as loudly, the words alone must tell.
        """
        quiet_ms = self._activity.quiet_ms
        if not self._words:
            return quiet_ms
        in_noise_ms = min(self._same_ms, self._activity.paused_ms) - self._tuning.in_noise_ms
        return max(quiet_ms, in_noise_ms, self._same_ms - self._tuning.among_talk_ms)

    def _patience_ms(self) -> int:
        """For how long a caller must be still to have ended what the first decoding shows."""
        if self._means(self._words):
            return self._whole_ms(self._words)
        if not self._looks and self._nearly_whole():
            return self._tuning.longer_ms
        return self._part_ms()

    def _patience_with_ms(self, heard: Heard) -> int:
        """The same for what the second has found."""
        if heard.verdict is Verdict.ACCEPTED:
            return self._whole_ms(tuple(heard.text.split()))
        return self._tuning.open_ms if heard.verdict is Verdict.CONFIRM else self._part_ms()

    def _whole_ms(self, words: Words) -> int:
        if self._grammar.language.command(words):
            return self._tuning.whole_ms
        if self._grammar.may_go_on(words):
            return self._tuning.open_ms
        return self._tuning.longer_ms if self._grammar.may_lengthen(words) else self._tuning.whole_ms

    def _part_ms(self) -> int:
        return self._tuning.digits_ms if self._grammar.kind in _IN_GROUPS else self._tuning.partial_ms

    def _nearly_whole(self) -> bool:
        """Whether it is worth a look: the first decoding may have missed a digit of a number, or heard one too many."""
        least = NIK_DIGITS if isinstance(self._grammar, Nik) else 0
        least = self._grammar.least if isinstance(self._grammar, DigitsGrammar) else least
        return least > 0 and len(self._words) >= least - _UNSEEN_DIGITS

    def _says_all(self, heard: Heard) -> bool:
        """Whether words so short may take as long as what was said: few words are heard in many ("ktp saja")."""
        lasts_ms = len(self._sound) // _BYTES * FRAME_MS - self._tuning.lead_ms - self._activity.quiet_ms
        return lasts_ms <= _ANY_WORDS_MS + _LETTER_MS * len(heard.text)

    def _look(self) -> Heard:
        """What was said, decoded from the whole of the sound."""
        self._looks += 1
        sound = bytes(self._sound)
        heard = Heard(Verdict.REJECTED)
        for decoder in self._decoders:
            found = decide(
                self._grammar,
                Decoding(decoder(), self._grammar.kind, sound).readings(),
                self._tuning.thresholds,
            )
            if heard.verdict is Verdict.REJECTED or found.verdict is Verdict.ACCEPTED:
                heard = found
            elif heard.verdict is Verdict.ACCEPTED:  # for a part of what was said
                heard = replace(found if found.value else heard, verdict=Verdict.CONFIRM)
            elif heard.verdict is Verdict.SILENCE and found.value:  # a greeting, and a wish in the same breath
                heard = found
            if heard.verdict in (Verdict.ACCEPTED, Verdict.SILENCE) and (not heard.text or self._says_all(heard)):
                break
        heard = voiced(heard, self._activity.voicing.share, self._tuning)
        if self._grammar.kind is Kind.NIK and self._activity.paused_ms < self._tuning.whole_ms:
            return _doubted(heard)
        return heard


def _doubted(heard: Heard) -> Heard:
    """A NIK after whose last digit a voice goes on: one digit of it may be none of the caller's."""
    return replace(heard, verdict=Verdict.CONFIRM) if heard.verdict is Verdict.ACCEPTED and heard.value else heard
