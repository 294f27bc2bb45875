"""A word is heard as people say it, not only as it is written; what the voice says is the careful form."""

from pathlib import Path

import pytest
from speech_voices import PRONUNCIATIONS, ROOT

from agi.languages import INDONESIAN
from agi.speech.pronunciation import Pronunciations

ease = INDONESIAN.spelling.ease


def eased(sounds: str) -> dict[str, float]:
    return {" ".join(way): cost for way, cost in ease(tuple(sounds.split())).items()}


@pytest.mark.parametrize(
    ("careful", "quick"),
    [
        ("t i d a k", "t i d a"),
        ("s u d a h", "s u d a"),
        ("l i h a t", "l i a t"),
        ("t @ r i m a", "t r i m a"),
        ("t @ l e p o n", "t l e p o n"),
        ("p @ t u g a s", "p t u g a s"),
        ("s @ l @ s a i", "s l @ s e"),
        ("s a m p a i", "s a m p e"),
        ("k a l a u", "k a l o"),
        ("@ ng g a k", "ng g a"),
        ("d u a", "d u w a"),
        ("k i a", "k i y a"),
        ("i y a", "i a"),
        ("n o v e m b @ r", "n o p e m b @ r"),
        ("f e b r u a r i", "p e b r u w a r i"),
    ],
)
def test_quick_speech_is_expected_and_costs_more_than_careful(careful: str, quick: str) -> None:
    ways = eased(careful)
    assert next(iter(ways)) == careful
    assert 0 == ways[careful] < ways[quick] <= 2


@pytest.mark.parametrize("sounds", ["t i g a", "l a i n", "m a k a n", "k @", "k a b u p a t @ n", "h a", "a h"])
def test_what_quick_speech_leaves_as_it_is_has_one_way(sounds: str) -> None:
    assert list(eased(sounds)) == [sounds]


def test_no_word_of_the_hotline_is_said_in_so_many_ways_that_none_is_told_from_another() -> None:
    assert len(eased("s @ l @ s @ l @ k @ h f i a k")) < 100


def test_the_first_way_is_the_careful_one() -> None:
    said = {"tidak": "t i d a k", "iya": "i y a", "selesai": "s @ l @ s a i", "dua": "d u a", "terima": "t @ r i m a"}
    assert {word: " ".join(PRONUNCIATIONS.of(word)[0]) for word in said} == said


def test_exceptions_in_the_lexicon_are_said_easily_too(tmp_path: Path) -> None:
    lexicon = (ROOT / "prompts" / "lexicon.toml").read_text(encoding="utf-8")
    (tmp_path / "lexicon.toml").write_text(lexicon + 'tebet = ["t e b e t", "t @ b e h"]\n', encoding="utf-8")
    ways = {" ".join(one.phones): one.cost for one in Pronunciations(tmp_path / "lexicon.toml").weighted("tebet")}
    assert ways["t e b e t"] == ways["t @ b e h"] == 0
    assert ways["t @ b e"] > 0
    assert "t @ b @ t" not in ways
