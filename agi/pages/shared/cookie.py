"""The cookie of a session."""

from starlette.requests import HTTPConnection
from starlette.responses import Response

from agi.settings import Settings

_NAME = "hotline"


def token(request: HTTPConnection) -> str:
    """The token that the browser keeps, "" without one."""
    return request.cookies.get(_NAME, "")


def keep(response: Response, value: str, settings: Settings) -> None:
    """Let the browser keep `value`: for this site only, out of reach of scripts."""
    response.set_cookie(
        _NAME,
        value,
        max_age=settings.pages.session_hours * 3600,
        httponly=True,
        samesite="strict",
        secure=settings.secure_pages,
    )


def forget(response: Response) -> None:
    """Let the browser forget it."""
    response.delete_cookie(_NAME, httponly=True, samesite="strict")
