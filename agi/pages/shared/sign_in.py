"""Coming in and going out: password, second factor, and the link of an invitation."""

from datetime import UTC, datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from agi.books.accounts import Account
from agi.pages.shared import cookie, passwords
from agi.pages.shared.render import render
from agi.pages.shared.site import maybe_visitor, site, visitor

_WRONG = "Nama atau kata sandi tidak cocok."
_LOCKED = "Terlalu banyak percobaan. Coba lagi 15 menit lagi."
_OLD_LINK = "Tautan undangan ini sudah dipakai atau sudah lewat waktunya. Mintalah yang baru kepada admin."


async def sign_in(request: Request) -> Response:
    """The form for name and password."""
    here = site(request)
    back = request.query_params.get("ke", "/")
    if request.method == "GET":
        found = maybe_visitor(request)
        return RedirectResponse("/", 303) if found and found.proven else _form(request, back)
    form = await request.form()
    name, password = str(form.get("nama", "")).strip().lower(), str(form.get("sandi", ""))
    account = await run_in_threadpool(here.accounts.account, name)
    locked = account is not None and account.locked_until is not None
    right = await passwords.fits("" if account is None or locked else account.password, password)
    if account is None or account.disabled or not right:
        just_locked = (
            account is not None
            and not locked
            and await run_in_threadpool(here.accounts.failed, name, datetime.now(UTC))
        )
        await run_in_threadpool(here.audit.add, name, "masuk.ditolak", "", "dikunci" if locked or just_locked else "")
        # A name that there is none of is never locked, and says so no more than one with a wrong password.
        return _form(request, str(form.get("ke", "/")), _LOCKED if locked or just_locked else _WRONG, 403)
    second = bool(account.totp) or here.needs_second_factor
    await run_in_threadpool(here.audit.add, name, "masuk", "", "menunggu kode" if second else "")
    return await run_in_threadpool(_begun, request, account, not second, str(form.get("ke", "/")))


def _form(request: Request, back: str, wrong: str = "", status: int = 200) -> Response:
    return render(request, "shared/sign_in.html", status=status, back=_inside(back), wrong=wrong)


def _begun(request: Request, account: Account, proven: bool, back: str) -> Response:
    """A new session, never one that was there before."""
    here, now = site(request), datetime.now(UTC)
    ends = now + timedelta(hours=here.settings.pages.session_hours)
    token = here.accounts.begin_session(account.name, ends, now, proven=proven)
    next_page = _inside(back) if proven else "/masuk/kode" if account.totp else "/kode"
    response = RedirectResponse(next_page, 303)
    cookie.keep(response, token, here.settings)
    return response


async def second_factor(request: Request) -> Response:
    """The form for the code of the second factor."""
    found, here = maybe_visitor(request), site(request)
    if found is None or found.proven:
        return RedirectResponse("/", 303)
    if request.method == "GET":
        return render(request, "shared/code.html", wrong="")
    account = await run_in_threadpool(here.accounts.account, found.name)
    form = await request.form()
    if account is None or not account.totp:
        return RedirectResponse("/", 303)
    step = passwords.step_of(account.totp, str(form.get("kode", ""))) if account.locked_until is None else None
    if step is None or not await run_in_threadpool(here.accounts.use_step, account.name, step):
        locked = account.locked_until is not None or await run_in_threadpool(
            here.accounts.failed, account.name, datetime.now(UTC)
        )
        await run_in_threadpool(here.audit.add, account.name, "masuk.kode_ditolak", "", "dikunci" if locked else "")
        wrong = _LOCKED if locked else "Kode itu tidak cocok, atau sudah dipakai. Tunggu kode berikutnya."
        return render(request, "shared/code.html", status=403, wrong=wrong)
    await run_in_threadpool(here.accounts.prove_session, cookie.token(request))
    await run_in_threadpool(here.audit.add, account.name, "masuk.kode")
    return RedirectResponse("/", 303)


def sign_out(request: Request) -> Response:
    """End this session."""
    here, found = site(request), visitor(request)
    here.accounts.end_session(found.session)
    here.audit.add(found.name, "keluar")
    response = RedirectResponse("/masuk", 303)
    cookie.forget(response)
    return response


async def invitation(request: Request) -> Response:
    """The form by which somebody who was invited chooses a password, and comes in."""
    here, token, now = site(request), request.path_params["token"], datetime.now(UTC)
    invited = await run_in_threadpool(here.accounts.invited, token, now)
    if invited is None:
        return render(request, "shared/sign_in.html", status=410, back="/", wrong=_OLD_LINK)
    if request.method == "GET":
        return _welcome(request, invited)
    form = await request.form()
    password = str(form.get("sandi", ""))
    wrong = passwords.fault(password, invited.name)
    if wrong is None and password != form.get("sandi_lagi"):
        wrong = "Kedua kata sandi tidak sama."
    if wrong is not None:
        return _welcome(request, invited, wrong, 422)
    account = await run_in_threadpool(here.accounts.accept, token, await passwords.hashed(password), now)
    if account is None:
        return render(request, "shared/sign_in.html", status=410, back="/", wrong=_OLD_LINK)
    await run_in_threadpool(here.audit.add, account.name, "undangan.diterima", "", str(account.role))
    return await run_in_threadpool(_begun, request, account, not here.needs_second_factor, "/")


def _welcome(request: Request, invited: Account, wrong: str = "", status: int = 200) -> Response:
    shortest = passwords.SHORTEST
    return render(request, "shared/invitation.html", status=status, invited=invited, wrong=wrong, shortest=shortest)


def _inside(path: str) -> str:
    """`path` if it leads to one of our own pages, else the first one."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\", "/masuk")) else "/"


ROUTES = (
    Route("/masuk", sign_in, methods=["GET", "POST"]),
    Route("/masuk/kode", second_factor, methods=["GET", "POST"]),
    Route("/keluar", sign_out, methods=["POST"]),
    Route("/undangan/{token}", invitation, methods=["GET", "POST"]),
)
