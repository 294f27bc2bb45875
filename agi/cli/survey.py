"""`hotline survey`: how callers rate the service, and the index."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import click

from agi.books.calls_table import csv_output
from agi.books.counting import CallCounter
from agi.office.survey import Index
from agi.services.survey_table import lines, write_csv
from agi.settings import Settings


@click.command()
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 3660), help="So many, with today.")
@click.option("--csv", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the table to this file.")
def survey(days: int, file: Path | None) -> None:
    """Show the survey's answers to each of its nine questions, and the index (PermenPANRB 14/2017)."""
    settings = Settings()
    first = datetime.now(settings.zone).date() - timedelta(days - 1)
    since = datetime.combine(first, time(), settings.zone).astimezone(UTC)
    with CallCounter(settings.calls_db) as reader:
        index = Index.of(reader.ratings(since, datetime.now(UTC)), settings.survey.least)
    if file is not None:
        with csv_output(file) as out:
            write_csv(out, index)
        click.echo(f"{file} holds {index.answers} answers.")
        return
    for line in lines(index):
        click.echo(line)
    if not settings.survey.enabled:
        click.echo("Callers are not asked: survey.enabled in hotline.toml switches the survey on.", err=True)
