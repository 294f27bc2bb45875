"""What `hotline up` does, step by step; each step does only what is missing or has changed."""

import hashlib
from contextlib import closing
from dataclasses import dataclass

import click

from agi import privacy
from agi.books import sample as books_sample
from agi.books.draft import draft, source_of
from agi.books.files import open_reader
from agi.books.registry import (
    KeyMismatch,
    KkDigitsMismatch,
    Registry,
    RegistryError,
    RegistryMissing,
    RegistryOutdated,
)
from agi.books.soundness import fault as call_book_fault
from agi.books.words import ApplicationStatus, KtpState, ResidentStatus, Source
from agi.ops import asterisk, configure, doctor, launch, private, ready, restoring
from agi.ops.agents import AgentsError
from agi.ops.configure import Account
from agi.ops.places import write_whole
from agi.ops.progress import Progress
from agi.ops.ready import dialled
from agi.ops.speech import model_mark, speech_is_on
from agi.ops.supervise import SuperviseFailed
from agi.ops.tree import TreeFailed
from agi.settings import LISTEN, ROOT, Settings
from agi.voice.maker import maker
from agi.voice.published import Published

SAMPLE = ROOT / "data" / "sample"


@dataclass(frozen=True)
class Sample:
    """Numbers of the sample data to try a call with; every person in it is made up."""

    nik: str
    kk_digits: str
    registration: str
    pin: str


@dataclass(frozen=True)
class Standing:
    """A hotline that answers: how to reach it."""

    address: str
    port: int
    number: str
    tester: Account
    sample: Sample | None


def bring_up(settings: Settings, progress: Progress) -> Standing:
    """Prepare whatever is missing and start the hotline. Raises click.ClickException."""
    settings.var.mkdir(parents=True, exist_ok=True)
    private.make_private(settings)
    with launch.alone(settings.var):
        if restoring.end_interrupted(settings):
            progress.note("A restore that was interrupted is done now")
            settings = Settings()
        try:
            launch.clear_the_way(settings)
            fill_books(settings, progress)
            program = asterisk.obtain(settings.var, progress)
            publish_prompts(settings)
            build_speech(settings)
            make_music(settings)
            launch.start(settings, program, progress)
        except (
            TreeFailed,
            SuperviseFailed,
            launch.NotAnswering,
            RegistryError,
            AgentsError,
            PermissionError,
        ) as trouble:
            raise click.ClickException(str(trouble)) from trouble
    for found in (doctor.audio_ports(settings), doctor.open_files_granted(settings)):
        if found.advice:
            progress.note(f"Fewer calls at once than the settings allow: {found.text}. {found.advice}")
    address = dialled(settings.telephony.listen)
    tester = configure.account(settings.var, configure.testers()[0])
    return Standing(address, settings.telephony.sip_port, settings.telephony.number, tester, sample(settings))


def publish_prompts(settings: Settings) -> None:
    """Check and render the prompts if they have changed since they were last published.

    Raises click.ClickException when the checker finds an error; what was published before stays.
    """
    stamp = settings.var / "prompts" / ".published"
    published = Published(stamp.parent, settings.office.language)
    wanted = f"{launch.fingerprint(settings)} {maker()}"
    if stamp.is_file() and stamp.read_text() == wanted and published.is_whole():
        return
    _command("prompts", "check", trouble="The prompts have errors (above); what callers hear is unchanged.")
    _command("prompts", "render", trouble="The prompts could not be rendered; what callers hear is unchanged.")
    write_whole(stamp, wanted)


