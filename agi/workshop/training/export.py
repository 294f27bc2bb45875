"""Writes a network as a whole Vosk directory: `am`, `conf`, and a graph of single words in any order.

The graph lets the directory be loaded and tried as it is; the hotline builds its own from menus and word lists.
"""

import math
from dataclasses import replace
from pathlib import Path

from agi.languages.pieces import Anything, Loop, alt
from agi.speech.graph import Prices, compile_graph, marked
from agi.speech.network import spell
from agi.speech.pronunciation import Pronunciations
from agi.workshop.training import kaldi
from agi.workshop.training.features import CEPSTRA, HIGH_HZ, LOW_HZ, RATE
from agi.workshop.training.kaldi import AcousticModel
from agi.workshop.training.network import Network
from agi.workshop.training.texts import known_words

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


def export(network: Network, start: AcousticModel, target: Path, pronunciations: Pronunciations) -> None:
    """Make `target` a Vosk directory with the weights of `network`; everything else of `final.mdl` is `start`'s."""
    kaldi.write(target / "am" / "final.mdl", start, network.trained())
    (target / "conf").mkdir(exist_ok=True)
    (target / "conf" / "mfcc.conf").write_text(_MFCC, encoding="ascii")
    words = known_words()
    # Vosk's run-time grammar already charges a word; compile_graph makes up for that by log(8 words), which is undone.
    charged = math.log(8 * (len(words) + 1))
    prices = Prices(word=charged, unknown=_UNKNOWN_COST + charged)
    graph = compile_graph({_NAME: spell(Loop(alt((*words, Anything()))))}, pronunciations, prices)
    replace(graph, symbols=graph.symbols.replace(marked("", _NAME), "")).write(target)
