"""Who may use the pages: accounts with a role, invitations by a link that works once, and sessions.

No password, link or session token is kept, only hashes of them. What a hash of a password is, its maker knows.
"""

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from secrets import token_urlsafe

from agi.books.errors import BookError
from agi.books.pages_schema import pages_book
from agi.books.rows import stored

INVITED_FOR = timedelta(hours=72)
FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
"""So many wrong passwords or codes in a row lock an account for so long."""
_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")


class Role(StrEnum):
    """What somebody may do on the pages."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    TESTER = "tester"
    AGENT = "agent"
    AUDITOR = "auditor"


class AccountError(BookError):
    """An account cannot be made or changed so; the message says why."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `password` is a hash, "" before the invitation was taken; `totp` the secret of the second factor,
    "" without one; `totp_step` the last 30 s step whose code was used; `locked_until`: None where it is not."""

    name: str
    role: Role
    password: str
    totp: str
    totp_step: int
    disabled: bool
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody is signed in. `proven`: their second factor, too, where they have one. `id` names it, and is no key."""

    id: str
    account: Account
    proven: bool
    begun: datetime
    seen: datetime


@dataclass(frozen=True, slots=True)
class Telephone:
    """A telephone of somebody's own. `digest`: what Asterisk knows the password by (RFC 7616's A1, MD5)."""

    owner: str
    digest: str


