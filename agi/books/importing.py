"""Importing a CSV file into the registry: checked row by row, written sorted, published whole or not at all."""

import csv
import dataclasses
import os
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TextIO

from agi.books.draft import ImportFailed, draft, remember, set_source, source_of
from agi.books.files import beside
from agi.books.registry import KeyMismatch, KkDigitsMismatch, RegistryDamaged
from agi.books.registry_schema import kk_digits_of
from agi.books.table_csv import Table, TableError
from agi.books.tables import LAYOUTS, Layout, RowError, Surroundings
from agi.books.words import Source

BEFORE = ".before"
"""What the name of the registry ends in that a replacement has left."""

MANY = 30
"""Rows from which on a column that is the same in all of them can be no chance: 1 in 10^29 for a digit."""

WIPES_PERCENT = 50.0
"""Share of an own table that a replacement may take away unasked."""


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """What an import did. `rejects` is the file of rejected lines, None if there were none."""

    taken: int
    rejected: int
    rejects: Path | None
    before: int
    emptied_others: bool = False


def import_csv(
    registry: Path,
    key: bytes,
    table: str,
    file: Path,
    *,
    kk_digits: int,
    source: Source = Source.OWN,
    replace: bool = False,
    threshold_percent: float = 0.0,
    sure: bool = False,
    as_of: datetime | None = None,
    progress: Callable[[int], object] = lambda _: None,
) -> Report:
    """Import `file` into `table` ("residents", "applications", "offices") of the registry at `registry`.

    Rows are added, or take the place of rows with the same key; with `replace` the whole table is replaced.
    Of a resident's KK number a hash of the last `kk_digits` digits is kept.
    `as_of`: the time that the rows are of, where that is not now.
    Lines that can't be taken go to FILE.rejects.csv, and if they are more than `threshold_percent` of all,
    nothing is imported. `progress` is told bytes read. Readers see the old registry until all is done.

    With `replace`, the registry as it was is kept as `registry.db.before`, and what would take more than WIPES_PERCENT
    of a table is refused unless `sure`; a registry that is damaged or of another key is begun anew
    (`Report.emptied_others`).
    Raises TableError, ImportFailed, KeyMismatch, KkDigitsMismatch,
    RegistryDamaged, OSError.
    """

    def imported(*, fresh: bool) -> Report:
        with draft(registry, key, fresh=fresh) as connection:
            loaded = _load(
                connection, key, kk_digits, table, file, source, replace, threshold_percent, sure, as_of, progress
            )
            if replace:
                _keep_before(registry)
            return dataclasses.replace(loaded, emptied_others=fresh)

    try:
        return imported(fresh=False)
    except (KeyMismatch, RegistryDamaged):
        if not replace:
            raise
        return imported(fresh=True)


def import_sample(registry: Path, key: bytes, kk_digits: int, folder: Path) -> None:
    """Build the registry at `registry` anew from the sample in `folder`, whatever it held before.

    Raises what `import_csv` raises.
    """
    with draft(registry, key, fresh=True) as connection:
        for table in ("offices", "residents", "applications"):  # which name offices
            _load(connection, key, kk_digits, table, folder / f"{table}.csv", Source.SAMPLE, replace=True)


