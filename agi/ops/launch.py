"""From what is prepared to a hotline that answers: configuration, processes, and what has changed since the start."""

import os
from contextlib import AbstractContextManager
from functools import partial
from modulefinder import ModuleFinder
from pathlib import Path

import click
from pydantic import BaseModel

from agi import privacy
from agi.books.files import exclusive
from agi.errors import HotlineError
from agi.ops import configure, doors, ready
from agi.ops.asterisk import Program
from agi.ops.places import run_folder, write_whole
from agi.ops.speech import listens, network, speech_is_on
from agi.ops.supervise import Supervisor
from agi.settings import ROOT, Settings
from agi.stamp import stamp, stamp_of

READY_LIMIT_S = 30.0
SPEECH_LIMIT_S = 10.0
OF_THE_LINE = (
    "agi.cli.__main__",
    "agi.cli.line",
    "agi.cli.speech_serve",
    "agi.hearing.worker",
    "agi.voice.speaker",
    "agi.voice.kokoro",
)
"""What line and speech service are started as, and what they start: the recognising and the speaking child."""
OF_THE_PAGES = ("agi.pages.serve", "agi.ops.errands")
"""What the pages are started as."""
OF_THE_CITIZENS_PAGE = ("agi.citizens.serve",)
"""What the page for citizens is started as."""
OF_THE_DOORS = ("agi.doors.serve",)
"""What takes webhooks is started as."""
_PAGES, _CITIZENS = ROOT / "agi" / "pages", ROOT / "agi" / "citizens"
_RESTARTED = {
    "speech": "speech recognition: settings, model or program have changed",
    "line": "the line: settings or program have changed; calls in progress finish first",
}


class NotAnswering(HotlineError):
    """The hotline does not answer calls; the message says why and what to do."""


class Started(BaseModel):
    """What the running processes were started with: the address, and stamps of all they read."""

    listen: str
    asterisk: str
    dialplan: str
    line: str
    pages: str = ""
    citizens: str = ""
    doors: str = ""


def line_fingerprint(settings: Settings) -> str:
    """Stamp of what the line and the speech service read at their start: settings, key, model, own code.

    Editions are not: they are taken up while calls go on.
    """
    parts = [settings.model_dump_json(exclude={"editions"}), privacy.hash_key(settings.var).hex()]
    files = {str(path.relative_to(ROOT)): path for path in reached(ROOT, *OF_THE_LINE)}
    if speech_is_on(settings):
        files["model"] = network(settings)
    return stamp("\n".join((*parts, stamp_of(sorted(files.items())))).encode())


def pages_fingerprint(settings: Settings) -> str:
    """Stamp of what the pages read at their start: settings, key, own code, templates and what the browser is given."""
    return _browsed(settings, _PAGES, OF_THE_PAGES)


def citizens_fingerprint(settings: Settings) -> str:
    """Stamp of the same of the page for citizens."""
    return _browsed(settings, _CITIZENS, OF_THE_CITIZENS_PAGE)


