"""Writes a network as a whole Vosk directory: `am`, `conf`, and a graph of single words in any order.

The graph lets the directory be loaded and tried as it is; the hotline builds its own from menus and word lists.
"""

import math
from pathlib import Path

from agi.speech import phones
from agi.speech.graph import Prices, compile_graph, marked
from agi.speech.lexicon import Lexicon
from agi.speech.network import Anything, Loop, alt, spell
from agi.speech.training import kaldi
from agi.speech.training.features import CEPSTRA, HIGH_HZ, LOW_HZ, RATE
from agi.speech.training.kaldi import AcousticModel
from agi.speech.training.network import Network
from agi.speech.training.texts import known_words

_NAME = "words"
_UNKNOWN_COST = 1.5
_MFCC = f"""\
--sample-frequency={RATE}
--use-energy=false
--num-mel-bins={CEPSTRA}
--num-ceps={CEPSTRA}
--low-freq={LOW_HZ:g}
--high-freq={HIGH_HZ:g}
--allow-upsample=true
--allow-downsample=true
--dither=0
"""
_DECODING = """\
--min-active=200
--max-active=3000
--beam=11.0
--lattice-beam=6.0
--acoustic-scale=1.0
--frame-subsampling-factor=3
--phone-determinize=false
--endpoint.silence-phones=1:2
--endpoint.rule1.min-trailing-silence=5.0
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=0.8
--endpoint.rule4.min-trailing-silence=1.5
"""


def export(network: Network, start: AcousticModel, target: Path, lexicon: Lexicon) -> None:
    """Make `target` a Vosk directory with the weights of `network`; everything else of `final.mdl` is `start`'s."""
    kaldi.write(target / "am" / "final.mdl", start, network.trained())
    (target / "conf").mkdir(exist_ok=True)
    (target / "conf" / "mfcc.conf").write_text(_MFCC, encoding="ascii")
    (target / "conf" / "model.conf").write_text(_DECODING, encoding="ascii")
    words = known_words()
    # Vosk's run-time grammar already charges a word; compile_graph makes up for that by log(8 words), which is undone.
    charged = math.log(8 * (len(words) + 1))
    prices = Prices(word=charged, unknown=_UNKNOWN_COST + charged)
    graph = compile_graph({_NAME: spell(Loop(alt((*words, Anything()))))}, lexicon, prices)
    folder = target / "graph"
    (folder / "phones").mkdir(parents=True, exist_ok=True)
    (folder / "HCLr.fst").write_bytes(graph.hcl)
    (folder / "Gr.fst").write_bytes(graph.grammar)
    (folder / "words.txt").write_text(graph.symbols.replace(marked("", _NAME), ""), encoding="utf-8")
    (folder / "disambig_tid.int").write_text(f"{phones.DISAMBIGUATION}\n", encoding="ascii")
    (folder / "phones.txt").write_text(phones.phone_symbols(), encoding="ascii")
    (folder / "phones" / "word_boundary.int").write_text(phones.word_boundaries(), encoding="ascii")
