"""What Vosk reads beside a network of ours: how to decode, and the graph."""

from pathlib import Path

from agi.speech import phones
from agi.speech.graph import Graph

# Beam and lattice beam: facts of the lab's NIK comparison (wide enough that the right number is among 50 readings).
# Phones are not told apart in the lattice (phone-determinize): the sounds of "other speech" in all their orders made a
# second of noisy speech cost up to 10 s instead of 15 ms, and no answer changed.
# Thirty frames at a time: a fifth less time than with Kaldi's twenty, and with the network's 0.18 s of look-ahead what
# is shown of an answer lags no more than half a second.
# Vosk's own endpoint is late (0.97 s) and only a second opinion, see recogniser.py.
_CONF = """\
--min-active=200
--max-active=3000
--beam=11.0
--lattice-beam=6.0
--phone-determinize=false
--acoustic-scale=1.0
--frame-subsampling-factor=3
--frames-per-chunk=30
--endpoint.silence-phones=1:2
--endpoint.rule1.min-trailing-silence=5.0
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=0.8
--endpoint.rule4.min-trailing-silence=1.5
"""


def write(model: Path, graph: Graph, symbols: str) -> None:
    """Write `conf/model.conf` and `graph/` of the Vosk directory `model`; `symbols`: the words as they stand there."""
    (model / "conf" / "model.conf").write_text(_CONF, encoding="ascii")
    folder = model / "graph"
    (folder / "phones").mkdir(parents=True, exist_ok=True)
    (folder / "HCLr.fst").write_bytes(graph.hcl)
    (folder / "Gr.fst").write_bytes(graph.grammar)
    (folder / "words.txt").write_text(symbols, encoding="utf-8")
    (folder / "disambig_tid.int").write_text(f"{phones.DISAMBIGUATION}\n", encoding="ascii")
    (folder / "phones.txt").write_text(phones.phone_symbols(), encoding="ascii")
    (folder / "phones" / "word_boundary.int").write_text(phones.word_boundaries(), encoding="ascii")
