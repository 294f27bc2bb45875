"""`hotline calls`: what happened in the calls."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from agi import privacy
from agi.books.callbacks import CallbackBook
from agi.books.calls import CallBook
from agi.books.calls_table import (
    MOST_ROWS,
    Record,
    csv_output,
    named_cells,
    report_lines,
    sums,
    when,
    write_csv,
    write_xlsx,
)
from agi.books.case import case_valid
from agi.books.cases import CaseBook
from agi.books.contacts import Contact
from agi.books.course import Course
from agi.books.desks import Desks
from agi.books.errors import BookError
from agi.books.events import Event, Outcome, said_in
from agi.books.reader import CallReader
from agi.books.rows import columns
from agi.cli.call_story import Written, ending, event_lines, length, story, troubles, written_by
from agi.editions.store import Editions, NoEdition
from agi.office.office import case_book
from agi.settings import Settings
from agi.voice.errors import VoiceError
from agi.voice.texts import Texts

_NONE = "No call has been recorded yet: start the hotline with `hotline up` and dial 1500537."
_BOM = "\ufeff"
_AGO = re.compile(r"(\d{1,5})([mhd])")
_DATE = len("2026-11-24")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Moment(click.ParamType[datetime]):
    """A time of day at the office, or how long ago: 2026-11-24, 2026-11-24T13:30, 90m, 12h, 7d."""

    name = "TIME"

    def __init__(self, *, through: bool = False) -> None:
        self._day = timedelta(days=1) if through else timedelta()  # a date means the end of that day

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment, aware."""
        if isinstance(value, datetime):
            return value
        if ago := _AGO.fullmatch(str(value)):
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        try:
            moment = datetime.fromisoformat(str(value))
            if len(str(value)) <= _DATE:
                moment += self._day
        except (ValueError, OverflowError):
            self.fail("write a date (2026-11-24), a time (2026-11-24T13:30) or how long ago (90m, 12h, 7d).")
        return moment if moment.tzinfo else moment.replace(tzinfo=Settings().zone)


_outcome = click.option("--outcome", type=click.Choice([str(one) for one in Outcome]), help="Only calls that ended so.")
_since = click.option("--since", type=Moment(), help="Only calls from then on: 2026-11-24, 90m, 12h, 7d.")
_until = click.option(
    "--until", type=Moment(through=True), help="Only calls before then; a date is meant with its whole day."
)
_json = click.option("--json", "as_json", is_flag=True, help="As JSON.")


@click.group()
def calls() -> None:
    """What happened in the calls. Numbers of callers and persons are masked."""


@calls.command("list")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="At most so many calls.")
@_outcome
@_since
@_until
@_json
def list_(limit: int, outcome: str | None, since: datetime | None, until: datetime | None, as_json: bool) -> None:
    """List calls, the newest first."""
    settings = Settings()
    found = _told(limit, outcome, since, until)
    if as_json:
        click.echo(_as_json([named_cells(*one) for one in found]))
        return
    if not found:
        click.echo("No call fits." if outcome or since or until else _NONE)
    for call, course in found:
        click.echo(_line(call, course, settings.zone))


@calls.command()
@click.argument("call_id", metavar="ID")
@_json
@click.option("--yaml", "as_yaml", is_flag=True, help="As a scenario that `hotline call` plays; names no number.")
def show(call_id: str, as_json: bool, as_yaml: bool) -> None:
    """Tell the call with this ID (its beginning is enough): what was said and done, how long it took, how it ended."""
    settings = Settings()
    with CallReader(Settings().calls_db) as reader:
        call = reader.call(call_id)
        events, course = reader.events(call.id), reader.course(call)
    if as_yaml:
        from agi.services.recorded import scenario

        click.echo(scenario(call, events), nl=False)
        return
    if as_json:
        click.echo(_as_json({**named_cells(call, course), "events": [_event_as_json(event) for event in events]}))
        return
    for line in story(call, events, course, _sentences(settings)(call.edition), settings.zone):
        click.echo(line)


@calls.command()
@click.argument("number")
def case(number: str) -> None:
    """Tell what the call was about whose caller was told this NUMBER, and how far a callback for it is."""
    settings = Settings()
    book = case_book(settings)
    found = CaseBook(book).by_number(number) if case_valid(number) else None
    if found is None:
        raise BookError(f"There is no call with the number {number}; it is kept for {settings.cases.days} days.")
    callback = CallbackBook(book).of_case(number)
    for name, value in (
        ("number", found.number),
        ("call", found.call),
        ("when", when(found.changed, settings.zone)),
        ("topic", found.topic),
        ("verified", found.verified),
        ("reached", found.reached),
        ("about", found.about),
        ("status", found.status),
        ("callback", f"{callback.state}, tries: {callback.tries}" if callback else ""),
    ):
        if value:
            click.echo(f"{name:<9} {value}")


