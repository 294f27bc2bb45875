"""What callers met: calls now, and the figures of a day or more."""

import threading
import time as clock
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.books.figures import CallFigures, Fate, Figures, Now
from agi.dialogue.menufile import read
from agi.dialogue.titles import titles
from agi.ops.agents import AgentsError
from agi.ops.agents import listed as agents_listed
from agi.pages.shared.render import render
from agi.pages.shared.site import Tab, site
from agi.pages.supervisor.charts import Bar, bars

KEPT_S = 30.0
"""How long figures are shown before they are counted anew, in seconds."""
_MOST_KEPT = 32
_DAYS = {"": ("Hari ini", 1), "7": ("7 hari", 7), "30": ("30 hari", 30)}
_WAIT_STEPS_S = (10, 30, 60, 120, 300, 600)
FATES: dict[Fate, str] = {
    Fate.SERVED: "Terlayani",
    Fate.HANDED: "Diterima petugas",
    Fate.AGAIN: "Selesai, tetapi menelepon lagi dalam 24 jam",
    Fate.UNANSWERED: "Selesai tanpa satu pun pertanyaan terjawab",
    Fate.ABANDONED: "Ditutup penelepon setelah ditanya, atau di antrean",
    Fate.GAVE_UP: "Hotline menyerah",
    Fate.FAILED: "Gagal",
    Fate.LOCKED_OUT: "Terkunci",
    Fate.EARLY: "Ditutup sebelum pertanyaan pertama (tidak dihitung)",
    Fate.GOING_ON: "Masih berlangsung (tidak dihitung)",
}


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the office from `first` on, as they are called on the page."""

    first: date
    days: int
    title: str

    def moments(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its begin, and the begin of what comes after it, UTC."""
        first = datetime.combine(self.first, time(), zone)
        return first.astimezone(UTC), datetime.combine(self.first + timedelta(self.days), time(), zone).astimezone(UTC)


@dataclass(slots=True)
class _Kept:
    """Figures, until when (monotonic) they are shown; the lock lets one count for all who wait."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    until: float = 0.0
    figures: Figures | None = None


class Counted:
    """The figures of this process's pages: those of the same period are counted once for all who look.

    They are shown for KEPT_S, or longer where counting took long, so that no more than a hundredth of a core counts.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Period, _Kept] = {}

    def of(self, period: Period, count: Callable[[], Figures]) -> Figures:
        """Those of `period`, from `count` where they are too old. Raises what it raises."""
        with self._lock:
            if period not in self._kept and len(self._kept) >= _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            kept = self._kept.setdefault(period, _Kept())
        with kept.lock:
            begun = clock.monotonic()
            if kept.figures is None or begun > kept.until:
                kept.figures = count()
                ended = clock.monotonic()
                kept.until = ended + max(KEPT_S, 100 * (ended - begun))
            return kept.figures


def today(request: Request) -> Response:
    """The page."""
    settings = site(request).settings
    period = _period(request, datetime.now(settings.zone).date())
    with CallFigures(settings.calls_db) as reader:
        now = reader.now(datetime.now(UTC))
        figures = _counted(request).of(period, lambda: reader.figures(*period.moments(settings.zone)))
    begun = _by_time(figures, period, settings.zone)
    confidence = [Bar(f"{one.tenth * 10} %", one.answers) for one in figures.confidence]
    waits = _waits(figures.gave_up_waits_s)
    told: dict[str, Any] = {
        "period": period,
        "choices": _DAYS,
        "now": now,
        "agents": _agents(request),
        "figures": figures,
        "fates": [(FATES[fate], figures.fates.get(fate, 0)) for fate in Fate],
        "served": figures.served_share,
        "begun": begun,
        "begun_drawn": bars("mulai", "Panggilan menurut waktu mulai", begun),
        "confidence_drawn": bars("yakin", "Jawaban lisan menurut keyakinan", confidence),
        "waits": waits,
        "waits_drawn": bars("tunggu", "Lama menunggu sebelum menutup telepon", waits),
        "titles": titles(read(settings.prompts / "menu.toml")),
    }
    return render(request, "supervisor/today.html", **told)


def live(request: Request) -> Response:
    """The calls of this moment alone."""
    with CallFigures(site(request).settings.calls_db) as reader:
        now: Now = reader.now(datetime.now(UTC))
    return render(request, "supervisor/today.html", block="now", now=now, agents=_agents(request))


def _period(request: Request, today: date) -> Period:
    """What was chosen. Raises HTTPException for what no form of ours sends."""
    day, days = request.query_params.get("tanggal", ""), request.query_params.get("hari", "")
    try:
        if day:
            period = Period(date.fromisoformat(day), 1, day)
            period.moments(site(request).settings.zone)  # a day at the end of all days has no next
            return period
        title, length = _DAYS[days]
        return Period(today - timedelta(length - 1), length, title)
    except (ValueError, KeyError, OverflowError):
        raise HTTPException(400) from None


def _counted(request: Request) -> Counted:
    state = request.app.state
    if not hasattr(state, "figures"):
        state.figures = Counted()
    return cast("Counted", state.figures)


def _agents(request: Request) -> int | None:
    """How many agents there are; None where their file can't be read."""
    try:
        return len(agents_listed(site(request).settings))
    except (AgentsError, OSError):
        return None


def _by_time(figures: Figures, period: Period, zone: ZoneInfo) -> Sequence[Bar]:
    """Calls by hour of one day, or by day of more."""
    hours, days = Counter[int](), Counter[date]()
    for at, calls in figures.begun.items():
        local = at.astimezone(zone)
        hours[local.hour] += calls
        days[local.date()] += calls
    if period.days == 1:
        return [Bar(f"{hour:02d}", hours[hour]) for hour in range(24)]
    all_days = [period.first + timedelta(later) for later in range(period.days)]
    return [Bar(f"{day.day}/{day.month}", days[day]) for day in all_days]


def _waits(seconds: Sequence[float]) -> Sequence[Bar]:
    """How many waited how long."""
    found, below = [], 0.0
    for step in _WAIT_STEPS_S:
        found.append(Bar(f"< {step} s", sum(below <= one < step for one in seconds)))
        below = step
    return [*found, Bar(f"≥ {below:g} s", sum(one >= below for one in seconds))]


ROUTES = (Route("/hari-ini", today, methods=["GET"]), Route("/hari-ini/langsung", live, methods=["GET"]))
TAB = Tab("/hari-ini", "Hari ini")
