"""Finding calls among many: by time, outcome, question, the last digits of a number, or the number itself."""

from dataclasses import dataclass
from datetime import datetime

from agi.books.contacts import Contact
from agi.books.events import NoteKind, Outcome
from agi.books.reader import CallReader
from agi.books.rows import BY_TELEPHONE, CONTACT, contact, stored
from agi.privacy import keyed_hash

_LATER_THAN_ALL = "~"  # than any time as it is stored
_SENDER_SHOWS = 3
"""So many last digits of a caller's number are kept."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls: begun from `since` to before `until`, ended with `outcome`, asked the question `step`, with a number
    that ends in the digits `ends`, or whose keyed hash is one of `hashes`. What is None or empty narrows nothing."""

    since: datetime | None = None
    until: datetime | None = None
    outcome: Outcome | None = None
    step: str = ""
    ends: str = ""
    hashes: tuple[bytes, ...] = ()


def hashes_of(key: bytes, number: str) -> tuple[bytes, ...]:
    """The keyed hashes under which a call from or about `number` may stand: trunks write +62812…, 62812… or 0812….

    Empty where `number` holds no digit.
    """
    digits = "".join(one for one in number if one.isascii() and one.isdigit())
    if not digits:
        return ()
    ways = {digits}
    if digits.startswith("62"):
        ways.add(f"0{digits[2:]}")
    if digits.startswith("0"):
        ways.add(f"62{digits[1:]}")
    return (*(keyed_hash(key, "caller", way) for way in sorted(ways)), keyed_hash(key, "about", digits))


class CallSearch(CallReader):
    """A reader that searches."""

    def found(self, wanted: Wanted, limit: int, skip: int = 0) -> tuple[Contact, ...]:
        """The calls that fit, the newest first, at most `limit` after the first `skip`. Raises BookUnreadable."""
        parts = [BY_TELEPHONE, "started >= :since", "started < :until"]
        values: dict[str, object] = {
            "since": stored(wanted.since) if wanted.since else "",
            "until": stored(wanted.until) if wanted.until else _LATER_THAN_ALL,
            "limit": limit,
            "skip": skip,
        }
        if wanted.outcome:
            parts.append("outcome = :outcome")
            values["outcome"] = wanted.outcome
        if wanted.step:
            asked = "SELECT 1 FROM events WHERE call = calls.id AND kind = 'asked' AND node = :step"
            parts.append(f"EXISTS ({asked})")
            values["step"] = wanted.step
        if wanted.ends:
            parts.append("(substr(caller, -:shown) = substr(:ends, -:shown) OR substr(about, -:length) = :ends)")
            values |= {"ends": wanted.ends, "length": len(wanted.ends), "shown": min(len(wanted.ends), _SENDER_SHOWS)}
        if wanted.hashes:
            names = [f"hash{place}" for place in range(len(wanted.hashes))]
            listed = ", ".join(f":{name}" for name in names)
            # Each by its own index: an OR of both, or the order, would have SQLite read all calls.
            of_number = " UNION ".join(
                f"SELECT id FROM calls WHERE {column} IN ({listed})"  # noqa: S608
                for column in ("caller_hash", "about_hash")
            )
            parts.append(f"id IN ({of_number})")
            values |= dict(zip(names, wanted.hashes, strict=True))
        query = f"""SELECT {CONTACT} FROM calls WHERE {" AND ".join(parts)}
            ORDER BY started DESC, rowid DESC LIMIT :limit OFFSET :skip"""  # noqa: S608 - names of columns
        return tuple(map(contact, self._rows(query, values)))

    def of_agent(self, agent: str, since: datetime, limit: int) -> tuple[Contact, ...]:
        """Calls begun at or after `since` in which that agent (a number) talked, the newest first."""
        query = f"""SELECT {CONTACT} FROM calls WHERE started >= :since AND (
                why = :why OR substr(afterwards, -length(:why)) = :why
                OR EXISTS (SELECT 1 FROM events WHERE call = calls.id AND kind = 'noted' AND node = :talked
                    AND detail = :agent))
            ORDER BY started DESC, rowid DESC LIMIT :limit"""  # noqa: S608 - names of columns
        values = {"since": stored(since), "why": f"agent {agent}", "talked": NoteKind.AGENT_TALKED, "agent": agent}
        return tuple(map(contact, self._rows(query, {**values, "limit": limit})))

    def of_same_sender(self, call_id: str, limit: int) -> tuple[Contact, ...]:
        """Other calls from the number of that call, the newest first; none where it was withheld."""
        query = f"""SELECT {CONTACT} FROM calls
            WHERE caller_hash = (SELECT caller_hash FROM calls WHERE id = :call) AND id <> :call AND {BY_TELEPHONE}
            ORDER BY started DESC, rowid DESC LIMIT :limit"""  # noqa: S608 - names of columns
        return tuple(map(contact, self._rows(query, {"call": call_id, "limit": limit})))
