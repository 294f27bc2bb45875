"""A Vosk model directory from an acoustic model and grammars: done again whenever an admin's words change.

A model that tells our sounds apart gets a graph of our own. Any other keeps its own graph, see foreign.py.
"""

import json
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agi.languages import INDONESIAN
from agi.languages.language import Language
from agi.speech import GRAMMARS, phones
from agi.speech.foreign import BuildError, Phrases, phrases
from agi.speech.grammar import ChoiceGrammar, Grammar, Kind, OneOf
from agi.speech.graph import compile_graph
from agi.speech.intents import Intents
from agi.speech.network import spell
from agi.speech.pronunciation import Pronunciations
from agi.speech.standard import LISTS
from agi.stamp import stamp_of


@dataclass(frozen=True, slots=True)
class Built:
    """What was made, and in how many seconds. `unknown`: by grammar, words that the model can never hear."""

    folder: Path
    grammars: int
    phrases: int
    unknown: Mapping[str, tuple[str, ...]]
    seconds: float


def build(
    source: Path,
    target: Path,
    grammars: Sequence[Grammar],
    pronunciations: Pronunciations,
    language: Language = INDONESIAN,
) -> Built:
    """Make `target` a Vosk directory with the acoustic model of `source` that hears `grammars`.

    Replaces `target` at once when all is made; who has the old one loaded keeps it. The same input gives the same
    files. `language` is that of the model. `pronunciations` are for a graph of our own. Raises BuildError,
    LexiconError.
    """
    began = time.monotonic()
    acoustic_model = source / "am" / "final.mdl"
    if not acoustic_model.is_file() or not (source / "conf" / "mfcc.conf").is_file():
        raise BuildError(f"{source} holds no acoustic model: am/final.mdl and conf/mfcc.conf are needed.")
    pieces = {one.name: one.whole() for one in grammars}
    choices = [one for one in grammars if isinstance(one, ChoiceGrammar)]
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    unknown: Phrases = {}
    try:
        _copy_conf(source / "conf", fresh / "conf")
        if phones.has_our_phones(acoustic_model):
            graph = compile_graph({name: spell(piece) for name, piece in pieces.items()}, pronunciations)
            graph.write(fresh)
            known = graph.words
            linked = ["am"]
        else:
            known, unknown = phrases(source, pieces, language)
            with (fresh / "conf" / "mfcc.conf").open("a", encoding="utf-8") as conf:
                conf.write("\n--allow-upsample=true\n")  # without it a model of 16 kHz refuses our 8 kHz
            linked = [path.name for path in source.iterdir() if path.is_dir() and path.name != "conf"]
        for name in linked:
            (fresh / name).symlink_to(os.path.relpath((source / name).resolve(), target.parent.resolve() / target.name))
        table = {
            "language": language.code,
            "phrases": known,
            "options": {one.name: one.words for one in choices},
            "leads": {one.name: one.leads for one in choices if one.beside},
            "intents": next((one.places for one in grammars if isinstance(one, Intents)), {}),
            "lists": {one.name: one.words for one in grammars if isinstance(one, OneOf) and one.kind is Kind.LIST},
        }
        text = json.dumps(table, ensure_ascii=False, indent=1, sort_keys=True)
        (fresh / GRAMMARS).write_text(text + "\n", encoding="utf-8")
        _replace(target, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Built(target, len(pieces), sum(map(len, known.values())), unknown, time.monotonic() - began)


def mark(source: Path) -> str:
    """Digest of what makes a graph beside the menu: our code, the word lists, and the network in `source`."""
    rooms = Path(__file__).resolve().parents[1]
    code = (*(rooms / "speech").glob("*.py"), *(rooms / "languages").rglob("*.py"), *LISTS.glob("*.toml"))
    return stamp_of((path.name, path) for path in (*sorted(code), source / "am" / "final.mdl"))


def _copy_conf(source: Path, target: Path) -> None:
    """The files of `source`, writable whatever they were."""
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.is_file():
            shutil.copyfile(path, target / path.name)


def _replace(target: Path, fresh: Path) -> None:
    old = target.with_name(f".{target.name}.old.{os.getpid()}")
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)