def _load(
    connection: sqlite3.Connection,
    key: bytes,
    kk_digits: int,
    table: str,
    file: Path,
    source: Source,
    replace: bool,
    threshold_percent: float = 0.0,
    sure: bool = True,
    as_of: datetime | None = None,
    progress: Callable[[int], object] = lambda _: None,
) -> Report:
    """Load `file` into `table` of a draft; see `import_csv`."""
    layout = LAYOUTS[table]
    with Table(file, layout.required, layout.optional) as rows, _Rejects(file) as rejects:
        if not replace and source_of(connection, table) not in (Source.EMPTY, source):
            raise ImportFailed(
                f"Either the {table} in the registry or those in {file} are the sample's: import with --replace, "
                "so that made-up and real persons do not mix."
            )
        hashed = kk_digits_of(connection)
        if layout.name == "residents" and not replace and hashed not in (None, kk_digits):
            raise KkDigitsMismatch(hashed, kk_digits)
        connection.execute("BEGIN")
        offices = frozenset(code for (code,) in connection.execute("SELECT code FROM offices"))
        _stage(connection, layout, rows, Surroundings(key, kk_digits, offices), rejects, progress)
        _reject_twins(connection, layout, rejects)
        (staged,) = connection.execute("SELECT count(*) FROM temp.staged").fetchone()
        if not staged + rejects.count:
            raise ImportFailed(f"{file} has no rows below its header: nothing was imported.")
        share = 100 * rejects.count / (staged + rejects.count)
        if share > threshold_percent or not staged:
            raise ImportFailed(
                f"{rejects.count} of {staged + rejects.count} rows can't be taken ({share:.1f} %, allowed are "
                f"{threshold_percent:g} %): nothing was imported. The reasons are in {rejects.path}."
            )
        (before,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
        lost = 100 * (before - staged) / before if replace and before and source is source_of(connection, table) else 0
        if lost > WIPES_PERCENT and not sure:
            raise ImportFailed(
                f"{table}: {before} in the registry would become {staged}. Nothing was imported; add --yes if that is "
                "meant, or leave --replace out to add and update rows."
            )
        _take(connection, layout, replace)
        set_source(connection, table, source, as_of)
        if layout.name == "residents":
            remember(connection, "kk-digits", str(kk_digits))
        connection.execute("COMMIT")
    return Report(staged, rejects.count, rejects.path if rejects.count else None, before)


class _Rejects:
    """FILE.rejects.csv: line numbers and reasons, nothing of what stood in the lines. Absent when there are none."""

    def __init__(self, file: Path) -> None:
        self.path = file.with_suffix(".rejects.csv")
        self.count = 0
        self._out: TextIO | None = None

    def __enter__(self) -> "_Rejects":
        self.path.unlink(missing_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._out is not None:
            self._out.close()

    def __call__(self, line: int, reason: str) -> None:
        if self._out is None:
            try:
                made = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
                self._out = os.fdopen(made, "w", encoding="utf-8", newline="")
            except OSError as error:
                raise TableError(f"{self.path} can't be written: {error.strerror}.") from None
            csv.writer(self._out).writerow(("line", "reason"))
        csv.writer(self._out).writerow((line, reason))
        self.count += 1


def _stage(
    connection: sqlite3.Connection,
    layout: Layout,
    table: Table,
    around: Surroundings,
    rejects: _Rejects,
    progress: Callable[[int], object],
) -> None:
    """Put the good rows into a temporary table, in the file's order. Raises ImportFailed for an impossible column."""
    impossible, alike, taken = layout.impossible, set[str](), 0

    def good() -> Iterator[tuple[int | str | bytes, ...]]:
        nonlocal taken
        for number, fields in table.rows(rejects, progress):
            try:
                row = layout.check(fields, around)
            except RowError as error:
                rejects(number, str(error))
            else:
                taken += 1
                if impossible and len(alike) < 2:
                    alike.add(fields[impossible.field][-impossible.digits :])
                yield number, *row

    columns = ", ".join(layout.columns)
    connection.execute(f"CREATE TEMP TABLE staged (line INTEGER PRIMARY KEY, {columns})")
    marks = ", ".join("?" * (len(layout.columns) + 1))
    connection.executemany(f"INSERT INTO temp.staged VALUES ({marks})", good())  # noqa: S608
    if impossible and len(alike) == 1 and taken >= MANY:
        raise ImportFailed(f"{impossible.why}: nothing was imported.")


def _keep_before(registry: Path) -> None:
    """Keep the registry as it is, under a second name: what replaces it is another file."""
    kept = beside(registry, BEFORE)
    kept.unlink(missing_ok=True)
    if registry.exists():
        os.link(registry, kept)


def _reject_twins(connection: sqlite3.Connection, layout: Layout, rejects: _Rejects) -> None:
    """Reject rows whose key has come before in the same file."""
    key = layout.columns[0]
    twins = connection.execute(
        f"""SELECT line, first FROM (
            SELECT line, min(line) OVER (PARTITION BY {key}) AS first FROM temp.staged
            WHERE {key} IN (SELECT {key} FROM temp.staged GROUP BY 1 HAVING count(*) > 1)
        ) WHERE line > first ORDER BY line"""  # noqa: S608
    ).fetchall()
    for line, first in twins:
        rejects(line, f"{key} is the same as in line {first}")
        connection.execute("DELETE FROM temp.staged WHERE line = ?", (line,))


def _take(connection: sqlite3.Connection, layout: Layout, replace: bool) -> None:
    """Write the staged rows, sorted by key: inserting in the tree's order is five times as fast."""
    key, *others = layout.columns
    columns = ", ".join(layout.columns)
    if replace:
        connection.execute(f"DELETE FROM {layout.name}")  # noqa: S608
    news = ", ".join(f"{column} = excluded.{column}" for column in others)
    connection.execute(
        f"INSERT INTO {layout.name} ({columns}) SELECT {columns} FROM temp.staged WHERE true ORDER BY {key} "  # noqa: S608
        f"ON CONFLICT ({key}) DO UPDATE SET {news}"
    )
    connection.execute("DROP TABLE temp.staged")
