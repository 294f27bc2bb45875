"""Agents: who they are, whose account each is, and the password of each telephone. No file is edited.

Who the agents are stands in data/agents.toml, which the pages may not write: they order it (agi/ops/orders.py).
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import segno
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.books.accounts import Role
from agi.books.desks import Desks, DeskTaken, What
from agi.errors import HotlineError
from agi.ops import agents, configure
from agi.ops.ready import dialled
from agi.pages.shared.render import done, render, safe
from agi.pages.shared.site import site, visitor

PATH = "/akun/petugas"
_DONE_S = 3.0
"""How long is waited for an order: it is carried out within a second where the hotline runs."""
_POLL_S = 0.1


def show(request: Request) -> Response:
    """All agents."""
    return _shown(request)


def _shown(request: Request, *, wrong: str = "", told: configure.Account | None = None, status: int = 200) -> Response:
    here = site(request)
    owners = {number: account for account, number in _desks(request).all().items()}
    server = f"{dialled(here.settings.telephony.listen)}:{here.settings.telephony.sip_port}"
    words = f"Nama: {told.name}\nKata sandi: {told.password}\nServer: {server}\nTransport: UDP" if told else ""
    drawn = segno.make(words, micro=False).svg_inline(scale=4, border=2, svgclass="qr", lineclass=None) if told else ""
    return render(
        request,
        "admin/agents.html",
        status=status,
        agents=agents.listed(here.settings),
        owners=owners,
        accounts=[one.name for one in here.accounts.accounts() if one.role is Role.AGENT and not one.disabled],
        wrong=wrong,
        told=told,
        server=server,
        picture=safe(drawn),
    )


async def change(request: Request) -> Response:
    """Add or remove an agent, say whose account one is, or show the password of the telephone."""
    form = {name: str(value).strip() for name, value in (await request.form()).items()}
    return await run_in_threadpool(_change, request, form.get("apa", ""), form.get("nomor", ""), form)


def _change(request: Request, what: str, number: str, form: dict[str, str]) -> Response:
    here, by = site(request), visitor(request).name
    try:
        if what == "tambah":
            name = form.get("nama") or f"Petugas {number}"
            agents.checked(here.settings, number, name)
            told = _ordered(request, What.ADD, number, name, lambda: agents.Agent(number, name) in _listed(request))
            here.audit.add(by, "petugas.tambah", number, name)
            return done(request, PATH, told)
        if number not in [one.number for one in _listed(request)]:
            raise HTTPException(404)
        if what == "hapus":
            told = _ordered(
                request, What.REMOVE, number, "", lambda: number not in [one.number for one in _listed(request)]
            )
            _desks(request).free(number)
            here.audit.add(by, "petugas.hapus", number)
            return done(request, PATH, told)
        if what == "akun":
            return _give(request, number, form.get("akun", ""))
        if what == "sandi":
            here.audit.add(by, "petugas.sandi", number)
            held = configure.known_account(here.settings.var, number)
            wrong = "" if held else "Kata sandi belum dibuat: mulai hotline (hotline up), lalu coba lagi."
            return _shown(request, wrong=wrong, told=held, status=409 if wrong else 200)
    except agents.AgentsError:
        wrong = "Nomor petugas: 3 sampai 6 angka, bukan 0 di depan, bukan nomor hotline. Nama: huruf, angka, spasi."
        return _shown(request, wrong=wrong, status=422)
    raise HTTPException(400)


def _give(request: Request, number: str, account: str) -> Response:
    here = site(request)
    found = here.accounts.account(account) if account else None
    if account and (found is None or found.role is not Role.AGENT):
        raise HTTPException(400)
    _desks(request).free(number)
    if account:
        try:
            _desks(request).give(account, number)
        except DeskTaken as error:
            return _shown(request, wrong=str(error), status=409)
    here.audit.add(visitor(request).name, "petugas.akun", number, account)
    return done(request, PATH, f"Petugas {number}: {f'akun {account}' if account else 'tanpa akun'}.")


def _ordered(request: Request, what: What, number: str, detail: str, is_done: Callable[[], bool]) -> str:
    """Order it, and wait a moment until it `is_done`; what is told of it."""
    _desks(request).order(what, number, detail, datetime.now(UTC))
    until = time.monotonic() + _DONE_S
    while time.monotonic() < until:
        if is_done():
            return f"Petugas {number} {'ditambahkan' if what is What.ADD else 'dihapus'}; langsung berlaku."
        time.sleep(_POLL_S)
    return (
        f"Perubahan petugas {number} belum dijalankan. Apakah hotline berjalan? Muat ulang halaman ini sebentar lagi."
    )


def _listed(request: Request) -> tuple[agents.Agent, ...]:
    try:
        return agents.listed(site(request).settings)
    except HotlineError:  # being written
        return ()


def _desks(request: Request) -> Desks:
    return Desks(site(request).settings.pages_db)


ROUTES = (
    Route(PATH, show, methods=["GET"]),
    Route(PATH, change, methods=["POST"]),
)
