"""Drives one turn by the sound of AudioSocket: the prompt out frame by frame, the caller's sound to a recogniser.

Pure: no socket, no thread, no clock of its own. The rules of a turn are the machine's (`agi.dialogue.turn`). A
telephone that sends nothing while the caller is silent is heard as silence: time does not stop with its packets.
"""

from collections import deque

from agi.dialogue.keys import KeyQueue
from agi.dialogue.question import Answer, Question
from agi.dialogue.turn import Actions, Announcement, Finish, Listen, Said, Turn, Voice
from agi.hearing.audiosocket import FRAME_BYTES, FRAME_MS
from agi.hearing.worker_process import Broken, Ear, News

GAP_MS = 200
"""So long a packet of sound may be late. What is still missing then was not sent: some telephones send no silence."""
_AGAIN_FRAMES = 40
"""A prompt that goes on after it was stopped goes this far back (0.8 s): the word that was cut is heard whole."""
_REMEMBERED_FRAMES = 3  # the two directions are not in step, by a frame or two


class SpokenTurn:
    """The turn of `question`; without one, something is only said. Every method takes the time (ms, monotonic).

    `keys` are the call's; `ear` is None where nothing may be said. `slow_ms`: a lag of recognition that is not waited
    for. `read_back`: so many bytes of the prompt say what the question's `consent` agrees to. `over`: it has an
    `answer`, or `fell_back` says why it has none, or what was to be said was.
    """

    def __init__(
        self,
        question: Question | None,
        prompt: bytes,
        ear: Ear | None,
        keys: KeyQueue,
        now_ms: int,
        *,
        slow_ms: int = 1500,
        barge_in: bool = True,
        read_back: int = 0,
    ) -> None:
        self.question = question
        self._turn = Turn(question, keys, now_ms) if question else Announcement(keys, barge_in=barge_in)
        self._prompt = prompt
        self._at = 0
        self._read_back = read_back
        self._heard_ms = 0
        self.ear = ear
        self._slow_ms = slow_ms
        self._sent: deque[bytes] = deque(maxlen=_REMEMBERED_FRAMES)
        self._sound_until_ms: int | None = None  # up to then there is sound of the caller's; None: there was none yet
        self._sends_nothing = False
        self.fell_back = ""
        self._do(self._turn.begin(now_ms))

    @property
    def answer(self) -> Answer | None:
        """What the caller has answered."""
        return self._turn.answer if isinstance(self._turn, Turn) else None

    @property
    def over(self) -> bool:
        """Whether the turn has ended."""
        ended = self._turn.answer is not None if isinstance(self._turn, Turn) else not self._turn.playing
        return ended or bool(self.fell_back)

    @property
    def playing(self) -> bool:
        """Whether there is more of the prompt to play."""
        return self._turn.playing and self._at < len(self._prompt)

    def next_frame(self, now_ms: int) -> bytes:
        """The frame of the prompt to send now, "" when there is none. To be called every 20 ms; keeps the time-outs."""
        self._hear_missing(now_ms)
        if self.over:
            return b""
        if self.playing:
            frame = self._prompt[self._at : self._at + FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
            self._at += FRAME_BYTES
            self._sent.append(frame)
            if isinstance(self._turn, Turn) and self._at >= self._read_back:
                self._turn.read_back(self._heard_ms)
            if not self.playing:
                self._turn.prompt_over(now_ms)
            return frame
        if self._turn.playing:  # a prompt without sound
            self._turn.prompt_over(now_ms)
        if isinstance(self._turn, Turn):
            self._do(self._turn.time(now_ms))
            self._watch_the_lag()
        return b""

    def sound(self, sound: bytes, now_ms: int) -> None:
        """The caller's sound has come."""
        self._sound_until_ms, self._sends_nothing = now_ms, False
        self._hear(sound)

    def pressed(self, now_ms: int) -> None:
        """Keys have come into the queue."""
        if not self.over:
            self._do(self._turn.pressed(now_ms))

    def news(self, news: News, now_ms: int) -> None:
        """The recogniser has something to tell."""
        if self.over or not isinstance(self._turn, Turn):
            return
        stood = not self._turn.playing
        match news:
            case Broken():
                self.give_up("dead")
            case Voice():
                self._do(self._turn.voice(news, now_ms))
            case Said():
                self._do(self._turn.said(news, now_ms))
        if stood and self._turn.playing:
            self._at = max(0, self._at - _AGAIN_FRAMES * FRAME_BYTES)

    def give_up(self, why: str) -> None:
        """The turn is asked by keypad: the keys pressed in it are there again, unless it is over."""
        if not self.over:
            self.fell_back = why
            if isinstance(self._turn, Turn):
                self._turn.give_up()

    def _do(self, actions: Actions) -> None:
        for action in actions:
            match action:
                case Finish() if self.ear:
                    self.ear.finish()
                case Listen() if self.ear:
                    self.ear.listen_for_rest(action.digits)

    # ---- sound ----

    def _hear_missing(self, now_ms: int) -> None:
        """Hear silence for the time for which no sound has come."""
        if self._sound_until_ms is None:
            return
        missing_ms = now_ms - self._sound_until_ms
        if not self._sends_nothing and missing_ms < GAP_MS:
            return
        self._sends_nothing = True
        if frames := missing_ms // FRAME_MS:
            self._sound_until_ms += frames * FRAME_MS
            self._hear(bytes(frames * FRAME_BYTES))

    def _hear(self, sound: bytes) -> None:
        sent = bytearray()
        while self._sent and len(sent) < len(sound):
            sent += self._sent.popleft()
        if self.ear is None or self.question is None or self.over:
            return
        if self.playing and not self.question.voice_barge_in:
            return
        self._heard_ms += len(sound) * FRAME_MS // FRAME_BYTES
        self.ear.hear(sound, bytes(sent[: len(sound)]).ljust(len(sound), b"\0") if sent else b"")
        self._watch_the_lag()

    def _watch_the_lag(self) -> None:
        if self.ear is not None and self.ear.lag_ms() > self._slow_ms:
            self.give_up("slow")
