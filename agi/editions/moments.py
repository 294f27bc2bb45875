"""A moment as a person writes it, in the time of the office."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from agi.errors import HotlineError

_TIME = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})")
_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")


class NoMoment(HotlineError):
    """What was written is no moment; the message shows how one is written."""


def moment(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The moment `text` in UTC: "14:00" is the next time that the clock of `zone` shows it, else with its date,
    "2026-12-01 06:00" (a form in a browser writes a T between them). Raises NoMoment.
    """
    text = text.strip()
    try:
        if found := _TIME.fullmatch(text):
            here = now.astimezone(zone)
            at = here.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
            return (at if at > here else at + timedelta(days=1)).astimezone(UTC)
        form = _FORMS["T" in text]
        return datetime.strptime(text.replace(".", ":"), form).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NoMoment(f"“{text}” bukan waktu: tulis 14:00, atau dengan tanggal, 2026-12-01 06:00.") from None
