"""What can be wrong with an installation, checked one by one, and what to do about it."""

import os
import platform
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path

from agi import privacy
from agi.books.accounts import AccountBook
from agi.books.audit import Audit
from agi.books.calls_schema import fault as call_book_fault
from agi.books.errors import BookError
from agi.books.files import beside, unsound
from agi.books.frozen import FrozenBook
from agi.books.holidays import due
from agi.books.hours import HoursBook, HoursError
from agi.books.importing import BEFORE
from agi.books.mailbox_log import MailboxLog
from agi.books.reader import CallReader
from agi.books.registry import Registry, RegistryError, RegistryMissing, RegistryStalled
from agi.books.safety_schema import SCHEMA
from agi.books.small_book import FileBook
from agi.books.ticket import State
from agi.books.tickets import TicketBook
from agi.ops import (
    asterisk,
    asterisk_log,
    confined,
    doors,
    launch,
    open_files,
    private,
    quiet,
    ready,
    speech,
    troubles,
    trunk,
)
from agi.ops.asterisk import Program
from agi.ops.supervise import Supervisor
from agi.settings import ROOT, Settings
from agi.voice.engine import engine, espeak_version

_SYSTEMS = ("debian 12", "debian 13", "ubuntu 24.04")
_MB = 1 << 20
_SHOWN = 3
_BEFORE_DAYS = 30
"""Days in which somebody will have noticed that the new registry is wrong."""


