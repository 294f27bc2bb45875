"""Working days of an office, by which the law counts (UU 25/2009; Perpres 95/2018 for complaints)."""

from collections.abc import Collection
from datetime import date, timedelta

_SATURDAY = 5


def working_days_after(day: date, count: int, holidays: Collection[date]) -> date:
    """The `count`th working day after `day`, which itself does not count: Monday to Friday, no holiday."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < _SATURDAY and day not in holidays
    return day
