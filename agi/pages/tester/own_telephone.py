"""A telephone of the tester's own (Linphone, Zoiper, any for SIP): its account, with a password that is shown once."""

import secrets
from dataclasses import dataclass
from typing import cast

import segno
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from agi.ops import telephones
from agi.ops.ready import dialled
from agi.pages.shared.once import Once
from agi.pages.shared.render import done, render, safe
from agi.pages.shared.site import site, visitor
from agi.settings import Settings

PATH = "/telepon/sendiri"
FETCHED = "/telepon/atur/"
"""Where Linphone fetches its settings, once, by a link that it reads from a picture."""
KEPT_S = 600.0
"""How long such a link is good for."""
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
_LENGTH = 14  # 69 bits, and typed by thumb


@dataclass(frozen=True, slots=True)
class Account:
    """What a telephone is told, to sign in."""

    name: str
    password: str
    server: str

    def told(self) -> str:
        """As text that is copied from a picture."""
        return f"Nama: {self.name}\nKata sandi: {self.password}\nServer: {self.server}\nTransport: UDP"


def show(request: Request) -> Response:
    """The account, and whether it has a password."""
    return _shown(request)


def _shown(request: Request, account: Account | None = None) -> Response:
    here, found = site(request), visitor(request)
    settings = here.settings
    link = ""
    if account is not None and settings.pages.listen != "127.0.0.1":
        link = f"{request.base_url}{FETCHED.removeprefix('/')}{_fetched(request).put(found.name, account)}"
    drawn = segno.make(link or account.told(), micro=False) if account else None
    picture = drawn.svg_inline(scale=4, border=2, svgclass="qr", lineclass=None) if drawn else ""
    return render(
        request,
        "tester/own_telephone.html",
        name=f"{telephones.PREFIX}{found.name}",
        server=_server(settings),
        number=settings.telephony.number,
        account=account,
        link=bool(link),
        picture=safe(picture),
        has=any(one.owner == found.name for one in here.accounts.telephones()),
        alone=settings.telephony.listen in ("127.0.0.1", "::1"),
    )


async def renew(request: Request) -> Response:
    """Another password; the one before is good no more."""
    return await run_in_threadpool(_renew, request)


def _renew(request: Request) -> Response:
    here, found = site(request), visitor(request)
    password = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    here.accounts.set_telephone(found.name, telephones.digest(found.name, password))
    here.audit.add(found.name, "telepon.sandi_baru")
    return _shown(request, Account(f"{telephones.PREFIX}{found.name}", password, _server(here.settings)))


async def remove(request: Request) -> Response:
    """No telephone signs in with it any more."""
    here, found = site(request), visitor(request)
    await run_in_threadpool(here.accounts.set_telephone, found.name, "")
    await run_in_threadpool(here.audit.add, found.name, "telepon.sandi_dihapus")
    return await run_in_threadpool(done, request, PATH, "Kata sandi telepon dihapus.")


def fetch(request: Request) -> Response:
    """The account as Linphone reads it (its remote provisioning), once."""
    account = _fetched(request).take(request.path_params["token"])
    if account is None:
        return PlainTextResponse("Tautan ini sudah dipakai atau terlalu lama.", 404)
    page = render(request, "tester/linphone.xml", account=account)
    return Response(page.body, media_type="application/xml")


def _server(settings: Settings) -> str:
    return f"{dialled(settings.telephony.listen)}:{settings.telephony.sip_port}"


def _fetched(request: Request) -> Once[Account]:
    """Those of this process."""
    state = request.app.state
    if not hasattr(state, "fetched"):
        state.fetched = Once[Account](KEPT_S)
    return cast("Once[Account]", state.fetched)


ROUTES = (
    Route(PATH, show, methods=["GET"]),
    Route(PATH, renew, methods=["POST"]),
    Route(f"{PATH}/hapus", remove, methods=["POST"]),
)
FOR_TELEPHONES = (Route(f"{FETCHED}{{token}}", fetch, methods=["GET"]),)
