"""`hotline calls`: what happened in the calls."""

import csv
import io
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

import click

from agi import privacy
from agi.books.calls import Call, CallBook, CallReader, Event, Outcome, unpack
from agi.books.reader import BookUnreadable, CallNotFound
from agi.books.writer import WriterError
from agi.cli.call_scenario import scenario
from agi.cli.call_story import ending, event_lines, length, story, when, written_by
from agi.settings import Settings
from agi.voice.errors import VoiceError
from agi.voice.texts import Texts

_NONE = "No call has been recorded yet: start the hotline with `hotline up` and dial 1500537."
_AGO = re.compile(r"(\d{1,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Moment(click.ParamType[datetime]):
    """A time of day at the office, or how long ago: 2026-11-24, 2026-11-24T13:30, 90m, 12h, 7d."""

    name = "TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment, aware."""
        if isinstance(value, datetime):
            return value
        if ago := _AGO.fullmatch(str(value)):
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail("write a date (2026-11-24), a time (2026-11-24T13:30) or how long ago (90m, 12h, 7d).")
        return moment if moment.tzinfo else moment.replace(tzinfo=Settings().zone)


_outcome = click.option("--outcome", type=click.Choice([str(one) for one in Outcome]), help="Only calls that ended so.")
_since = click.option("--since", type=Moment(), help="Only calls from then on: 2026-11-24, 90m, 12h, 7d.")
_json = click.option("--json", "as_json", is_flag=True, help="As JSON.")


@click.group()
def calls() -> None:
    """What happened in the calls. Numbers of callers and persons are masked."""


@calls.command("list")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="At most so many calls.")
@_outcome
@_since
@_json
def list_(limit: int, outcome: str | None, since: datetime | None, as_json: bool) -> None:
    """List calls, the newest first."""
    settings = Settings()
    with _reader() as reader:
        found = reader.calls(limit, Outcome(outcome) if outcome else None, since)
    if as_json:
        click.echo(json.dumps([_as_json(call) for call in found], ensure_ascii=False, indent=1))
        return
    if not found:
        click.echo("No call fits." if outcome or since else _NONE)
    for call in found:
        click.echo(_line(call, settings.zone))


@calls.command()
@click.argument("call_id", metavar="ID")
@_json
@click.option("--yaml", "as_yaml", is_flag=True, help="As a scenario that `hotline call` plays; names no number.")
def show(call_id: str, as_json: bool, as_yaml: bool) -> None:
    """Tell the call with this ID (its beginning is enough): what was said and done, how long it took, how it ended."""
    settings = Settings()
    with _reader() as reader:
        try:
            call = reader.call(call_id)
        except CallNotFound as error:
            raise click.ClickException(str(error)) from error
        events = reader.events(call.id)
    if as_yaml:
        click.echo(scenario(call, events), nl=False)
        return
    if as_json:
        told = {**_as_json(call), "events": [_event_as_json(event) for event in events]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for line in story(call, events, written_by(_texts(settings)), settings.zone):
        click.echo(line)


@calls.command()
def tail() -> None:
    """Follow calls as they happen, until Ctrl-C."""
    settings = Settings()
    written = written_by(_texts(settings))
    click.echo("Waiting for calls; end with Ctrl-C.", err=True)
    with _reader() as reader:
        try:
            for new in reader.follow():
                if isinstance(new, Call):
                    what = ending(new) if new.ended else f"call from {new.caller or 'a withheld number'}"
                    click.echo(f"{when(new.ended or new.started, settings.zone)}  {new.id}  {what}")
                    continue
                call_id, event = new
                for line in event_lines(event, written):
                    click.echo(f"{when(event.at, settings.zone)}  {call_id}  {line}")
        except KeyboardInterrupt:
            click.echo(err=True)


@calls.command()
@click.option("--csv", is_flag=True, required=True, expose_value=False, help="As CSV (the only way so far).")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@_outcome
@_since
def export(file: Path | None, outcome: str | None, since: datetime | None) -> None:
    """Write all calls, the newest first, to FILE or to the terminal; times are UTC."""
    with _reader() as reader:
        found = reader.calls(-1, Outcome(outcome) if outcome else None, since)
    rows = [_as_json(call) for call in found]
    if file is None:
        _write_csv(sys.stdout, rows)
        return
    try:
        with privacy.private_file(file) as raw:
            out = io.TextIOWrapper(raw, encoding="utf-8", newline="")
            _write_csv(out, rows)
            out.detach()
    except OSError as error:
        raise click.ClickException(f"{file} can't be written: {error.strerror}.") from error
    click.echo(f"Calls written to {file}: {len(rows)}.")


def _write_csv(out: TextIO, rows: list[dict[str, object]]) -> None:
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


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
        count = book.purge(datetime.now(UTC) - timedelta(days=older_than))
    except WriterError as error:
        raise click.ClickException(f"The call records could not be changed: {error}.") from error
    finally:
        book.close()
    click.echo(f"Calls deleted: {count}.")


_COLUMNS = ("id", "started", "ended", "lasted_s", "caller", "outcome", "where", "why", "afterwards", "about")


def _as_json(call: Call) -> dict[str, object]:
    return {
        "id": call.id,
        "started": call.started.isoformat(),
        "ended": call.ended and call.ended.isoformat(),
        "lasted_s": call.lasted_s,
        "caller": call.caller,
        "outcome": call.outcome,
        "where": call.where,
        "why": call.why,
        "afterwards": call.afterwards,
        "about": call.about,
    }


def _event_as_json(event: Event) -> dict[str, object]:
    return {
        "at": event.at.isoformat(),
        "kind": event.kind,
        "node": event.node,
        "prompts": [
            {"key": key, "places": {name: str(value) for name, value in places.items()}}
            for key, places in unpack(event.prompts)
        ],
        "result": event.result,
        "mode": event.mode,
        "attempt": event.attempt,
        "value": event.value,
        "took_ms": event.took_ms,
        "detail": event.detail,
    }


def _line(call: Call, zone: ZoneInfo) -> str:
    where = f" at {call.where}" if call.where else ""
    why = f": {call.why}" if call.why else ""
    return (
        f"{call.id:<22}{when(call.started, zone)}  {length(call.lasted_s):>8}  {call.caller or 'withheld':<15}  "
        f"{call.outcome or 'going on'}{where}{why}"
    )


def _texts(settings: Settings) -> Texts | None:
    """The prompts; None when they can't be read now, so that calls can still be told."""
    try:
        return Texts.load(settings.prompts, settings.office.language)
    except VoiceError:
        return None


@contextmanager
def _reader() -> Iterator[CallReader]:
    try:
        with CallBook.reader(Settings().calls_db) as reader:
            yield reader
    except BookUnreadable as error:
        raise click.ClickException(f"{error}.") from error
