"""What callers met: calls now, and the figures of a day or more."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.books.events import WaitEnd
from agi.books.figures import Figures
from agi.books.tally import Fate, Wait
from agi.dialogue.menufile import read
from agi.dialogue.titles import titles
from agi.pages.shared.days import days
from agi.pages.shared.heard import heard, telephoned
from agi.pages.shared.render import render
from agi.pages.shared.site import Tab, site
from agi.pages.supervisor import live, words
from agi.pages.supervisor.charts import Bar, bars
from agi.voice.errors import VoiceError

_DAYS = {"": ("Hari ini", 1), "7": ("7 hari", 7), "30": ("30 hari", 30)}
_SEEN_S = 0.05
"""So long the page waits for what is seen of this very moment; a browser is told the rest as it comes."""
_FIRST_DAY = date(2020, 1, 1)
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
    Fate.OFF_DUTY: "Mencari petugas di luar jam petugas, lalu berakhir",
    Fate.EARLY: "Ditutup sebelum pertanyaan pertama (tidak dihitung)",
    Fate.GOING_ON: "Masih berlangsung (tidak dihitung)",
}


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the office from `first` on, as they are called on the page."""

    first: date
    days: int
    title: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many waited for an agent as long as `label` says, by how it ended."""

    label: str
    answered: int
    hung_up: int
    left: int


def today(request: Request) -> Response:
    """The page."""
    settings = site(request).settings
    period = _period(request, datetime.now(settings.zone).date())
    counted = days(request).of(period.first, period.days)
    figures = Figures.of(counted.tally)
    begun = _by_time(figures, period, settings.zone)
    confidence = [Bar(f"{one.tenth * 10} %", one.answers) for one in figures.confidence]
    waits = _waits(figures.waits)
    told: dict[str, Any] = {
        "period": period,
        "missing": counted.missing,
        "choice": request.query_params.get("hari", ""),
        "choices": _DAYS,
        **live.told(live.live(request).seen(_SEEN_S)),
        "figures": figures,
        "fates": [(FATES[fate], figures.fates.get(fate, 0)) for fate in Fate],
        "served": figures.served_share,
        "channels": words.CHANNELS,
        "begun": begun,
        "begun_drawn": bars("mulai", "Panggilan menurut waktu mulai", begun),
        "confidence_drawn": bars("yakin", "Jawaban lisan menurut keyakinan", confidence),
        "waits": waits,
        "answered_drawn": bars(
            "dijawab", "Lama menunggu sampai petugas menjawab", [Bar(one.label, one.answered) for one in waits]
        ),
        "unanswered_drawn": bars(
            "tanpa-jawaban", "Lama menunggu tanpa dijawab", [Bar(one.label, one.hung_up + one.left) for one in waits]
        ),
        "audible": clips.texts if (clips := heard(request).live()) else (),
        "titles": titles(read(settings.prompts / "menu.toml")),
    }
    return render(request, "supervisor/today.html", **told)


def sound(request: Request) -> Response:
    """A sentence as callers hear it now, without what stands in its places."""
    clips, key = heard(request).live(), request.path_params["key"]
    if clips is None or key not in clips.texts:
        raise HTTPException(404)
    try:
        files = [clips.file(piece) for piece in clips.pieces(key)]
    except VoiceError:
        raise HTTPException(404) from None
    if not files:
        raise HTTPException(404)
    return Response(telephoned(files), media_type="audio/wav", headers={"Cache-Control": "no-store"})


def _period(request: Request, today: date) -> Period:
    """What was chosen. Raises HTTPException for what no form of ours sends."""
    day, choice = request.query_params.get("tanggal", ""), request.query_params.get("hari", "")
    try:
        if day:
            first = date.fromisoformat(day)
            if not _FIRST_DAY <= first <= today + timedelta(1):
                raise ValueError(day)
            return Period(first, 1, day)
        title, length = _DAYS[choice]
        return Period(today - timedelta(length - 1), length, title)
    except (ValueError, KeyError):
        raise HTTPException(400) from None


def _by_time(figures: Figures, period: Period, zone: ZoneInfo) -> Sequence[Bar]:
    """Calls by hour of one day, or by day of more."""
    hours, dates = Counter[int](), Counter[date]()
    for at, calls in figures.begun.items():
        local = at.astimezone(zone)
        hours[local.hour] += calls
        dates[local.date()] += calls
    if period.days == 1:
        return [Bar(f"{hour:02d}", hours[hour]) for hour in range(24)]
    all_days = [period.first + timedelta(later) for later in range(period.days)]
    return [Bar(f"{day.day}/{day.month}", dates[day]) for day in all_days]


def _waits(waits: Mapping[Wait, int]) -> Sequence[Waiting]:
    """How many waited how long, and how that ended."""
    found, below = [], 0
    for step in (*_WAIT_STEPS_S, None):
        ends = Counter[str]()
        for wait, count in waits.items():
            if below <= wait.seconds and (step is None or wait.seconds < step):
                ends[wait.end] += count
        told = f"≥ {below} s" if step is None else f"< {step} s"
        found.append(Waiting(told, ends[WaitEnd.ANSWERED], ends[WaitEnd.HUNG_UP], ends[WaitEnd.LEFT]))
        below = step or below
    return found


ROUTES = (
    Route("/hari-ini", today, methods=["GET"]),
    Route("/hari-ini/kalimat/{key}", sound, methods=["GET"]),
)
TAB = Tab("/hari-ini", "Hari ini")
