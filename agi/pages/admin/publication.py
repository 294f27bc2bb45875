"""Publishing in the background of the pages: who asked for it waits on a page that tells how far it is."""

import threading
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

import structlog
from starlette.requests import HTTPConnection

from agi.books.audit import Audit
from agi.editions.publishing import Draft, Publisher, Refused
from agi.editions.store import Edition
from agi.errors import HotlineError
from agi.pages.shared.site import site
from agi.services.publisher import publisher, recorded
from agi.settings import Settings
from agi.voice.clips import Progress

BUSY = "Orang lain sedang menerbitkan: tunggu sampai selesai, lalu terbitkan lagi bila perlu."
_log = structlog.get_logger("pages")


class Changed(HotlineError):
    """The draft is no longer what somebody looked at before they wanted it published."""

    def __init__(self) -> None:
        super().__init__("Draf berubah sejak Anda melihatnya: lihat dulu perubahannya.")


def digest(settings: Settings) -> str:
    """Of all that the draft would let callers hear, recordings too; "" where it can't be read."""
    try:
        return publisher(settings).content(settings.prompts)
    except OSError:
        return ""


def draft_as_seen(makes: Publisher, settings: Settings, seen: str, progress: Progress | None = None) -> Draft:
    """Have the draft ready, if it is what somebody saw, by its digest; to be called `alone` with the editions.

    Raises Changed, and what a draft does.
    """
    if makes.content(settings.prompts) != seen:  # before any work is done
        raise Changed
    ready = makes.draft(settings.prompts, progress)
    if ready.content != seen:
        raise Changed
    return ready


@dataclass(frozen=True, slots=True)
class State:
    """How far the last publication is: `done` of `length` clips, then the edition, or why there is none.

    `at`: when it is to go live, None: at once.
    """

    by: str = ""
    at: datetime | None = None
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

    def start(self, by: str, note: str, seen: str, at: datetime | None = None) -> bool:
        """Begin to publish the draft that `by` saw (its digest), or to plan it; False where somebody else has begun."""
        with self._lock:
            if self.state.running:
                return False
            self.state = State(by, at, running=True)
        threading.Thread(target=self._run, args=(by, note, seen, at), name="publication", daemon=True).start()
        return True

    def _run(self, by: str, note: str, seen: str, at: datetime | None) -> None:
        def progress(done: int, length: int) -> None:
            self._tell(done=done, length=length)

        try:
            made = self._plan(by, note, seen, at, progress) if at else self._publish(by, note, seen, progress).number
        except Refused as refused:
            self._tell(running=False, wrong=f"Draf masih punya {len(refused.findings)} kesalahan.")
        except (HotlineError, OSError) as error:
            self._tell(running=False, wrong=str(error))
        except Exception as error:  # noqa: BLE001 - a thread has nobody above it, and somebody waits on a page
            _log.error("publication.failed", why=type(error).__name__)
            self._tell(running=False, wrong="Ada kesalahan pada program: lihat hotline logs.")
        else:
            self._tell(running=False, edition=made)

    def _publish(self, by: str, note: str, seen: str, progress: Progress) -> Edition:
        makes = publisher(self._settings)
        with makes.editions.alone():
            ready = draft_as_seen(makes, self._settings, seen, progress)
            current = makes.editions.current()
            if current and (current.content, current.made_by) == (ready.content, ready.made_by):
                return current
            edition = makes.publish(ready, by, note, recorded(self._settings))
        self._audit.add(by, "terbit", str(edition.number), note)
        return edition

    def _plan(self, by: str, note: str, seen: str, at: datetime, progress: Progress) -> int:
        """What is planned has no number yet."""
        makes = publisher(self._settings)
        with makes.editions.alone():
            made = makes.plan(draft_as_seen(makes, self._settings, seen, progress), at, by, note)
        self._audit.add(by, "terbit.jadwal", made.content, f"{made.at.isoformat()} {note}".rstrip())
        return 0

    def _tell(self, **news: int | bool | str) -> None:
        with self._lock:
            self.state = replace(self.state, **news)  # type: ignore[arg-type]  # names and kinds are those of State


def publication(request: HTTPConnection) -> Publication:
    """That of this process."""
    state = request.app.state
    if not hasattr(state, "publication"):
        state.publication = Publication(site(request).settings, site(request).audit)
    return cast("Publication", state.publication)
