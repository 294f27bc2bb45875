"""The number at which a caller wants to be called: that of their telephone, another one, or none."""

from collections.abc import Mapping

from agi.dialogue.asking import Back
from agi.dialogue.question import Prompt
from agi.dialogue.talk import Says, Talk
from agi.services.desk import Desk

SAYS: Says = {
    "callback.ask": {},
    "callback.ask_own": {},
    "callback.enter": {},
    "callback.short": {"count": "number"},
    "callback.right": {"number": "digits"},
}
ASKS: Mapping[str, str] = {"callback": "12", "callback_own": "123", "callback_right": "12"}
"""Questions that may have words in [questions] of the menu, and their keys."""

_NUMBER_DIGITS = (8, 13)
"""Of an Indonesian telephone number with its leading 0."""


def ask(talk: Talk, desk: Desk) -> str:
    """The number to call, "" where the caller leaves none."""
    own = desk.visitor.number
    while True:
        try:
            if own:
                key = _choose(talk, "callback_own", Prompt("callback.ask_own"))
                if key == "1":
                    return own
                key = {"2": "1", "3": "2"}[key]
            else:
                key = _choose(talk, "callback", Prompt("callback.ask"))
            if key == "2":
                return ""
            return entered(talk)
        except Back:
            continue


def entered(talk: Talk) -> str:
    """A number that the caller has keyed and heard. Raises Back, ToAgent, GaveUp, HungUp."""
    least, most = _NUMBER_DIGITS
    while True:
        ask, short = [Prompt("callback.enter")], Prompt("callback.short")
        number = talk.enter_digits("callback_number", ask, most, least=least, short=short)
        if _choose(talk, "callback_right", Prompt("callback.right", {"number": number})) == "1":
            return number


def _choose(talk: Talk, name: str, ask: Prompt) -> str:
    return talk.choose(name, [ask], ASKS[name], grammar=f"question:{name}")
