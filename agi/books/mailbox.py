"""The book of messages: `mailbox.db`. A message is taken once, answered once, and sent until its peer has it.

Each step is one transaction, so that a process killed between any two goes on where it stood. Each process works on the
messages of its own doors; what they and their answers said stands here sealed until it is sent, and masked for good.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from agi.books.mailbox_rows import Incoming, Outcome, Outgoing, Sending, ThreadState, Waiting, Written
from agi.books.mailbox_schema import SCHEMA
from agi.books.parts import Incomplete, given_up, joined
from agi.books.ports import Half
from agi.books.rows import stored
from agi.books.small_book import HeldBook
from agi.privacy import keyed_hash, masked_numbers, sealed, unsealed

THREAD_FOR = timedelta(hours=24)
"""So long after their last act an agent has a thread; so long, too, some networks let us answer a message."""
AGAIN_FOR = timedelta(minutes=1)
"""So long the same words of the same sender are the same message, where their network gives messages no id."""
_CONFIRM = "UPDATE outbox SET state = 'sent', why = '', body = NULL, address = NULL"
_DOUBTFUL = "attempts > 0 AND state IN ('ready', 'sending')"


class Mailbox:
    """The messages in the file at `path`, made on first use; `key` seals and hashes. Any thread; raises BookError."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._key = key
        self._book = HeldBook(path, SCHEMA, "synchronous=FULL")

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()

    # ---- in ----

    def take(self, messages: Iterable[Incoming], at: datetime) -> int:
        """Keep those that are new, all or none; how many. Once this returns they can't be lost."""

        def work(rows: sqlite3.Connection) -> int:
            return sum(self._take(rows, one, at) for one in messages)

        return self._book.do(work)

    def _take(self, rows: sqlite3.Connection, one: Incoming, when: datetime) -> int:
        if one.part:
            came = Incomplete(one.door, one.address, one.sender)
            body = joined(rows, self._key, one.part, came, one.body, when)
            return 0 if body is None else self._take(rows, replace(one, body=body, part=None), when)
        at, known = stored(when), one.message or self._unnamed(rows, one, when)
        thread, address = keyed_hash(self._key, "thread", one.door, one.sender), sealed(self._key, one.address)
        new = rows.execute(
            "INSERT OR IGNORE INTO inbox (door, message, sender, address, body, masked, came, state, thread, account)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 'new', ?, ?)",
            (
                one.door,
                known,
                sealed(self._key, one.sender),
                address,
                sealed(self._key, one.body),
                masked_numbers(one.body),
                at,
                thread,
                one.account,
            ),
        ).rowcount
        if new:
            rows.execute(
                "INSERT INTO threads VALUES (?, ?, ?, ?, '', ?, ?, '')"
                " ON CONFLICT (thread) DO UPDATE SET address = excluded.address, last = excluded.last",
                (thread, one.door, address, ThreadState.HOTLINE, at, at),
            )
        return new

    def _unnamed(self, rows: sqlite3.Connection, one: Incoming, at: datetime) -> str:
        """What a message without an id is known as: as one that said the same a moment ago, if there is one."""
        said = keyed_hash(self._key, "said", one.sender, one.body).hex()
        now = f"{said} {stored(at)}"
        query = "SELECT message FROM inbox WHERE door = ? AND message BETWEEN ? AND ?"
        known = rows.execute(query, (one.door, f"{said} {stored(at - AGAIN_FOR)}", now)).fetchone()
        return str(known[0]) if known else now

    def waiting(self, doors: Collection[str], at: datetime, limit: int = 64) -> tuple[Waiting, ...]:
        """The oldest of these doors that are not answered yet at `at`; one that lacks a part comes empty."""
        query = (
            "SELECT seq, door, message, address, body, sender, account, EXISTS (SELECT 1 FROM threads"  # noqa: S608
            " WHERE threads.thread = inbox.thread AND threads.state = ? AND since >= ?)"
            f" FROM inbox WHERE state = 'new' AND {_of(doors)} ORDER BY seq LIMIT ?"
        )

        key = self._key

        def work(rows: sqlite3.Connection) -> list[tuple[Any, ...]]:
            for door, address, sender in given_up(rows, key, doors, at):
                self._take(rows, Incoming(door, "", address, "", sender), at)
            return rows.execute(query, (*with_agent(at), *doors, limit)).fetchall()

        return tuple(
            Waiting(
                seq,
                _contact(key, door, message),
                Incoming(
                    door, message, unsealed(key, address), unsealed(key, body), unsealed(key, sender), account=account
                ),
                bool(with_agent),
            )
            for seq, door, message, address, body, sender, account, with_agent in self._book.do(work)
        )

    def came(self, seq: int, since: datetime) -> int:
        """How many messages came in the thread of message `seq` since then, up to it; an agent's own do not count."""
        query = (
            "SELECT count(*) FROM inbox AS this JOIN inbox AS other USING (thread)"
            " WHERE this.seq = ? AND other.seq <= this.seq AND other.came >= ? AND other.author = ''"
        )
        return int(self._book.do(lambda rows: rows.execute(query, (seq, stored(since))).fetchone())[0])

    # ---- out ----

    def answer(self, written: Iterable[Written], at: datetime) -> None:
        """The messages are done and their answers ready, in one transaction; one that is done already stays so."""

        def work(rows: sqlite3.Connection) -> None:
            for seq, body, intent, calls_agent, call in written:
                done = rows.execute(
                    "UPDATE inbox SET state = 'done', body = NULL, intent = ? WHERE seq = ? AND state = 'new'"
                    " RETURNING door, message",
                    (intent, seq),
                ).fetchone()
                if done and body:
                    rows.execute(
                        "INSERT INTO outbox SELECT seq, door, ?, address, ?, ?, 'ready', 0, ?, ''"
                        " FROM inbox WHERE seq = ?",
                        (
                            answer_token(self._key, *done),
                            sealed(self._key, body),
                            masked_numbers(body),
                            stored(at),
                            seq,
                        ),
                    )
                rows.execute("UPDATE inbox SET address = NULL, sender = NULL, account = '' WHERE seq = ?", (seq,))
                if calls_agent:
                    rows.execute(
                        "UPDATE threads SET state = ?, since = ? WHERE state = ?"
                        " AND thread = (SELECT thread FROM inbox WHERE seq = ?)",
                        (ThreadState.WAITING, stored(at), ThreadState.HOTLINE, seq),
                    )
                if call:
                    of_thread = "UPDATE threads SET call = ? WHERE thread = (SELECT thread FROM inbox WHERE seq = ?)"
                    rows.execute(of_thread, (call, seq))

        self._book.do(work)

    def begin_sending(self, at: datetime, doors: Collection[str], limit: int = 64) -> tuple[Outgoing, ...]:
        """Those of these doors that are due at `at`, each of which is in doubt from now on until it is `settle`d.

        What was asked longer than `THREAD_FOR` ago, before the hotline stood still or in a backup that was put back, is
        given up: an answer so late confuses, and many a network takes none.
        """

        def work(rows: sqlite3.Connection) -> tuple[Outgoing, ...]:
            rows.execute(
                f"UPDATE outbox SET state = ?, why = 'too late', body = NULL, address = NULL"  # noqa: S608
                f" WHERE state = 'ready' AND {_of(doors)} AND seq IN (SELECT seq FROM inbox WHERE came < ?)",
                (Sending.DEAD, *doors, stored(at - THREAD_FOR)),
            )
            query = (
                f"SELECT seq FROM outbox WHERE state = 'ready' AND {_of(doors)} AND next_at <= ?"  # noqa: S608
                " ORDER BY next_at, seq LIMIT ?"
            )
            due = [row[0] for row in rows.execute(query, (*doors, stored(at), limit))]
            for seq in due:
                rows.execute("UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE seq = ?", (seq,))
            return self._outgoing(rows, due)

        return self._book.do(work)

    def in_doubt(self, doors: Collection[str]) -> tuple[Outgoing, ...]:
        """Those of these doors of which nobody knows whether they were sent: their process was killed."""

        def work(rows: sqlite3.Connection) -> tuple[Outgoing, ...]:
            query = f"SELECT seq FROM outbox WHERE state = 'sending' AND {_of(doors)}"  # noqa: S608
            found = rows.execute(query, (*doors,))
            return self._outgoing(rows, [row[0] for row in found])

        return self._book.do(work)

    def settle(self, outcomes: Iterable[Outcome]) -> None:
        """Write down what came of sending; what was sent is kept masked only."""

        def work(rows: sqlite3.Connection) -> None:
            for seq, state, why, next_at, tried, known in outcomes:
                rows.execute(
                    "UPDATE outbox SET state = ?, why = ?, next_at = coalesce(?, next_at), attempts = attempts - ?"
                    " WHERE seq = ? AND state = 'sending'",  # unless its peer has said meanwhile that it has it
                    (state, why, next_at and stored(next_at), not tried, seq),
                )
                if known:
                    rows.execute(
                        "INSERT OR IGNORE INTO proofs (door, known) SELECT door, ? FROM outbox WHERE seq = ?",
                        (known, seq),
                    )
                if state in (Sending.SENT, Sending.DEAD):
                    rows.execute("UPDATE outbox SET body = NULL, address = NULL WHERE seq = ?", (seq,))

        self._book.do(work)

    def confirm(self, tokens: Iterable[str]) -> None:
        """The peer says that it has these answers: whoever was not sure is, and they are not sent again."""

        def work(rows: sqlite3.Connection) -> None:
            for token in tokens:
                rows.execute(f"{_CONFIRM} WHERE token = ? AND {_DOUBTFUL}", (token,))

        self._book.do(work)

    def confirm_as(self, door: str, known: str, is_it: Callable[[Outgoing], bool]) -> None:
        """The peer says that it has the message `known`, and `is_it` tells which answer that may be.

        Of those in doubt the oldest is confirmed; what was confirmed by `known`, or sent as that, is not told again.
        """

        def work(rows: sqlite3.Connection) -> None:
            if not rows.execute("INSERT OR IGNORE INTO proofs (door, known) VALUES (?, ?)", (door, known)).rowcount:
                return
            query = f"SELECT seq FROM outbox WHERE door = ? AND {_DOUBTFUL} ORDER BY seq"  # noqa: S608 - ours
            doubtful = rows.execute(query, (door,)).fetchall()
            found = self._outgoing(rows, [seq for (seq,) in doubtful])
            if (one := next(filter(is_it, found), None)) is not None:
                rows.execute(f"{_CONFIRM} WHERE seq = ?", (one.seq,))

        self._book.do(work)

    def backlog(self) -> Mapping[str, int]:
        """How many messages are in each state: new, and those of `Sending`."""
        query = (
            "SELECT state, count(*) FROM inbox WHERE state = 'new' GROUP BY 1"
            " UNION ALL SELECT state, count(*) FROM outbox GROUP BY 1"
        )
        return dict(self._book.do(lambda rows: rows.execute(query).fetchall()))

    def forget(self, at: datetime, keep: timedelta) -> int:
        """Delete messages that came longer ago than `keep` and are through; how many. Where to write to who wrote is
        deleted sooner, unless an agent is wanted there."""
        before = at - keep

        def work(rows: sqlite3.Connection) -> int:
            rows.execute("DELETE FROM halves WHERE at < ?", (stored(before),))
            rows.execute("DELETE FROM proofs WHERE at < ?", (stored(before),))
            wanted = "DELETE FROM threads WHERE last < ? OR (state = ? AND last < ?)"
            rows.execute(wanted, (stored(before), ThreadState.HOTLINE, stored(at - THREAD_FOR)))
            rows.execute(
                "DELETE FROM outbox WHERE state IN ('sent', 'dead') AND seq IN (SELECT seq FROM inbox WHERE came < ?)",
                (stored(before),),
            )
            query = "DELETE FROM inbox WHERE came < ? AND state = 'done' AND seq NOT IN (SELECT seq FROM outbox)"
            return rows.execute(query, (stored(before),)).rowcount

        return self._book.do(work)

    # ---- numbers that wait for what proves them: see `ports.Halves` ----

    def half(self, sender: str, since: datetime) -> Half | None:
        """See `Halves`."""
        query = "SELECT subject, number FROM halves WHERE sender = ? AND at >= ?"
        row = self._book.do(lambda rows: rows.execute(query, (self._hash(sender), stored(since))).fetchone())
        return Half(row[0], unsealed(self._key, row[1])) if row else None

    def keep_half(self, sender: str, subject: str, number: str, at: datetime) -> None:
        """See `Halves`."""
        values = (self._hash(sender), subject, sealed(self._key, number), stored(at))
        self._book.do(lambda rows: rows.execute("INSERT OR REPLACE INTO halves VALUES (?, ?, ?, ?)", values))

    def drop_half(self, sender: str) -> None:
        """See `Halves`."""
        self._book.do(lambda rows: rows.execute("DELETE FROM halves WHERE sender = ?", (self._hash(sender),)))

    def _hash(self, address: str) -> bytes:
        return keyed_hash(self._key, "sender", address)

    def _outgoing(self, rows: sqlite3.Connection, due: list[int]) -> tuple[Outgoing, ...]:
        query = "SELECT seq, door, token, attempts, address, body FROM outbox WHERE seq = ?"
        found = (rows.execute(query, (seq,)).fetchone() for seq in due)
        return tuple(
            Outgoing(seq, door, token, attempts, unsealed(self._key, address), unsealed(self._key, body))
            for seq, door, token, attempts, address, body in found
        )


def answer_token(key: bytes, door: str, message: str) -> str:
    """What a peer knows the answer to `message` by: always the same, and it tells nothing of it."""
    return keyed_hash(key, "answer-to", door, message).hex()


def with_agent(at: datetime) -> tuple[str, str]:
    """What `state` is, and `since` at least, of a thread that an agent has at `at`."""
    return ThreadState.AGENT, stored(at - THREAD_FOR)


def _contact(key: bytes, door: str, message: str) -> str:
    return f"{door}-{keyed_hash(key, 'contact', door, message)[:8].hex()}"


def _of(doors: Collection[str]) -> str:
    return f"door IN ({', '.join('?' * len(doors))})"