class Level(StrEnum):
    """How bad: FAIL means calls are not answered, not safely, or not as the settings say."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True)
class Check:
    """One line of `hotline doctor`; `advice` says what to do and is empty when all is well."""

    level: Level
    about: str
    text: str
    advice: str = ""


def _ok(about: str, text: str) -> Check:
    return Check(Level.OK, about, text)


def examine(settings: Settings) -> Iterator[Check]:
    """All checks, in the order of what rests on what."""
    program = asterisk.find(settings.var)
    running = Supervisor(settings).running()
    yield _system()
    yield _rights(settings)
    yield _disk(settings)
    yield _clock(settings)
    yield _private(settings)
    yield _voice(settings)
    yield speech_model(settings, running)
    yield _asterisk(program)
    yield _confinement()
    yield audio_ports(settings)
    yield open_files_granted(settings)
    yield _registry(settings)
    yield _calls(settings)
    yield agents_hours(settings)
    yield overdue_tickets(settings)
    yield frozen_niks(settings)
    yield messages(settings)
    yield _ports(settings, running)
    yield _processes(settings, running)
    if settings.pages.enabled:
        yield pages(settings)
    if running and program is not None:
        yield _answering(settings, program)
        if found := trunk.state(settings, partial(program.ask, settings.var)):
            yield Check(Level.FAIL if found.todo else Level.OK, "trunk", found.text, found.todo)
        yield logged(settings)


def agents_hours(settings: Settings) -> Check:
    """Whether it is known when agents are on duty, and the calendar was looked at in time."""
    about = "agents' hours"
    try:
        if HoursBook(settings.hours_file).read() is None:
            return _ok(about, "not set: the queue is asked at any time")
    except HoursError as wrong:
        return Check(Level.WARN, about, f"the queue is asked at any time: {wrong}", "hotline hours set DAYS HOURS")
    if (year := due(datetime.now(settings.zone).date())) is None:
        return _ok(about, "set")
    text = f"the holidays of {year.year} must be looked at again since {year.again}"
    return Check(
        Level.WARN, about, text, f"compare hotline hours holidays list {year.year} with the government's decision"
    )


def overdue_tickets(settings: Settings) -> Check:
    """Whether tickets can be kept, and none waits beyond its last day."""
    today = datetime.now(settings.zone).date()
    try:
        found = TicketBook(settings.tickets_db).tickets([State.OPEN, State.IN_WORK])
    except BookError as error:
        advice = "Free the disk, see its rights, or put back a backup: ./hotline restore FILE."
        return Check(Level.FAIL, "tickets", str(error), advice)
    late = sum(ticket.due is not None and ticket.due < today for ticket in found)
    if late:
        return Check(Level.WARN, "tickets", f"{late} of {len(found)} are beyond their last day", "See the page Tiket.")
    return _ok("tickets", f"{len(found)} to be dealt with, none late")


def frozen_niks(settings: Settings) -> Check:
    """Whether it can be told which NIKs their owners have frozen: without it no NIK is told about."""
    try:
        count = FrozenBook(FileBook(settings.safety_db, SCHEMA), bytes(32)).count()
    except BookError as error:
        advice = (
            "See its disk and rights, or put back a backup: ./hotline restore FILE. Until then no NIK is told about."
        )
        return Check(Level.FAIL, "frozen NIKs", str(error), advice)
    return _ok("frozen NIKs", f"{count}, as their owners wished")


def messages(settings: Settings) -> Check:
    """Whether the ways in for messages are whole, and no answer was given up."""
    for name, table in settings.doors.items():
        if table.wanted and (lacking := doors.lacking(settings, name)):
            advice = f"Put that secret into {lacking[0]}, then ./hotline up; README, By message."
            return Check(Level.FAIL, "messages", f"{table.SHOWN} is set up but for {', '.join(lacking)}", advice)
    try:
        states = MailboxLog(settings.mailbox_db).doors()
    except BookError as error:
        advice = "See its disk and rights, or put back a backup: ./hotline restore FILE."
        return Check(Level.FAIL, "messages", str(error), advice)
    waiting, dead = sum(one.waiting for one in states), sum(one.dead for one in states)
    if dead:
        return Check(Level.WARN, "messages", f"{dead} answers were given up", "See ./hotline doors dead.")
    return _ok("messages", f"{sum(one.messages for one in states)} kept, {waiting} wait")


def pressing(settings: Settings) -> tuple[Check, ...]:
    """What may have become wrong within an hour, and somebody must see to: what costs little to check (some 0.3 s)."""
    program = asterisk.find(settings.var)
    running = Supervisor(settings).running()
    checks = [_disk(settings), _processes(settings, running)]
    if running and program is not None:
        checks += [_answering(settings, program), logged(settings)]
        if (found := trunk.state(settings, partial(program.ask, settings.var))) and found.todo:
            checks.append(Check(Level.FAIL, "trunk", found.text, found.todo))
    return tuple(one for one in checks if one.level is not Level.OK)


def pages(settings: Settings) -> Check:
    """Whether an admin can sign in at the pages, and whether the audit is as it was written."""
    try:
        broken = Audit(settings.pages_db, privacy.hash_key(settings.var)).broken()
        book = AccountBook(settings.pages_db)
        accounts, has_admin = book.accounts(), book.has_admin()
    except BookError as error:
        return Check(Level.FAIL, "pages", str(error), "Put back a backup: ./hotline restore FILE.")
    if broken:
        advice = "Somebody changed it past the pages: find out who had access, and keep a backup as evidence."
        return Check(Level.FAIL, "pages", f"the audit's chain is broken: {broken}", advice)
    if not has_admin:
        advice = "./hotline up prints a link for the first account; a later one: ./hotline users add NAME --role admin."
        return Check(Level.WARN, "pages", "no admin can sign in", advice)
    return _ok("pages", f"{len(accounts)} accounts; the audit's chain is whole")


def _system() -> Check:
    try:
        about = platform.freedesktop_os_release()
    except OSError:
        about = {}
    name = f"{about.get('ID', 'unknown')} {about.get('VERSION_ID', '')}".strip()
    text = f"{about.get('PRETTY_NAME', name)}, Python {platform.python_version()}"
    if name not in _SYSTEMS:
        return Check(Level.WARN, "system", text, "Use Debian 12, Debian 13 or Ubuntu 24.04; others are not tried.")
    return _ok("system", text)


def _rights(settings: Settings) -> Check:
    for folder in (settings.var, settings.data):
        place = folder if folder.exists() else folder.parent
        if not os.access(place, os.W_OK | os.X_OK):
            return Check(Level.FAIL, "rights", f"{place} cannot be written", f"chown -R {os.getuid()} {place}")
    if os.getuid() == 0:
        return Check(
            Level.WARN,
            "rights",
            "the hotline runs as root",
            "Once everything is installed it needs no root: give the folder to an ordinary user and start it as that.",
        )
    return _ok("rights", "ordinary user; var and data can be written")


def _disk(settings: Settings) -> Check:
    places = {place if place.exists() else ROOT for place in (settings.var, settings.data)}
    free, place = min((shutil.disk_usage(place).free // _MB, place) for place in places)
    text = f"{free} MB free at {place}"
    if free < 1000:
        level = Level.FAIL if free < 200 else Level.WARN
        return Check(level, "disk", text, "Free some space: Asterisk, prompts and call records need 1 GB.")
    return _ok("disk", text)


def _clock(settings: Settings) -> Check:
    text = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    known = max(path.stat().st_mtime for path in (Path(__file__), settings.var) if path.exists())
    if time.time() < known - 60:
        return Check(Level.WARN, "clock", f"{text} is earlier than our own files", "Set the clock (timedatectl).")
    return _ok("clock", f"{text}; callers hear times of {settings.office.zone}")


def _private(settings: Settings) -> Check:
    wide = tuple(private.readable_by_others(settings))
    more = f" and {len(wide) - 1} more" if len(wide) > 1 else ""
    if wide:
        todo = "./hotline up, or, where the files are another user's: chmod go= FILE. Change passwords that were seen."
        return Check(Level.FAIL, "privacy", f"others may read {wide[0]}{more}", todo)
    return _ok("privacy", "files of var and data are readable by their owner only")


def _voice(settings: Settings) -> Check:
    speaks, version = engine(settings.voice), espeak_version()
    if not version:
        level = Level.FAIL if speaks.driver == "espeak" else Level.WARN
        text = f"{speaks.title}; espeak-ng is missing"
        return Check(level, "voice", text, "apt-get install espeak-ng libespeak-ng1")
    if speaks.lacks:
        text = f"{speaks.title} (espeak-ng {version}), which is harder to understand than Kokoro"
        return Check(Level.WARN, "voice", text, speaks.lacks)
    return _ok("voice", f"{speaks.title}; espeak-ng {version}")


def speech_model(settings: Settings, running: bool) -> Check:
    """Whether callers may speak: the model hears what is said to it, and somebody listens with it."""
    about = "speech model"
    if not settings.speech.enabled:
        return _ok(about, "speech is off in the settings: keypad only")
    if not speech.speech_is_on(settings):
        text = f"none in {settings.speech_model}, which speech.model names: callers use keys only"
        return Check(Level.FAIL, about, text, "Name a model's folder there, or set speech.enabled = false.")
    if speech.built_for_another(settings):
        text = f"callers are still heard with another model than {settings.speech_model}"
        return Check(Level.WARN, about, text, "./hotline up")
    from agi.speech.examine import examine  # loads Vosk, which nothing else here needs

    found = examine(settings.speech_built)
    if found.trouble:
        return Check(Level.FAIL, about, found.trouble.rstrip("."), "./hotline up builds and starts it.")
    if wrong := [one for one in found.answers if not one.right]:
        level = Level.FAIL if len(wrong) == len(found.answers) else Level.WARN
        text = "; ".join(f'hears "{one.heard}" where espeak-ng says "{one.said}"' for one in wrong)
        todo = "Try recordings of people: ./hotline hear FILE. If they fail too, name another model in speech.model."
        return Check(level, about, f"{settings.speech_model} {text}", todo)
    if running and not speech.listens(settings.var):
        return Check(Level.FAIL, about, "the speech service does not answer", "Read var/log/speech.out.")
    hears = ", ".join(f'"{one.said}"' for one in found.answers) or "not tried, espeak-ng is missing"
    cost = f"loaded in {found.load_s:.1f} s, {found.megabytes:.0f} MB"
    return _ok(about, f"{settings.speech_model} hears: {hears}; {cost}")


def _asterisk(program: Program | None) -> Check:
    if program is None:
        return Check(Level.FAIL, "Asterisk", "neither on PATH (22.5 or newer) nor in var/asterisk", "./hotline up")
    return _ok("Asterisk", f"{program.version}, {'private tree' if program.private else program.command[0]}")


def _confinement() -> Check:
    if confined.landlock() == 0:
        text = "this kernel has no Landlock: Asterisk may read all that the hotline may, also secrets"
        return Check(Level.WARN, "confinement", text, "Use a kernel of Debian 12 or newer (lsm=landlock,…).")
    if not quiet.can_be_quiet():
        text = "this kernel refuses no Unix socket: a hole in the pages gives orders to Asterisk and supervisord"
        return Check(Level.WARN, "confinement", text, "Use a kernel of Debian 12 or newer, on x86-64 or ARM64.")
    text = "Asterisk sees neither secrets nor databases, the pages reach no control socket"
    return _ok("confinement", f"{text} (Landlock {confined.landlock()}, seccomp)")


def audio_ports(settings: Settings) -> Check:
    """Whether there are ports for the sound of as many calls as the settings allow."""
    telephony = settings.telephony
    calls = (telephony.rtp_last - telephony.rtp_first + 1) // 2
    text = f"ports {telephony.rtp_first} to {telephony.rtp_last}: {max(calls, 0)} legs of calls at once"
    if calls < settings.legs:
        return Check(
            Level.WARN,
            "audio",
            text,
            "Raise telephony.rtp_last: too few for the calls that line.max_calls and telephony.* allow.",
        )
    return _ok("audio", text)


def open_files_granted(settings: Settings) -> Check:
    """Whether processes may open as many files as the calls need that the settings allow."""
    wanted, granted = open_files.wanted(settings), open_files.granted(settings)
    if granted < wanted:
        text = f"a process may open {granted} at once, the calls allowed need {wanted}"
        todo = "Raise the hard limit (LimitNOFILE, or nofile in /etc/security/limits.conf), or lower line.max_calls."
        return Check(Level.WARN, "open files", text, todo)
    return _ok("open files", f"{wanted} at once are granted")


def _registry(settings: Settings) -> Check:
    try:
        registry = Registry.open(settings.registry_db, privacy.hash_key(settings.var), settings.identity.kk_digits)
        counts = {table: sum(rows.values()) for table, rows in registry.counts().items()}
        source = registry.source
        registry.close()
    except privacy.BadKey as error:
        return Check(Level.FAIL, "registry", str(error), "Every NIK check fails until then.")
    except RegistryMissing as error:
        return Check(Level.FAIL, "registry", str(error), "./hotline up, or ./hotline registry import")
    except RegistryStalled as error:
        return Check(Level.FAIL, "registry", str(error), "Callers hear that look-ups are not available until then.")
    except RegistryError as error:
        return Check(Level.FAIL, "registry", str(error), "./hotline registry import residents FILE.csv --replace")
    if trouble := unsound(settings.registry_db):
        todo = "Import the registry again with --replace, or put a backup back: ./hotline restore FILE"
        return Check(Level.FAIL, "registry", f"{settings.registry_db} is damaged: {trouble}", todo)
    kept = beside(settings.registry_db, BEFORE)
    days = int((time.time() - kept.stat().st_ctime) / 86400) if kept.exists() else 0  # since it was replaced
    if days > _BEFORE_DAYS:
        text = f"{kept} has been kept for {days} days: people's data that nothing needs any more"
        return Check(Level.WARN, "registry", text, f"rm {kept}")
    return _ok("registry", f"{source} data: " + ", ".join(f"{count} {table}" for table, count in counts.items()))


def _calls(settings: Settings) -> Check:
    about = "call records"
    if trouble := call_book_fault(settings.calls_db):
        todo = f"Move {settings.calls_db}* away (or put a backup back), then ./hotline up; calls are kept meanwhile."
        return Check(Level.FAIL, about, trouble, todo)
    if not settings.calls_db.exists():
        return _ok(about, "none yet: made by the line at its first start")
    try:
        with CallReader(settings.calls_db) as reader:
            unfinished = len(reader.open_calls())
    except BookError as error:
        return Check(Level.FAIL, about, str(error), f"Move {settings.calls_db} away, then ./hotline up.")
    return _ok(about, f"whole and written to; {unfinished} calls not ended")


def _ports(settings: Settings, running: bool) -> Check:
    telephony, line = settings.telephony, settings.line
    text = f"SIP {telephony.listen}:{telephony.sip_port}/UDP, FastAGI 127.0.0.1:{line.agi_port}/TCP"
    trouble = None if running else ready.taken(settings)
    if trouble is not None:
        return Check(Level.FAIL, "ports", trouble, "./hotline up names the port again once it is free.")
    return _ok("ports", text + ("" if running else "; free"))


def _processes(settings: Settings, running: bool) -> Check:
    supervisor = Supervisor(settings)
    if not running:
        if supervisor.deaf() is not None:
            return Check(Level.FAIL, "processes", "its sockets were removed", "./hotline down, then ./hotline up")
        if supervisor.orphans():
            return Check(Level.FAIL, "processes", "supervisord was killed, the rest still runs", "./hotline up")
        return Check(Level.FAIL, "processes", "the hotline is not running", "./hotline up")
    down = [process.name for process in supervisor.processes() if not process.running]
    if down:
        return Check(Level.FAIL, "processes", f"not running: {', '.join(down)}", "./hotline logs, then ./hotline up")
    begun = launch.started(settings.var)
    if begun is not None and begun.line != launch.line_fingerprint(settings):
        text = "settings, key or program have changed since the start"
        return Check(Level.WARN, "processes", text, "./hotline up")
    return _ok("processes", ", ".join(("supervisord", *supervisor.programs)))


def _answering(settings: Settings, program: Program) -> Check:
    trouble = ready.unmet(settings, program)
    if trouble is not None:
        return Check(Level.FAIL, "calls", trouble, "./hotline logs, then ./hotline up")
    shown = program.ask(settings.var, "core show channels count") or ""
    return _ok("calls", f"answered; {shown.splitlines()[0] if shown else 'no count'}")


def logged(settings: Settings) -> Check:
    """What Asterisk and our processes complained of within a day."""
    if not (settings.var / "log" / asterisk_log.FILE).exists():
        text = "what Asterisk prints is not kept: the supervisor that runs is of an earlier version"
        return Check(Level.WARN, "logs", text, "./hotline down, then ./hotline up, when few people call.")
    found = troubles.since(settings.var / "log", datetime.now(UTC) - timedelta(days=1))
    if not found:
        return _ok("logs", "no warning and no error within a day")
    shown = "; ".join(f"{one.process} {one.times} × {one.text!r}" for one in found[:_SHOWN])
    more = f"; and {len(found) - _SHOWN} other kinds" if len(found) > _SHOWN else ""
    return Check(Level.WARN, "logs", f"within a day: {shown}{more}", "./hotline logs -n 1000")
