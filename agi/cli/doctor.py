"""`hotline doctor`: is this installation sound, and if not, what to do."""

from datetime import UTC, datetime

import click

from agi.dialogue import facts
from agi.dialogue.facts import Standing
from agi.ops import asterisk, launch, licences
from agi.ops import doctor as examination
from agi.ops.doctor import Check, Level
from agi.services.checked import check_all
from agi.services.publisher import publisher
from agi.settings import Settings
from agi.voice.engine import espeak_version
from agi.voice.sounds import Sounds

_COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


@click.command()
@click.option("--licences", "show_licences", is_flag=True, help="List the licence of all that is installed.")
@click.pass_context
def doctor(context: click.Context, show_licences: bool) -> None:
    """Check ports, versions, rights, disk, clock, prompts and databases. Exit code 1 on a FAIL."""
    settings = Settings()
    if show_licences:
        _licences(settings)
        return
    settings = launch.as_started(settings)
    checks = (
        *examination.examine(settings),
        texts(settings),
        known_facts(settings),
        _prompts(settings),
        _clips(settings),
    )
    for check in checks:
        _show(check)
    context.exit(any(check.level is Level.FAIL for check in checks))


def texts(settings: Settings) -> Check:
    """What the checker finds in menu, texts, lexicon and recordings; the first of it in full."""
    findings = check_all(settings)
    errors = [finding for finding in findings if finding.is_error]
    if errors:
        return Check(Level.FAIL, "texts", f"{len(errors)} errors, first {errors[0]}", "./hotline prompts check")
    if findings:
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        return Check(Level.WARN, "texts", f"{findings[0]}{more}", "./hotline prompts check")
    return Check(Level.OK, "texts", "menu and texts checked, nothing to mend")


def known_facts(settings: Settings, now: datetime | None = None) -> Check:
    """Whether anything is not spoken, since nobody has checked its fact again in time, or was never checked at all."""
    today = (now or datetime.now(UTC)).astimezone(settings.zone).date()
    standings = [one.standing(today) for one in facts.read(settings.prompts / facts.FILE).facts.values()]
    todo = "./hotline facts due, then the page Fakta"
    if late := standings.count(Standing.OVERDUE):
        return Check(Level.WARN, "facts", f"{late} overdue: callers do not hear them", todo)
    if never := standings.count(Standing.UNCHECKED):
        return Check(Level.WARN, "facts", f"{never} of {len(standings)} were never checked by the office", todo)
    return Check(Level.OK, "facts", f"{len(standings)}, none overdue")


def _prompts(settings: Settings) -> Check:
    """Which edition callers hear, and whether prompts/ holds something else."""
    makes = publisher(settings)
    current = makes.editions.current()
    if current is None:
        return Check(Level.FAIL, "prompts", "nothing is published", "./hotline up")
    text = f"edition {current.number} of {current.at.astimezone(settings.zone):%Y-%m-%d %H:%M}"
    if makes.is_current(settings.prompts):
        return Check(Level.OK, "prompts", text)
    todo = "./hotline prompts diff, then ./hotline prompts publish"
    return Check(Level.WARN, "prompts", f"{text}; prompts/ holds changes that callers do not hear", todo)


def _clips(settings: Settings) -> Check:
    """Whether every clip of what callers hear is as it was made; that there are any is another check."""
    damaged = Sounds(settings.sounds).damaged()
    if damaged:
        more = f" and {len(damaged) - 1} more" if len(damaged) > 1 else ""
        text = f"{damaged[0]}{more} gone or damaged; a call makes again what is gone"
        return Check(Level.WARN, "clips", text, "./hotline up makes them again.")
    return Check(Level.OK, "clips", "as they were made")


def _show(check: Check) -> None:
    level = click.style(f"{check.level:<4}", fg=_COLOURS[check.level])
    click.echo(f"{level}  {check.about:<15} {check.text}")
    if check.advice:
        click.echo(f"{'':<22}→ {check.advice}")


def _licences(settings: Settings) -> None:
    program = asterisk.find(settings.var)
    programs = licences.of_programs(program, espeak_version())
    for each in (*programs, *licences.of_voice(), *licences.of_packages()):
        click.echo(f"{each.name:<24} {each.version:<28} {each.licence}")
    if program is not None and program.private:
        click.echo("\nDebian's packages beside Asterisk: var/asterisk/tree/usr/share/doc/*/copyright")
