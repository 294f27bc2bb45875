"""The `Phone` that the dialogue sees: one Asterisk channel, prompts as clips, a keypad.

Keys: STREAM FILE and WAIT FOR DIGIT only say *that* a key came. *Which* keys came is read from HOTLINE_KEYS, where
the dialplan's StoreDTMF collects them, because Asterisk drops keys that arrive between two commands (measured: a
burst of 30 keys through six prompts, none lost, none doubled; without it every key during a look-up was lost).
Where no StoreDTMF runs (a plain AGI call from somebody's own dialplan), the commands' own results are taken.

Clips: one STREAM FILE each, one after another. Measured on the RTP of calls with 20 and 30 clips of 200 ms: packets
follow each other with consecutive numbers and timestamps, no gap between two clips. Asterisk's WAV reader leaves
out the last 22 samples of a file (44 bytes: the length of the header), 2.75 ms of the clip's closing silence.

Speech: all that is said and asked goes by the speech service (`agi.line.spoken_turns`) while it is there. Whatever goes
wrong there, the same is said or asked by keypad.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path

from agi.dialogue.keypad import KeypadTurns
from agi.dialogue.keys import KEYS, KeyQueue
from agi.dialogue.question import Answer, Case, HungUp, Mode, Prompt, Question
from agi.hearing.client import SpeechClient, Unheard
from agi.hearing.protocol import Ask
from agi.line.channel import Channel
from agi.line.spoken_turns import SpokenTurns
from agi.line.variables import NEXT, SHOWN_CASE, inherited, of_case
from agi.services import in_words
from agi.voice.clips import Clips
from agi.voice.texts import ANNOUNCEMENT

_BYTES_A_SECOND = 16_000  # of a clip: 8 kHz, 16 bits
_UNWANTED = re.compile(r"[^A-Za-z0-9 ._+*/-]")
_UNSHOWN = re.compile(r"[^A-Za-z0-9 ,•.-]")
_LONGEST_HEADER = 120


class AsteriskPhone:
    """A `Phone` and a `Keypad` on `channel`; `clock_ms` is monotonic. Any method may raise `HungUp`.

    `hearing` is the speech service; None where speech is off. `announced`: the clip of what is announced,
    if anything is.
    """

    def __init__(
        self,
        channel: Channel,
        clips: Clips,
        clock_ms: Callable[[], int],
        hearing: SpeechClient | None = None,
        edition: int = 0,
        announced: Path | None = None,
    ) -> None:
        self._channel = channel
        self._clips = clips
        self._clock_ms = clock_ms
        self._keys = KeyQueue()
        self._turns = KeypadTurns(self, clock_ms, self._keys)
        self._store_works = True
        self._store_seen = False
        self._service = hearing
        self._spoken = SpokenTurns(channel, hearing, self._keys, self._take) if hearing else None
        self._deaf = False
        self._edition = edition
        self._announced = [announced] if announced else []
        self._after_speech = False
        self.slow = False

    # ---- Phone ----

    def listens(self) -> bool:
        """Whether speech is listened to now; a service that does not say so in time is not asked in this question."""
        self._deaf = False
        if self._service is None:
            return False
        try:
            return self._service.state().free > 0
        except Unheard:
            self._deaf = True
            return False

    def say(self, prompts: Sequence[Prompt], *, barge_in: bool = True) -> None:
        """Say `prompts`; with barge-in a key cuts them short and answers the next turn."""
        self._after_speech = False
        if self._spoken is not None and not self._deaf:
            try:
                files = self._files(prompts)
                self._spoken.turn(Ask(None, files, barge_in), sum(map(_lasts_s, files)))
                return
            except Unheard as trouble:
                self._deaf = bool(trouble.why)
        self._turns.say(prompts, barge_in=barge_in)

    def turn(self, question: Question) -> Answer:
        """Say the question's prompts, take one answer."""
        started_ms = self._clock_ms()
        try:
            known = replace(question, after_speech=self._after_speech, edition=self._edition, slow=self.slow)
            answer = self._taken(known)
        except HungUp as gone:
            gone.after_ms = self._clock_ms() - started_ms
            raise
        self._after_speech = answer.mode is Mode.SPEECH
        return answer

    def _taken(self, question: Question) -> Answer:
        """One answer, by voice or by keys."""
        why = "off" if self._spoken is None else "dead"
        if self._spoken is not None and not self._deaf:
            try:
                files = self._files(question.prompts)
                waits_s = (question.first_key_ms + question.total_ms) / 1000
                read_back = self._read_back(question.prompts) if question.consent else 0
                ask = Ask(replace(question, prompts=()), files, question.barge_in, read_back)
                if answer := self._spoken.turn(ask, sum(map(_lasts_s, files)) + waits_s):
                    return answer
            except Unheard as trouble:
                why, self._deaf = trouble.why, bool(trouble.why)
        return replace(self._turns.turn(question), fell_back=why if question.grammar else "")

    def transfer(self, case: Case) -> None:
        """To the agents' queue: the dialplan does it when the script ends; the case goes along, masked."""
        self.leave()
        self._channel.set_variable(inherited(SHOWN_CASE), _UNSHOWN.sub("_", in_words(case))[:_LONGEST_HEADER])
        for part in fields(Case):
            self._channel.set_variable(inherited(of_case(part.name)), header_safe(getattr(case, part.name)))
        self._channel.set_variable(NEXT, "queue")

    def case(self) -> Case:
        """The case as `transfer` left it on the channel: of a caller who comes back from the queue."""
        kept = {part.name: self._channel.get_variable(of_case(part.name)) for part in fields(Case)}
        kept["number"] = kept["number"].replace("*", "•")
        return Case(**kept)

    def hang_up(self) -> None:
        """The dialplan hangs up when the script ends."""
        self.leave()
        self._channel.set_variable(NEXT, "hangup")

    def leave(self) -> None:
        """Take the call back from the speech service, if it is there: the channel takes commands then."""
        if self._spoken is not None:
            self._spoken.leave()

    def forget_keys(self) -> None:
        """Take the call back, and throw away what was pressed until now."""
        self.leave()
        self._take()
        self._keys.flush()

    def _files(self, prompts: Sequence[Prompt]) -> tuple[str, ...]:
        return tuple(str(clip) for prompt in prompts for clip in self._clips_of(prompt))

    def _read_back(self, prompts: Sequence[Prompt]) -> int:
        """How many clips of `prompts` there are to the end of the last value: before that nobody can agree to it."""
        clips = said = 0
        for prompt in prompts:
            clips += len(self._clips_of(prompt))
            said = clips - self._clips.after_values(prompt.key) if prompt.places else said
        return said or clips

    def _clips_of(self, prompt: Prompt) -> Sequence[Path]:
        announced = prompt.key == ANNOUNCEMENT
        clips = self._announced if announced else self._clips.playable(prompt.key, prompt.places)
        return [self._clips.slower(clip) for clip in clips] if self.slow else clips

    def _take(self) -> str:
        """The keys of HOTLINE_KEYS since the last time."""
        keys = self._channel.take_keys() if self._store_works else ""
        self._store_seen = self._store_seen or bool(keys)
        return keys

    # ---- Keypad ----

    def play(self, prompts: Sequence[Prompt], *, barge_in: bool) -> str:
        """Play until the end or, with barge-in, until keys come: these keys, or ""."""
        if barge_in and (keys := self._new()):
            return keys
        for prompt in prompts:
            for clip in self._clips_of(prompt):
                if keys := self._play(clip, barge_in):
                    return keys
        if not barge_in:
            self._channel.take_keys()
        return ""

    def key(self, timeout_ms: int) -> str:
        """The keys (0-9, *, #) that come first within `timeout_ms`, or ""."""
        end_ms = self._clock_ms() + timeout_ms
        if keys := self._new():
            return keys
        while (left_ms := end_ms - self._clock_ms()) > 0:
            pressed = self._channel.wait_for_digit(left_ms)
            if keys := self._new(pressed):
                return keys
        return ""

    def _play(self, clip: Path, barge_in: bool) -> str:
        lasts_s = _lasts_s(clip)
        if not barge_in:
            self._channel.stream(str(clip), lasts_s=lasts_s)
            return ""
        offset = 0
        while True:
            played = self._channel.stream(str(clip), KEYS, offset, lasts_s=lasts_s)
            if keys := self._new(played.key):
                return keys
            if not played.key:
                return ""
            offset = played.endpos  # stopped by a key that had been taken before: go on from there

    def _new(self, pressed: str = "") -> str:
        """The keys that came since the last time; `pressed` is what the last command said of itself."""
        keys = self._take()
        if pressed and not self._store_seen:  # nothing collects keys here
            self._store_works = False
        return keys if self._store_works else pressed


def _lasts_s(clip: str | Path) -> float:
    """How long a clip plays: Asterisk is not waited for much longer. 0 for a missing one, told by Asterisk at once."""
    try:
        return Path(f"{clip}.wav").stat().st_size / _BYTES_A_SECOND
    except OSError:
        return 0.0


def header_safe(value: str) -> str:
    """`value` as it may stand in a SIP header and in a dialplan expression: plain ASCII, dots of a mask as `*`."""
    return _UNWANTED.sub("_", value.replace("•", "*"))[:_LONGEST_HEADER]
