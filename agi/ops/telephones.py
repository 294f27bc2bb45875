"""Asterisk's accounts of people's own telephones, as the pages have them.

The pages may not write what Asterisk reads, so that a hole in them opens no dialplan: they write a digest of a password
into their own book, and another process (agi/ops/errands.py), which takes nothing else from there, makes an account for
testers of it.
"""

import hashlib
import re
from collections.abc import Sequence

import structlog

from agi.books.accounts import AccountBook, Telephone
from agi.books.errors import BookError
from agi.ops.places import etc_folder, write_whole
from agi.settings import Settings

REALM = "asterisk"
PREFIX = "hp-"
"""Begins the name of each account, so that none is that of another kind of telephone."""
RELOAD = "module reload res_pjsip.so"
"""Lets Asterisk read its accounts again; cuts no call."""
_OWNER = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_DIGEST = re.compile(r"[0-9a-f]{32}")
_log = structlog.get_logger("telephones")


def digest(owner: str, password: str) -> str:
    """What Asterisk knows the password of `owner`'s telephone by."""
    return hashlib.md5(f"{PREFIX}{owner}:{REALM}:{password}".encode(), usedforsecurity=False).hexdigest()


def configuration(telephones: Sequence[Telephone]) -> str:
    """The accounts for Asterisk; what has no right form is left out."""
    parts = ["; Generated from the accounts of the pages.\n"]
    for one in telephones:
        if _OWNER.fullmatch(one.owner) and _DIGEST.fullmatch(one.digest):
            name = f"{PREFIX}{one.owner}"
            parts.append(
                f"[{name}](tester)\nauth = {name}-auth\naors = {name}\n\n[{name}](tester-aor)\n\n"
                f"[{name}-auth]\ntype = auth\nauth_type = digest\nusername = {name}\nrealm = {REALM}\n"
                f"password_digest = MD5:{one.digest}\n"
            )
    return "\n".join(parts)


def write(settings: Settings) -> bool:
    """Write what Asterisk reads of them; whether that has changed. A book that can't be read changes nothing."""
    path = etc_folder(settings.var) / "local" / "pjsip-telephones.conf"
    before = path.read_text() if path.is_file() else None
    there = settings.pages.enabled and settings.pages_db.is_file()
    try:
        told = configuration(AccountBook(settings.pages_db).telephones() if there else ())
    except BookError as error:
        _log.error("telephones.unreadable", why=type(error).__name__)
        told = before or configuration(())
    write_whole(path, told)
    return told != before
