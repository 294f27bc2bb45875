"""What is said before a question is asked again: a short hint first, more the next time, the keypad when it matters."""

from enum import StrEnum

from agi.dialogue.question import Answer, Mode, Prompt, Result

IN_BOTH = ("silent", "silent_again", "silent_heard", "unheard", "press", "asked")
"""Helps that menus and entries have."""


class Helps(StrEnum):
    """What is asked for: the table of `prompts/id.toml` with its helps, or its only help."""

    MENU = "help.menu"
    ENTRY = "help.entry"
    YES_NO = "help.yes_no"

    def prompt(self, name: str) -> Prompt:
        """The help called `name`."""
        return Prompt(str(self) if self is Helps.YES_NO else f"{self}.{name}")


def before_asking_again(
    answer: Answer, failures: int, helps: Helps, short: Prompt | None, *, hears: bool, keys_next: bool
) -> tuple[Prompt, ...]:
    """What is said after `failures` failures, the last of which is `answer`.

    `short`: the prompt for too few keyed digits, None if there is none. `hears`: speech is listened to.
    `keys_next`: speech has failed too often, the keypad comes first now.
    """
    if keys_next:
        return (helps.prompt("press"),)
    if answer.result is Result.NO_MATCH and answer.mode is Mode.SPEECH:
        return (helps.prompt("unheard"),)
    again = "_again" if failures > 1 else ""
    if answer.result is Result.NO_INPUT:
        return (helps.prompt("silent_heard" if hears and again else f"silent{again}"),)
    if helps is not Helps.ENTRY:
        return (helps.prompt(f"wrong{again}"),)
    said = (helps.prompt("short_again"),) if again else ()
    return (Prompt(short.key, {**short.places, "count": len(answer.value)}), *said) if short else said
