"""Look-ups in `registry.db`: a resident by NIK and KK digits, an application by number and PIN.

The file is never written in place: an import builds a new one beside it and renames it (`draft.py`), so a
reader always sees a whole registry, the old one or the new one. Each look-up compares the file's identity
with one `stat` (1 to 2 µs) and opens the new file when it has changed. It waits for the disk no longer than a caller
does (`late.py`).
"""

import hmac
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from agi.books.errors import BookError
from agi.books.files import open_reader
from agi.books.late import LIMIT_S, Alarm
from agi.books.registry_schema import AS_OF, SCHEMA, key_check, kk_digits_of, kk_hash, pin_hash, remembered
from agi.books.words import (
    Application,
    ApplicationStatus,
    Document,
    KtpState,
    Office,
    Reason,
    Resident,
    ResidentStatus,
    Source,
)
from agi.deadline import Deadline

_Identity = tuple[int, int, int]
_NO_HASH = bytes(16)
_T = TypeVar("_T")
_UNREADABLE = "{} can't be opened ({}): check its rights."
_APPLICATION = "number, document, status, since, reason, office"


class RegistryError(BookError):
    """The registry can't be used; the message says what to do."""


class RegistryMissing(RegistryError):
    """There is no registry yet."""


class RegistryOutdated(RegistryError):
    """The registry was built by an older or newer version of this program."""


class RegistryDamaged(RegistryError):
    """The file is no registry, or can't be read."""


class RegistryStalled(RegistryError):
    """The disk has not answered in time."""


class KeyMismatch(RegistryError):
    """The registry was built with another key: every KK number and PIN would look wrong."""


class KkDigitsMismatch(RegistryError):
    """The residents' hashes are of another number of KK digits: every KK number would look wrong."""

    def __init__(self, hashed: int | None, asked: int) -> None:
        super().__init__(
            f"The registry was made for the last {hashed} digits of the KK number, but identity.kk_digits is {asked}: "
            f"`hotline registry import residents FILE --replace`, or set identity.kk_digits to {hashed}."
        )


