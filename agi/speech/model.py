"""The model in memory: loaded once, shared by all calls."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import vosk

from agi.errors import HotlineError
from agi.languages import named
from agi.languages.language import Language
from agi.speech import GRAMMARS
from agi.speech.grammar import ChoiceGrammar, Grammar, OneOf
from agi.speech.intents import INTENTS
from agi.speech.recogniser import Recogniser
from agi.speech.standard import of_menu
from agi.speech.tuning import RATE, Tuning

vosk.SetLogLevel(-2)


class ModelError(HotlineError):
    """The model cannot be used; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Model:
    """A Vosk model directory made by `build`. One is enough for all calls; any thread may use it."""

    folder: Path
    handle: vosk.Model
    language: Language
    _phrases: Mapping[str, tuple[str, ...]]
    _meant: Mapping[str, Grammar]

    @classmethod
    def load(cls, folder: Path) -> "Model":
        """Load `folder` (the model that ships: 0.1 s, 20 MB). Raises ModelError."""
        try:
            table = json.loads((folder / GRAMMARS).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ModelError(f"{folder} is no model with grammars ({error}): run `hotline up`.") from error
        if not (folder / "am" / "final.mdl").is_file() or not (folder / "graph" / "HCLr.fst").is_file():
            raise ModelError(f"{folder} has lost the model that it was built from: run `hotline up`.")
        try:
            handle = vosk.Model(str(folder))
        except Exception as error:  # vosk raises the bare class, and nothing else
            raise ModelError(f"Vosk cannot load {folder}: run `hotline up`.") from error
        language = named(table["language"])
        spoken = {name: _tuples(words) for name, words in {**table["options"], INTENTS: table["intents"]}.items()}
        meant: dict[str, Grammar] = {one.name: one for one in of_menu(spoken, table["leads"], language)}
        meant.update({name: OneOf(name, _tuples(words), language=language) for name, words in table["lists"].items()})
        return cls(folder, handle, language, _tuples(table["phrases"]), meant)

    @property
    def names(self) -> frozenset[str]:
        """The grammars that were built in."""
        return frozenset(self._phrases)

    def grammar(self, name: str) -> Grammar:
        """The menu or list `name` as it was built. Raises KeyError."""
        return self._meant[name]

    def decoder(self, readings: int, *names: str) -> vosk.KaldiRecognizer:
        """A recogniser of Vosk's for the grammars `names` that gives up to `readings` readings. Raises KeyError."""
        offered = [phrase for name in names for phrase in self._phrases[name]]
        phrases = json.dumps(offered, ensure_ascii=False)  # Vosk understands no escapes in it
        decoder = vosk.KaldiRecognizer(self.handle, RATE, phrases)
        decoder.SetMaxAlternatives(readings)
        return decoder

    def recogniser(self, grammar: Grammar, tuning: Tuning | None = None, *, opening_ms: int = 0) -> Recogniser:
        """A recogniser for one turn; with `opening_ms` it hears the turn from its first moment on (see `Recogniser`).

        Raises KeyError if `grammar` was not built in.
        """
        tuning = tuning or Tuning()
        if grammar.name not in self._phrases:
            raise KeyError(grammar.name)
        names = [grammar.name]
        if isinstance(grammar, ChoiceGrammar) and grammar.beside:
            names.append(grammar.beside.name)
        decoders = [partial(self.decoder, tuning.readings, *names[:count]) for count in range(1, len(names) + 1)]
        return Recogniser(decoders, grammar, tuning, opening_ms=opening_ms)


def _tuples(words: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(texts) for key, texts in words.items()}
