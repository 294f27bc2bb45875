"""A moment as a person writes it, in the time of the office."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from agi.editions.moments import NoMoment, moment

WIB = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 27, 6, 30, tzinfo=UTC)  # 13:30 WIB


@pytest.mark.parametrize(
    ("text", "day", "hour"),
    [
        ("14:00", 27, 7),
        ("14.00", 27, 7),
        (" 13:00 ", 28, 6),
        ("2026-11-30 06:00", 29, 23),
        ("2026-11-30T06:00", 29, 23),
    ],
)
def test_a_moment_is_the_office_s(text: str, day: int, hour: int) -> None:
    assert moment(text, WIB, NOW) == datetime(2026, 11, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "besok", "25:00", "14", "2026-13-01 06:00", "0001-01-01 00:00", "30-11-2026 06:00"]
)
def test_what_is_no_moment_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(NoMoment, match="2026-12-01 06:00"):
        moment(text, WIB, NOW)
