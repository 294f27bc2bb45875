"""Percakapan: threads of messages in which an agent is wanted, and answers in the hotline's place."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi import privacy
from agi.books.mailbox_log import MailboxLog
from agi.books.mailbox_rows import ThreadState
from agi.books.threads import LONGEST, Thread, ThreadBook
from agi.pages.shared.render import done, render
from agi.pages.shared.site import Tab, site, visitor
from agi.pages.supervisor.case import in_short
from agi.pages.supervisor.messages import STATES, doors

PATH = "/percakapan"
TAB = Tab(PATH, "Percakapan")
_MOST = 100
_MEANT = 200
"""Letters of a form's mark, by which what is sent twice is written once."""


def listed(request: Request) -> Response:
    """Who waits for an agent, and whom agents are talking with."""
    threads = _book(request).to_do()
    told: dict[str, Any] = {
        "waiting": [one for one in threads if one.state is ThreadState.WAITING],
        "taken": [one for one in threads if one.state is ThreadState.AGENT],
        "names": doors(site(request).settings),
    }
    return render(request, "agent/threads.html", block="list" if "daftar" in request.query_params else "", **told)


def show(request: Request) -> Response:
    """One thread, the newest message last."""
    return _page(request, _thread(request), block="letters" if "pesan" in request.query_params else "")


async def act(request: Request) -> Response:
    """Take it over, write, or give it back."""
    form = await request.form()
    given = {name: str(form.get(name, "")).strip() for name in ("aksi", "jawaban", "tanda")}
    return await run_in_threadpool(_act, request, given)


def _act(request: Request, given: Mapping[str, str]) -> Response:
    thread, book, who, at = _thread(request), _book(request), visitor(request).name, datetime.now(UTC)
    match given["aksi"]:
        case "ambil":
            book.take_over(thread.id, who, at)
            told = "Percakapan ini sekarang Anda jawab."
        case "kembalikan":
            book.give_back(thread.id, who, at)
            told = "Hotline menjawab lagi."
        case "tulis":
            body = given["jawaban"]
            if not body or len(body) > LONGEST or not given["tanda"] or len(given["tanda"]) > _MEANT:
                wrong = f"Tulis jawaban, paling panjang {LONGEST} huruf."
                return _page(request, thread, wrong=wrong, typed=body[: 2 * LONGEST], status=422)
            book.write(thread.id, who, body, given["tanda"], at)
            told = ""
        case _:
            raise HTTPException(400)
    site(request).audit.add(who, f"percakapan.{given['aksi']}", thread.id[:12])
    return done(request, f"{PATH}/{thread.id}", told)


def _page(
    request: Request, thread: Thread, *, wrong: str = "", typed: str = "", status: int = 200, block: str = ""
) -> Response:
    settings = site(request).settings
    told: dict[str, Any] = {
        "thread": thread,
        "letters": MailboxLog(settings.mailbox_db).letters(_MOST, thread=thread.id)[::-1],
        "call": in_short(request, thread.call),
        "mine": thread.state is ThreadState.AGENT and thread.agent == visitor(request).name,
        "names": doors(settings),
        "states": STATES,
        "longest": LONGEST,
        "wrong": wrong,
        "typed": typed,
        "mark": secrets.token_urlsafe(16),
    }
    return render(request, "agent/thread.html", status=status, block=block, **told)


def _thread(request: Request) -> Thread:
    """The one that is asked for. Raises HTTPException."""
    found = _book(request).thread(request.path_params["thread"])
    if found is None:
        raise HTTPException(404)
    return found


def _book(request: Request) -> ThreadBook:
    settings = site(request).settings
    return ThreadBook(settings.mailbox_db, privacy.hash_key(settings.var))


ROUTES = (
    Route(PATH, listed, methods=["GET"]),
    Route(f"{PATH}/{{thread}}", show, methods=["GET"]),
    Route(f"{PATH}/{{thread}}", act, methods=["POST"]),
)
