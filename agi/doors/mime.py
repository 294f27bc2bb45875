"""What a mail says in its own words: one text, without what it quotes, its signature and its attachments."""

import codecs
import re
from collections import deque
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.parser import HeaderParser
from html.parser import HTMLParser
from typing import cast

LONGEST = 4000
"""Characters of a mail's own words that are kept; the text service reads fewer."""
_HEADERS = 65_536
"""Bytes in which a mail's headers are looked for."""
_LONGEST_SUBJECT = 1000
_LONGEST_TEXT = 50_000
_LONGEST_PAGE = 10_000
"""Characters of HTML: its reader takes time by the square of what has no end."""
_MOST_MULTIPARTS = 20
"""In one mail: each line is compared with the boundaries of all that it may stand in."""
_MULTIPART = re.compile(rb"multipart/", re.IGNORECASE)
_NOT_OF_MAILS = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"})
"""Python's codecs that are no charset of mails, and take long for long texts."""
_ATTRIBUTION = re.compile(r"(?:On|Pada)\b.{5,300}\b(?:wrote|menulis)\s?:", re.IGNORECASE)
_ATTRIBUTION_LINES = 4
_REST_IS_QUOTED = re.compile(
    r"-{2,} ?(?:Original Message|Pesan Asli|Forwarded message|Pesan terusan) ?-{2,}|_{10,}"
    r"|(?:From|Dari): .+(?:@|\[mailto:).+|Begin forwarded message:",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"-- ?|(?:Sent from|Dikirim dari) .{1,60}", re.IGNORECASE)


class Unreadable(Exception):
    """A mail that was made to take long."""


def headers(raw: bytes) -> Message:
    """The headers of a mail, whatever bytes they are."""
    return HeaderParser().parsestr(raw[:_HEADERS].decode("utf-8", "replace"), headersonly=True)


def subject(mail: Message) -> str:
    """The decoded subject (RFC 2047) in one line, as far as it can be read."""
    told = str(mail.get("Subject", ""))[:_LONGEST_SUBJECT]
    try:
        words = [_decoded(one, charset) if isinstance(one, bytes) else one for one, charset in decode_header(told)]
    except ValueError:  # base64 that is none
        words = [told]
    return " ".join("".join(words).split())


def own_words(raw: bytes) -> str:
    """What the writer of a mail says in it. Raises Unreadable, and whatever Python's readers of MIME and HTML do."""
    if len(_MULTIPART.findall(raw)) > _MOST_MULTIPARTS:
        raise Unreadable
    plain = html = ""
    for part in _texts(message_from_bytes(raw)):
        if part.get_content_type() == "text/plain" and not plain:
            plain = _plain(part)
        elif part.get_content_type() == "text/html" and not html:
            html = _of_html(_content(part))
        if plain:
            break
    return _without_quotes(plain or html)[:LONGEST]


def _texts(mail: Message) -> Iterator[Message]:
    """The texts of a mail in their order; attached mails and files are none."""
    waiting = deque([mail])
    while waiting:
        part = waiting.popleft()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting.extendleft(reversed(cast(list[Message], part.get_payload())))
        elif part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment":
            yield part


def _content(part: Message) -> str:
    content = part.get_payload(decode=True)
    return _decoded(content, part.get_content_charset()) if isinstance(content, bytes) else ""


def _plain(part: Message) -> str:
    text = _content(part)[:_LONGEST_TEXT].replace("\r\n", "\n")
    if str(part.get_param("format", "")).casefold() == "flowed":
        text = _unflowed(text, together=str(part.get_param("delsp", "")).casefold() == "yes")
    return text.strip()


def _decoded(content: bytes, charset: str | None) -> str:
    """In the charset that is told, in UTF-8, or in the one that gives every byte a character."""
    for name in (charset or "utf-8", "utf-8"):
        try:
            if codecs.lookup(name).name not in _NOT_OF_MAILS:
                return content.decode(name).encode(errors="replace").decode()  # UTF-7 may name half a character
        except (LookupError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def _unflowed(text: str, *, together: bool) -> str:
    """Lines that were broken to fit are whole again (RFC 3676); `together`: the space at their end was none."""
    whole: list[str] = []
    soft = False
    for line in text.split("\n"):
        told = line.removeprefix(" ")
        if soft and not told.startswith(">") and told != "-- ":
            whole[-1] += told
        else:
            whole.append(told)
        soft = told.endswith(" ") and told != "-- " and not whole[-1].startswith(">")
        if soft and together:
            whole[-1] = whole[-1][:-1]
    return "\n".join(whole)


class _Html(HTMLParser):
    """Gathers what a page shows, but for what it quotes."""

    _UNSEEN = frozenset({"blockquote", "head", "script", "style", "template", "title"})
    _LINES = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "hr", "table", "ul"})

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        """See `HTMLParser`."""
        self._unseen += tag in self._UNSEEN
        if tag in self._LINES:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """See `HTMLParser`."""
        if tag in self._UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in self._LINES - {"br"}:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        """See `HTMLParser`."""
        if not self._unseen:
            self.words.append(re.sub(r"\s+", " ", data))


def _of_html(page: str) -> str:
    """What the body of a page shows; what stands before it (styles of 60 kB) is not looked at."""
    reader = _Html()
    reader.feed(page[max(0, page.casefold().find("<body")) :][:_LONGEST_PAGE])
    reader.close()
    return "\n".join(line.strip() for line in "".join(reader.words).split("\n")).strip()


def _without_quotes(text: str) -> str:
    """`text` without what other mails say, and without a signature.

    An answer may stand above or below what it quotes: where quoted lines are marked (`>`), these alone are dropped.
    """
    lines, kept, at = text.split("\n"), list[str](), 0
    while at < len(lines):
        line = lines[at].strip()
        if _REST_IS_QUOTED.fullmatch(line) or _SIGNATURE.fullmatch(lines[at].rstrip("\r")):
            break
        if told := _attribution(lines[at : at + _ATTRIBUTION_LINES]):
            at += told
            if not any(one.startswith(">") for one in lines[at : at + 3]):
                break
            continue
        if not line.startswith(">"):
            kept.append(line)
        at += 1
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _attribution(lines: list[str]) -> int:
    """How many of these lines tell who wrote what follows ("Pada … menulis:"); 0 where they do not."""
    for count in range(1, len(lines) + 1):
        if _ATTRIBUTION.fullmatch(" ".join(lines[:count]).strip()):
            return count
    return 0
