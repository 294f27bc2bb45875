"""From networks of words to the graph that Vosk decodes with: every grammar in one file, each with words of its own.

Vosk makes a bigram of the phrases that it is given at run time; order and length of an answer are lost in it. So the
structure of every grammar stands in the fixed graph (HCLr), a part of its own whose words carry the grammar's name
("satu@nik"). At run time the question's words are named: Vosk's lookahead leaves of the graph only the part that has
them, and the part allows only what the grammar allows. One model in memory serves every grammar.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agi.languages.pieces import UNKNOWN
from agi.speech import phones
from agi.speech.fstfile import Fst, const, olabel_lookahead
from agi.speech.network import Network
from agi.speech.pronunciation import Pronunciations

MARK = "@"
"""Between a word and the name of its grammar in the model's list of words."""

_Ways = Mapping[tuple[str, ...], float]
"""Sounds one after another -> what it costs to say a word so."""

_Rest = tuple[str, frozenset[tuple[tuple[str, ...], float]]]
"""A sound and all that may follow it in a word."""

_HALF = math.log(2)

# Beam and lattice beam: facts of the lab's NIK comparison (wide enough that the right number is among 50 readings).
# Phones are not told apart in the lattice (phone-determinize): the sounds of "other speech" in all their orders made a
# second of noisy speech cost up to 10 s instead of 15 ms, and no answer changed.
# 1000 hypotheses at a time: own words cost less than with 3000. Among 600 the first word of a sentence was lost,
# so many may begin one ("kartu" heard as "akta retak"): of 13 sentences by 6 voices 34 led to their place unasked and
# 7 to another one, with 1000 (a tenth dearer) 45 and 1.
# Thirty frames at a time: a fifth less time than with Kaldi's twenty, and with the network's 0.18 s of look-ahead what
# is shown of an answer lags no more than half a second.
# The lattice is made at the end, of the whole sound and in 0.3 MB: piece by piece, as Kaldi does it, it is made where
# nobody asks for it, too, and 24 s of four people's talk on a question for yes or no took 7.5 s a second; so, 0.06.
# Where it does not fit, its beam is narrowed (NIKs, 48 of them in noise or babble, fit: 72 of 72 were read the same).
# Vosk's own endpoint is late (0.97 s) and only a second opinion, see recogniser.py.
_CONF = """\
--min-active=200
--max-active=1000
--beam=11.0
--lattice-beam=6.0
--phone-determinize=false
--determinize-min-chunk-size=100000
--determinize-max-delay=100001
--max-mem=300000
--acoustic-scale=1.0
--frame-subsampling-factor=3
--frames-per-chunk=30
--endpoint.silence-phones=1:2
--endpoint.rule1.min-trailing-silence=5.0
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=0.8
--endpoint.rule4.min-trailing-silence=1.5
"""


@dataclass(frozen=True, slots=True)
class Prices:
    """Costs (negative logarithms, the scale of the network's scores) that steer between words and other speech.

    `word`: each word. `unknown`: a stretch of other speech; `unknown_sound`: each sound in it. Cheap other speech
    swallows answers and makes decoding slow; dear other speech turns coughs into answers.
    """

    word: float = 3.0
    unknown: float = 1.5
    unknown_sound: float = 2.75


@dataclass(frozen=True, slots=True)
class Graph:
    """The files of a Vosk `graph` folder (`symbols`: all words), and the marked words of each grammar."""

    hcl: bytes
    grammar: bytes
    symbols: str
    words: Mapping[str, tuple[str, ...]]

    def write(self, model: Path) -> None:
        """Write `conf/model.conf` and `graph/` of the Vosk directory `model`."""
        (model / "conf" / "model.conf").write_text(_CONF, encoding="ascii")
        folder = model / "graph"
        (folder / "phones").mkdir(parents=True, exist_ok=True)
        (folder / "HCLr.fst").write_bytes(self.hcl)
        (folder / "Gr.fst").write_bytes(self.grammar)
        (folder / "words.txt").write_text(self.symbols, encoding="utf-8")
        (folder / "disambig_tid.int").write_text(f"{phones.DISAMBIGUATION}\n", encoding="ascii")
        (folder / "phones.txt").write_text(phones.phone_symbols(), encoding="ascii")
        (folder / "phones" / "word_boundary.int").write_text(phones.word_boundaries(), encoding="ascii")


def marked(word: str, grammar: str) -> str:
    """The model's name for `word` in `grammar`."""
    return f"{word}{MARK}{grammar}"


def compile_graph(
    networks: Mapping[str, Network], pronunciations: Pronunciations, prices: Prices | None = None
) -> Graph:
    """The graph of all `networks` by name. The same input gives the same bytes. Raises LexiconError."""
    words = {name: tuple(marked(word, name) for word in net.words) for name, net in sorted(networks.items())}
    symbols = ["<eps>", *(word for one in words.values() for word in one)]
    compiler = _Compiler({word: number for number, word in enumerate(symbols)}, pronunciations, prices or Prices())
    for name, network in sorted(networks.items()):
        compiler.add(name, network)
    return Graph(
        olabel_lookahead(compiler.fst, len(symbols) - 1),
        const(_any_order(len(symbols))),
        "".join(f"{word} {number}\n" for number, word in enumerate(symbols)),
        words,
    )


