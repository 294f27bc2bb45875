"""What `hotline up` does, step by step; each step does only what is missing or has changed."""

import csv
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from agi import privacy
from agi.books.accounts import AccountBook, Role
from agi.books.calls_schema import fault as call_book_fault
from agi.books.draft import draft, source_of
from agi.books.files import open_reader
from agi.books.importing import import_sample
from agi.books.registry import (
    KeyMismatch,
    KkDigitsMismatch,
    Registry,
    RegistryError,
    RegistryMissing,
    RegistryOutdated,
)
from agi.books.tables import LAYOUTS
from agi.books.words import ApplicationStatus, KtpState, ResidentStatus, Source
from agi.cli.editions import author, progress_bar
from agi.cli.registry import opened
from agi.editions.publishing import Publisher, Refused
from agi.editions.store import Edition
from agi.line import music
from agi.ops import asterisk, doctor, launch, private, ready, restoring
from agi.ops.places import write_whole
from agi.ops.speech import speech_is_on
from agi.services.checked import check_all
from agi.services.publisher import publisher, recorded
from agi.settings import LISTEN, SAMPLE, Settings
from agi.speech import GRAMMARS
from agi.voice.clips import Clips
from agi.voice.texts import Texts


@dataclass(frozen=True)
class Sample:
    """Numbers of the sample data to try a call with; every person in it is made up."""

    nik: str
    kk_digits: str
    registration: str
    pin: str


def bring_up(settings: Settings) -> None:
    """Prepare whatever is missing and start the hotline. Raises `HotlineError`."""
    settings.var.mkdir(parents=True, exist_ok=True)
    private.make_private(settings)
    with launch.alone(settings.var):
        if restoring.end_interrupted(settings):
            click.echo("A restore that was interrupted is done now", err=True)
            settings = Settings()
        launch.clear_the_way(settings)
        fill_books(settings)
        program = asterisk.obtain(settings.var)
        publish_first(settings)
        music.make(settings.var / "asterisk" / "share" / "moh")
        launch.start(settings, program)
    for found in (doctor.audio_ports(settings), doctor.open_files_granted(settings)):
        if found.advice:
            click.echo(f"Fewer calls at once than the settings allow: {found.text}. {found.advice}", err=True)


def publish_first(settings: Settings) -> None:
    """See that there is an edition for callers to hear, made by the voice, the model and the program of today.

    What an admin has changed since is not published by this, only told. Raises `HotlineError` when there is
    nothing that could be published; what was published before stays.
    """
    makes = publisher(settings)
    with makes.editions.alone():
        current = makes.editions.current()
        if current is None and (newest := makes.editions.newest()):
            click.echo(f"Publishing edition {newest.number} again: its clips are gone", err=True)
            _remake(makes, newest, settings)
        elif current is None:
            click.echo("Publishing the first edition of what callers hear", err=True)
            _publish(makes, settings.prompts, "edisi pertama", settings)
        elif current.made_by != makes.made_by or any(one.is_error for one in check_all(settings, current.prompts)):
            click.echo("Voice, model or program have changed: what callers hear is made anew", err=True)
            _remake(makes, current, settings)
        elif speech_is_on(settings) and not (current.model / GRAMMARS).is_file():
            click.echo("The graph of what callers may say is gone: it is made anew", err=True)
            _remake(makes, current, settings)
        else:
            _mend(current, settings)
        _renew_planned(makes)
        if not makes.is_current(settings.prompts):
            click.echo(
                "prompts/ berisi perubahan yang belum didengar penelepon: ./hotline prompts diff, lalu "
                "./hotline prompts publish",
                err=True,
            )


def _remake(makes: Publisher, current: Edition, settings: Settings) -> None:
    """Publish `current` again; where it does not fit this program any more, the working copy."""
    try:
        _publish(makes, current.prompts, f"edisi {current.number} dibuat lagi", settings)
    except Refused as old:
        click.echo(f"Edition {current.number} does not fit this version: prompts/ is published instead", err=True)
        try:
            _publish(makes, settings.prompts, "versi program yang baru", settings)
        except Refused as new:
            raise Refused(old.findings + new.findings) from None


