"""`hotline speech collect`: testers record words by telephone, for `speech train` and `speech eval`."""

import signal
import tempfile
from pathlib import Path

import click

from agi import privacy
from agi.editions.publishing import build_graph
from agi.errors import HotlineError
from agi.languages import named
from agi.line.server import Server
from agi.ops.configure import COLLECT_NUMBER
from agi.ops.places import spool_folder
from agi.settings import ROOT, Settings
from agi.speech.model import Model
from agi.voice.clips import Clips
from agi.voice.texts import Texts
from agi.workshop.collecting.call import Collector
from agi.workshop.recordings import MANIFEST, listed

_TEXTS = ROOT / "data" / "collect"
_WORD = "word."
_TESTERS = 8
"""At once; one more is not answered."""


class CannotCollect(HotlineError):
    """Nobody can be recorded; the message says what to do."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def collect(folder: Path) -> None:
    """Record testers who dial 20, into FOLDER, until Ctrl-C.

    They are asked for consent first; without it nothing is kept. The words are those of data/collect/id.toml, heard and
    then repeated. FOLDER gets a recording for each word, a manifest.tsv that `speech train` and `speech eval` read, and
    consents.tsv. Who hangs up half way has given the words said so far. It needs a port in speech.collect_port
    (hotline.toml, then ./hotline up): without one nobody can dial it.
    """
    settings = Settings()
    if not settings.speech.collect_port:
        raise CannotCollect(
            "Testers cannot dial it: set collect_port = 4590 below [speech] in hotline.toml, then ./hotline up."
        )
    spool = spool_folder(settings.var)
    if not spool.is_dir():
        raise CannotCollect("There is no hotline to dial: ./hotline up")
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / MANIFEST).exists():
        listed(folder)
    texts = Texts.load(_TEXTS)
    words = _words(texts)
    language = named(settings.office.language)
    with (
        Clips(texts, settings.voice, settings.prompts, settings.var) as clips,
        tempfile.TemporaryDirectory(prefix="hotline-collect-") as spare,
    ):
        click.echo("Preparing what testers hear …", err=True)
        for key in texts:
            clips.clips(key, {"word": words[0]} if texts[key].places else None)
        built = build_graph(settings.prompts, language, settings.speech_model, Path(spare) / "model")
        collector = Collector(folder, words, clips, Model.load(built.folder), spool, click.echo)
        server = _server(settings, collector)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: server.stop())
        click.echo(f"Dial {COLLECT_NUMBER} from a tester's telephone; Ctrl-C ends.")
        server.serve()


def _words(texts: Texts) -> tuple[str, ...]:
    """The keys of what is to be said. Raises CannotCollect where that is a number: a NIK is never asked for."""
    words = tuple(key for key in texts if key.startswith(_WORD))
    numbers = [key for key in words if not texts.written(key).replace(" ", "").isalpha()]
    if numbers or not words:
        where = f"{numbers[0]} is none" if numbers else "there is none"
        raise CannotCollect(f"{_TEXTS}: below [word] stand words in letters, {where}.")
    return words


def _server(settings: Settings, collector: Collector) -> Server:
    try:
        return Server(
            settings.speech.collect_port,
            _TESTERS,
            lambda channel, _cut: collector.take(channel),
            proof=privacy.collect_proof(settings.var),
            grace_s=0,
        )
    except OSError as error:
        raise CannotCollect(
            f"Port {settings.speech.collect_port} is not free ({error.strerror}): end what uses it, or set another "
            "speech.collect_port in hotline.toml, then ./hotline up."
        ) from error
