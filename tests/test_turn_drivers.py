"""One turn machine, three drivers: the same keys at the same times give the same answers, whoever drives it."""

import io
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_caller import ScriptedKeypad, ScriptedPhone

from agi.dialogue.keypad import KeypadTurns
from agi.dialogue.keys import KeyQueue
from agi.dialogue.question import Answer, Digits, HungUp, Options, Prompt, Question, Result
from agi.dialogue.terminal import Terminal
from agi.hearing.audiosocket import FRAME_BYTES, FRAME_MS
from agi.hearing.turn import SpokenTurn

PROMPT_MS = 1000
ASK = (Prompt("ask"),)
Step = Question | bool
"""A question, or something that is only said: with or without barge-in."""
Given = tuple[str, str, int]
"""What an answer is compared by: result, value, and when it came (ms)."""

MENU = Question("menu", ASK, Options("123"), first_key_ms=3000, between_keys_ms=2000, total_ms=4500)
NIK = Question("nik", ASK, Digits(6, 6), first_key_ms=3000, between_keys_ms=2000, total_ms=4500)
PIN = Question("pin", ASK, Digits(1, 3), first_key_ms=3000, between_keys_ms=2000, total_ms=4500)
FIRM = Question("firm", ASK, Options("12"), barge_in=False, first_key_ms=3000, between_keys_ms=2000, total_ms=4500)
STEPS = st.lists(st.sampled_from([MENU, NIK, PIN, FIRM, True, False]), min_size=1, max_size=8)
PAUSES = st.sampled_from([80, 160, 500, 1100, 1900, 2100, 2900, 3100, 4100])
PRESSES = st.lists(st.tuples(st.sampled_from("0123456789*"), PAUSES), max_size=40)
"""No `#`: after one that is swallowed a keypad plays the prompt anew, and AudioSocket goes on with it, so that what
comes later comes at other times. It is among the keys that are pressed in words."""


class TimedKeypad:
    """A keypad in virtual time: `keys` are pressed at these moments (ms)."""

    def __init__(self, keys: Sequence[tuple[int, str]]) -> None:
        self.now = 0
        self._keys = deque(keys)

    def play(self, prompts: object, *, barge_in: bool) -> str:
        end = self.now + PROMPT_MS
        if barge_in:
            return self._wait(end)
        while self._wait(end):
            pass
        return ""

    def key(self, timeout_ms: int) -> str:
        """A flush looks only at what was pressed already: here no key waits in a queue of Asterisk's."""
        return self._wait(self.now + timeout_ms if timeout_ms > 60 else self.now)

    def _wait(self, until: int) -> str:
        if self._keys and self._keys[0][0] <= until:
            at, key = self._keys.popleft()
            self.now = max(self.now, at)
            return key
        self.now = until
        return ""


def by_keypad(keys: Sequence[tuple[int, str]], steps: Sequence[Step]) -> list[Given]:
    keypad = TimedKeypad(keys)
    turns = KeypadTurns(keypad, lambda: keypad.now)
    given_: list[Given] = []
    for step in steps:
        if isinstance(step, Question):
            answer = turns.turn(step)
            given_.append((answer.result, answer.value, keypad.now))
        else:
            turns.say(ASK, barge_in=step)
    return given_


def by_audiosocket(keys: Sequence[tuple[int, str]], steps: Sequence[Step]) -> list[Given]:
    """Beats of 20 ms, in between keys at their own time; nobody speaks."""
    waiting, queue, now, given_ = deque(keys), KeyQueue(), 0, list[Given]()
    for step in steps:
        question, barge_in = (step, step.barge_in) if isinstance(step, Question) else (None, step)
        turn = SpokenTurn(question, bytes(PROMPT_MS // FRAME_MS * FRAME_BYTES), None, queue, now, barge_in=barge_in)
        beat = now
        while not turn.over:
            beat += FRAME_MS
            while waiting and waiting[0][0] <= beat and not turn.over:
                now, key = waiting.popleft()
                queue.put(key)
                turn.pressed(now)
            if not turn.over:
                now = beat
                turn.next_frame(now)
        if turn.answer is not None:
            given_.append((turn.answer.result, turn.answer.value, now))
    return given_


def without_times(given_: Sequence[Given]) -> list[tuple[str, str]]:
    return [(result, value) for result, value, _ in given_]


@settings(max_examples=400, deadline=None)
@given(PRESSES, STEPS)
def test_keypad_and_audiosocket_give_the_same_answers_at_the_same_times(
    presses: list[tuple[str, int]], steps: list[Step]
) -> None:
    keys, now = [], 10  # between two beats: which of two things at one moment comes first is nobody's rule
    for key, pause in presses:
        now += pause
        keys.append((now, key))
    ours, theirs = by_keypad(keys, steps), by_audiosocket(keys, steps)
    assert without_times(ours) == without_times(theirs)
    assert all(
        abs(one[2] - other[2]) <= (len(steps) + 1) * 2 * FRAME_MS for one, other in zip(ours, theirs, strict=True)
    )


def by_terminal(words: Sequence[str], steps: Sequence[Question]) -> list[Answer]:
    """Each word is a line, typed when it is asked for."""
    lines = "".join(f"{word}\n" for word in words)
    phone = Terminal(io.StringIO(lines), io.StringIO(), lambda prompt: prompt.key)
    return until_hang_up(phone.turn, steps)


def by_scripted_keypad(words: Sequence[str], steps: Sequence[Question]) -> list[Answer]:
    return until_hang_up(ScriptedPhone(ScriptedKeypad(" ".join(words))).turn, steps)


def by_audiosocket_in_words(words: Sequence[str], steps: Sequence[Question]) -> list[Answer]:
    """A word's keys come at once, when the prompt was heard to its end; what is left of them is typed ahead."""
    left, queue, now = deque(words), KeyQueue(), 0

    def answered(question: Question) -> Answer:
        nonlocal now
        turn = SpokenTurn(question, bytes(10 * FRAME_BYTES), None, queue, now)
        pressed = not turn.playing
        while turn.answer is None:
            now += FRAME_MS
            turn.next_frame(now)
            if not turn.playing and not pressed:
                pressed = True
                if not left:
                    raise HungUp
                queue.put(left.popleft())
                turn.pressed(now)
        return turn.answer

    return until_hang_up(answered, steps)


def until_hang_up(ask: Callable[[Question], Answer], steps: Sequence[Question]) -> list[Answer]:
    answers = []
    with suppress(HungUp):
        for step in steps:
            answers.append(replace(ask(step), took_ms=0))
    return answers


WORDS = st.lists(st.text("0123456789*#", min_size=1, max_size=8), max_size=6)


@settings(max_examples=300, deadline=None)
@given(WORDS, st.lists(st.sampled_from([MENU, NIK, PIN, FIRM]), min_size=1, max_size=8))
def test_a_line_of_the_terminal_is_a_row_of_keys_and_a_pause_on_a_telephone(
    words: list[str], steps: list[Question]
) -> None:
    typed = by_terminal(words, steps)
    assert by_scripted_keypad(words, steps) == typed
    assert by_audiosocket_in_words(words, steps) == typed


def test_the_drivers_take_a_star_a_hash_and_a_habit_alike() -> None:
    keys = [(500 + 100 * at, key) for at, key in enumerate("1#12#*#*9#0#123")]
    steps = [MENU, NIK, NIK, NIK, NIK, PIN]
    assert without_times(by_keypad(keys, steps)) == without_times(by_audiosocket(keys, steps))
    assert without_times(by_keypad(keys, steps))[:2] == [(Result.MATCH, "1"), (Result.NO_MATCH, "12")]
