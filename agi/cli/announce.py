"""`hotline announce`: what all callers hear before the greeting, for a time."""

from datetime import UTC, datetime

import click

from agi.cli.editions import author
from agi.editions.announcement import Announcement, Announcements
from agi.editions.moments import moment
from agi.settings import Settings


@click.command()
@click.argument("words", required=False, metavar="[TEXT]")
@click.option("--until", metavar="WHEN", help='When it ends: "14:00", or "2026-12-01 06:00"; at most seven days on.')
@click.option("--clear", is_flag=True, help="End what is announced now.")
@click.option("--author", "by", default=author, help="Who, if not the user of this computer.")
def announce(words: str | None, until: str | None, clear: bool, by: str) -> None:
    """Tell all callers TEXT before the greeting, until WHEN; without TEXT, show what they are told.

    Calls that begin from now on hear it, at most 20 seconds; nothing is published or restarted, and it ends by itself.
    """
    settings, now = Settings(), datetime.now(UTC)
    announcements = Announcements(settings)
    if clear and (words or until):
        raise click.UsageError("--clear ends what is announced, and takes nothing else.")
    if bool(words) != bool(until):
        raise click.UsageError('Write both: hotline announce "TEXT" --until 14:00')
    if clear:
        announcements.clear()
        click.echo("Tidak ada pengumuman: penelepon langsung mendengar salam pembuka.")
    elif words and until:
        made = announcements.announce(words, moment(until, settings.zone, now), by, now)
        click.echo(f"Mulai sekarang penelepon mendengarnya lebih dulu ({made.lasts_s:.0f} detik).")
        _show(made, settings)
    elif standing := announcements.standing(now):
        _show(standing, settings)
    else:
        click.echo("Tidak ada pengumuman.")


def _show(found: Announcement, settings: Settings) -> None:
    at, until = (one.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M %Z") for one in (found.at, found.until))
    click.echo(f"“{found.words}”\nSampai {until}; diumumkan {at}{' oleh ' if found.author else ''}{found.author}.")
