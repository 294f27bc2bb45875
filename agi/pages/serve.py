"""`python -m agi.pages.serve`: the process of the pages, which `hotline up` keeps running."""

import os
import tempfile
from pathlib import Path

import uvicorn

from agi import log
from agi.ops.confined import Places, confine
from agi.ops.private import begin_private
from agi.ops.quiet import give_up_unix_sockets
from agi.pages.application import application
from agi.settings import ROOT, Settings

_STOP_S = 2


def own_folders(settings: Settings) -> tuple[Path, ...]:
    """Where the pages may write: accounts, audit, agents' hours, tickets, callbacks, frozen NIKs, messages, working
    copy, editions, what is spoken, logs, drafts, rehearsals."""
    var = settings.var
    kept = (
        settings.pages_db.parent,
        settings.hours_file.parent,
        settings.tickets_folder,
        settings.cases_db.parent,
        settings.safety_db.parent,
        settings.mailbox_db.parent,
        settings.prompts,
        settings.editions_folder,
    )
    return (*kept, var / "voice-cache", var / "log", var / "pages", var / "rehearsal")


def places(settings: Settings) -> Places:
    """What this process may touch: it reads all that its user may, and changes nothing that the line lives by.

    A hole in a page then opens neither the dialplan nor the registry nor a secret to writing.
    """
    own = (*map(str, own_folders(settings)), "/dev")
    # A cache of speech may be a link to one that several installations share.
    return Places(read=("/",), write=(), execute=("/",), own=tuple(dict.fromkeys(map(os.path.realpath, own))))


def main() -> None:
    """Serve until the process is told to end."""
    begin_private()
    settings = Settings()
    log.configure(settings, "pages", console=True)
    for folder in own_folders(settings):
        folder.mkdir(parents=True, exist_ok=True)
    os.environ["TMPDIR"] = tempfile.tempdir = str(settings.var / "pages")
    confine(places(settings))
    give_up_unix_sockets()  # Asterisk's and supervisord's take orders: agi/ops/errands.py asks them for us
    pages = settings.pages
    tls = settings.secure_pages
    uvicorn.run(
        application(settings),
        host=pages.listen,
        port=pages.port,
        log_config=None,
        access_log=False,  # a path may hold what somebody searched for
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_STOP_S,
        ws="websockets-sansio",
        ssl_certfile=str(ROOT / pages.certificate) if tls else None,
        ssl_keyfile=str(ROOT / pages.certificate_key) if tls else None,
    )


if __name__ == "__main__":
    main()
