"""An installation of its own whose pages are looked at, and who is signed in there; nothing of it answers calls."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import lasting_prompts
import pytest
import uvicorn
from installation import settings_of
from line_exchange import until
from starlette.testclient import TestClient

from agi.books.accounts import AccountBook, Role
from agi.pages.application import application
from agi.settings import Settings
from agi.workshop.bench.installation import lend_voice

COOKIE = "hotline"


class PagesOffice:
    """The pages of an installation below `home`: asked in this process, or (`address`) over HTTP."""

    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        self.home = home
        self.environment = environment
        self.settings: Settings = settings_of(environment)
        self._stack = ExitStack()

    def close(self) -> None:
        self._stack.close()

    def session(self, role: str, name: str = "") -> str:
        """The token of somebody with that role who is signed in."""
        book, now = AccountBook(self.settings.pages_db), datetime.now(UTC)
        name = name or f"{role}1"
        if book.account(name) is None:
            book.accept(book.invite(name, Role(role), now), "no hash", now)
        return book.begin_session(name, now + timedelta(hours=1), now, proven=True)

    def client(self, role: str = "", name: str = "") -> TestClient:
        """A browser without a screen, signed in with that role (none: not signed in)."""
        client = TestClient(application(self.settings))
        if role:
            client.cookies.set(COOKIE, self.session(role, name))
        self._stack.callback(client.close)
        return client

    @cached_property
    def address(self) -> str:
        """Where a real browser finds the pages, while the test runs."""
        config = uvicorn.Config(application(self.settings), port=0, log_config=None, ws="websockets-sansio")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()

        def stop() -> None:
            server.should_exit = server.force_exit = True
            thread.join(10)

        self._stack.callback(stop)
        until("the pages are served", lambda: server.started)
        return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"


def pages_office(home: Path, **more: str) -> PagesOffice:
    """One below `home`, with its own working copy of the prompts, and the settings `more`."""
    lasting_prompts.copy_to(home / "prompts")
    lend_voice(home / "var")
    places = {name: str(home / name) for name in ("prompts", "data", "var")}
    environment = {f"HOTLINE_PLACES__{name.upper()}": place for name, place in places.items()}
    keys_only = {"HOTLINE_SPEECH__ENABLED": "false", "HOTLINE_VOICE__ENGINE": "espeak"}
    settings_file = {"HOTLINE_SETTINGS": str(home / "hotline.toml")}
    return PagesOffice(home, {**settings_file, **environment, **keys_only, **more})


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PagesOffice]:
    made = pages_office(tmp_path)
    yield made
    made.close()