def _any_order(symbols: int) -> Fst:
    """The grammar of a recogniser that was given none: every word at any time. Vosk wants the file; we never use it."""
    fst = Fst()
    state = fst.state()
    for number in range(1, symbols):
        fst.arc(state, state, number, number, math.log(symbols))
    fst.finals[state] = 1.0
    return fst


class _Compiler:
    """The graph while it is made, one grammar after the other."""

    def __init__(self, numbers: Mapping[str, int], pronunciations: Pronunciations, prices: Prices) -> None:
        self.fst = Fst()
        self._numbers = numbers
        self._pronunciations = pronunciations
        self._prices = prices
        self._start, self._quiet = self.fst.state(), self.fst.state()
        self._emit(self._start, self._quiet, phones.SILENCE, 0, _HALF)
        self.fst.finals[self._quiet] = 0.0

    def add(self, name: str, network: Network) -> None:
        """The grammar `name` as a part of its own."""
        # Vosk's bigram of N one-word phrases charges log(8 N) for a word after another word; here a word costs the
        # same in a small grammar and in a large one.
        bigram = math.log(8 * len(network.words))
        leave = [self.fst.state() for _ in range(network.states)]
        arrive = self._with_pauses(network, leave)
        for arc in network.arcs:
            source, target = leave[arc.source], arrive[arc.target]
            if not arc.word:
                self.fst.arc(source, leave[arc.target], weight=arc.cost)
            elif arc.word == UNKNOWN:
                cost = arc.cost + self._prices.unknown - bigram
                self._any_sounds(source, target, self._numbers[marked(arc.word, name)], cost)
            else:
                cost = arc.cost + (self._prices.word - bigram)
                self._word(source, target, arc.word, self._numbers[marked(arc.word, name)], cost)
        self.fst.finals[leave[1]] = 0.0
        self.fst.arc(self._start, leave[0], weight=_HALF)
        self.fst.arc(self._quiet, leave[0])

    def _emit(self, source: int, state: int, phone: str, word: int, weight: float) -> None:
        """Go from `source` into `state`, which is the phone: it may last."""
        self.fst.arc(source, state, phones.enter(phone), word, weight)
        self.fst.arc(state, state, phones.stay(phone))

    def _with_pauses(self, network: Network, leave: list[int]) -> list[int]:
        """For each state where a word has just ended, a state before it: silence may come in between."""
        arrive = list(leave)
        for state in sorted({arc.target for arc in network.arcs if arc.word}):
            arrive[state], quiet = self.fst.state(), self.fst.state()
            self.fst.arc(arrive[state], leave[state], weight=_HALF)
            self._emit(arrive[state], quiet, phones.SILENCE, 0, _HALF)
            self.fst.arc(quiet, leave[state])
        return arrive

    def _word(self, source: int, target: int, word: str, number: int, cost: float) -> None:
        """All ways to pronounce `word`; they share how they begin and how they end."""
        ways = {phones.positioned(spoken.phones): spoken.cost for spoken in self._pronunciations.weighted(word)}
        self._ways(source, target, ways, number, cost, {})

    def _ways(self, source: int, target: int, ways: _Ways, word: int, cost: float, states: dict[_Rest, int]) -> None:
        """The sounds of `ways`, each with its cost; `states` are those of the word by what can still follow there."""
        for sound in dict.fromkeys(way[0] for way in ways):
            rests = {way[1:]: price for way, price in ways.items() if way[0] == sound}
            least = min(rests.values())
            rests = {rest: round(price - least, 6) for rest, price in rests.items()}
            here = (sound, frozenset(rests.items()))
            if here in states:
                self.fst.arc(source, states[here], phones.enter(sound), word, cost + least)
                continue
            states[here] = self.fst.state()
            self._emit(source, states[here], sound, word, cost + least)
            if () in rests:
                self.fst.arc(states[here], target, weight=rests.pop(()))
            self._ways(states[here], target, rests, 0, 0.0, states)

    def _any_sounds(self, source: int, target: int, number: int, cost: float) -> None:
        """Two sounds or more in any order."""
        inside = self.fst.state()
        price = self._prices.unknown_sound
        for sound in phones.SPEECH:
            begin, middle, end = self.fst.state(), self.fst.state(), self.fst.state()
            self._emit(source, begin, f"{sound}_B", number, cost + price)
            self.fst.arc(begin, inside)
            self._emit(inside, middle, f"{sound}_I", 0, price)
            self.fst.arc(middle, inside)
            self._emit(inside, end, f"{sound}_E", 0, price)
            self.fst.arc(end, target)
