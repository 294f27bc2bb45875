"""Calls of networks' APIs over HTTPS."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from http.client import HTTPException
from typing import NamedTuple

from agi.text.delivery import NotSent

_LIMIT_S = 10.0
LONGEST_ANSWER = 100_000
"""Bytes; most are much shorter."""


class _NoOtherPlace(urllib.request.HTTPRedirectHandler):
    """Follows nobody elsewhere: the office's secrets go along with each call."""

    def redirect_request(self, *_: object) -> None:
        """None: it counts for an error."""


_OPENER = urllib.request.build_opener(_NoOtherPlace)


class Told(NamedTuple):
    """What an API answered: its HTTP status, the beginning of its body, its headers."""

    status: int
    body: bytes
    headers: Message = Message()


def ask(url: str, body: bytes | None, headers: Mapping[str, str], longest: int = LONGEST_ANSWER) -> Told:
    """Post `body` to `url`, or get it where there is none; nobody is followed elsewhere (3xx).

    `longest`: bytes of an answer that are read. Raises NotSent where nobody answers.
    """
    request = urllib.request.Request(url, body, dict(headers))  # noqa: S310  # the office's own setting, checked there
    try:
        with _OPENER.open(request, timeout=_LIMIT_S) as answer:
            return Told(answer.status, answer.read(longest), answer.headers)
    except urllib.error.HTTPError as refused:
        with refused:
            return Told(refused.code, refused.read(longest), refused.headers)
    except (OSError, ValueError, HTTPException) as trouble:
        raise NotSent(f"the network can't be reached ({type(trouble).__name__})") from None
