"""`hotline prompts`: check, hear, publish and bring back what callers are told."""

import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import click

from agi.cli.editions import author, progress_bar
from agi.cli.norm import norm_lines
from agi.cli.rehearse import rehearse
from agi.cli.whatif import whatif
from agi.dialogue.confirm import readbacks
from agi.dialogue.menu import Menu
from agi.editions.differences import differences
from agi.editions.moments import moment
from agi.editions.publishing import Draft
from agi.editions.schedule import Schedule, Scheduled
from agi.editions.store import Editions
from agi.services.checked import check_all
from agi.services.norm.statement import statement
from agi.services.publisher import publisher, recorded
from agi.settings import Settings
from agi.voice import audio
from agi.voice.clips import Clips
from agi.voice.texts import Texts

SOUND_DEVICES = Path("/dev/snd")
_note = click.option("--note", default="", help="Why, for the history.")
_author = click.option("--author", "by", default=author, help="Who, if not the user of this computer.")


@click.group()
def prompts() -> None:
    """What callers hear: check, rehearse, say and list it, publish it and bring it back."""


prompts.add_command(rehearse)


@prompts.command()
@click.option("--norm", is_flag=True, help="Instead, against the norms for dialogues by telephone (N001 …).")
@click.option("--edition", type=click.IntRange(1), default=None, help="With --norm: of that edition, with its digest.")
def check(norm: bool, edition: int | None) -> None:
    """Check menu, texts, lexicon and recordings; one finding a line, exit code 1 if there is an error.

    With --norm each rule with its norm and clause, what was measured, its limit, and where it is not kept; never an
    error.
    """
    if edition and not norm:
        raise click.UsageError("--edition is for --norm.")
    settings = Settings()
    if norm:
        for line in norm_lines(statement(settings, edition or 0)):
            click.echo(line)
        return
    findings = check_all(settings)
    for finding in findings:
        click.echo(str(finding))
    errors = sum(finding.is_error for finding in findings)
    click.echo(f"{errors} kesalahan, {len(findings) - errors} peringatan.", err=True)
    if errors:
        raise SystemExit(1)


@prompts.command()
@click.option("--force", is_flag=True, help="Render everything again, also what is there already.")
def draft(force: bool) -> None:
    """Check the prompts, render them and make their words be heard: all but publish.

    What callers hear stays as it is; `prompts publish` is quick afterwards.
    """
    settings = Settings()
    makes = publisher(settings)
    with makes.editions.alone(), progress_bar() as progress:
        ready = makes.draft(settings.prompts, progress, force=force)
    _tell(ready)
    click.echo(f"Draf {ready.content} siap: ./hotline prompts diff, lalu ./hotline prompts publish.")


@prompts.command()
@click.argument("before", type=int, required=False, metavar="[FROM")
@click.argument("after", type=int, required=False, metavar="[TO]]")
def diff(before: int | None, after: int | None) -> None:
    """Tell in words what the working copy changes: sentence by sentence, menu row by menu row.

    Compared is what callers hear, or the edition FROM, with prompts/, or with the edition TO.
    """
    settings = Settings()
    editions = Editions(settings.editions_folder)
    old = editions.edition(before or editions.current_number())
    new = editions.edition(after).prompts if after else settings.prompts
    lines = list(differences(old.prompts, new, settings.office.language))
    for line in lines or [f"Tidak ada bedanya dengan edisi {old.number}."]:
        click.echo(line)


prompts.add_command(whatif)


@prompts.command()
@click.option("--at", "when", metavar="WHEN", help='Publish it then: "06:00", or "2026-12-01 06:00".')
@_note
@_author
def publish(when: str | None, note: str, by: str) -> None:
    """Let callers hear what stands in prompts/, without interrupting anybody.

    It is checked and rendered first; calls in progress keep the edition that they began with. With --at it lies ready
    until WHEN: what is checked and rendered now goes live then, whatever is changed in prompts/ meanwhile.
    """
    settings = Settings()
    makes = publisher(settings)
    at = moment(when, settings.zone, datetime.now(UTC)) if when else None
    with makes.editions.alone(), progress_bar() as progress:
        current = makes.editions.current()
        ready = makes.draft(settings.prompts, progress)
        if current and (current.content, current.made_by) == (ready.content, ready.made_by):
            click.echo(f"Tidak ada yang berubah: penelepon sudah mendengarnya, edisi {current.number}.")
            return
        if at:
            planned = makes.plan(ready, at, by, note)
            _tell(ready)
            click.echo(f"Terjadwal: {_planned(planned, settings)}. Batalkan: ./hotline prompts cancel")
            return
        edition = makes.publish(ready, by, note, recorded(settings))
    _tell(ready)
    click.echo(f"Edisi {edition.number} terbit: panggilan baru mendengarnya, yang sedang berlangsung tetap yang lama.")


@prompts.command()
def cancel() -> None:
    """Do not publish what was planned with `publish --at`; what callers hear stays as it is."""
    settings = Settings()
    planned = Schedule(Editions(settings.editions_folder)).cancel()
    click.echo(f"Dibatalkan: {_planned(planned, settings)}." if planned else "Tidak ada yang terjadwal.")


def _planned(planned: Scheduled, settings: Settings) -> str:
    at = planned.at.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M %Z")
    return f"{at}  {planned.content}  {planned.author}  {planned.note}".rstrip()


