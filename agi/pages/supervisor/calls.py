"""Calls: found, and taken along as a table."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi import privacy
from agi.books.calls_table import write_csv, write_xlsx
from agi.books.events import Outcome
from agi.books.search import CallSearch, Wanted, hashes_of
from agi.dialogue.menufile import read
from agi.dialogue.titles import titles
from agi.pages.shared.render import render
from agi.pages.shared.site import Tab, site, visitor
from agi.pages.supervisor import words

PAGE = 50
MOST_TAKEN = 5000
"""Calls in one table to take along; the newest come first."""
_LAST = re.compile(r"[0-9]{3,4}")
_STEP = re.compile(r"[a-z0-9_.-]{1,60}", re.I)
_FAR = 2000  # pages back; older ones are found by date


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed into the form that may stand in an address."""

    since: str = ""
    until: str = ""
    outcome: str = ""
    step: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Asked":
        """From the fields of the form."""
        return cls(*(str(given.get(name, ""))[:60].strip() for name in ("dari", "sampai", "hasil", "langkah")))

    def query(self, page: int = 0) -> str:
        """As the end of an address."""
        fields = {"dari": self.since, "sampai": self.until, "hasil": self.outcome, "langkah": self.step}
        told = {name: value for name, value in fields.items() if value}
        return urlencode({**told, **({"halaman": page} if page > 1 else {})})


def listed(request: Request) -> Response:
    """The newest calls, or those that were looked for."""
    given = request.query_params
    page = int(given["halaman"]) if re.fullmatch("[0-9]{1,4}", given.get("halaman", "")) else 1
    asked = Asked.of(given)
    return _shown(request, asked, _wanted(request, asked), min(max(page, 1), _FAR))


async def looked_up(request: Request) -> Response:
    """The newest calls of a number or its last digits, which stand in no address."""
    number = str((await request.form()).get("nomor", ""))[:40].strip()
    return await run_in_threadpool(_of_number, request, number)


def _of_number(request: Request, number: str) -> Response:
    wanted = _by_number(request, number)
    if wanted is None:
        wrong = "Tulis 3 atau 4 angka terakhir, atau seluruh nomor (paling sedikit 8 angka)."
        return _shown(request, Asked(), Wanted(), 1, wrong=wrong, status=422)
    site(request).audit.add(visitor(request).name, "panggilan.cari", detail=_told(wanted))
    return _shown(request, Asked(), wanted, 1, by_number=True)


async def taken(request: Request) -> Response:
    """The calls that fit, as a table: CSV or a sheet."""
    form = await request.form()
    given = {name: str(value) for name, value in form.items()}
    return await run_in_threadpool(_taken, request, given)


def _taken(request: Request, given: Mapping[str, str]) -> Response:
    settings = site(request).settings
    wanted = _by_number(request, given["nomor"].strip()) if "nomor" in given else _wanted(request, Asked.of(given))
    sheet = given.get("bentuk") == "xlsx"
    if wanted is None:
        raise HTTPException(422)
    with CallSearch(settings.calls_db) as reader:
        told = [(call, reader.course(call)) for call in reader.found(wanted, MOST_TAKEN)]
    site(request).audit.add(
        visitor(request).name, "panggilan.unduh", detail=f"{len(told)} panggilan, {_told(wanted) or 'semua'}"
    )
    name = f"panggilan-{datetime.now(settings.zone):%Y-%m-%d}.{'xlsx' if sheet else 'csv'}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    if sheet:
        workbook = io.BytesIO()
        write_xlsx(workbook, told, settings.zone)
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return Response(workbook.getvalue(), media_type=kind, headers=headers)
    text = io.StringIO()
    write_csv(text, told, settings.zone)
    return Response(f"\ufeff{text.getvalue()}", media_type="text/csv; charset=utf-8", headers=headers)


def _shown(
    request: Request,
    asked: Asked,
    wanted: Wanted,
    page: int,
    *,
    by_number: bool = False,
    wrong: str = "",
    status: int = 200,
) -> Response:
    settings = site(request).settings
    with CallSearch(settings.calls_db) as reader:
        found = reader.found(wanted, PAGE + 1, (page - 1) * PAGE)
    told: dict[str, Any] = {
        "calls": found[:PAGE],
        "asked": asked,
        "page": page,
        "newer": asked.query(page - 1) if page > 1 else None,
        "older": asked.query(page + 1) if len(found) > PAGE and not by_number else None,
        "cut": by_number and len(found) > PAGE,
        "by_number": by_number,
        "wrong": wrong,
        "outcomes": {outcome: words.OUTCOMES[outcome] for outcome in Outcome},
        "all_outcomes": words.OUTCOMES,
        "bad": words.BAD,
        "titles": titles(read(settings.prompts / "menu.toml")),
        "most": MOST_TAKEN,
    }
    return render(request, "supervisor/calls.html", status=status, **told)


def _wanted(request: Request, asked: Asked) -> Wanted:
    """What was asked for. Raises HTTPException for what no form of ours sends."""
    zone = site(request).settings.zone

    def begin(day: str, later: int) -> datetime | None:
        if not day:
            return None
        return datetime.combine(date.fromisoformat(day) + timedelta(later), time(), zone).astimezone(UTC)

    try:
        wanted = Wanted(begin(asked.since, 0), begin(asked.until, 1))
        wanted = replace(wanted, outcome=Outcome(asked.outcome) if asked.outcome else None)
    except (ValueError, OverflowError):
        raise HTTPException(400) from None
    return replace(wanted, step=asked.step) if not asked.step or _STEP.fullmatch(asked.step) else wanted


def _by_number(request: Request, number: str) -> Wanted | None:
    """The calls of `number` or of its last digits; None where it is neither."""
    if _LAST.fullmatch(number):
        return Wanted(ends=number)
    hashes = hashes_of(privacy.hash_key(site(request).settings.var), number)
    return Wanted(hashes=hashes) if hashes and sum(map(str.isdigit, number)) >= 8 else None


def _told(wanted: Wanted) -> str:
    """What narrowed the calls, for the audit: never a number."""
    parts = (
        f"dari {wanted.since:%Y-%m-%d %H:%M} UTC" if wanted.since else "",
        f"sampai {wanted.until:%Y-%m-%d %H:%M} UTC" if wanted.until else "",
        f"hasil {wanted.outcome}" if wanted.outcome else "",
        f"langkah {wanted.step}" if wanted.step else "",
        "dengan angka terakhir" if wanted.ends else "",
        "dengan nomor" if wanted.hashes else "",
    )
    return ", ".join(filter(None, parts))


ROUTES = (
    Route("/panggilan", listed, methods=["GET"]),
    Route("/panggilan", looked_up, methods=["POST"]),
    Route("/panggilan/unduh", taken, methods=["POST"]),
)
TAB = Tab("/panggilan", "Panggilan")
