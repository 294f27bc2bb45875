"""Publishing in the background of the pages: who asked for it waits on a page that tells how far it is."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

import structlog
from starlette.requests import HTTPConnection

from agi.books.audit import Audit
from agi.editions.publishing import Refused
from agi.editions.store import Edition
from agi.errors import HotlineError
from agi.pages.shared.site import site
from agi.services.publisher import publisher, recorded
from agi.settings import Settings

_log = structlog.get_logger("pages")


@dataclass(frozen=True, slots=True)
class State:
    """How far the last publication is: `done` of `length` clips, then the edition, or why there is none."""

    by: str = ""
    running: bool = False
    done: int = 0
    length: int = 0
    edition: int = 0
    wrong: str = ""


class Publication:
    """One publication at a time in this process; a command that publishes meanwhile waits for it, or it for that.

    Killed at any moment, callers hear the edition before or the new one, whole.
    """

    def __init__(self, settings: Settings, audit: Audit) -> None:
        self._settings = settings
        self._audit = audit
        self._lock = threading.Lock()
        self.state = State()

    def start(self, by: str, note: str) -> bool:
        """Begin to publish the working copy; False where somebody else has begun already."""
        with self._lock:
            if self.state.running:
                return False
            self.state = State(by, running=True)
        threading.Thread(target=self._run, args=(by, note), name="publication", daemon=True).start()
        return True

    def _run(self, by: str, note: str) -> None:
        try:
            made = self._publish(by, note, lambda done, length: self._tell(done=done, length=length))
        except Refused as refused:
            self._tell(running=False, wrong=f"Draf masih punya {len(refused.findings)} kesalahan.")
        except (HotlineError, OSError) as error:
            self._tell(running=False, wrong=str(error))
        except Exception as error:  # noqa: BLE001 - a thread has nobody above it, and somebody waits on a page
            _log.error("publication.failed", why=type(error).__name__)
            self._tell(running=False, wrong="Ada kesalahan pada program: lihat hotline logs.")
        else:
            self._tell(running=False, edition=made.number)

    def _publish(self, by: str, note: str, progress: Callable[[int, int], None]) -> Edition:
        makes = publisher(self._settings)
        with makes.editions.alone():
            ready = makes.draft(self._settings.prompts, progress)
            current = makes.editions.current()
            if current and (current.content, current.made_by) == (ready.content, ready.made_by):
                return current
            edition = makes.publish(ready, by, note, recorded(self._settings))
        self._audit.add(by, "terbit", str(edition.number), note)
        return edition

    def _tell(self, **news: int | bool | str) -> None:
        with self._lock:
            self.state = replace(self.state, **news)  # type: ignore[arg-type]  # names and kinds are those of State


def publication(request: HTTPConnection) -> Publication:
    """That of this process."""
    state = request.app.state
    if not hasattr(state, "publication"):
        state.publication = Publication(site(request).settings, site(request).audit)
    return cast("Publication", state.publication)
