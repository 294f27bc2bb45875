"""`hotline prompts rehearse`: synthetic callers go through the draft before anybody hears it."""

from collections.abc import Iterator

import click

from agi.cli.editions import progress_bar
from agi.rehearsal.result import Rehearsal, Rehearsed, mending
from agi.rehearsal.voices import HELD_OUT, USUAL
from agi.settings import Settings


@click.command()
@click.option("--all", "every", is_flag=True, help="Every question, not only those that differ from what callers hear.")
@click.option(
    "--voices",
    default=USUAL,
    show_default=True,
    type=click.IntRange(1, len(HELD_OUT)),
    help="How many voices say each word.",
)
def rehearse(every: bool, voices: int) -> None:
    """Let synthetic callers go through the questions that prompts/ changes, and tell what is not understood.

    Each key is pressed during the prompt and after it; each word is said by several voices, where it is quiet and where
    it is loud (noise 15 dB below). Exit code 1 if something is to be mended. The page "Gladi" shows the result, too.
    """
    from agi.rehearsal import run  # the recogniser, which other commands need not wait for

    with progress_bar("Rehearsing") as progress:
        found = run.rehearse(Settings(), progress, every=every, voices=voices)
    for line in _told(found):
        click.echo(line)
    if any(mending(found)):
        raise SystemExit(1)


def _told(found: Rehearsal) -> Iterator[str]:
    if not found.questions:
        yield "Tidak ada pertanyaan yang berbeda dari yang didengar penelepon: --all menggladi semuanya."
        return
    for question in found.questions:
        yield from _question(question)
    if found.mute:
        yield found.mute
    if found.share is not None:
        yield f"{_percent(found.share)} dari {found.turns} jawaban dengan suara dimengerti ({found.seconds:.0f} detik)."
    lines = list(mending(found))
    yield from ("Perbaiki:", *(f"  {line}" for line in lines)) if lines else ("Semua diterima dengan baik.",)


def _question(question: Rehearsed) -> Iterator[str]:
    yield f"{_percent(question.share):>6}  {question.title}"
    for one in question.options:
        keys = ", ".join(f"{key.moment.value} {'diterima' if key.understood else 'TIDAK'}" for key in one.pressed)
        leads = f" → {one.leads}" if one.leads and one.pressed else ""
        ways = ", ".join(f"{way.text} {way.understood}/{way.times}" for way in one.ways)
        yield f"  {_percent(one.share):>6}  {one.name}{leads}" + "".join(f"; {it}" for it in (keys, ways) if it)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"
