"""Accounts: one's own (password, second factor, where one is signed in), and for admins everybody's."""

from datetime import UTC, datetime

import pyotp
import segno
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from agi.books.accounts import AccountError, Role
from agi.pages.shared import cookie, passwords
from agi.pages.shared.render import done, render, safe
from agi.pages.shared.site import site, visitor

ROLES = {
    Role.ADMIN: "Admin: kalimat, menu, penerbitan, akun, dan semua halaman lain",
    Role.SUPERVISOR: "Supervisor: yang terjadi dalam panggilan",
    Role.TESTER: "Penguji: menelepon dari peramban",
    Role.AGENT: "Petugas: menerima panggilan, dan mencatat hasilnya",
    Role.AUDITOR: "Auditor: melihat semua, tidak mengubah apa pun",
}


def own(request: Request) -> Response:
    """One's own account."""
    return _own(request)


def _own(request: Request, wrong: str = "", status: int = 200) -> Response:
    found, now = visitor(request), datetime.now(UTC)
    sessions = site(request).accounts.sessions(found.name, now)
    return render(request, "shared/own_account.html", status=status, sessions=sessions, roles=ROLES, wrong=wrong)


async def change_password(request: Request) -> Response:
    """Another password, by who knows the one before; all other sessions end."""
    here, found, form = site(request), visitor(request), await request.form()
    account = await run_in_threadpool(here.accounts.account, found.name)
    old, new = str(form.get("sandi_lama", "")), str(form.get("sandi", ""))
    wrong = passwords.fault(new, found.name)
    if account is None or account.locked_until or not await passwords.fits(account.password, old):
        await run_in_threadpool(here.accounts.failed, found.name, datetime.now(UTC))
        wrong = "Kata sandi lama tidak cocok."
    elif wrong is None and new != form.get("sandi_lagi"):
        wrong = "Kedua kata sandi tidak sama."
    if wrong is not None:
        return await run_in_threadpool(_own, request, wrong, 422)
    await run_in_threadpool(here.accounts.set_password, found.name, await passwords.hashed(new), found.session)
    await run_in_threadpool(here.audit.add, found.name, "akun.sandi_baru")
    return done(request, "/akun", "Kata sandi diganti. Di tempat lain Anda harus masuk lagi.")


def end_session(request: Request) -> Response:
    """Sign out somewhere else."""
    here, found, session = site(request), visitor(request), request.path_params["session"]
    if any(one.id == session for one in here.accounts.sessions(found.name, datetime.now(UTC))):
        here.accounts.end_session(session)
        here.audit.add(found.name, "akun.sesi_diakhiri")
    return done(request, "/akun", "Sesi itu sudah diakhiri.")


async def new_factor(request: Request) -> Response:
    """Let a second factor be kept by an app: its secret as a picture and as text, and the code that proves it."""
    here, found = site(request), visitor(request)
    if found.has_second_factor:  # to change it, an admin resets the account
        return RedirectResponse("/akun", 303)
    form = await request.form() if request.method == "POST" else {}
    secret = str(form.get("rahasia") or pyotp.random_base32())
    wrong = ""
    if request.method == "POST":
        step = passwords.step_of(secret, str(form.get("kode", ""))) if _is_secret(secret) else None
        if step is not None:
            await run_in_threadpool(here.accounts.set_totp, found.name, secret, step)
            await run_in_threadpool(here.accounts.prove_session, cookie.token(request))
            await run_in_threadpool(here.audit.add, found.name, "akun.kode_dua")
            return done(request, "/akun", "Kode kedua dipakai mulai sekarang, setiap kali Anda masuk.")
        wrong = "Kode itu tidak cocok. Periksa jam telepon, lalu masukkan kode yang sedang tampil."
    address = pyotp.TOTP(secret).provisioning_uri(name=found.name, issuer_name="Hotline 1500537")
    picture = segno.make(address, micro=False).svg_inline(scale=5, border=2, svgclass="qr", lineclass=None)
    status = 422 if wrong else 200
    return render(request, "shared/new_factor.html", status, secret=secret, picture=safe(picture), wrong=wrong)


def _is_secret(text: str) -> bool:
    return len(text) == 32 and text.isascii() and text.isalnum() and text.isupper()


def everybody(request: Request) -> Response:
    """All accounts."""
    return _everybody(request)


def _everybody(request: Request, wrong: str = "", link: str = "", status: int = 200) -> Response:
    found = site(request).accounts.accounts()
    return render(request, "shared/accounts.html", status=status, accounts=found, roles=ROLES, wrong=wrong, link=link)


async def change_account(request: Request) -> Response:
    """Invite somebody, or reset, disable or give another role to an account. What is wrong stands on the page."""
    here, by, form = site(request), visitor(request), await request.form()
    name, what = str(form.get("nama", "")).strip().lower(), str(form.get("apa", ""))
    link = ""
    try:
        role = Role(str(form.get("peran", Role.TESTER)))
        if name == by.name:
            raise AccountError("Akun sendiri diubah di halaman akun Anda, oleh admin lain, atau dengan hotline users.")
        if what in ("undang", "atur_ulang"):
            make = here.accounts.invite if what == "undang" else here.accounts.reset
            words = (name, role, datetime.now(UTC)) if what == "undang" else (name, datetime.now(UTC))
            link = f"{request.base_url}undangan/{await run_in_threadpool(make, *words)}"
        elif what == "peran":
            await run_in_threadpool(here.accounts.set_role, name, role)
        elif what == "tutup":
            await run_in_threadpool(here.accounts.disable, name)
        else:
            raise AccountError("Perintah itu tidak dikenal.")
    except (AccountError, ValueError) as error:
        return await run_in_threadpool(_everybody, request, str(error), "", 422)
    await run_in_threadpool(here.audit.add, by.name, f"akun.{what}", name, str(role))
    if link:
        return await run_in_threadpool(_everybody, request, "", link)
    return done(request, "/akun/semua", f"Akun {name} diubah.")


OWN = (
    Route("/akun", own),
    Route("/akun/sandi", change_password, methods=["POST"]),
    Route("/akun/sesi/{session}", end_session, methods=["POST"]),
    Route("/kode", new_factor, methods=["GET", "POST"]),
)
FOR_ADMINS = (
    Route("/akun/semua", everybody, methods=["GET"]),
    Route("/akun/semua", change_account, methods=["POST"]),
)
