"""`hotline registry`: import, count and export the records that callers are told about."""

import csv
import json
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from agi import privacy
from agi.books.calls_table import csv_output
from agi.books.files import beside
from agi.books.importing import BEFORE, import_csv
from agi.books.registry import Registry
from agi.books.tables import LAYOUTS
from agi.books.words import Source
from agi.settings import SAMPLE, Settings

_table = click.argument("table", type=click.Choice(tuple(LAYOUTS)))


@click.group()
def registry() -> None:
    """Residents, applications and offices: what callers are told about."""


@registry.command("import")
@_table
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Replace the whole table instead of adding and updating rows.")
@click.option(
    "--threshold",
    type=click.FloatRange(0, 100),
    default=0.0,
    show_default=True,
    metavar="PERCENT",
    help="Most rows that may be rejected before the import is refused.",
)
@click.option("--yes", is_flag=True, help="With --replace: also when most of the table's rows would go.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day of the data, where that is not today; callers are told it once they are old (office.data_days).",
)
def import_(table: str, file: Path, replace: bool, threshold: float, yes: bool, as_of: datetime | None) -> None:
    """Import FILE, a CSV table in UTF-8, into TABLE.

    All or nothing: callers are told from the old records until the new ones are whole. Rows that can't be taken
    are listed with line number and reason in FILE.rejects.csv.

    \b
    residents:     nik, kk, status, ktp [, region, name]
    applications:  number, pin, nik, document, status, since [, reason, office]
    offices:       code, name [, hours, usual_time]

    Of the KK number a keyed hash of its last digits (identity.kk_digits) is kept, of the PIN a keyed hash; a name
    is not kept.
    """
    settings = Settings()
    try:
        size = file.stat().st_size
    except OSError:
        size = 0
    with click.progressbar(length=size, label=f"Importing {table}", file=sys.stderr, show_pos=False) as bar:
        report = import_csv(
            settings.registry_db,
            privacy.hash_key(settings.var),
            table,
            file,
            kk_digits=settings.identity.kk_digits,
            source=Source.SAMPLE if file.resolve().parent == SAMPLE else Source.OWN,
            replace=replace,
            threshold_percent=threshold,
            sure=yes,
            as_of=as_of and as_of.replace(tzinfo=settings.zone),
            progress=bar.update,
        )
    click.echo(f"{report.taken} {table} imported.")
    if replace and report.before:
        kept = beside(settings.registry_db, BEFORE)
        click.echo(
            f"They replace {report.before}; the registry as it was is kept in {kept}: mv it back if need be, "
            "remove it once the new one has proved right."
        )
    if report.rejects:
        click.echo(f"Rows not taken: {report.rejected}; the reasons are in {report.rejects}.")
    if report.emptied_others:
        click.echo("The registry was begun anew: import the other tables again too.")


@registry.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def stats(as_json: bool) -> None:
    """Count the rows of each table by status."""
    with closing(opened(Settings())) as books:
        counts, source = books.counts(), books.source
    if as_json:
        click.echo(json.dumps({"source": source, **counts, "offices": sum(counts["offices"].values())}))
        return
    whose = {
        Source.SAMPLE: "made-up sample data",
        Source.OWN: "the office's own records",
        Source.EMPTY: "nothing yet",
    }
    click.echo(f"The registry holds {whose[source]}.")
    for table, by_status in counts.items():
        click.echo(f"{table:<28}{sum(by_status.values()):>12,}")
        for status, count in by_status.items():
            if status:
                click.echo(f"  {status:<26}{count:>12,}")


@registry.command()
@_table
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
def export(table: str, file: Path | None) -> None:
    """Write TABLE as CSV to FILE, or to the terminal.

    KK numbers and PINs are not in it: the registry keeps keyed hashes of them only. An export can therefore not be
    imported again; keep your own files for that. Whoever has the key too (var/secrets/hash-key) finds the digits by
    trying them all: guard the two as you would the numbers.
    """
    columns = LAYOUTS[table].exported
    with closing(opened(Settings())) as books, csv_output(file) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(books.rows(table, columns))
    if file is not None:
        click.echo(f"{table} written to {file}, without KK numbers and PINs (only their hashes are kept).")


@registry.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=SAMPLE,
    show_default="data/sample",
    help="Where the files are written.",
)
def sample(folder: Path) -> None:
    """Write the sample tables again: always the same files, made from a fixed seed."""
    from agi.workshop import sample_make

    folder.mkdir(parents=True, exist_ok=True)
    for name, text in sample_make.make().items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
        click.echo(f"{text.count(chr(10)) - 1:>6} rows in {folder / name}")


def opened(settings: Settings) -> Registry:
    """The registry of an installation, to be closed."""
    return Registry.open(settings.registry_db, privacy.hash_key(settings.var), settings.identity.kk_digits)
