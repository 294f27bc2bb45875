"""`hotline doctor`: is this installation sound, and if not, what to do."""

import click

from agi.cli.editions import publisher
from agi.ops import asterisk, launch, licences
from agi.ops import doctor as examination
from agi.ops.doctor import Finding, Level
from agi.services.checked import check_all
from agi.settings import Settings
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
    worst = Level.OK
    settings = launch.as_started(settings)
    for finding in (*examination.examine(settings), texts(settings), _prompts(settings), _clips(settings)):
        _show(finding)
        if finding.level is Level.FAIL or worst is Level.OK:
            worst = finding.level
    context.exit(1 if worst is Level.FAIL else 0)


def texts(settings: Settings) -> Finding:
    """What the checker finds in menu, texts, lexicon and recordings; the first of it in full."""
    findings = check_all(settings)
    errors = [finding for finding in findings if finding.is_error]
    if errors:
        return Finding(Level.FAIL, "texts", f"{len(errors)} errors, first {errors[0]}", "./hotline prompts check")
    if findings:
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        return Finding(Level.WARN, "texts", f"{findings[0]}{more}", "./hotline prompts check")
    return Finding(Level.OK, "texts", "menu and texts checked, nothing to mend")


def _prompts(settings: Settings) -> Finding:
    """Which edition callers hear, and whether prompts/ holds something else."""
    makes = publisher(settings)
    current = makes.editions.current()
    if current is None:
        return Finding(Level.FAIL, "prompts", "nothing is published", "./hotline up")
    text = f"edition {current.number} of {current.facts.at.astimezone(settings.zone):%Y-%m-%d %H:%M}"
    if makes.is_current(settings.prompts):
        return Finding(Level.OK, "prompts", text)
    todo = "./hotline prompts diff, then ./hotline prompts publish"
    return Finding(Level.WARN, "prompts", f"{text}; prompts/ holds changes that callers do not hear", todo)


def _clips(settings: Settings) -> Finding:
    """Whether every clip of what callers hear is as it was made; that there are any is another finding."""
    damaged = Sounds(settings.sounds).damaged()
    if damaged:
        more = f" and {len(damaged) - 1} more" if len(damaged) > 1 else ""
        text = f"{damaged[0]}{more} gone or damaged; a call makes again what is gone"
        return Finding(Level.WARN, "clips", text, "./hotline up makes them again.")
    return Finding(Level.OK, "clips", "as they were made")


def _show(finding: Finding) -> None:
    level = click.style(f"{finding.level:<4}", fg=_COLOURS[finding.level])
    click.echo(f"{level}  {finding.about:<15} {finding.text}")
    if finding.advice:
        click.echo(f"{'':<22}→ {finding.advice}")


def _licences(settings: Settings) -> None:
    program = asterisk.find(settings.var)
    for each in (*licences.of_programs(program, examination.espeak_version()), *licences.of_packages()):
        click.echo(f"{each.name:<24} {each.version:<28} {each.licence}")
    if program is not None and program.private:
        click.echo("\nDebian's packages beside Asterisk: var/asterisk/tree/usr/share/doc/*/copyright")