def _browsed(settings: Settings, folder: Path, modules: tuple[str, ...]) -> str:
    parts = [settings.model_dump_json(), privacy.hash_key(settings.var).hex()]
    files = {path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    named = sorted((str(path.relative_to(ROOT)), path) for path in files | reached(ROOT, *modules))
    return stamp("\n".join((*parts, stamp_of(named))).encode())


def doors_fingerprint(settings: Settings) -> str:
    """Stamp of what the doors read at their start: settings, key, secrets, own code."""
    kept = "\n".join(one for name in doors.able(settings) for one in doors.secrets(settings, name).values())
    parts = [settings.model_dump_json(), privacy.hash_key(settings.var).hex(), stamp(kept.encode())]
    files = sorted((str(path.relative_to(ROOT)), path) for path in reached(ROOT, *OF_THE_DOORS))
    return stamp("\n".join((*parts, stamp_of(files))).encode())


def reached(root: Path, *modules: str) -> set[Path]:
    """The files below `root` of `modules` (dotted) and of all of ours that they import, wherever in their code."""
    finder = ModuleFinder([str(root)])
    for module in modules:
        finder.import_hook(module)
    return {Path(file) for found in finder.modules.values() if (file := getattr(found, "__file__", None))}


def started(var: Path) -> Started | None:
    """What the hotline at `var` was last started with, or None."""
    try:
        return Started.model_validate_json(_record(var).read_text())
    except (OSError, ValueError):  # never started, or by another version
        return None


def as_started(settings: Settings) -> Settings:
    """`settings` with the address on which the hotline was last started: it may have been changed since."""
    begun = started(settings.var)
    if begun is None:
        return settings
    telephony = settings.telephony.model_copy(update={"listen": begun.listen})
    return settings.model_copy(update={"telephony": telephony})


def alone(var: Path) -> AbstractContextManager[None]:
    """Only one `up` or `down` of an installation at a time; the second waits."""
    return exclusive(run_folder(var) / "up.lock")


def clear_the_way(settings: Settings) -> None:
    """Before a start: end what outlived a killed supervisord, and see that our ports are free.

    Does nothing while the hotline runs. Raises NotAnswering.
    """
    supervisor = Supervisor(settings)
    if supervisor.running():
        return
    if supervisor.deaf() is not None:
        raise NotAnswering(
            "The hotline runs, but its sockets were removed: type `./hotline down`, then `./hotline up`, which cuts no "
            "call before it has ended."
        )
    supervisor.end_orphans()
    trouble = ready.taken(settings)
    if trouble is not None:
        raise NotAnswering(trouble)


def start(settings: Settings, program: Program) -> None:
    """Start or renew the processes until a call would be answered; cuts no call unless Asterisk's own
    addresses, ports or modules have changed.

    Raises NotAnswering and supervise.SuperviseFailed.
    """
    supervisor = Supervisor(settings)
    if not supervisor.running():
        privacy.renew_line_proof(settings.var)
    at_start, by_reload = configure.write(settings, program)
    before = started(settings.var)
    now = Started(
        listen=settings.telephony.listen,
        asterisk=at_start,
        dialplan=by_reload,
        line=line_fingerprint(settings),
        pages=pages_fingerprint(settings) if settings.pages.enabled else "",
        citizens=citizens_fingerprint(settings) if settings.citizens.enabled else "",
        doors=doors_fingerprint(settings) if doors.able(settings) else "",
    )
    began = {process.name: process.pid for process in supervisor.processes()}
    supervisor.start(program, {name: value for name, value in os.environ.items() if name.startswith("HOTLINE_")})
    kept = {process.name for process in supervisor.processes() if process.pid and process.pid == began[process.name]}
    if before is not None and "asterisk" in kept:
        if before.asterisk != now.asterisk:
            click.echo("Restarting Asterisk: its addresses, ports or modules have changed", err=True)
            supervisor.restart("asterisk")
        elif before.dialplan != now.dialplan:
            click.echo("Reloading the dialplan", err=True)
            reload(settings, program)
    if before is not None and before.line != now.line:
        for name in (name for name in _RESTARTED if name in kept):
            click.echo(f"Restarting {_RESTARTED[name]}", err=True)
            supervisor.restart(name)
    if before is not None and before.pages != now.pages and "pages" in kept:
        click.echo("Restarting the pages: settings or program have changed", err=True)
        for name in {"pages", "errands"} & kept:
            supervisor.restart(name)
    if before is not None and before.citizens != now.citizens and "citizens" in kept:
        click.echo("Restarting the page for citizens: settings or program have changed", err=True)
        supervisor.restart("citizens")
    if before is not None and before.doors != now.doors and "doors" in kept:
        click.echo("Restarting the doors for messages: settings or program have changed", err=True)
        supervisor.restart("doors")
    write_whole(_record(settings.var), now.model_dump_json())
    if speech_is_on(settings) and not ready.until(partial(listens, settings.var), SPEECH_LIMIT_S):
        out = settings.var / "log" / "speech.out"
        click.echo(f"Speech recognition does not answer: callers use keys. See {out}", err=True)
    trouble = ready.wait(settings, program, READY_LIMIT_S)
    if trouble is not None:
        out = settings.var / "log" / "line.out"
        raise NotAnswering(f"After {READY_LIMIT_S:.0f} s {trouble}; look at `./hotline logs` and {out}.")


def reload(settings: Settings, program: Program) -> None:
    """Let a running Asterisk read its configuration again; cuts no call."""
    for command in ("module reload", "dialplan reload"):
        program.ask(settings.var, command)


def _record(var: Path) -> Path:
    return var / "started.json"
