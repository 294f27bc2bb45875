"""Confirming what was heard but not for certain: a menu choice in a word, a number group by group.

A caller who says no is offered the second reading where there is one, may correct one group of four ("bukan, kelompok
kedua", with its digits or without), and is otherwise asked anew. Silence and nonsense are no consent.
"""

from collections.abc import Iterator, Mapping, Sequence

from agi.dialogue.asking import Asking
from agi.dialogue.question import Answer, Prompt
from agi.dialogue.spoken import Spoken
from agi.languages.language import GROUP, Reply

MOST_READBACKS = 4
"""How often one number is read back: a caller who is still not content is quicker with the keys."""

_HALVES = 6  # a number this long is read back in two threes


def readbacks(spoken: Spoken) -> Iterator[Prompt]:
    """What `option` may ask of a menu with the words `spoken`."""
    for options in spoken.values():
        yield from (Prompt("speech.confirm_option", {"option": ways[0]}) for ways in options.values())


def option(asking: Asking, name: str, answer: Answer, words: Mapping[str, tuple[str, ...]]) -> str:
    """The option that the caller meant, "" if it is none of those heard. `words`: option -> its words."""
    if answer.sure:
        return answer.value
    others = (one for one in answer.alternatives if one != answer.value)
    for value in [answer.value, *others][:2]:
        said = words.get(value) or (f"{asking.language.vocabulary.option} {value}",)
        meant = agreed(asking, name, said[0])
        if meant != Reply.NO:
            return value if meant == Reply.YES else ""
    return ""


def agreed(asking: Asking, name: str, said: str) -> str:
    """Whether the caller said `said` at the question `name`: "ya" or "tidak", "" where they say neither."""
    meant = asking.reply(f"{name}_confirm", [Prompt("speech.confirm_option", {"option": said})], "yesno")
    if meant:
        asking.note("speech.confirmed" if meant == Reply.YES else "speech.denied", name)
    return meant


def number(asking: Asking, name: str, readings: Sequence[str], sure: bool) -> str:
    """The number that the caller meant, "" if it must be asked again. `readings` are plausible, the likeliest first."""
    if not readings:
        return ""
    if sure:
        return readings[0]
    said, *others = readings
    repairs = len(said) % GROUP == 0
    for _ in range(MOST_READBACKS):
        meant = asking.reply(f"{name}_confirm", _readback(said, repairs), "repair" if repairs else "yesno")
        if meant == Reply.YES:
            asking.note("speech.confirmed", name)
            return said
        if meant in ("", Reply.NO):
            asking.note("speech.denied", name)
            if not meant or not others:
                return ""
            said, others = others[0], []  # the second reading, no third: guessing tires
            continue
        said, others = _repaired(asking, name, said, meant), []
        if not said:
            return ""
    return ""


def _repaired(asking: Asking, name: str, said: str, meant: str) -> str:
    """`said` with one group replaced as `meant`; "" if that cannot be."""
    group, _, digits = meant.partition(":")
    at = (int(group) - 1) * GROUP
    if not 0 <= at < len(said):
        return ""
    digits = digits or asking.group(f"{name}_group", [Prompt("speech.group", {"group": int(group)})])
    if len(digits) != GROUP:
        return ""
    asking.note("speech.repaired", name)
    return said[:at] + digits + said[at + GROUP :]


def _readback(said: str, repairs: bool) -> list[Prompt]:
    if len(said) == _HALVES:
        half = _HALVES // 2
        return [Prompt("speech.readback_halves", {"first": said[:half], "second": said[half:]})]
    asked = [Prompt("speech.readback", {"number": said})]
    return [*asked, Prompt("speech.repair")] if repairs else asked
