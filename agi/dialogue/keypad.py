"""Drives the turns of a call by a `Keypad`: plays, waits for keys, and hands both to the turn machine."""

from collections.abc import Callable, Sequence

from agi.dialogue.keys import KeyQueue
from agi.dialogue.question import Answer, Keypad, Prompt, Question, Result
from agi.dialogue.turn import Announcement, Turn

FLUSH_MS = 60
"""How long a flush waits for one more typed-ahead key: Asterisk spaces queued keys at least 45 ms apart."""

_MOST_FLUSHED = 64


class KeypadTurns:
    """The `say` and `turn` of a `Phone` on top of a `Keypad`; one per call. `keys`: what was pressed and not taken."""

    def __init__(self, keypad: Keypad, clock_ms: Callable[[], int], keys: KeyQueue | None = None) -> None:
        self._keypad = keypad
        self._clock_ms = clock_ms
        self._keys = KeyQueue() if keys is None else keys

    def say(self, prompts: Sequence[Prompt], *, barge_in: bool = True) -> None:
        """Say `prompts`; a key cuts them short and answers the next turn. Without barge-in keys are thrown away."""
        self._play(Announcement(self._keys, barge_in=barge_in), prompts, barge_in)

    def turn(self, question: Question) -> Answer:
        """Say the question's prompts and take one answer."""
        turn = Turn(question, self._keys, self._clock_ms())
        self._play(turn, question.prompts, question.barge_in)
        while turn.answer is None:
            wait_ms = turn.patience_ms(self._clock_ms())
            if wait_ms and (pressed := self._keypad.key(wait_ms)):
                self._keys.put(pressed)
                turn.pressed(self._clock_ms())
            else:
                turn.silence(self._clock_ms())
        if turn.answer.result is Result.NO_MATCH:
            self._flush()
        return turn.answer

    def _play(self, turn: Turn | Announcement, prompts: Sequence[Prompt], barge_in: bool) -> None:
        """Play `prompts`, unless keys were typed ahead; from the beginning again after a key that meant nothing."""
        if not barge_in:
            self._flush()
        turn.begin(self._clock_ms())
        while turn.playing:
            if pressed := self._keypad.play(prompts, barge_in=barge_in):
                self._keys.put(pressed)
                turn.pressed(self._clock_ms())
            else:
                turn.prompt_over(self._clock_ms())

    def _flush(self) -> None:
        """Throw away what was typed ahead."""
        for _ in range(_MOST_FLUSHED):
            if not self._keypad.key(FLUSH_MS):
                break
        self._keys.flush()
