"""`hotline prompts`: check, render, hear and list what callers are told."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click

from agi.services.checked import check_all
from agi.settings import Settings
from agi.voice import audio
from agi.voice.clips import Clips, Piece
from agi.voice.errors import VoiceError
from agi.voice.texts import Texts

SOUND_DEVICES = Path("/dev/snd")


@click.group()
def prompts() -> None:
    """What callers hear: check, render, say and list it."""


@prompts.command()
def check() -> None:
    """Check menu, texts, lexicon and recordings; one finding a line, exit code 1 if there is an error."""
    settings = Settings()
    findings = check_all(settings)
    for finding in findings:
        click.echo(str(finding))
    errors = sum(finding.is_error for finding in findings)
    click.echo(f"{errors} kesalahan, {len(findings) - errors} peringatan.", err=True)
    if errors:
        raise SystemExit(1)


@prompts.command()
@click.option("--force", is_flag=True, help="Render everything again, also what is there already.")
def render(force: bool) -> None:
    """Render what is missing and publish it; calls in progress keep the version they began with."""
    with _plain_errors(), _clips(Settings()) as clips:
        if clips.by_another_voice():
            click.echo("The voice of the hotline has changed: every text is spoken anew.", err=True)
        todo = len(clips.to_render(force=force))
        with _bar("Rendering prompts", todo) as progress:
            report = clips.render_all(progress, force=force)
        click.echo(
            f"{report.clips} clips: {report.rendered} rendered, {report.recordings} recorded, "
            f"in {report.seconds:.1f} s."
        )
        for problem in clips.dead_recordings():
            click.echo(f"peringatan: {problem}", err=True)
        if clips.texts.missing:
            click.echo(
                f"peringatan: {clips.texts.language}.toml belum punya {len(clips.texts.missing)} teks, yang diucapkan "
                f"dalam bahasa Indonesia: {', '.join(clips.texts.missing)}",
                err=True,
            )


@prompts.command()
@click.argument("key")
@click.argument("places", nargs=-1, metavar="[PLACE=VALUE]...")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write, if not var/said.wav.")
def say(key: str, places: tuple[str, ...], out: Path | None) -> None:
    """Play what a caller hears for KEY where there is a sound device; it stays in a WAV file.

    \b
    Example: hotline prompts say nik.short count=13
    Dates are written YYYY-MM-DD; a phrase is the key of another text.
    """
    values: dict[str, str | int | date] = {}
    for given in places:
        name, equals, value = given.partition("=")
        if not equals:
            raise click.UsageError(f"'{name}' has no value: write {name}=VALUE.")
        values[name] = value
    settings = Settings()
    target = out or settings.var / "said.wav"
    with _plain_errors(), _clips(settings) as clips:
        sentence = clips.texts.written(key, values)
        samples = audio.joined(clips.clips(key, values))
    try:
        audio.save(samples, target)
    except OSError:
        raise click.ClickException(f"{target} can't be written; name another file with --out.") from None
    click.echo(f"{sentence}\n{target} ({len(samples) / audio.WIDE_HZ:.1f} s)")
    player = shutil.which("aplay")
    if player and SOUND_DEVICES.is_dir():
        subprocess.run([player, "-q", str(target)], stderr=subprocess.DEVNULL, check=False)


@prompts.command("list")
def list_() -> None:
    """List all texts: key, places, seconds of its fixed parts once rendered, and where its voice comes from."""
    with _plain_errors(), _clips(Settings()) as clips:
        rows = [_row(clips, key) for key in clips.texts.keys()]  # noqa: SIM118 - not a dict
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for key, places, seconds, source in rows:
        click.echo(f"{key:<{widths[0]}}  {seconds:>{widths[2]}}  {places:<{widths[1]}}  {source}".rstrip())


def _row(clips: Clips, key: str) -> tuple[str, str, str, str]:
    pieces = clips.pieces(key)
    lengths = [_seconds(clips, piece) for piece in pieces]
    seconds = "-" if None in lengths else f"{sum(length or 0.0 for length in lengths):.1f} s"
    recorded = sum(piece.recording is not None for piece in pieces)
    if not recorded:
        source = "synthesis"
    else:
        source = "recording" if recorded == len(pieces) else f"recording ({recorded} of {len(pieces)} parts)"
    if key in clips.texts.missing:
        source += ", Indonesian"
    places = " ".join(f"{{{name}:{kind}}}" for name, kind in clips.texts.text(key).places.items())
    return key, places, seconds, source


def _seconds(clips: Clips, piece: Piece) -> float | None:
    path = clips.rendered(piece)
    return audio.seconds(path) if path else None


def _clips(settings: Settings) -> Clips:
    """The installation's clips, to be closed by `with`; raises `TextsError`."""
    texts = Texts.load(settings.prompts, settings.office.language)
    return Clips(texts, settings.voice, settings.prompts, settings.var)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """An error of the voice as the one sentence it is."""
    try:
        yield
    except VoiceError as error:
        raise click.ClickException(str(error)) from None


@contextmanager
def _bar(label: str, length: int) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on stderr, or nothing where nothing is to be done."""
    if not length:
        yield None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield lambda done, _: bar.update(done - bar.pos)
