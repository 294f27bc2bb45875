"""The index of satisfaction, as PermenPANRB 14/2017 has it computed."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi.books.survey import GRADES, Element, Rating
from agi.office.survey import Index, Quality, quality, sample

COUNTS = st.fixed_dictionaries({element: st.tuples(*[st.integers(0, 50)] * 4).filter(any) for element in Element})


def ratings(grades: dict[Element, tuple[int, ...]]) -> Counter[Rating]:
    found = Counter[Rating]()
    for element, counts in grades.items():
        found.update({Rating(element, grade): count for grade, count in zip(GRADES, counts, strict=True)})
    return found


def test_an_example_by_hand() -> None:
    grades = dict.fromkeys(Element, (0, 0, 20, 10))  # a mean of 3.333
    grades[Element.TIME] = (10, 10, 10, 0)  # and of 2
    index = Index.of(ratings(grades), least=30)
    assert index.scores[2].mean == 2
    assert index.scores[0].weighted == pytest.approx(0.3704, abs=1e-4)
    assert index.value == 79.63  # (8 × 3.3333 + 2) / 9 × 25
    assert index.quality is Quality.B
    assert index.answers == 270


def test_one_answer_too_few_to_one_element_and_no_index_is_told() -> None:
    grades = dict.fromkeys(Element, (0, 0, 0, 30))
    assert Index.of(ratings(grades), 30).value == 100
    grades[Element.COST] = (0, 0, 0, 29)
    index = Index.of(ratings(grades), 30)
    assert (index.enough, index.value, index.quality) == (False, None, None)
    assert Index.of({}, 30).scores[0].mean is None


@given(COUNTS)
def test_it_lies_between_25_and_100_and_is_the_mean_of_the_means(grades: dict[Element, tuple[int, ...]]) -> None:
    index = Index.of(ratings(grades), least=1)
    assert index.value is not None
    assert 25 <= index.value <= 100
    means = [score.mean or 0 for score in index.scores]
    assert index.value == pytest.approx(sum(means) / 9 * 25, abs=0.01)


@pytest.mark.parametrize(
    ("index", "found"),
    [
        (25.0, Quality.D), (64.99, Quality.D), (65.0, Quality.C), (76.6, Quality.C), (76.61, Quality.B),
        (88.3, Quality.B), (88.31, Quality.A), (100.0, Quality.A),
    ],
)  # fmt: skip
def test_the_bounds_of_quality_are_the_regulations(index: float, found: Quality) -> None:
    assert quality(index) is found


@pytest.mark.parametrize(
    ("population", "respondents"),
    [(0, 0), (10, 10), (100, 80), (500, 217), (1000, 278), (10_000, 370), (1_000_000, 384)],
)
def test_the_sample_is_that_of_krejcie_and_morgan(population: int, respondents: int) -> None:
    assert sample(population) == respondents


def test_a_rating_is_read_as_it_is_written_and_nothing_else_is() -> None:
    for element in Element:
        for grade in GRADES:
            assert Rating.of(str(Rating(element, grade))) == Rating(element, grade)
    for text in ("", "time", "time 5", "time 0", "time x", "other 3"):
        assert Rating.of(text) is None