def build_speech(settings: Settings) -> None:
    """Give the recogniser the words of the menu as it is now, where callers may speak. Raises click.ClickException."""
    if not speech_is_on(settings):
        return
    from agi.cli.speech_build import build_graph
    from agi.languages.lexicon import LexiconError
    from agi.speech.phrases import BuildError
    from agi.speech.standard import WordsError

    stamp = settings.var / "speech" / ".built"
    code = (path for room in ("languages", "speech") for path in (ROOT / "agi" / room).rglob("*.py"))
    sources = [*code, *(ROOT / "data" / "words").glob("*.toml")]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(sources))).hexdigest()[:12]
    wanted = f"{launch.fingerprint(settings)} {digest} {settings.speech_model} {model_mark(settings)}"
    if stamp.is_file() and stamp.read_text() == wanted and settings.speech_built.is_dir():
        return
    try:
        build_graph(settings)
    except (BuildError, LexiconError, WordsError) as trouble:
        raise click.ClickException(str(trouble)) from trouble
    write_whole(stamp, wanted)


def fill_books(settings: Settings, progress: Progress) -> None:
    """Create the registry with the sample data when there is none; renew one of an older version, or a sample
    that was made with a lost key or for another number of KK digits.

    Raises RegistryError when an own registry cannot be used.
    """
    if trouble := call_book_fault(settings.calls_db):
        progress.note(f"{settings.calls_db}: {trouble}; see ./hotline doctor. Calls are answered all the same")
    key, path, kk_digits = privacy.hash_key(settings.var), settings.registry_db, settings.identity.kk_digits
    try:
        Registry.open(path, key, kk_digits).close()
    except RegistryMissing:
        books_sample.install(path, key, kk_digits, SAMPLE)
    except RegistryOutdated:
        progress.note("Bringing the registry to this version")
        with draft(path, key):
            pass  # opening a draft applies what is pending
        fill_books(settings, progress)
    except (KeyMismatch, KkDigitsMismatch) as trouble:
        with closing(open_reader(path)) as connection:
            own = any(source_of(connection, table) is Source.OWN for table in books_sample.ORDER)
        if own:
            raise
        new = "key in var/secrets" if isinstance(trouble, KeyMismatch) else "setting identity.kk_digits"
        progress.note(f"The {new} is new: the sample data is imported again")
        books_sample.install(path, key, kk_digits, SAMPLE)


def make_music(settings: Settings) -> None:
    """Put the music on hold where Asterisk finds it, unless it is there."""
    from agi.line.music import make

    make(settings.var / "asterisk" / "share" / "moh")


def sample(settings: Settings) -> Sample | None:
    """Numbers to try, from the sample files; None when the registry does not hold the sample."""
    try:
        registry = Registry.open(settings.registry_db, privacy.hash_key(settings.var), settings.identity.kk_digits)
    except RegistryError:
        return None
    with_sample = registry.source is Source.SAMPLE
    registry.close()
    if not with_sample:
        return None
    numbers = books_sample.load(SAMPLE, settings.identity.kk_digits)
    resident = numbers.resident(ResidentStatus.ACTIVE, KtpState.CARD_ISSUED)
    application = numbers.application(status=ApplicationStatus.SIAP_DIAMBIL)
    return Sample(resident.nik, resident.kk_digits, application.number, application.pin)


def _command(*words: str, trouble: str) -> None:
    """Run another command of ours in this process; raises click.ClickException with `trouble` if it fails."""
    from agi.cli import main

    try:
        code = main.main(args=list(words), prog_name="hotline", standalone_mode=False)
    except SystemExit as left:
        code = left.code
    if isinstance(code, int) and code != 0:
        raise click.ClickException(trouble)


def listen_on(address: str) -> None:
    """Keep `address` for this and every later start, once it is known to serve; nothing is stopped before.

    The settings' own address is kept by keeping none. Raises click.ClickException.
    """
    settings = Settings()
    trouble = ready.unusable(address, settings.telephony.sip_port, launch.as_started(settings).telephony.listen)
    if trouble is not None:
        raise click.ClickException(trouble)
    kept = settings.var / LISTEN
    kept.unlink(missing_ok=True)
    if Settings().telephony.listen != address:
        write_whole(kept, address)
