"""The survey of satisfaction as it stands in call records: which element was asked about, and how it was rated."""

from enum import StrEnum
from typing import NamedTuple


class Element(StrEnum):
    """The nine elements of PermenPANRB 14/2017, in its order."""

    REQUIREMENTS = "requirements"
    PROCEDURE = "procedure"
    TIME = "time"
    COST = "cost"
    PRODUCT = "product"
    COMPETENCE = "competence"
    BEHAVIOUR = "behaviour"
    COMPLAINTS = "complaints"
    FACILITIES = "facilities"


GRADES = range(1, 5)
"""From 1, not good, to 4, very good."""


class Rating(NamedTuple):
    """What a caller has said of an element."""

    element: Element
    grade: int

    def __str__(self) -> str:
        return f"{self.element} {self.grade}"

    @classmethod
    def of(cls, text: str) -> "Rating | None":
        """The rating that is written so; None for what is none."""
        element, _, grade = text.partition(" ")
        try:
            found = cls(Element(element), int(grade))
        except ValueError:
            return None
        return found if found.grade in GRADES else None
