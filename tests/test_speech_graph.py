"""The graph: made without OpenFst, the same every time, quickly, and Vosk obeys it."""

import struct
from dataclasses import dataclass
from pathlib import Path

import pytest
from speech_voices import PRONUNCIATIONS, acoustic_model, frames, say, silence

from agi.languages.lexicon import LexiconError
from agi.languages.pieces import Loop, Piece, alt, seq
from agi.speech.alike import alike, distance
from agi.speech.answer import readings
from agi.speech.build import build
from agi.speech.examine import examine
from agi.speech.foreign import BuildError
from agi.speech.fstfile import Fst, olabel_lookahead
from agi.speech.grammar import DigitsGrammar, OneOf, YesNo
from agi.speech.graph import compile_graph
from agi.speech.model import Model, ModelError
from agi.speech.network import spell
from agi.speech.standard import lists, standard


@dataclass(frozen=True, slots=True)
class _Swapped(YesNo):
    """Only "lima tiga" may be said."""

    name: str = "swapped"
    decoys = ()

    @property
    def piece(self) -> Piece:
        return seq("lima", "tiga")


def test_a_graph_built_twice_is_the_same() -> None:
    networks = {"a": spell(Loop(alt(("satu", "dua")))), "b": spell(seq("cek", "nik"))}
    once, again = (
        compile_graph(networks, PRONUNCIATIONS),
        compile_graph(dict(reversed(networks.items())), PRONUNCIATIONS),
    )
    assert once == again


def test_a_state_sees_the_words_that_can_follow_it() -> None:
    fst = Fst()
    first, second, third = fst.state(), fst.state(), fst.state()
    fst.arc(first, second)
    fst.arc(second, third, 5, 1)
    fst.arc(second, third, 6, 2)
    fst.arc(third, first, 7, 4)
    fst.finals[third] = 0.0
    data = olabel_lookahead(fst, last_label=4)
    tail = struct.pack("<iq", 5, 3)
    sets = data[data.index(tail, -200) + len(tail) :]
    one_to_two = struct.pack("<qiii", 1, 1, 3, 2)
    four_and_end = struct.pack("<qiii", 1, 4, 6, 2)
    assert sets == one_to_two + one_to_two + four_and_end


def test_order_and_length_are_kept(tmp_path: Path) -> None:
    """Vosk's own grammars of phrases would give "tiga lima" back here."""
    words = ("tiga", "lima")
    folder = build(acoustic_model(), tmp_path / "model", (_Swapped(), DigitsGrammar(1, 9)), PRONUNCIATIONS).folder
    decoder = Model.load(folder).decoder(5, "swapped")
    for frame in frames(silence(300), say(tmp_path, " ".join(words)), silence(300)):
        decoder.AcceptWaveform(frame)
    for reading in readings(decoder.FinalResult()):
        assert reading.words != words


def test_a_folder_without_acoustic_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no acoustic model"):
        build(tmp_path, tmp_path / "model", (YesNo(),), PRONUNCIATIONS)


def test_a_folder_that_is_no_model_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="hotline up"):
        Model.load(tmp_path)
    assert "hotline up" in examine(tmp_path).trouble


def test_a_model_that_was_built_passes_the_examination(tmp_path: Path) -> None:
    assert examine(build(acoustic_model(), tmp_path / "model", standard(), PRONUNCIATIONS).folder).trouble == ""


def test_spelling_tells_how_a_word_is_said() -> None:
    assert PRONUNCIATIONS.of("nyanyi")[0] == ("ny", "a", "ny", "i")
    assert PRONUNCIATIONS.of("syukur")[0] == ("s", "u", "k", "u", "r")
    assert PRONUNCIATIONS.of("meja")[:2] == (("m", "@", "j", "a"), ("m", "e", "j", "a"))
    assert PRONUNCIATIONS.of("ktp")[0] == ("k", "a", "t", "e", "p", "e")
    assert PRONUNCIATIONS.of("wni")[0] == ("w", "e", "e", "n", "i")
    assert PRONUNCIATIONS.of("skpln")[0] == ("e", "s", "k", "a", "p", "e", "e", "l", "e", "n")


def test_a_word_that_cannot_be_said_is_named() -> None:
    with pytest.raises(LexiconError, match="1500"):
        PRONUNCIATIONS.of("1500")


def test_words_that_sound_alike_are_found_with_both_options() -> None:
    found = list(alike({"1": ("surat pindah",), "2": ("surat pinda", "akta"), "3": ("biaya",)}, PRONUNCIATIONS))
    assert [(one.key, one.other_key) for one in found] == [("1", "2")]
    assert not list(alike({"1": ("akta kelahiran",), "2": ("akta kematian",)}, PRONUNCIATIONS))


def test_distance_is_zero_only_for_the_same_sounds() -> None:
    assert distance(("a", "k"), ("a", "k")) == 0
    assert 0 < distance(("t", "i"), ("d", "i")) < distance(("t", "i"), ("m", "a"))


def test_the_lists_of_words_can_be_said() -> None:
    for one in lists():
        assert isinstance(one, OneOf)
        for ways in one.words.values():
            for way in ways:
                for word in way.split():
                    assert PRONUNCIATIONS.of(word)


def test_a_list_with_a_wrong_entry_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fruit.toml").write_text('apple = "apel"\n', encoding="utf-8")
    monkeypatch.setattr("agi.speech.standard.LISTS", tmp_path)
    with pytest.raises(LexiconError, match="apple needs a list"):
        lists()
