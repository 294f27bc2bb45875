"""Messages: what citizens have written, what they were answered, and which answers could not be sent; all masked."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.books.mailbox_log import MailboxLog
from agi.books.mailbox_rows import Sending
from agi.pages.shared.render import render
from agi.pages.shared.site import Tab, site
from agi.settings import Settings

PATH = "/pesan"
TAB = Tab(PATH, "Pesan")
STATES: Mapping[str, str] = {
    "new": "belum dijawab",
    Sending.READY: "menunggu dikirim",
    Sending.SENDING: "sedang dikirim",
    Sending.SENT: "terkirim",
    Sending.DEAD: "gagal dikirim",
    "": "tanpa jawaban",
}
_MOST = 200


def listed(request: Request) -> Response:
    """The newest messages, all or those whose answer could not be sent, below how each way in is."""
    settings, failed = site(request).settings, "gagal" in request.query_params
    log = MailboxLog(settings.mailbox_db)
    letters = log.letters(_MOST, Sending.DEAD if failed else "")
    return render(
        request,
        "supervisor/messages.html",
        letters=letters,
        doors=log.doors(),
        states=STATES,
        names=doors(settings),
        most=_MOST,
        failed=failed,
    )


def doors(settings: Settings) -> Mapping[str, str]:
    """How the office calls the doors."""
    ours = {"sip": "pesan telepon", "chat": "obrolan di halaman warga"}
    return {**ours, **{name: table.SHOWN for name, table in settings.doors.items()}}


ROUTES = (Route(PATH, listed, methods=["GET"]),)
