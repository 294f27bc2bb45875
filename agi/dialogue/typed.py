"""Words typed on a terminal instead of spoken: matched plainly, so that anybody can try the words of a menu.

What a recogniser hears on a telephone is another matter; `hotline hear` and a softphone show that. A question mark at
the end ("cek NIK?") is an answer that was heard without certainty.
"""

from collections.abc import Mapping, Sequence

from agi.dialogue.helps import HELP
from agi.dialogue.question import Answer, Digits, Mode, Question, Result
from agi.dialogue.spoken import Spoken, normal

_DIGITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_DIGIT_OF = {**{word: str(value) for value, word in enumerate(_DIGITS)}, "kosong": "0"}
_GROUPS = {"pertama": "1", "kedua": "2", "ketiga": "3", "keempat": "4"}
_YES = ("ya", "iya", "betul", "benar")
_NO = ("tidak", "bukan", "salah")
_COURTESY = frozenset(("tolong", "saya", "mau", "ingin", "pilih", "minta", "untuk", "pak", "bu", "dong", "saja"))
_COMMANDS: Mapping[str, Answer] = {
    "ulangi": Answer(Result.REPEAT, mode=Mode.SPEECH),
    "kembali": Answer(Result.BACK, mode=Mode.SPEECH),
    "petugas": Answer(Result.AGENT, mode=Mode.SPEECH),
    "bantuan": Answer(Result.NO_MATCH, HELP, Mode.SPEECH),
}
_UNHEARD = Answer(Result.NO_MATCH, mode=Mode.SPEECH, confidence=0.0)


def understood(line: str, question: Question, spoken: Spoken) -> Answer:
    """What `line` answers to `question`; a question for keys alone hears nothing."""
    if not question.grammar:
        return Answer(Result.NO_INPUT)
    sure = not line.rstrip().endswith("?")
    said = [word for word in normal(_letters(line)).split() if word not in _COURTESY]
    if (command := _COMMANDS.get(" ".join(said))) is not None:
        return command
    value = _value(said, question, spoken)
    return Answer(Result.MATCH, value, Mode.SPEECH, 0.95 if sure else 0.6, sure=sure) if value else _UNHEARD


def _letters(line: str) -> str:
    """`line` with digits as words, without marks."""
    worded = (f" {_DIGITS[int(one)]} " if one in "0123456789" else one for one in line)
    return "".join(one if one.isalpha() or one == "-" else " " for one in "".join(worded))


def _value(said: Sequence[str], question: Question, spoken: Spoken) -> str:
    match question.grammar:
        case "yesno":
            return _chosen(said, {"1": _YES, "2": _NO})
        case "repair":
            return _repair(said)
    if isinstance(question.accepts, Digits):
        digits = _digits(said)
        return digits if question.accepts.least <= len(digits) <= question.accepts.most else ""
    words = spoken.get(question.grammar, {})
    return _chosen(said, {key: (*ways, *_number(key)) for key, ways in words.items()})


def _chosen(said: Sequence[str], words: Mapping[str, Sequence[str]]) -> str:
    text = " ".join(said)
    return next((key for key, ways in words.items() if text in ways), "")


def _number(key: str) -> tuple[str, str, str]:
    return _DIGITS[int(key)], f"nomor {_DIGITS[int(key)]}", f"pilihan {_DIGITS[int(key)]}"


def _digits(said: Sequence[str]) -> str:
    """The digits of `said`, "" if there is any other word."""
    digits = [_DIGIT_OF.get(word, "") for word in said]
    return "".join(digits) if all(digits) else ""


def _repair(said: Sequence[str]) -> str:
    """ "ya", "tidak", "2" or "2:3174"."""
    for at, word in enumerate(said):
        if word in _GROUPS:
            digits = _digits(said[at + 1 :])
            return f"{_GROUPS[word]}:{digits}" if digits else _GROUPS[word]
    return _chosen(said, {"ya": _YES, "tidak": _NO})
