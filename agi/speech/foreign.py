"""A Vosk model that others made: it keeps its own graph and is given, at each question, the phrases that may be said.

Vosk makes a bigram of the phrases. Order and length of an answer are lost in it: `Grammar.values` looks after them.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from agi.errors import HotlineError
from agi.languages.language import Language
from agi.languages.pieces import UNKNOWN, Piece, texts
from agi.speech.fstfile import is_fst
from agi.speech.network import UNKNOWN_ELSEWHERE

Phrases = Mapping[str, tuple[str, ...]]
"""Phrases or words, by name of grammar."""

_OTHER_SPEECH = (UNKNOWN, *UNKNOWN_ELSEWHERE)


class BuildError(HotlineError):
    """The model directory cannot be made; the message says what is missing."""


def phrases(folder: Path, pieces: Mapping[str, Piece], language: Language) -> tuple[Phrases, Phrases]:
    """What the model in `folder` can hear of `pieces`, and the words that it does not know. Raises BuildError."""
    graph = folder / "graph"
    if (graph / "HCLG.fst").exists():
        raise BuildError(
            f"{folder} has a fixed graph (graph/HCLG.fst), with which Vosk cannot be told what may be said on a "
            "question: name a model with graph/HCLr.fst and graph/Gr.fst in speech.model."
        )
    for name in ("HCLr.fst", "Gr.fst"):
        if not is_fst(graph / name):  # Vosk would notice only when it hears, by crashing
            raise BuildError(f"{folder} is no whole Vosk model: graph/{name} is missing or is no OpenFst file.")
    import vosk  # a graph of our own does not need it

    vosk.SetLogLevel(-2)
    try:
        model = vosk.Model(str(folder))
    except Exception as error:  # vosk raises the bare class, and nothing else
        raise BuildError(f"Vosk cannot load {folder}: name another model in speech.model.") from error

    def unknown_in(phrase: str) -> tuple[str, ...]:
        return tuple(word for word in phrase.split() if model.vosk_model_find_word(word) < 0)

    lacking = [ways[0] for ways in _needed(language) if all(unknown_in(way) for way in ways)]
    if lacking:
        raise BuildError(
            f"{folder} does not know {', '.join(lacking)}, without which no caller can answer: "
            "name a model of Indonesian in speech.model."
        )
    other_speech = next(word for word in _OTHER_SPEECH if not unknown_in(word))
    needless = {*language.vocabulary.fillers, *language.vocabulary.decoys}
    known, unknown = {}, {}
    for name, piece in pieces.items():
        wanted = [other_speech if text == UNKNOWN else text for text in texts(piece)]
        known[name] = tuple(text for text in wanted if not unknown_in(text))
        unknown[name] = tuple(sorted({word for text in wanted if text not in needless for word in unknown_in(text)}))
    return known, {name: words for name, words in unknown.items() if words}


def _needed(language: Language) -> Iterator[tuple[str, ...]]:
    """Of each of these the model must know one. Without a word for other speech every cough would be an answer."""
    yield language.numbers.zeros
    yield from ((digit,) for digit in language.numbers.digits[1:])
    yield from language.vocabulary.replies.values()
    yield _OTHER_SPEECH