class Registry:
    """A registry open for look-ups; any thread may use it, several at once.

    `kk_digits`: how many of the last digits of the KK number prove who is asked about.
    """

    def __init__(self, path: Path, key: bytes, kk_digits: int) -> None:
        self.kk_digits: int = kk_digits
        self._path = path
        self._key = key
        self._idle: deque[tuple[_Identity, sqlite3.Connection]] = deque()
        self._deadline = Deadline(LIMIT_S)
        self._alarm = Alarm(path.name)

    @classmethod
    def open(cls, path: Path, key: bytes, kk_digits: int) -> "Registry":
        """Open the registry at `path`, whose hashes were made with `key`, of the last `kk_digits` of the KK number.

        Raises RegistryMissing, RegistryDamaged, RegistryOutdated, RegistryStalled, KeyMismatch, KkDigitsMismatch.
        """
        registry = cls(path, key, kk_digits)
        registry.ready()
        return registry

    def ready(self) -> None:
        """Raise RegistryError if nothing can be looked up now: asked before a caller keys numbers for nothing."""
        self._look_up(lambda connection: connection.execute("SELECT value FROM meta LIMIT 1").fetchone())

    def close(self) -> None:
        """Close all idle connections; a later look-up opens a new one."""
        while self._idle:
            self._idle.pop()[1].close()

    def resident(self, nik: str, kk_digits: str) -> Resident | None:
        """The resident `nik` if the KK number ends in `kk_digits`, else None.

        An unknown NIK and wrong digits give the same answer by the same work: one look-up, one hash, one
        comparison in constant time.
        """
        row = self._one("SELECT kk_hash, status, ktp FROM residents WHERE nik = ?", nik)
        if not self._matches(row, kk_hash(self._key, nik, kk_digits)):
            return None
        return Resident(ResidentStatus(row[1]), KtpState(row[2]))

    def status(self, nik: str) -> ResidentStatus | None:
        """The status of the resident `nik`, by the NIK alone; None where there is none."""
        row = self._one("SELECT status FROM residents WHERE nik = ?", nik)
        return ResidentStatus(row[0]) if row else None

    def application(self, number: str, pin: str) -> Application | None:
        """The application `number` if `pin` is its PIN, else None; unknown and wrong as in `resident`."""
        row = self._one(f"SELECT pin_hash, {_APPLICATION} FROM applications WHERE number = ?", number)  # noqa: S608
        if not self._matches(row, pin_hash(self._key, number, pin)):
            return None
        return _application(row[1:])

    def applications_of(self, nik: str, kk_digits: str) -> tuple[Application, ...]:
        """All applications of the resident `nik`, newest first; none if the KK digits do not match.

        The applications are read before the match is known, so that no answer takes longer than another.
        """
        query = f"SELECT {_APPLICATION} FROM applications WHERE nik = ? ORDER BY since DESC, number"  # noqa: S608
        rows = self._look_up(lambda connection: connection.execute(query, (nik,)).fetchall())
        if self.resident(nik, kk_digits) is None:
            return ()
        return tuple(_application(row) for row in rows)

    def office(self, code: str) -> Office | None:
        """The office with this code, or None."""
        row = self._one("SELECT code, name, hours, usual_time FROM offices WHERE code = ?", code)
        return Office(*row) if row else None

    def every_office(self) -> tuple[Office, ...]:
        """All offices, by their codes."""
        query = "SELECT code, name, hours, usual_time FROM offices ORDER BY code"
        return tuple(Office(*row) for row in self._look_up(lambda connection: connection.execute(query).fetchall()))

    def as_of(self, table: str) -> datetime | None:
        """The time that the rows of a table are of; None where it is empty."""
        row = self._one("SELECT value FROM meta WHERE name = ?", f"{AS_OF}{table}")
        return datetime.fromisoformat(row[0]) if row else None

    @property
    def source(self) -> Source:
        """Whose records these are: the sample's as soon as one table is the sample's."""
        with self._connection() as connection:
            rows = connection.execute("SELECT value FROM meta WHERE name GLOB 'source.*'").fetchall()
        sources = {Source(value) for (value,) in rows}
        return next((one for one in (Source.SAMPLE, Source.OWN) if one in sources), Source.EMPTY)

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Rows per status, by table; offices are counted under ""."""
        with self._connection() as connection:
            return {
                table: dict(
                    connection.execute(
                        f"SELECT {column}, count(*) FROM {table} GROUP BY 1 ORDER BY 1"  # noqa: S608
                    )
                )
                for table, column in (("residents", "status"), ("applications", "status"), ("offices", "''"))
            }

    def rows(self, table: str, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """All rows of a table, in the order of their key, as an export needs them."""
        with self._connection() as connection:
            yield from connection.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1")  # noqa: S608

    def _one(self, query: str, value: str) -> Any:
        """The first row that `query` gives for `value`, or None."""
        return self._look_up(lambda connection: connection.execute(query, (value,)).fetchone())

    def _look_up(self, what: Callable[[sqlite3.Connection], _T]) -> _T:
        """What is found in the file as it is now. Raises RegistryStalled when that takes too long."""

        def work() -> _T:
            with self._connection() as connection:
                return what(connection)

        try:
            found = self._deadline.run(work)
        except TimeoutError:
            raise RegistryStalled(str(self._alarm.late())) from None
        self._alarm.answered()
        return found

    @staticmethod
    def _matches(row: tuple[bytes, ...] | None, given: bytes) -> bool:
        return hmac.compare_digest(row[0] if row else _NO_HASH, given)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection to the file as it is now, for this thread alone until the block ends."""
        try:
            found = os.stat(self._path)  # noqa: PTH116 - half the time of Path.stat, and in every look-up
        except FileNotFoundError:
            raise RegistryMissing(
                f"There is no registry at {self._path}: `hotline up` makes one of the sample data, "
                "`hotline registry import` one of your own."
            ) from None
        except OSError as error:
            raise RegistryDamaged(_UNREADABLE.format(self._path, error.strerror)) from error
        now: _Identity = (found.st_ino, found.st_mtime_ns, found.st_size)
        try:
            connection = self._borrow(now)
            with _closed_on_error(connection):
                yield connection
        except sqlite3.DatabaseError as error:
            raise RegistryDamaged(f"{self._path} can't be read ({error}): import the registry again.") from error
        self._idle.append((now, connection))

    def _borrow(self, now: _Identity) -> sqlite3.Connection:
        while True:
            try:
                identity, connection = self._idle.pop()
            except IndexError:
                return self._opened()
            if identity == now:
                return connection
            connection.close()

    def _opened(self) -> sqlite3.Connection:
        try:
            connection = open_reader(self._path)
        except sqlite3.Error as error:
            raise RegistryDamaged(_UNREADABLE.format(self._path, error)) from error
        with _closed_on_error(connection):
            database = Database(connection, execute_plugins=False)
            if not database["meta"].exists():
                raise RegistryDamaged(f"{self._path} is no registry: import the registry again.")
            if SCHEMA.pending(database):
                raise RegistryOutdated(f"{self._path} is of an older version: `hotline up` brings it up to date.")
            if remembered(connection, "key-check") != key_check(self._key):
                raise KeyMismatch(
                    f"{self._path} was built with another key than var/secrets/hash-key: put that key back, "
                    "or import all tables again with --replace."
                )
            hashed = kk_digits_of(connection)
            if hashed not in (None, self.kk_digits):
                raise KkDigitsMismatch(hashed, self.kk_digits)
        return connection


@contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _application(row: tuple[str, ...]) -> Application:
    number, document, status, since, reason, office = row
    return Application(
        number=number,
        document=Document(document),
        status=ApplicationStatus(status),
        since=date.fromisoformat(since),
        reason=Reason(reason) if reason else None,
        office=office,
    )
