"""The survey of satisfaction (SKM): whom it asks what, and the index, as PermenPANRB 14/2017 has it computed."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from agi.books.errors import BookError
from agi.books.ports import EarlierContacts
from agi.books.survey import GRADES, Element, Rating
from agi.office.counting import Visitor
from agi.settings.tables import Survey as SurveySettings

_WEIGHT = 1 / len(Element)
_TO_HUNDRED = 25
_CHI, _HALF, _ERROR = 3.841, 0.5, 0.05
"""Of Krejcie and Morgan's table in the regulation: chi-squared for one degree of freedom at 95 %, P and d."""


class Quality(StrEnum):
    """The quality of a service; the regulation's words for it stand with whoever shows it."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


_LEAST = ((88.31, Quality.A), (76.61, Quality.B), (65.0, Quality.C))
"""From which index on (rounded to hundredths) a quality is reached; below is D. PermenPANRB 14/2017, table II."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Whom to ask about what. `log` knows who was asked before; None: nobody was. Any thread may ask."""

    settings: SurveySettings
    log: EarlierContacts | None
    clock: Callable[[], datetime]
    pick: Callable[[Sequence[Element]], Element] = secrets.choice

    def question(self, visitor: Visitor) -> Element | None:
        """The one element to ask this visitor about; None: nothing is asked.

        Nobody is asked twice within `survey.days`, so that those who withhold their number, who can't be known again,
        are not asked at all. Where the book can't tell in time, the caller is spared.
        """
        if not self.settings.enabled or not visitor.number:
            return None
        since = self.clock() - timedelta(days=self.settings.days)
        try:
            if self.log is not None and self.log.surveyed(visitor.number, since):
                return None
        except BookError:
            return None
        return self.pick(tuple(Element))


@dataclass(frozen=True, slots=True)
class Score:
    """How an element was rated: how many times with each grade, 1 to 4."""

    element: Element
    grades: tuple[int, ...]

    @property
    def answers(self) -> int:
        """All ratings of it."""
        return sum(self.grades)

    @property
    def mean(self) -> float | None:
        """NRR, the mean grade; None without any."""
        total = sum(grade * count for grade, count in zip(GRADES, self.grades, strict=True))
        return total / self.answers if self.answers else None

    @property
    def weighted(self) -> float | None:
        """NRR tertimbang: the mean by the weight of one element of nine."""
        return None if self.mean is None else self.mean * _WEIGHT


@dataclass(frozen=True, slots=True)
class Index:
    """The scores of all elements; `least` ratings each must have before they are told as an index."""

    scores: tuple[Score, ...]
    least: int

    @classmethod
    def of(cls, ratings: Mapping[Rating, int], least: int) -> "Index":
        """What so many ratings make."""

        def score(element: Element) -> Score:
            return Score(element, tuple(ratings.get(Rating(element, grade), 0) for grade in GRADES))

        return cls(tuple(map(score, Element)), least)

    @property
    def answers(self) -> int:
        """All ratings."""
        return sum(score.answers for score in self.scores)

    @property
    def enough(self) -> bool:
        """Whether every element has been rated often enough."""
        return all(score.answers >= self.least for score in self.scores)

    @property
    def value(self) -> float | None:
        """IKM, 25 to 100, to hundredths; None where it is not enough."""
        weighted = [score.weighted or 0.0 for score in self.scores]
        return round(sum(weighted) * _TO_HUNDRED, 2) if self.enough else None

    @property
    def quality(self) -> Quality | None:
        """The quality by the index; None where it is not enough."""
        return None if self.value is None else quality(self.value)


def quality(index: float) -> Quality:
    """The quality of an index of 25 to 100, rounded to hundredths."""
    return next((reached for least, reached in _LEAST if index >= least), Quality.D)


def sample(population: int) -> int:
    """How many respondents the regulation asks for, of so many who were served (Krejcie and Morgan)."""
    spread = _CHI * _HALF * _HALF
    return round(spread * population / (_ERROR**2 * (population - 1) + spread)) if population else 0
