"""What is said before a question is asked again: a short hint first, more the next time, the keypad when it matters."""

from dataclasses import dataclass

from agi.dialogue.question import Answer, Mode, Prompt, Result
from agi.languages.language import Command

HELP = Command.HELP.value
"""The value of a spoken no-match that asks for help."""


@dataclass(frozen=True, slots=True)
class Helps:
    """Keys of prompts, each for the first failure and for the later ones; "" says nothing.

    `unheard`: speech that was not understood. `asked`: the caller said "bantuan". `press`: speech has failed too often.
    `silent_heard`: silence on a phone that listens, from the second time on.
    """

    silent: tuple[str, str]
    wrong: tuple[str, str]
    unheard: str
    press: str
    asked: str
    silent_heard: str


MENU = Helps(
    ("help.menu.silent", "help.menu.silent_again"),
    ("help.menu.wrong", "help.menu.wrong_again"),
    "help.menu.unheard",
    "help.menu.press",
    "help.menu.asked",
    "help.menu.silent_heard",
)
ENTRY = Helps(
    ("help.entry.silent", "help.entry.silent_again"),
    ("", "help.entry.short_again"),
    "help.entry.unheard",
    "help.entry.press",
    "help.entry.asked",
    "help.entry.silent_heard",
)
YES_NO = Helps(
    ("help.yes_no", "help.yes_no"),
    ("help.yes_no", "help.yes_no"),
    "help.yes_no",
    "help.yes_no",
    "help.yes_no",
    "help.yes_no",
)


def asked_for_help(answer: Answer) -> bool:
    """Whether the caller said "bantuan"."""
    return answer.result is Result.NO_MATCH and answer.mode is Mode.SPEECH and answer.value == HELP


def before_asking_again(
    answer: Answer, failures: int, helps: Helps, short: Prompt | None, *, hears: bool, keys_next: bool
) -> tuple[Prompt, ...]:
    """What is said after `failures` failures, the last of which is `answer`.

    `short`: the prompt for too few keyed digits, None if there is none. `hears`: speech is listened to.
    `keys_next`: speech has failed too often, the keypad comes first now.
    """
    if keys_next:
        return (Prompt(helps.press),)
    if answer.result is Result.NO_MATCH and answer.mode is Mode.SPEECH:
        return (Prompt(helps.unheard),)
    if answer.result is Result.NO_INPUT and hears and failures > 1:
        return (Prompt(helps.silent_heard),)
    key = (helps.silent if answer.result is Result.NO_INPUT else helps.wrong)[0 if failures == 1 else 1]
    said = (Prompt(key),) if key else ()
    if short and answer.result is Result.NO_MATCH:
        return (Prompt(short.key, {**short.places, "count": len(answer.value)}), *said)
    return said