def _renew_planned(makes: Publisher) -> None:
    """Make what is planned for a time anew where voice, model or program have changed since it was prepared, or where
    it came out of a backup, which holds no clips; if its time has passed meanwhile, callers hear it at once.
    """
    planned = makes.schedule.standing()
    if planned is None:
        return
    fits = planned.made_by == makes.made_by or planned.at <= datetime.now(UTC)
    if fits and makes.schedule.is_ready(planned):
        return
    click.echo("What is planned to be published is made anew, too", err=True)
    try:
        with progress_bar() as bar:
            ready = makes.draft(makes.schedule.prompts(planned), bar)
        makes.plan(ready, max(planned.at, datetime.now(UTC) + timedelta(seconds=1)), planned.author, planned.note)
    except Refused as wrong:
        makes.schedule.cancel()
        click.echo(f"It does not fit this version, and is planned no more:\n{wrong}", err=True)


def _publish(makes: Publisher, prompts: Path, note: str, settings: Settings) -> None:
    with progress_bar() as bar:
        ready = makes.draft(prompts, bar)
    makes.publish(ready, author(), note, recorded(settings))


def _mend(current: Edition, settings: Settings) -> None:
    """Make again what is gone or damaged of its clips."""
    texts = Texts.load(current.prompts, settings.office.language)
    with Clips(texts, settings.voice, current.prompts, settings.var, current.sounds) as clips:
        clips.mend()


def fill_books(settings: Settings) -> None:
    """Create the registry with the sample data when there is none; renew one of an older version, or a sample
    that was made with a lost key or for another number of KK digits.

    Raises RegistryError when an own registry cannot be used.
    """
    if trouble := call_book_fault(settings.calls_db):
        click.echo(f"{settings.calls_db}: {trouble}; see ./hotline doctor. Calls are answered all the same", err=True)
    key, path, kk_digits = privacy.hash_key(settings.var), settings.registry_db, settings.identity.kk_digits
    try:
        Registry.open(path, key, kk_digits).close()
    except RegistryMissing:
        import_sample(path, key, kk_digits, SAMPLE)
    except RegistryOutdated:
        click.echo("Bringing the registry to this version", err=True)
        with draft(path, key):
            pass  # opening a draft applies what is pending
        fill_books(settings)
    except (KeyMismatch, KkDigitsMismatch) as trouble:
        with closing(open_reader(path)) as connection:
            own = any(source_of(connection, table) is Source.OWN for table in LAYOUTS)
        if own:
            raise
        new = "key in var/secrets" if isinstance(trouble, KeyMismatch) else "setting identity.kk_digits"
        click.echo(f"The {new} is new: the sample data is imported again", err=True)
        import_sample(path, key, kk_digits, SAMPLE)


def sample(settings: Settings) -> Sample | None:
    """Numbers to try, from the sample files; None when the registry does not hold the sample."""
    try:
        with closing(opened(settings)) as registry:
            if registry.source is not Source.SAMPLE:
                return None
    except RegistryError:
        return None
    resident = _first("residents", status=ResidentStatus.ACTIVE, ktp=KtpState.CARD_ISSUED)
    application = _first("applications", status=ApplicationStatus.SIAP_DIAMBIL)
    kk_digits = resident["kk"][-settings.identity.kk_digits :]
    return Sample(resident["nik"], kk_digits, application["number"], application["pin"])


def _first(table: str, **wanted: str) -> dict[str, str]:
    """The first row of a sample table that is as wanted."""
    with (SAMPLE / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return next(row for row in csv.DictReader(lines) if wanted.items() <= row.items())


FIRST_ACCOUNT = "admin"


def first_invitation(settings: Settings) -> str | None:
    """The token of the link for the first account; None where an admin can sign in, or that account was closed."""
    book = AccountBook(settings.pages_db)
    first = book.account(FIRST_ACCOUNT)
    if book.has_admin() or (first and first.password):
        return None
    return book.invite(FIRST_ACCOUNT, Role.ADMIN, datetime.now(UTC))


def listen_on(address: str) -> None:
    """Keep `address` for this and every later start, once it is known to serve; nothing is stopped before.

    The settings' own address is kept by keeping none. Raises `HotlineError`.
    """
    settings = Settings()
    trouble = ready.unusable(address, settings.telephony.sip_port, launch.as_started(settings).telephony.listen)
    if trouble is not None:
        raise click.ClickException(f"{trouble} Nothing was changed.")
    kept = settings.var / LISTEN
    kept.unlink(missing_ok=True)
    if Settings().telephony.listen != address:
        write_whole(kept, address)
