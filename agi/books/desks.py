"""The agents' desks: whose account is which agent, what is to be done at Asterisk for them, and what came of calls.

It stands in the book of the pages, which the pages alone write but for orders that were carried out.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from agi.books.errors import BookError
from agi.books.pages_schema import pages_book
from agi.books.rows import stored

_STALE = timedelta(seconds=60)
"""An order that nobody has carried out for so long is none any more: an agent would be surprised by it."""


class DeskTaken(BookError):
    """Another account is that agent."""


class What(StrEnum):
    """What the pages may order: nothing else, and never a word that somebody typed but the name of an agent."""

    READY = "ready"
    BREAK = "break"
    ADD = "add"
    REMOVE = "remove"


class Break(StrEnum):
    """Why an agent takes no calls for a while."""

    MEAL = "meal"
    PRAYER = "prayer"
    PAPERWORK = "paperwork"
    TRAINING = "training"
    OTHER = "other"


class Result(StrEnum):
    """What came of a call with an agent."""

    SOLVED = "solved"
    TICKET = "ticket"
    OFFICE = "office"  # to come to an office, or to bring something
    CUT_OFF = "cut_off"
    NOT_SOLVED = "not_solved"
    NOTHING = "nothing"  # a wrong number, or nobody spoke


@dataclass(frozen=True, slots=True)
class Order:
    """`what` is to be done for the `agent` (a number); `detail`: a `Break`, or the name of an agent to be added."""

    seq: int
    what: What
    agent: str
    detail: str


@dataclass(frozen=True, slots=True)
class Handled:
    """What `account` wrote down of a call that the `agent` had. `checked`: which lines of the checklist were done."""

    call: str
    agent: str
    account: str
    at: datetime
    result: Result
    note: str
    checked: tuple[str, ...] = ()


class Desks:
    """Those in the book of the pages at `path`. Any thread may ask; every method raises BookError."""

    def __init__(self, path: Path) -> None:
        self._path = path

    # ---- whose ----

    def agent_of(self, account: str) -> str:
        """The number of the agent that `account` is; "" where it is none."""
        return self.all().get(account, "")

    def all(self) -> dict[str, str]:
        """The numbers of agents by the accounts that are them."""
        with pages_book(self._path) as rows:
            return {row["account"]: row["agent"] for row in rows.execute("SELECT account, agent FROM desks")}

    def give(self, account: str, agent: str) -> None:
        """Let `account` be that agent from now on; "" is nobody any more. Raises DeskTaken."""
        with pages_book(self._path) as rows:
            rows.execute("DELETE FROM desks WHERE account = ?", (account,))
            if not agent:
                return
            try:
                rows.execute("INSERT INTO desks (account, agent) VALUES (?, ?)", (account, agent))
            except sqlite3.IntegrityError as error:
                raise DeskTaken(f"Nomor {agent} sudah dipakai akun lain.") from error

    def free(self, agent: str) -> None:
        """That agent is nobody any more."""
        with pages_book(self._path) as rows:
            rows.execute("DELETE FROM desks WHERE agent = ?", (agent,))

    # ---- orders ----

    def order(self, what: What, agent: str, detail: str, now: datetime) -> None:
        """Have it done, within a second or not at all."""
        with pages_book(self._path) as rows:
            values = (what, agent, detail, stored(now))
            rows.execute("INSERT INTO orders (what, agent, detail, at) VALUES (?, ?, ?, ?)", values)

    def orders(self, now: datetime) -> tuple[Order, ...]:
        """What is to be done, the oldest first; what nobody did in time is forgotten."""
        with pages_book(self._path) as rows:
            rows.execute("DELETE FROM orders WHERE at < ?", (stored(now - _STALE),))
            found = rows.execute("SELECT * FROM orders ORDER BY seq").fetchall()
        return tuple(
            Order(row["seq"], What(row["what"]), row["agent"], row["detail"])
            for row in found
            if row["what"] in tuple(What)
        )

    def done(self, order: Order) -> None:
        """It was carried out, or can't be."""
        with pages_book(self._path) as rows:
            rows.execute("DELETE FROM orders WHERE seq = ?", (order.seq,))

    # ---- what came of calls ----

    def write_down(self, handled: Handled) -> None:
        """Keep it, in place of what was written down of the same call by the same agent before."""
        with pages_book(self._path) as rows:
            rows.execute(
                "INSERT OR REPLACE INTO handled (call, agent, account, at, result, note, checked) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    handled.call,
                    handled.agent,
                    handled.account,
                    stored(handled.at),
                    handled.result,
                    handled.note,
                    " ".join(handled.checked),
                ),
            )

    def handled(self, agent: str = "", call: str = "", limit: int = -1) -> tuple[Handled, ...]:
        """What was written down by that agent, or of that call ("": any), the newest first."""
        with pages_book(self._path) as rows:
            found = rows.execute(
                "SELECT * FROM handled WHERE (? = '' OR agent = ?) AND (? = '' OR call = ?) ORDER BY at DESC LIMIT ?",
                (agent, agent, call, call, limit),
            )
            return tuple(map(_handled, found))

    def purge(self, before: datetime) -> int:
        """Delete what was written down earlier; how many."""
        with pages_book(self._path) as rows:
            return rows.execute("DELETE FROM handled WHERE at < ?", (stored(before),)).rowcount


def _handled(row: sqlite3.Row) -> Handled:
    return Handled(
        call=row["call"],
        agent=row["agent"],
        account=row["account"],
        at=datetime.fromisoformat(row["at"]),
        result=Result(row["result"]),
        note=row["note"],
        checked=tuple(row["checked"].split()),
    )
