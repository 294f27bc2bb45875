"""Whether the chat answers: one harmless message goes in by the page, as from a browser without scripts."""

import re
import time
import urllib.error
import urllib.parse
import urllib.request
from html import unescape
from http.client import HTTPException

from agi.citizens.gate import SOONEST
from agi.errors import HotlineError

_LIMIT_S = 10.0
_MOST_BYTES = 100_000
_STAMP = re.compile(r'name="izin" value="([^"]+)"')
_ANSWER = re.compile(r'class="told">(?:<span[^>]*>[^<]*</span>)?([^<]+)')


class ChatSilent(HotlineError):
    """Nothing was answered; the message says how far it came."""


def tried(address: str, message: str) -> str:
    """What the page at `address` (the chat's) answers to `message`. Raises ChatSilent."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    try:
        stamp = _found(_STAMP, _page(browser, address))
        time.sleep(SOONEST.total_seconds() + 1)
        sent = urllib.parse.urlencode({"izin": stamp, "pesan": message}).encode()
        return _found(_ANSWER, _page(browser, address, sent))
    except urllib.error.HTTPError as refused:
        with refused:
            raise ChatSilent(f"the page answers HTTP {refused.code}") from None
    except (OSError, ValueError, HTTPException) as trouble:
        raise ChatSilent(f"the page can't be reached ({type(trouble).__name__})") from None


def _page(browser: urllib.request.OpenerDirector, address: str, sent: bytes | None = None) -> str:
    with browser.open(address, sent, timeout=_LIMIT_S) as answer:
        return str(answer.read(_MOST_BYTES).decode())


def _found(pattern: re.Pattern[str], page: str) -> str:
    found = pattern.findall(page)
    if not found:
        raise ChatSilent("the page has no answer in it")
    return unescape(found[-1]).strip()
