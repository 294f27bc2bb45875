"""What an agent's telephone shows of a case, in place of the caller's name."""

from agi.dialogue.question import Case
from agi.services import SERVICES
from agi.services.desk import LOCKED_OUT

_SHOWN_DIGITS = 4


def in_words(case: Case) -> str:
    """`case` as an agent's telephone shows it: "cek NIK, terbukti, ••9610".

    Never what the caller chose to be called. Plain words and digits of ours only: it passes through the dialplan.
    """
    title = SERVICES[case.topic].title if case.topic in SERVICES else ""
    words = [title or f"menu {case.topic}".replace("_", " ").replace(".", " ").strip()]
    if case.verified:
        words.append("terbukti")
    if case.status == LOCKED_OUT:
        words.append("terkunci")
    if case.number:
        words.append(f"••{case.number[-_SHOWN_DIGITS:]}")
    return ", ".join(words)
