"""A Vosk model directory from an acoustic model and grammars: done again whenever an admin's words change."""

import json
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agi.speech import phones
from agi.speech.grammar import Grammar, Kind, OneOf, Options, whole
from agi.speech.graph import Prices, compile_graph
from agi.speech.lexicon import Lexicon
from agi.speech.network import Loop, Network, Piece, alt, spell

GRAMMARS = "grammars.json"
"""Beside the graph: which words each grammar has, and what the words of menus and lists mean."""

# Beam and lattice beam: facts of the lab's NIK comparison (wide enough that the right number is among 50 readings).
# Phones are not told apart in the lattice (phone-determinize): the sounds of "other speech" in all their orders made a
# second of noisy speech cost up to 10 s instead of 15 ms, and no answer changed.
# Vosk's own endpoint is late (0.97 s) and only a second opinion, see recogniser.py.
_MODEL_CONF = """\
--min-active=200
--max-active=3000
--beam=11.0
--lattice-beam=6.0
--phone-determinize=false
--acoustic-scale=1.0
--frame-subsampling-factor=3
--endpoint.silence-phones=1:2
--endpoint.rule1.min-trailing-silence=5.0
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=0.8
--endpoint.rule4.min-trailing-silence=1.5
"""


class BuildError(Exception):
    """The model directory cannot be made; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Words:
    """A grammar for training and experiments: any of `words`, in any order."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Built:
    """What was made, and in how many seconds."""

    folder: Path
    grammars: int
    words: int
    seconds: float


def build(
    source: Path,
    target: Path,
    grammars: Sequence[Grammar | Words],
    lexicon: Lexicon,
    prices: Prices | None = None,
    conf: Mapping[str, str] | None = None,
) -> Built:
    """Make `target` a Vosk directory with the acoustic model of `source` and a graph of `grammars`.

    Replaces `target` at once when all is made; who has the old one loaded keeps it. The same input gives the same
    files. `conf` overrides settings of Kaldi's decoder. Raises BuildError, LexiconError.
    """
    began = time.monotonic()
    if not (source / "am" / "final.mdl").is_file() or not (source / "conf" / "mfcc.conf").is_file():
        raise BuildError(f"{source} holds no acoustic model: am/final.mdl and conf/mfcc.conf are needed.")
    networks = {grammar.name: _network(grammar) for grammar in grammars}
    graph = compile_graph(networks, lexicon, prices)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "graph" / "phones").mkdir(parents=True)
    (fresh / "conf").mkdir()
    (fresh / "am").symlink_to(os.path.relpath((source / "am").resolve(), fresh.parent.resolve() / target.name))
    shutil.copyfile(source / "conf" / "mfcc.conf", fresh / "conf" / "mfcc.conf")
    (fresh / "conf" / "model.conf").write_text(_conf(conf or {}), encoding="ascii")
    (fresh / "graph" / "HCLr.fst").write_bytes(graph.hcl)
    (fresh / "graph" / "Gr.fst").write_bytes(graph.grammar)
    (fresh / "graph" / "words.txt").write_text(graph.symbols, encoding="utf-8")
    (fresh / "graph" / "disambig_tid.int").write_text(f"{phones.DISAMBIGUATION}\n", encoding="ascii")
    (fresh / "graph" / "phones.txt").write_text(phones.phone_symbols(), encoding="ascii")
    (fresh / "graph" / "phones" / "word_boundary.int").write_text(phones.word_boundaries(), encoding="ascii")
    table = {
        "words": graph.words,
        "options": {one.name: one.words for one in grammars if isinstance(one, Options)},
        "lists": {one.name: one.words for one in grammars if isinstance(one, OneOf) and one.kind is Kind.LIST},
    }
    text = json.dumps(table, ensure_ascii=False, indent=1, sort_keys=True)
    (fresh / "graph" / GRAMMARS).write_text(text + "\n", encoding="utf-8")
    _replace(target, fresh)
    return Built(target, len(networks), sum(map(len, graph.words.values())), time.monotonic() - began)


def _network(grammar: Grammar | Words) -> Network:
    piece: Piece = Loop(alt(grammar.words)) if isinstance(grammar, Words) else whole(grammar)
    return spell(piece)


def _conf(own: Mapping[str, str]) -> str:
    lines = dict(line.split("=", 1) for line in _MODEL_CONF.splitlines())
    lines.update({f"--{name}": value for name, value in own.items()})
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def _replace(target: Path, fresh: Path) -> None:
    old = target.with_name(f".{target.name}.old.{os.getpid()}")
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)
