"""Long messages that come in parts (3GPP TS 23.040, 9.2.3.24.1), each of which is kept before its network is told so.

Parts come in any order, and twice. They stand sealed in `mailbox.db` until all are there, or one is given up.
"""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from agi.books.rows import stored
from agi.privacy import keyed_hash, sealed, unsealed

PARTS_FOR = timedelta(minutes=5)
"""So long after the last part that came the others are waited for; so long, too, a part that comes twice is known."""


@dataclass(frozen=True, slots=True)
class Part:
    """A message is the part `nth`, from 1, `of` so many that their sender gave this `reference`."""

    reference: int
    nth: int
    of: int


class Incomplete(NamedTuple):
    """A message a part of which never came: by which door, where its answer goes, and who wrote it."""

    door: str
    address: str
    sender: str


def joined(rows: sqlite3.Connection, key: bytes, part: Part, came: Incomplete, body: str, at: datetime) -> str | None:
    """Keep a part that says `body`; the whole that it completes, None where others lack or it has come before."""
    whole = keyed_hash(key, "whole", came.door, came.sender, str(part.reference), str(part.of))
    said = keyed_hash(key, "part", body)
    if rows.execute("SELECT 1 FROM parts WHERE whole = ? AND nth = ? AND said = ?", (whole, part.nth, said)).fetchone():
        return None
    # Whoever comes round to a reference again means another message: what was joined under it is over.
    rows.execute("DELETE FROM parts WHERE whole = ? AND body IS NULL", (whole,))
    told = (sealed(key, one) for one in (came.address, came.sender, body))
    rows.execute(
        "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (whole, part.nth, said, came.door, *told, stored(at)),
    )
    rows.execute("UPDATE parts SET came = ? WHERE whole = ?", (stored(at), whole))
    bodies = rows.execute("SELECT body FROM parts WHERE whole = ? ORDER BY nth", (whole,)).fetchall()
    if len(bodies) < part.of:
        return None
    rows.execute("UPDATE parts SET address = NULL, sender = NULL, body = NULL WHERE whole = ?", (whole,))
    return "".join(unsealed(key, row[0]) for row in bodies)


def given_up(rows: sqlite3.Connection, key: bytes, doors: Collection[str], at: datetime) -> tuple[Incomplete, ...]:
    """Delete what is waited for no longer at `at`; the messages of these `doors` that lacked a part."""
    late = rows.execute(
        f"DELETE FROM parts WHERE door IN ({', '.join('?' * len(doors))}) AND came < ?"  # noqa: S608
        " RETURNING whole, door, address, sender",
        (*doors, stored(at - PARTS_FOR)),
    ).fetchall()
    lacking = {
        whole: Incomplete(door, unsealed(key, address), unsealed(key, sender))
        for whole, door, address, sender in late
        if address is not None
    }
    return tuple(lacking.values())
