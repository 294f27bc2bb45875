"""The keys of a question, pressed during its prompt and after it: in the dialogue itself, in virtual time."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from agi.dialogue.asking import GaveUp, Patience
from agi.dialogue.keypad import KeypadTurns
from agi.dialogue.menu import Menu
from agi.dialogue.question import Answer, Case, HungUp, Options, Prompt, Question, Result
from agi.dialogue.talk import Talk
from agi.languages.language import Language
from agi.rehearsal.asked import Asked, Script
from agi.rehearsal.result import Moment, Pressed

_AFTER_MS = 1000
"""So long after a prompt people press who have heard it to its end: ISO/IEC 13714 asks for 3 s of patience."""
_UNKNOWN_MS = 4000
"""How long a prompt is taken to be whose words are not known here."""


class _Over(Exception):
    """The question has been answered, and the next thing begins."""


@dataclass(slots=True)
class _Finger:
    """A keypad on which one key is pressed at `at_ms`; `now_ms` is the time there."""

    press: str
    at_ms: int
    prompt_ms: int
    now_ms: int = 0

    def play(self, prompts: Sequence[Prompt], *, barge_in: bool) -> str:
        """Let the time of the prompt pass, or what of it passes before the key."""
        over_ms = self.now_ms + self.prompt_ms
        if barge_in and self.press and self.at_ms < over_ms:
            return self._take()
        if self.at_ms < over_ms:
            self.press = ""  # pressed meanwhile, and lost
        self.now_ms = over_ms
        return ""

    def key(self, timeout_ms: int) -> str:
        """The key, if it comes in time."""
        if self.press and self.at_ms <= self.now_ms + timeout_ms:
            return self._take()
        self.now_ms += timeout_ms
        return ""

    def _take(self) -> str:
        self.now_ms = max(self.now_ms, self.at_ms)
        pressed, self.press = self.press, ""
        return pressed


class _Telephone:
    """A `Phone` of one question, which hears no speech; whatever follows the question ends the call."""

    def __init__(self, finger: _Finger) -> None:
        self.slow = False
        self.answer: Answer | None = None
        self._turns = KeypadTurns(finger, lambda: finger.now_ms)

    def listens(self) -> bool:
        """Never."""
        return False

    def say(self, prompts: Sequence[Prompt], *, barge_in: bool = True) -> None:
        """Something is told."""
        raise _Over

    def turn(self, question: Question) -> Answer:
        """Ask it, once."""
        if self.answer is not None:
            raise _Over
        self.answer = self._turns.turn(question)
        return self.answer

    def transfer(self, case: Case) -> None:
        """The caller goes to the agents."""
        raise _Over

    def hang_up(self) -> None:
        """The call ends."""
        raise _Over


class _NoJournal:
    """A `Journal` of a call that nobody made."""

    def said(self, prompts: Sequence[Prompt]) -> None:
        """Nothing."""

    def asked(self, question: Question, answer: Answer, attempt: int) -> None:
        """Nothing."""

    def noted(self, what: str, detail: str = "") -> None:
        """Nothing."""


def pressed(script: Script, asked: Asked, key: str, words_per_minute: int, patience: Patience) -> tuple[Pressed, ...]:
    """What becomes of `key`, pressed when the option was named and after the prompt."""
    prompt_ms = _lasts_ms(asked.prompt, words_per_minute) or _UNKNOWN_MS
    named_ms = _lasts_ms(_until(asked.prompt, key, script.language), words_per_minute) or prompt_ms // 2
    at = {Moment.DURING: min(named_ms, prompt_ms - 1), Moment.AFTER: prompt_ms + _AFTER_MS}
    return tuple(_press(script, asked, moment, _Finger(key, ms, prompt_ms), patience) for moment, ms in at.items())


def _press(script: Script, asked: Asked, moment: Moment, finger: _Finger, patience: Patience) -> Pressed:
    key, phone = finger.press, _Telephone(finger)
    keys = "".join(option.key for option in asked.options)
    follows = ""
    if asked.node is None:
        phone.turn(Question(asked.name, (), Options(keys)))
    else:
        follows = _walk(script.menu, asked.node.name, phone, patience)
    answer = phone.answer
    understood = answer is not None and answer.result is Result.MATCH and answer.value == key
    title = script.titles.get(follows, "") if understood else ""
    return Pressed(moment, understood, title, answer.took_ms / 1000 if answer else 0.0)


def _walk(menu: Menu, place: str, phone: _Telephone, patience: Patience) -> str:
    """The place that a caller comes to from the question at `place`."""
    talk = Talk(phone, _NoJournal(), patience, menu.language)

    def serve(_: str) -> None:
        raise _Over

    with suppress(_Over, GaveUp, HungUp):
        menu.run(talk, serve, place)
    return talk.node


def _until(prompt: str, key: str, language: Language) -> str:
    """The words of a prompt up to where it has offered `key`; "" where it does not."""
    word = language.numbers.digits[int(key)]
    offer = re.search(rf"\b{language.vocabulary.offers}(?:{key}|{word})\b", prompt, re.IGNORECASE)
    return prompt[: offer.end()] if offer else ""


def _lasts_ms(words: str, words_per_minute: int) -> int:
    return round(len(words.split()) * 60_000 / words_per_minute)
