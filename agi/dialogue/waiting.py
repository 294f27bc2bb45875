"""The time that callers take before they answer: asked for ("sebentar", `#`), or to fetch the paper with a number.

W3C COGA, "Voice Systems and Conversational Interfaces": who needs time to find what is asked for has made no error.
"""

from agi.dialogue.question import Answer, Mode, Prompt, Result

HOLD_MS = 120_000
"""How long a question waits for a caller who asks for time."""

FETCH_MS = 30_000
"""How long it waits unasked, once, for a number that stands on a paper."""

_MOST_HOLDS = 3
"""How often one question waits so; to ask for more is as good as silence."""


class Waiting:
    """How long one question waits; `paper` says on which paper the answer stands, None where it stands on none.

    `left_ms`: how long the next turn is to wait for its first key or word, 0 for as long as usual.
    """

    def __init__(self, paper: Prompt | None) -> None:
        self.left_ms = 0
        self._paper = paper
        self._holds = 0

    def after(self, answer: Answer) -> tuple[Prompt, ...] | None:
        """What is said to a caller who needs more time, nothing but the question where the time is over.

        None: `answer` is another one, and the waiting is over.
        """
        waited, left_ms = self.left_ms > 0, max(0, self.left_ms - answer.took_ms)
        self.left_ms = 0
        if answer.result is Result.HOLD and self._holds < _MOST_HOLDS:
            self._holds += 1
            return self._wait(HOLD_MS, Prompt("help.hold"))
        if waited and answer.result is Result.NO_MATCH and answer.mode is Mode.SPEECH and left_ms:
            return self._wait(left_ms, Prompt("help.hold"))  # talk with somebody else, or an answer that was not heard
        if answer.result is not Result.NO_INPUT:
            return None
        if waited:
            return ()
        if self._paper is None:
            return None
        paper, self._paper = self._paper, None
        return self._wait(FETCH_MS, paper, Prompt("help.fetch"))

    def _wait(self, ms: int, *said: Prompt) -> tuple[Prompt, ...]:
        self.left_ms = ms
        return said
