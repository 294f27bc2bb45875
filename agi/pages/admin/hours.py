"""When agents are on duty: the week, holidays, days of the office's own."""

from collections.abc import Callable
from datetime import date, datetime

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.books.holidays import due, shipped
from agi.books.hours import WEEKDAYS, HoursBook, HoursError, OwnHours, Spans, spans, special, written
from agi.office.hours import Hours
from agi.pages.shared.render import done, render
from agi.pages.shared.site import Tab, site, visitor

PATH = "/jam"
TAB = Tab(PATH, "Jam petugas")
_PROPOSED = OwnHours((spans("08:00-16:00"),) * 5 + ((),) * 2)
"""What the form holds while nothing is set."""


def show(request: Request) -> Response:
    """What holds now, and the forms."""
    return _page(request)


async def save_week(request: Request) -> Response:
    """Set the hours of all weekdays."""
    form = {name: str(value) for name, value in (await request.form()).items()}

    def save() -> Response:
        book = _book(request)
        try:
            week = tuple(_named(name, form.get(name, "")) for name in WEEKDAYS)
            own = book.read() or OwnHours()
        except HoursError as wrong:
            return _page(request, form=form, wrong=str(wrong))
        book.write(OwnHours(week, own.days))
        told = "; ".join(f"{name} {written(one)}" for name, one in zip(WEEKDAYS, week, strict=True))
        site(request).audit.add(visitor(request).name, "jam.ubah", detail=told)
        return done(request, PATH, "Jam petugas disimpan dan langsung berlaku.")

    return await run_in_threadpool(save)


async def save_day(request: Request) -> Response:
    """Set a day that differs."""
    form = {name: str(value) for name, value in (await request.form()).items()}

    def change(own: OwnHours) -> tuple[OwnHours, str, str]:
        day, told = _day(form.get("tanggal", "")), special(form.get("nama", ""), form.get("jam", ""))
        return own.with_day(day, told), day.isoformat(), f"{told.name}: {written(told.hours)}"

    return await run_in_threadpool(_change, request, "jam.hari", change, form)


async def remove_day(request: Request) -> Response:
    """Let a day be as the calendar has it."""
    form = {name: str(value) for name, value in (await request.form()).items()}

    def change(own: OwnHours) -> tuple[OwnHours, str, str]:
        day = _day(form.get("tanggal", ""))
        return own.with_day(day, None), day.isoformat(), ""

    return await run_in_threadpool(_change, request, "jam.hari.hapus", change, form)


def clear(request: Request) -> Response:
    """Forget all that was set."""
    _book(request).clear()
    site(request).audit.add(visitor(request).name, "jam.hapus")
    return done(request, PATH, "Jam petugas dihapus: penelepon diteruskan ke antrean kapan saja.")


def _change(
    request: Request, what: str, change: Callable[[OwnHours], tuple[OwnHours, str, str]], form: dict[str, str]
) -> Response:
    book = _book(request)
    try:
        own = book.read()
        if own is None:
            raise HoursError("Simpan dulu jam mingguan: tanpa itu hari khusus tidak berarti.")
        changed, subject, detail = change(own)
    except HoursError as wrong:
        return _page(request, form=form, wrong=str(wrong))
    book.write(changed)
    site(request).audit.add(visitor(request).name, what, subject, detail)
    return done(request, PATH, "Disimpan dan langsung berlaku.")


def _page(request: Request, *, form: dict[str, str] | None = None, wrong: str = "") -> Response:
    settings = site(request).settings
    now = datetime.now(settings.zone)
    year = _year(request, now.year)
    try:
        own = _book(request).read()
    except HoursError as unreadable:
        own, wrong = None, wrong or str(unreadable)
    hours = Hours(own or _PROPOSED)
    given = form or {}
    return render(
        request,
        "admin/hours.html",
        status=422 if form is not None else 200,
        wrong=wrong,
        is_set=own is not None,
        off=hours.off_duty(now) if own else None,
        week=[(name, given.get(name, written(told))) for name, told in zip(WEEKDAYS, hours.own.week, strict=True)],
        given=given,
        year=year,
        days=[(one, written(one.hours)) for one in hours.special(year)],
        known=next((one for one in shipped() if one.year == year), None),
        own_days=own.days if own else {},
        due=due(now.date()),
    )


def _year(request: Request, this: int) -> int:
    told = request.query_params.get("tahun", "")
    if told and not (told.isascii() and told.isdigit() and 2020 <= int(told[:5]) <= this + 5):
        raise HTTPException(400)
    return int(told) if told else this


def _named(name: str, text: str) -> Spans:
    """The hours of the weekday `name`. Raises HoursError, which names it."""
    try:
        return spans(text)
    except HoursError as wrong:
        raise HoursError(f"{name.capitalize()}: {wrong}") from wrong


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise HoursError("Pilih satu tanggal.") from None


def _book(request: Request) -> HoursBook:
    return HoursBook(site(request).settings.hours_file)


ROUTES = (
    Route(PATH, show, methods=["GET"]),
    Route(PATH, save_week, methods=["POST"]),
    Route(f"{PATH}/hari", save_day, methods=["POST"]),
    Route(f"{PATH}/hari/hapus", remove_day, methods=["POST"]),
    Route(f"{PATH}/hapus", clear, methods=["POST"]),
)
