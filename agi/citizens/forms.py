"""How a form that was sent becomes a page: taken down, admitted, answered, or given back with what is wrong."""

import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from agi.books.errors import BookError
from agi.citizens.gate import Limit, NotAdmitted
from agi.citizens.site import begin_session, keep_session, session_of, site

UNAVAILABLE = "registration.unavailable"
_MOST_FIELDS = 12
_log = structlog.get_logger("citizens")


class Wrong(Exception):
    """Something in a form can't be; the message tells the citizen which, and what to do."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent. `name`: of this form, the same when it is sent again; "" where it was not admitted."""

    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    name: str = ""

    def text(self, name: str) -> str:
        """A field without blanks around it."""
        return self.fields.get(name, "").strip()

    def number(self, name: str, title: str, *lengths: int) -> str:
        """The digits of a field, in whatever script and groups. Raises Wrong where it has not one of `lengths`."""
        told = self.fields.get(name, "")
        digits = "".join(str(unicodedata.decimal(one)) for one in told if one.isdecimal())
        if len(digits) not in lengths:
            wanted = " atau ".join(map(str, lengths))
            raise Wrong(f"{title} harus {wanted} angka; yang kami terima {len(digits)} angka. Silakan periksa kembali.")
        return digits


Page = Callable[[Request, Sent, str, int], Response]
"""The page with its form: what was sent, what is wrong with it ("" for nothing), the status."""


def answering(
    page: Page, limit: Limit | Callable[[Request, Sent], Limit], work: Callable[[Request, Sent], Response]
) -> Callable[[Request], Awaitable[Response]]:
    """What serves a form: `page` shows it, `work` answers it, and may raise Wrong or BookError. `limit`: how often."""

    async def answer(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
            told = {name: value for name, value in form.items() if isinstance(value, str)}
        fields = {name: value.encode(errors="replace").decode() for name, value in told.items()}
        return await run_in_threadpool(_answered, request, fields)

    def _answered(request: Request, fields: Mapping[str, str]) -> Response:
        here, sent = site(request), Sent(fields)
        try:
            how_often = limit if isinstance(limit, Limit) else limit(request, sent)
            name = here.gate.admit(fields, here.network(request), how_often)
            begin_session(request, name)
            response = work(request, Sent(fields, name))
        except NotAdmitted as why:
            response = page(request, sent, str(why), why.status)
            if why.wait_s:
                response.headers["retry-after"] = str(int(why.wait_s) + 1)
        except Wrong as why:
            response = page(request, sent, str(why), 422)
        except BookError as trouble:
            _log.error("citizens.unavailable", why=type(trouble).__name__)
            response = page(request, sent, here.service().texts.message(UNAVAILABLE), 503)
        return keep_session(request, response) if session_of(request) else response

    return answer
