"""RFC 3834: which mails a program may answer, at which address, and what its answer looks like.

A mail that is not answered is left unread, for a person. No answer is quoted from: a number in a mail goes nowhere.
"""

import json
import re
from email.charset import QP, Charset
from email.message import Message
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import formatdate, parseaddr
from typing import NamedTuple

from agi.privacy import masked_numbers

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*", re.ASCII)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,400}>")
_MOST_REFERENCES = 10
_LONGEST_SUBJECT = 100
_LONGEST_ADDRESS = 320
"""Letters (RFC 5321, 4.5.3.1); what is longer would take a reader of addresses long, too."""
_PROGRAMS = re.compile(
    r"(mailer-daemon|postmaster|majordomo|listserv|owner-.*|.*-(owner|request)|(.*-)?bounces?([-+=].*)?"
    r"|.*(no|donot|do-not|do_not|not)[-_.]?reply.*)@.*",
    re.IGNORECASE,
)
"""Senders who are no people: RFC 3834, section 2, and what is usual."""
_PREFIXES = re.compile(r"(?:\s*(?:re|fwd?|bls|balas|trs)\s*:)+\s*", re.IGNORECASE)
_SUPPRESSED = frozenset({"all", "oof", "autoreply"})
"""Words of Exchange's X-Auto-Response-Suppress that are about answers."""


class Thread(NamedTuple):
    """Where an answer goes: to whom, under which subject, and after which mails, the last of which it answers."""

    to: str
    subject: str
    message_id: str
    references: tuple[str, ...]

    def written(self) -> str:
        """As one text."""
        return json.dumps(self)

    @classmethod
    def read(cls, text: str) -> "Thread":
        """The thread that was `written`."""
        to, subject, message_id, references = json.loads(text)
        return cls(to, subject, message_id, tuple(references))


def thread(mail: Message, subject: str) -> Thread:
    """The thread of a mail that may be answered; `subject`: its own, decoded, of which numbers are masked."""
    known = message_id(mail)
    before = _MESSAGE_ID.findall(header(mail, "References") or header(mail, "In-Reply-To"))
    references = (*before[-_MOST_REFERENCES:], *([known] if known else ()))
    return Thread(return_path(mail), _answering(subject), known, references)


def _answering(subject: str) -> str:
    printable = "".join(one for one in _PREFIXES.sub("", subject, count=1) if one.isprintable())
    told = masked_numbers(printable)[:_LONGEST_SUBJECT]
    return f"Re: {told}" if told else "Halo Dukcapil"


def why_not(mail: Message, own: str) -> str:
    """Why a mail to the address `own` must not be answered, in English; "" where it may be."""
    path, writer = return_path(mail), parseaddr(header(mail, "From"))[1][:_LONGEST_ADDRESS]
    if not path:
        return "it has no return path that could be answered"
    if _bare(own) in {_bare(path), _bare(writer)}:
        return "it is our own"
    if _PROGRAMS.fullmatch(path) or _PROGRAMS.fullmatch(writer):
        return "no person sent it"
    if header(mail, "Auto-Submitted").partition(";")[0].strip().casefold() not in ("", "no"):
        return "a program sent it (Auto-Submitted)"
    if header(mail, "Precedence").casefold() in ("bulk", "list", "junk", "auto_reply"):
        return "it went to many (Precedence)"
    if any(name.casefold().startswith("list-") for name in mail):
        return "it comes from a list"
    if set(re.findall(r"\w+", header(mail, "X-Auto-Response-Suppress").casefold())) & _SUPPRESSED:
        return "it wants no answer (X-Auto-Response-Suppress)"
    if "X-Autoreply" in mail or "X-Autorespond" in mail:
        return "a program sent it (X-Autoreply)"
    if mail.get_content_type() == "multipart/report":
        return "it reports on a delivery"
    if header(mail, "X-Spam-Flag").casefold() == "yes":
        return "it is marked as spam"
    return ""


def return_path(mail: Message) -> str:
    """The address that the last server took the mail from; "" for `<>`, for none, and for what is no plain address."""
    path = header(mail, "Return-Path").removeprefix("<").removesuffix(">")
    return path if _ADDRESS.fullmatch(path) else ""


def message_id(mail: Message) -> str:
    """The mail's own id (`<…>`), "" where it has none."""
    found = _MESSAGE_ID.search(header(mail, "Message-ID"))
    return found[0] if found else ""


def is_reply(mail: Message, subject: str) -> bool:
    """Whether its subject is another's words."""
    return "In-Reply-To" in mail or bool(_PREFIXES.match(subject))


def answer(whole: Thread, body: str, own: str, known: str) -> bytes:
    """The mail from `own` that says `body`, known by the id `known`."""
    mail = _mail(body, own, whole.to, whole.subject, known, "auto-replied")
    if whole.message_id:
        mail["In-Reply-To"] = whole.message_id
    if whole.references:
        mail["References"] = " ".join(whole.references)
    return _raw(mail)


def probe(own: str, known: str) -> bytes:
    """A mail from `own` to itself that nobody answers."""
    return _raw(_mail("Uji coba pintu surel; boleh dihapus.", own, own, "Uji coba surel", known, "auto-generated"))


def header(mail: Message, name: str) -> str:
    """The first header of this name, in one line; "" where there is none."""
    return " ".join(str(mail.get(name, "")).split())


def _bare(address: str) -> str:
    """Without what a sender may add to an own address ("name+more@…")."""
    name, _, domain = address.casefold().rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"


def _mail(body: str, own: str, to: str, subject: str, known: str, why: str) -> MIMEText:
    readable = Charset("utf-8")
    readable.body_encoding = QP
    mail = MIMEText(body, _charset=readable)  # type: ignore[arg-type]  # the stubs know names of charsets only
    mail["From"], mail["To"], mail["Subject"] = own, to, subject
    mail["Date"], mail["Message-ID"] = formatdate(localtime=True), known
    mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"] = why, "All"
    return mail


def _raw(mail: Message) -> bytes:
    return mail.as_bytes(policy=compat32.clone(linesep="\r\n"))