class AccountBook:
    """The accounts in the book at `path`. Any thread may ask; every method raises BookError."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def invite(self, name: str, role: Role, now: datetime) -> str:
        """A new account, as the token of a link that lets its owner choose a password. Raises AccountError."""
        if not _NAME.fullmatch(name):
            raise AccountError(
                f"Nama akun {visible_name(name)} tidak bisa dipakai: 2 sampai 32 huruf kecil, angka, titik, garis; "
                "huruf pertama."
            )
        token = token_urlsafe(24)
        with pages_book(self._path) as rows:
            if rows.execute("SELECT 1 FROM accounts WHERE name = ? AND password <> ''", (name,)).fetchone():
                raise AccountError(f"Akun {name} sudah ada. Kata sandi baru: hotline users reset {name}")
            rows.execute(
                "INSERT OR REPLACE INTO accounts (name, role, invitation, invited_until) VALUES (?, ?, ?, ?)",
                (name, role, _hash(token), stored(now + INVITED_FOR)),
            )
        return token

    def reset(self, name: str, now: datetime) -> str:
        """Take password, second factor, locks and sessions from `name`; the token of a new invitation.

        Raises AccountError.
        """
        token = token_urlsafe(24)
        with self._one(name) as rows:
            rows.execute(
                "UPDATE accounts SET password = '', totp = '', totp_step = 0, failures = 0, locked_until = '', "
                "disabled = 0, invitation = ?, invited_until = ? WHERE name = ?",
                (_hash(token), stored(now + INVITED_FOR), name),
            )
            rows.execute("DELETE FROM sessions WHERE account = ?", (name,))
            rows.execute("DELETE FROM telephones WHERE account = ?", (name,))
        return token

    def disable(self, name: str) -> None:
        """Let `name` in no more; sessions end at once. Raises AccountError."""
        with self._one(name) as rows:
            rows.execute("UPDATE accounts SET disabled = 1, invitation = NULL WHERE name = ?", (name,))
            rows.execute("DELETE FROM sessions WHERE account = ?", (name,))
            rows.execute("DELETE FROM telephones WHERE account = ?", (name,))

    def set_role(self, name: str, role: Role) -> None:
        """Let `name` have another role, from the next page on. Raises AccountError."""
        with self._one(name) as rows:
            rows.execute("UPDATE accounts SET role = ? WHERE name = ?", (role, name))

    def accounts(self) -> tuple[Account, ...]:
        """All, by name."""
        with pages_book(self._path) as rows:
            return tuple(map(_account, rows.execute("SELECT * FROM accounts ORDER BY name")))

    def has_admin(self) -> bool:
        """Whether an admin can sign in."""
        return any(one.role is Role.ADMIN and one.password and not one.disabled for one in self.accounts())

    def account(self, name: str) -> Account | None:
        """The account called `name`."""
        with pages_book(self._path) as rows:
            row = rows.execute("SELECT * FROM accounts WHERE name = ?", (name,)).fetchone()
            return _account(row) if row else None

    def invited(self, token: str, now: datetime) -> Account | None:
        """Whom the link with `token` invites; None where it was used or is too old."""
        with pages_book(self._path) as rows:
            found = rows.execute(
                "SELECT * FROM accounts WHERE invitation = ? AND invited_until > ? AND NOT disabled",
                (_hash(token), stored(now)),
            ).fetchone()
            return _account(found) if found else None

    def accept(self, token: str, password: str, now: datetime) -> Account | None:
        """Take the invitation with the hash of a password; None where somebody else has, or it is too old."""
        with pages_book(self._path) as rows:
            done = rows.execute(
                "UPDATE accounts SET password = ?, invitation = NULL, failures = 0 "
                "WHERE invitation = ? AND invited_until > ? AND NOT disabled RETURNING *",
                (password, _hash(token), stored(now)),
            ).fetchone()
            return _account(done) if done else None

    def set_password(self, name: str, password: str, session_id: str) -> None:
        """Another hash of a password; all sessions but that one end. Raises AccountError."""
        with self._one(name) as rows:
            rows.execute("UPDATE accounts SET password = ?, failures = 0 WHERE name = ?", (password, name))
            rows.execute("DELETE FROM sessions WHERE account = ? AND hex(token) <> ?", (name, session_id.upper()))

    def failed(self, name: str, now: datetime) -> bool:
        """Count a wrong password or code; whether that locked the account."""
        with pages_book(self._path) as rows:
            row = rows.execute(
                "UPDATE accounts SET failures = failures + 1 WHERE name = ? RETURNING failures", (name,)
            ).fetchone()
            if row is None or row[0] < FAILURES:
                return False
            rows.execute(
                "UPDATE accounts SET failures = 0, locked_until = ? WHERE name = ?", (stored(now + LOCKED_FOR), name)
            )
            return True

    def set_totp(self, name: str, secret: str, step: int) -> None:
        """Ask `name` for codes of `secret` from now on; `step` is that of the code it was proved with.

        Raises AccountError.
        """
        with self._one(name) as rows:
            rows.execute("UPDATE accounts SET totp = ?, totp_step = ? WHERE name = ?", (secret, step, name))

    def use_step(self, name: str, step: int) -> bool:
        """Use up the codes up to that 30 s step; False where one of them was used before."""
        with pages_book(self._path) as rows:
            done = rows.execute(
                "UPDATE accounts SET totp_step = ?, failures = 0 WHERE name = ? AND totp_step < ?", (step, name, step)
            )
            return done.rowcount == 1

    def begin_session(self, name: str, ends: datetime, now: datetime, *, proven: bool) -> str:
        """`name` has given the right password; the token that the browser keeps."""
        token = token_urlsafe(32)
        with self._one(name) as rows:
            rows.execute("DELETE FROM sessions WHERE ends <= ?", (stored(now),))
            if proven:
                rows.execute("UPDATE accounts SET failures = 0 WHERE name = ?", (name,))
            rows.execute(
                "INSERT INTO sessions (token, account, proven, begun, ends, seen) VALUES (?, ?, ?, ?, ?, ?)",
                (_hash(token), name, proven, stored(now), stored(ends), stored(now)),
            )
        return token

    def prove_session(self, token: str) -> None:
        """The second factor was right, too."""
        with pages_book(self._path) as rows:
            rows.execute("UPDATE sessions SET proven = 1 WHERE token = ?", (_hash(token),))

    def session(self, token: str, now: datetime) -> Session | None:
        """Who the browser with `token` is signed in as, if still."""
        with pages_book(self._path) as rows:
            row = rows.execute(
                "SELECT accounts.*, sessions.* FROM sessions JOIN accounts ON accounts.name = sessions.account "
                "WHERE token = ? AND ends > ? AND NOT disabled",
                (_hash(token), stored(now)),
            ).fetchone()
            if row is None:
                return None
            if datetime.fromisoformat(row["seen"]) < now - timedelta(minutes=1):
                rows.execute("UPDATE sessions SET seen = ? WHERE token = ?", (stored(now), _hash(token)))
            return _session(row)

    def sessions(self, name: str, now: datetime) -> tuple[Session, ...]:
        """Where `name` is signed in, the newest first."""
        with pages_book(self._path) as rows:
            found = rows.execute(
                "SELECT accounts.*, sessions.* FROM sessions JOIN accounts ON accounts.name = sessions.account "
                "WHERE account = ? AND ends > ? ORDER BY begun DESC",
                (name, stored(now)),
            )
            return tuple(map(_session, found))

    def end_session(self, session_id: str) -> None:
        """Sign out there."""
        with pages_book(self._path) as rows:
            rows.execute("DELETE FROM sessions WHERE hex(token) = ?", (session_id.upper(),))

    def set_telephone(self, name: str, digest: str) -> None:
        """Let a telephone of `name` sign in with the password of this digest (32 hex digits); "": with none.

        Raises AccountError.
        """
        with self._one(name) as rows:
            rows.execute("DELETE FROM telephones WHERE account = ?", (name,))
            if digest:
                rows.execute("INSERT INTO telephones (account, digest) VALUES (?, ?)", (name, digest))

    def telephones(self) -> tuple[Telephone, ...]:
        """All of those who may call, by name."""
        with pages_book(self._path) as rows:
            found = rows.execute(
                "SELECT account, digest FROM telephones JOIN accounts ON name = account "
                "WHERE NOT disabled AND role IN (?, ?) ORDER BY account",
                (Role.ADMIN, Role.TESTER),
            )
            return tuple(Telephone(row["account"], row["digest"]) for row in found)

    def leave_message(self, token: str, message: str) -> None:
        """Keep what the next page of this session tells."""
        with pages_book(self._path) as rows:
            rows.execute("UPDATE sessions SET message = ? WHERE token = ?", (message, _hash(token)))

    def take_message(self, token: str) -> str:
        """What was to be told, once."""
        with pages_book(self._path) as rows:
            row = rows.execute("SELECT message FROM sessions WHERE token = ?", (_hash(token),)).fetchone()
            if row is None or not row[0]:
                return ""
            rows.execute("UPDATE sessions SET message = '' WHERE token = ?", (_hash(token),))
            return str(row[0])

    @contextmanager
    def _one(self, name: str) -> Iterator[sqlite3.Connection]:
        """A transaction about the account `name`. Raises AccountError where there is none."""
        with pages_book(self._path) as rows:
            if not rows.execute("SELECT 1 FROM accounts WHERE name = ?", (name,)).fetchone():
                raise AccountError(f"Akun {visible_name(name)} tidak ada: hotline users list")
            yield rows


def visible_name(name: str) -> str:
    """A name that somebody typed, short and harmless."""
    return repr(name[:40])


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _account(row: sqlite3.Row) -> Account:
    locked = row["locked_until"]
    until = datetime.fromisoformat(locked) if locked else None
    return Account(
        name=row["name"],
        role=Role(row["role"]),
        password=row["password"],
        totp=row["totp"],
        totp_step=row["totp_step"],
        disabled=bool(row["disabled"]),
        locked_until=until if until and until > datetime.now(UTC) else None,
    )


def _session(row: sqlite3.Row) -> Session:
    return Session(
        id=row["token"].hex(),
        account=_account(row),
        proven=bool(row["proven"]),
        begun=datetime.fromisoformat(row["begun"]),
        seen=datetime.fromisoformat(row["seen"]),
    )