@calls.command()
def tail() -> None:
    """Follow calls as they happen, until Ctrl-C."""
    settings = Settings()
    sentences = _sentences(settings)
    click.echo("Waiting for calls; end with Ctrl-C.", err=True)
    with CallReader(Settings().calls_db) as reader:
        try:
            for new in reader.follow():
                if isinstance(new, Contact):
                    what = ending(new) if new.ended else f"call from {new.sender or 'a withheld number'}"
                    click.echo(f"{when(new.ended or new.started, settings.zone)}  {new.id}  {what}")
                    continue
                call_id, event = new
                for line in event_lines(event, sentences(reader.call(call_id).edition)):
                    click.echo(f"{when(event.at, settings.zone)}  {call_id}  {line}")
        except KeyboardInterrupt:
            click.echo(err=True)


@calls.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--bom", is_flag=True, help="CSV begins with a byte order mark: Excel then reads it as UTF-8.")
@_outcome
@_since
@_until
def export(file: Path | None, bom: bool, outcome: str | None, since: datetime | None, until: datetime | None) -> None:
    """Write all calls, the newest first, to FILE or to the terminal; times are the office's.

    FILE that ends in .xlsx is a workbook with the calls and, on a second sheet, their sums; any other is CSV.
    """
    zone = Settings().zone
    told = _told(-1, outcome, since, until)
    if file is not None and file.suffix.lower() == ".xlsx":
        if len(told) > MOST_ROWS:
            raise click.ClickException(
                f"A sheet holds {MOST_ROWS:,} calls and these are {len(told):,}: narrow them with --since and --until, "
                "or write a .csv file."
            )
        with privacy.private_file(file) as raw:
            write_xlsx(raw, told, zone)
    else:
        with csv_output(file) as out:
            out.write(_BOM * bom)
            write_csv(out, told, zone)
    if file is not None:
        click.echo(f"Calls written to {file}: {len(told)}.")


@calls.command()
@_since
@_until
def report(since: datetime | None, until: datetime | None) -> None:
    """Count calls, minutes and turns: together, per day, outcome, first failure and question."""
    told = _told(-1, None, since, until)
    if not told:
        click.echo("No call fits." if since or until else _NONE)
        return
    for line in report_lines(sums(told, Settings().zone)):
        click.echo(line)


@calls.command()
@click.option("--older-than", type=click.IntRange(1), required=True, metavar="DAYS", help="Delete calls begun before.")
@click.confirmation_option(prompt="Delete these call records for good?")
def purge(older_than: int) -> None:
    """Delete old call records: personal data may be kept only as long as it is needed (UU 27/2022)."""
    settings = Settings()
    if not settings.calls_db.exists():
        click.echo(_NONE)
        return
    book = CallBook.open(settings.calls_db, privacy.hash_key(settings.var))
    try:
        before = datetime.now(UTC) - timedelta(days=older_than)
        count = book.purge(before)
        if settings.pages_db.exists():
            Desks(settings.pages_db).purge(before)  # what agents wrote down of them
    except BookError as error:
        raise click.ClickException(f"The call records could not be changed: {error}.") from error
    finally:
        book.close()
    click.echo(f"Calls deleted: {count}.")


def _told(limit: int, outcome: str | None, since: datetime | None, until: datetime | None) -> list[Record]:
    with CallReader(Settings().calls_db) as reader:
        found = reader.calls(limit, Outcome(outcome) if outcome else None, since, until=until)
        return [(call, reader.course(call)) for call in found]


def _as_json(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1, default=datetime.isoformat)


def _event_as_json(event: Event) -> dict[str, object]:
    prompts = [
        {"key": one.key, "places": {name: str(value) for name, value in one.places.items()}} for one in said_in(event)
    ]
    return {"at": event.at, **columns(event), "prompts": prompts}


def _line(call: Contact, course: Course, zone: ZoneInfo) -> str:
    where = f" at {call.where}" if call.where else ""
    why = f": {call.why}" if call.why else ""
    told = troubles(call, course)
    return (
        f"{call.id:<22}{when(call.started, zone)}  {length(call.lasted_s):>8}  {call.sender or 'withheld':<15}  "
        f"{call.outcome or 'going on'}{where}{why}{'; ' if told else ''}{told}"
    )


def _sentences(settings: Settings) -> Callable[[int], Written]:
    """By edition, the sentences as a call heard them; by the working copy where a record names none (older ones).

    Texts that can't be read any more do not keep calls from being told.
    """

    @cache
    def of(edition: int) -> Written:
        try:
            prompts = Editions(settings.editions_folder).edition(edition).prompts if edition else settings.prompts
            return written_by(Texts.load(prompts, settings.office.language))
        except (NoEdition, VoiceError):
            return written_by(None)

    return of
