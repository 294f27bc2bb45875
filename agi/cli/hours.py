"""`hotline hours`: when agents are on duty; it counts from the next call on that wants one."""

from datetime import datetime

import click

from agi.books.holidays import due, shipped
from agi.books.hours import WEEKDAYS, HoursBook, HoursError, OwnHours, spans, special, written
from agi.office.hours import Day, Hours
from agi.settings import Settings

_DATE = click.DateTime(["%Y-%m-%d"])
_UNSET = "Hours are not set: callers who want an agent are put into the queue at any time."


@click.group()
def hours() -> None:
    """When agents are on duty: the week, and the days that differ. The machine answers at any hour."""


@hours.command()
def show() -> None:
    """Show the week, the next days that differ, and what must be looked at again."""
    settings = Settings()
    own = HoursBook(settings.hours_file).read()
    today = datetime.now(settings.zone).date()
    if own is None:
        click.echo(_UNSET)
    else:
        for name, told in zip(WEEKDAYS, own.week, strict=True):
            click.echo(f"{name:<8}{written(told)}")
        coming = [day for year in (today.year, today.year + 1) for day in Hours(own).special(year) if day.day >= today]
        for day in coming[:5]:
            click.echo(_line(day))
    if (year := due(today)) is not None:
        click.echo(f"Look at the holidays of {year.year} again (since {year.again}): {year.source}.", err=True)


@hours.command("set")
@click.argument("days")
@click.argument("when")
def set_(days: str, when: str) -> None:
    """Set the hours WHEN of DAYS of the week.

    DAYS: a day or a stretch of them, `jumat` or `senin-jumat`. WHEN: `08:00-16:00`, `"08:00-12:00, 13:00-16:00"`,
    `"24 jam"`, or `tutup`. Days that were never set are closed.
    """
    book = HoursBook(Settings().hours_file)
    own, told = book.read() or OwnHours(), spans(when)
    for weekday in _weekdays(days):
        own = own.with_weekday(weekday, told)
    book.write(own)
    click.echo(f"{days}: {written(told)}. It counts at once.")


@hours.command()
def clear() -> None:
    """Forget all that was set: agents are asked at any time again."""
    HoursBook(Settings().hours_file).clear()
    click.echo(_UNSET)


@hours.group()
def holidays() -> None:
    """Holidays, and other days that differ from their weekday."""


@holidays.command("list")
@click.argument("year", type=int, required=False)
def list_(year: int | None) -> None:
    """List those of YEAR (this one if left out), whence they are known, and what is not decided yet."""
    settings = Settings()
    wanted = year or datetime.now(settings.zone).year
    for day in Hours(HoursBook(settings.hours_file).read() or OwnHours()).special(wanted):
        click.echo(_line(day))
    for known in shipped():
        if known.year == wanted:
            for one, name in sorted(known.unsure.items()):
                click.echo(f"{one}  not decided  {name}")
            click.echo(f"Source: {known.source}; checked {known.checked}, to be checked again {known.again}.")


@holidays.command("set")
@click.argument("day", type=_DATE)
@click.argument("name")
@click.option("--hours", "when", default="tutup", show_default=True, help="Hours; `seperti biasa`: no holiday here.")
def set_day(day: datetime, name: str, when: str) -> None:
    """Let DAY (2027-03-08) be a holiday called NAME, or a day with other hours."""
    book = HoursBook(Settings().hours_file)
    told = special(name, when)
    book.write(_set(book).with_day(day.date(), told))
    click.echo(f"{day:%Y-%m-%d} {told.name}: {written(told.hours)}. It counts at once.")


@holidays.command()
@click.argument("day", type=_DATE)
def remove(day: datetime) -> None:
    """Forget what was set of DAY: the shipped calendar and its weekday count again."""
    book = HoursBook(Settings().hours_file)
    own = _set(book)
    if day.date() not in own.days:
        raise click.ClickException(f"Nothing was set of {day:%Y-%m-%d}; see hotline hours holidays list.")
    book.write(own.with_day(day.date(), None))
    click.echo(f"{day:%Y-%m-%d} is as the calendar has it. It counts at once.")


def _set(book: HoursBook) -> OwnHours:
    """What is set. Without a week a holiday would close all other days too."""
    own = book.read()
    if own is None:
        raise click.ClickException("First set the week: ./hotline hours set senin-jumat 08:00-16:00")
    return own


def _weekdays(days: str) -> range:
    first, _, last = days.lower().partition("-")
    try:
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    except ValueError:
        raise HoursError(f'"{days}" bukan hari: tulis {", ".join(WEEKDAYS)}, atau misalnya senin-jumat.') from None
    if end < begin:
        raise HoursError(f'"{days}": tulis dari hari yang lebih awal, misalnya senin-jumat.')
    return range(begin, end + 1)


def _line(day: Day) -> str:
    return f"{day.day}  {written(day.hours):<13}{day.name}{' (own)' if day.own else ''}"
