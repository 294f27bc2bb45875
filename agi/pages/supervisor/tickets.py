"""Complaints and wishes: what is due first, one with its message, and what the office does about it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from agi import privacy
from agi.books.contacts import masked
from agi.books.guesses import MemoryGuesses
from agi.books.numbers import region_name
from agi.books.ticket import AskedFor, Category, LifeEvent, Mark, Reason, RefusedBy, State, Ticket
from agi.books.tickets import TicketNotFound
from agi.office.life_events import late
from agi.office.limit import GuessLimit
from agi.office.office import tickets_of
from agi.office.tickets import ChangedMeanwhile, Tickets
from agi.pages.shared.render import done, render
from agi.pages.shared.site import Tab, site, visitor
from agi.pages.supervisor.safety import safety

PATH = "/tiket"
TAB = Tab(PATH, "Tiket")
MOST = 200
STATES: Mapping[State, str] = {
    State.OPEN: "baru",
    State.IN_WORK: "dikerjakan",
    State.ANSWERED: "dijawab",
    State.CLOSED: "selesai",
    State.DRAFT: "konsep",
}
CATEGORIES: Mapping[Category, str] = {
    Category.SERVICE: "pelayanan",
    Category.DATA: "data yang salah",
    Category.FEE: "permintaan uang",
    Category.WISH: "usul atau aspirasi",
    Category.EVENT: "peristiwa penting",
    Category.FRAUD: "penipuan",
}
EVENTS: Mapping[LifeEvent, str] = {
    LifeEvent.NONE: "",
    LifeEvent.BIRTH: "kelahiran",
    LifeEvent.DEATH: "kematian",
    LifeEvent.MARRIAGE: "perkawinan",
    LifeEvent.DIVORCE: "perceraian",
    LifeEvent.MOVE: "pindah",
}
ASKED_FOR: Mapping[AskedFor, str] = {
    AskedFor.NONE: "",
    AskedFor.CODE: "kode OTP atau PIN",
    AskedFor.MONEY: "uang",
    AskedFor.LINK: "membuka tautan atau memasang aplikasi",
    AskedFor.DATA: "data diri",
}
MARKS: Mapping[Mark, str] = {
    Mark.NONE: "",
    Mark.SILENT: "tidak ada suara",
    Mark.SHORT: "terlalu pendek",
    Mark.LEFT: "penelepon pergi sebelum mengirim",
    Mark.LOST: "penyimpanan penuh",
}
REASONS: Mapping[Reason, str] = {
    Reason.NONE: "",
    Reason.DOUBLE: "data ganda: jadikan satu",
    Reason.STALE: "aktif di sini, tidak ditemukan di lembaga: konsolidasikan",
    Reason.UNPROVED: "NIK dan nomor KK tidak pernah cocok: periksa apakah tercatat",
}
REFUSED_BY: Mapping[RefusedBy, str] = {
    RefusedBy.NONE: "",
    RefusedBy.BANK: "bank",
    RefusedBy.BPJS: "BPJS",
    RefusedBy.PHONE: "operator telepon",
    RefusedBy.OTHER: "lembaga lain",
}
_LONGEST = 4000
_WORDS: Mapping[str, Any] = {
    "states": STATES,
    "categories": CATEGORIES,
    "marks": MARKS,
    "events": EVENTS,
    "asked_for": ASKED_FOR,
    "masked": masked,
    "reasons": REASONS,
    "refused_by": REFUSED_BY,
}


def listed(request: Request) -> Response:
    """Those to be dealt with, or those in one state; what is due first first."""
    wanted, book = request.query_params.get("keadaan", ""), office_tickets(request)
    if wanted and wanted not in STATES:
        raise HTTPException(404)
    states = [State(wanted)] if wanted else [one for one in State if one not in (State.CLOSED, State.ANSWERED)]
    found = book.book.tickets(states, MOST)
    late = {ticket.id for ticket in found if book.overdue(ticket)}
    return render(request, "supervisor/tickets.html", found=found, late=late, wanted=wanted, most=MOST, **_WORDS)


def shown(request: Request) -> Response:
    """One ticket."""
    ticket = _ticket(request)
    site(request).audit.add(visitor(request).name, "tiket.lihat", ticket.id)
    return _page(request, ticket)


def sound(request: Request) -> Response:
    """Its message, as it was recorded."""
    ticket = _ticket(request)
    path = office_tickets(request).messages.path(ticket.id)
    if not path.is_file():
        raise HTTPException(404)
    if request.headers.get("range", "bytes=0-").startswith("bytes=0-"):  # a browser asks for the rest by itself
        site(request).audit.add(visitor(request).name, "tiket.dengar", ticket.id)
    return FileResponse(path, media_type="audio/wav", headers={"Cache-Control": "no-store"})


def number(request: Request) -> Response:
    """The number to call, to whom asks for it."""
    ticket = _ticket(request)
    site(request).audit.add(visitor(request).name, "tiket.nomor", ticket.id)
    return _page(request, ticket, callback=ticket.callback)


def suspect(request: Request) -> Response:
    """The number that a fraud came from, to whom asks for it."""
    ticket = _ticket(request)
    site(request).audit.add(visitor(request).name, "tiket.nomor_penipu", ticket.id)
    return _page(request, ticket, suspect=ticket.suspect)


def called(request: Request) -> Response:
    """Write down that its citizen is called now: who asks the hotline whether it was us is told so for a day."""
    ticket = _ticket(request)
    if not ticket.callback:
        raise HTTPException(409)
    safety(request).called(ticket.callback, ticket.number)
    site(request).audit.add(visitor(request).name, "tiket.telepon", ticket.id)
    return done(request, f"{PATH}/{ticket.id}", "Dicatat: siapa pun di nomor itu yang bertanya, tahu bahwa ini kami.")


def nik(request: Request) -> Response:
    """Whom it is about, to whom asks for it."""
    ticket = _ticket(request)
    site(request).audit.add(visitor(request).name, "tiket.nik", ticket.id)
    try:
        return _page(request, ticket, nik=office_tickets(request).nik_of(ticket))
    except privacy.BadKey:
        told = "NIK tiket ini disimpan dengan kunci lain dan tidak bisa dibuka."
        return _page(request, ticket, wrong=told, status=409)


async def save(request: Request) -> Response:
    """Change it: category, state, answer; and note something."""
    form = {name: str(value).strip() for name, value in (await request.form()).items()}
    return await run_in_threadpool(_save, request, form)


def _save(request: Request, form: Mapping[str, str]) -> Response:
    seen = _ticket(request)
    try:
        category, state = Category(form.get("kategori", "")), State(form.get("keadaan", ""))
        looked_at = datetime.fromisoformat(form.get("dilihat", ""))
    except ValueError:
        raise HTTPException(400) from None
    answer, note = form.get("jawaban", "")[:_LONGEST], form.get("catatan", "")[:_LONGEST]
    wrong = ""
    if state is State.DRAFT and seen.state is not State.DRAFT:
        wrong = "Tiket yang sudah diterima tidak bisa menjadi konsep lagi."
    elif state is State.ANSWERED and not answer:
        wrong = "Tulis jawabannya, sebelum tiket ditandai sudah dijawab."
    if wrong:
        return _page(request, seen, form=form, wrong=wrong, status=422)

    def changed(ticket: Ticket) -> Ticket:
        return replace(ticket, category=category, state=state, answer=answer)

    try:
        office_tickets(request).edit(replace(seen, changed=looked_at), changed, visitor(request).name, note)
    except ChangedMeanwhile:
        told = "Tiket ini sudah diubah orang lain. Periksa isinya di bawah, lalu simpan lagi."
        return _page(request, seen, form=form, wrong=told, status=409)
    parts = (f"keadaan {STATES[state]}", f"kategori {CATEGORIES[category]}", "dengan catatan" if note else "")
    site(request).audit.add(visitor(request).name, "tiket.ubah", seen.id, ", ".join(filter(None, parts)))
    return done(request, f"{PATH}/{seen.id}", "Tiket disimpan.")


def _page(
    request: Request,
    ticket: Ticket,
    *,
    callback: str = "",
    suspect: str = "",
    nik: str = "",
    form: Mapping[str, str] | None = None,
    wrong: str = "",
    status: int = 200,
) -> Response:
    here = office_tickets(request)
    return render(
        request,
        "supervisor/ticket.html",
        status=status,
        ticket=ticket,
        notes=here.book.notes(ticket.id),
        late=here.overdue(ticket),
        audible=here.messages.path(ticket.id).is_file(),
        callback=callback,
        event_late=ticket.event_day is not None and late(ticket.event, ticket.event_day, here.day_of(ticket)),
        place=region_name(ticket.region) if ticket.region else "",
        suspect=suspect,
        nik=nik,
        form=form or {},
        wrong=wrong,
        **_WORDS,
    )


def _ticket(request: Request) -> Ticket:
    try:
        return office_tickets(request).book.ticket(request.path_params["ticket"])
    except TicketNotFound:
        raise HTTPException(404) from None


def office_tickets(request: Request) -> Tickets:
    """Those of this process, opened once: each book has threads of its own."""
    state = request.app.state
    if not hasattr(state, "tickets"):
        settings = site(request).settings
        limit = GuessLimit(MemoryGuesses(), settings.lockout)
        state.tickets = tickets_of(settings, limit, privacy.hash_key(settings.var))
    return cast("Tickets", state.tickets)


ROUTES = (
    Route(PATH, listed, methods=["GET"]),
    Route(f"{PATH}/{{ticket:str}}", shown, methods=["GET"]),
    Route(f"{PATH}/{{ticket:str}}", save, methods=["POST"]),
    Route(f"{PATH}/{{ticket:str}}/suara", sound, methods=["GET"]),
    Route(f"{PATH}/{{ticket:str}}/nomor", number, methods=["POST"]),
    Route(f"{PATH}/{{ticket:str}}/penipu", suspect, methods=["POST"]),
    Route(f"{PATH}/{{ticket:str}}/telepon", called, methods=["POST"]),
    Route(f"{PATH}/{{ticket:str}}/nik", nik, methods=["POST"]),
)
