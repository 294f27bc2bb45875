"""What the card of the shipped model says is what the model does, on speech that is made here."""

import re
from collections.abc import Callable

import pytest
from speech_voices import MENU, ROOT, model_in

from agi.rehearsal.conditions import CLEAN
from agi.speech.grammar import Kind
from agi.workshop.evaluation.measure import Result, Row, measure
from agi.workshop.evaluation.voices import trials

CARD = ROOT / "data" / "model" / "README.md"
ROWS = {
    Kind.OPTIONS: "menus",
    Kind.DIGITS: "six digits",
    Kind.NUMBER: "number",
    Kind.DATE: "date",
    Kind.REPAIR: "repair of a group",
}
APART = 0.12
"""One voice says 9 to 17 answers a question: one wrong is up to 11 %."""


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    """The answers of one voice that the model was not trained on."""
    model = model_in(tmp_path_factory.mktemp("model") / "built")
    return {row.name: row for row in measure(model, tuple(trials([MENU], ["id+zac"])), CLEAN, threads=2)}


@pytest.mark.parametrize("kind", ROWS)
def test_the_card_says_what_is_heard(kind: Kind, heard: dict[str, Row]) -> None:
    right, wrong, taken = _card(ROWS[kind])
    answers, others = heard[f"{kind}: answers"], heard[f"{kind}: other speech"]
    assert _share(answers, lambda one: one.right) == pytest.approx(right, abs=APART)
    assert _share(answers, lambda one: one.taken and not one.right) == pytest.approx(wrong, abs=APART)
    assert _share(others, lambda one: one.taken) == pytest.approx(taken, abs=APART)


def test_the_card_has_the_size_of_the_model() -> None:
    megabytes = (ROOT / "data" / "model" / "am" / "final.mdl").stat().st_size / 1e6
    said = re.search(r"([\d.]+) MB, 0\.18 s", CARD.read_text(encoding="utf-8"))
    assert said and float(said[1]) == pytest.approx(megabytes, abs=0.1)
    assert sum(path.stat().st_size for path in CARD.parent.rglob("*") if path.is_file()) <= 15e6


def _card(question: str) -> tuple[float, ...]:
    """The shares of the row `question`: right, as another one, other speech taken."""
    line = next(line for line in CARD.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {question} |"))
    return tuple(float(share) / 100 for share in re.findall(r"([\d.]+) %", line))


def _share(row: Row, what: Callable[[Result], bool]) -> float:
    return row.count(what) / len(row.results)