@prompts.command()
def history() -> None:
    """List the editions that are kept, the newest first: number, time, author, note; before them what is planned."""
    settings = Settings()
    editions = Editions(settings.editions_folder)
    if planned := Schedule(editions).standing():
        click.echo(f"   –  {_planned(planned, settings)}  (terjadwal)")
    current = editions.current_number()
    found = editions.history()
    if not found:
        click.echo("Belum ada edisi: ./hotline up atau ./hotline prompts publish.")
    for edition in found:
        at = edition.at.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M %Z")
        heard = "  (didengar penelepon)" if edition.number == current else ""
        click.echo(f"{edition.number:>4}  {at}  {edition.content}  {edition.author}  {edition.note}".rstrip() + heard)


@prompts.command()
@click.argument("number", type=click.IntRange(1), metavar="NUMBER")
@_note
@_author
def rollback(number: int, note: str, by: str) -> None:
    """Let callers hear the edition NUMBER again; it gets a new number. prompts/ stays as it is."""
    settings = Settings()
    makes = publisher(settings)
    with makes.editions.alone(), progress_bar() as progress:
        ready = makes.draft(makes.editions.edition(number).prompts, progress)
        edition = makes.publish(ready, by, note or f"kembali ke edisi {number}", recorded(settings))
    click.echo(f"Edisi {edition.number} terbit: isinya edisi {number}. Panggilan yang sedang berlangsung tetap.")


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
    with _clips(settings) as clips:
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
    with _clips(Settings()) as clips:
        rows = [_row(clips, key) for key in clips.texts]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for key, places, seconds, source in rows:
        click.echo(f"{key:<{widths[0]}}  {seconds:>{widths[2]}}  {places:<{widths[1]}}  {source}".rstrip())


@prompts.command()
@click.argument("keys", nargs=-1, metavar="[KEY]...")
def listen(keys: tuple[str, ...]) -> None:
    """Have a judge write down what callers hear, and list the parts that it did not understand, the worst first.

    Without KEYs all texts, which takes about a quarter of an hour. They are heard as by a caller: at 8 kHz, with the
    voice of the settings. The judge (Whisper base) is installed on first use; it is weak, so only compare its figures.
    """
    from agi.workshop.evaluation.judge import listen_to  # what it needs is there for this command only

    settings = Settings()
    with _clips(settings) as clips:
        for line in listen_to(clips, keys, settings.var / "judge"):
            click.echo(line)


@prompts.command()
def pack() -> None:
    """Bring the speech in data/voice/pack, which comes with the program, to the texts in prompts/.

    For developers, after a change of texts: only what is new is spoken, what is no longer said is removed.
    """
    settings = Settings()
    with _clips(settings) as clips, progress_bar() as progress:
        if clips.engine.driver != "kokoro":
            raise click.ClickException(clips.engine.lacks or "voice.engine is espeak: only Kokoro's speech is packed.")
        texts, kept = packed(clips, settings.prompts), clips.speech.pack
        came, went = kept.renew(texts, clips.speech.speak, progress)
    megabytes = sum(file.stat().st_size for file in kept.folder.iterdir()) / 1e6
    click.echo(f"{len(texts)} texts in {megabytes:.1f} MB: {came} spoken, {went} removed.")


def packed(clips: Clips, prompts: Path) -> list[str]:
    """What the pack holds of the folder `prompts`: its texts, and the options of its menu as they are read back."""
    menu = Menu.load(prompts / "menu.toml", clips.language)
    return clips.told_ahead((prompt.key, prompt.places) for prompt in readbacks(menu.spoken))


def _tell(draft: Draft) -> None:
    """What was made for it, if anything was."""
    if draft.report:
        report = draft.report
        click.echo(
            f"{report.clips} clips: {report.rendered} rendered ({report.spoken} spoken anew), {report.recordings} "
            f"recorded, in {report.seconds:.1f} s. {report.engine.title}."
        )
        if report.engine.lacks:
            click.echo(f"A voice that is easier to understand can speak. {report.engine.lacks}")
    if draft.built:
        for name, words in sorted(draft.built.unknown.items()):
            click.echo(f"{name}: the model does not know, and never hears: {', '.join(words)}")
        click.echo(
            f"{draft.built.grammars} grammars, {draft.built.phrases} words and phrases, in {draft.built.seconds:.1f} s."
        )


def _row(clips: Clips, key: str) -> tuple[str, str, str, str]:
    pieces = clips.pieces(key)
    lasts_s = clips.seconds(key)
    seconds = "-" if lasts_s is None else f"{lasts_s:.1f} s"
    recorded = sum(piece.recording is not None for piece in pieces)
    if not recorded:
        source = "synthesis"
    else:
        source = "recording" if recorded == len(pieces) else f"recording ({recorded} of {len(pieces)} parts)"
    if key in clips.texts.missing:
        source += ", Indonesian"
    places = " ".join(f"{{{name}:{kind}}}" for name, kind in clips.texts[key].places.items())
    return key, places, seconds, source


def _clips(settings: Settings) -> Clips:
    """The installation's clips, to be closed by `with`; raises `TextsError`."""
    texts = Texts.load(settings.prompts, settings.office.language)
    return Clips(texts, settings.voice, settings.prompts, settings.var)
