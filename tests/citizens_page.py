"""The citizens' page over a small registry of all states, asked in this process or over HTTP; with a clock to set."""

import base64
import html
import json
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import cached_property
from pathlib import Path

import httpx2
import lasting_prompts
import pytest
import uvicorn
from altcha.v1 import solve_challenge
from line_exchange import until
from sample_office import KEY, build_registry
from scripted_caller import SetClock
from starlette.testclient import TestClient

from agi import privacy
from agi.citizens.application import application
from agi.citizens.serve import opened
from agi.editions.store import Editions
from agi.settings import Settings
from agi.settings.tables import Places, Section

FILLED = timedelta(seconds=3)
"""Nobody fills a form faster."""
ME = "203.0.113.7"
_STAMP = re.compile(r'name="izin" value="([^"]+)"')
_PUZZLE = re.compile(r'data-(\w+)="([^"]+)"')


class CitizensPage:
    """The pages of an installation below `home`, over the registry at `registry`; `given`: tables of its settings."""

    def __init__(self, home: Path, registry: Path, **given: Section) -> None:
        self.settings = Settings(places=Places(data=home / "data", var=home / "var", prompts=home / "prompts"), **given)
        self.clock = SetClock()
        lasting_prompts.copy_to(self.settings.prompts)
        self.settings.data.mkdir()
        self.settings.registry_db.symlink_to(registry)
        (self.settings.var / "secrets").mkdir(parents=True)
        with privacy.private_file(self.settings.var / "secrets" / "hash-key") as key:
            key.write(KEY.hex().encode())
        self.publish()
        self._stack = ExitStack()
        self.site = self._stack.enter_context(opened(self.settings, self.clock))

    def publish(self) -> None:
        """What the working copy says is what is said from now on."""
        publish(self.settings)

    def close(self) -> None:
        self._stack.close()

    def again(self) -> None:
        """The process ends, and another one begins."""
        self._stack.close()
        self._stack = ExitStack()
        self.site = self._stack.enter_context(opened(self.settings, self.clock))

    def citizen(self, network: str = ME, *, scripts: bool = False) -> "Citizen":
        """Somebody with a browser, in that network; `scripts`: whether it solves puzzles."""
        client = TestClient(application(self.site), headers={"X-Forwarded-For": network}, client=("127.0.0.1", 5000))
        self._stack.callback(client.close)
        return Citizen(self, client, scripts=scripts)

    @cached_property
    def address(self) -> str:
        """Where a real browser finds the pages, while the test runs."""
        server = uvicorn.Server(uvicorn.Config(application(self.site), port=0, log_config=None))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()

        def stop() -> None:
            server.should_exit = server.force_exit = True
            thread.join(10)

        self._stack.callback(stop)
        until("the pages are served", lambda: server.started)
        return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"


def publish(settings: Settings) -> None:
    """Publish the working copy as it stands; nobody speaks it."""
    editions = Editions(settings.editions_folder)
    with editions.alone():
        shutil.copytree(settings.prompts, editions.draft / "prompts")
        editions.publish("content", "maker", "", "", ())


class Citizen:
    """A browser without a screen; all pages that it was shown are kept in `seen`."""

    def __init__(self, page: CitizensPage, client: TestClient, *, scripts: bool) -> None:
        self.client = client
        self.seen: list[httpx2.Response] = []
        self._page = page
        self._scripts = scripts

    def get(self, path: str, **headers: str) -> str:
        """The page at `path`."""
        return self._kept(self.client.get(path, headers=headers)).text

    def form(self, path: str) -> dict[str, str]:
        """What the form at `path` carries by itself, that was opened some seconds ago."""
        self._page.clock.pass_by(-FILLED)
        shown = html.unescape(self.get(path))
        self._page.clock.pass_by(FILLED)
        carried = {"izin": _STAMP.findall(shown)[0]}
        if self._scripts:
            puzzle = dict(_PUZZLE.findall(shown))
            found = solve_challenge(puzzle["challenge"], puzzle["salt"], "SHA-256", int(puzzle["most"]))
            assert found
            told = {"algorithm": "SHA-256", "challenge": puzzle["challenge"], "number": found.number,
                    "salt": puzzle["salt"], "signature": puzzle["signature"]}  # fmt: skip
            carried["bukti"] = base64.b64encode(json.dumps(told).encode()).decode()
        return carried

    def send(self, path: str, fields: dict[str, str] | None = None, **more: str) -> httpx2.Response:
        """Fill the form at `path`, or the one that carries `fields`, and send it."""
        carried = self.form(path) if fields is None else fields
        return self._kept(self.client.post(path, data={**carried, **more}))

    def told(self, path: str, **fields: str) -> str:
        """What is answered to that, which is an answer."""
        answer = self.send(path, **fields)
        assert answer.status_code == 200, answer.text
        found = re.search(r'<section class="answer".*?</section>', answer.text, re.DOTALL)
        assert found, answer.text
        return re.sub(r"<[^>]+>", "", found[0])

    def _kept(self, answer: httpx2.Response) -> httpx2.Response:
        self.seen += [*answer.history, answer]
        return answer


@pytest.fixture(scope="session")
def citizens_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_registry(tmp_path_factory.mktemp("registry"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, citizens_registry: Path) -> Iterator[CitizensPage]:
    made = CitizensPage(tmp_path_factory.mktemp("citizens"), citizens_registry)
    yield made
    made.close()


@pytest.fixture
def page(served: CitizensPage) -> CitizensPage:
    """One for all tests of a file, two days after the last: no limit and no lock is left."""
    served.clock.pass_by(timedelta(days=2))
    return served


@pytest.fixture
def own_page(tmp_path: Path, citizens_registry: Path) -> Iterator[CitizensPage]:
    """One for a test that changes what it says, or ends it."""
    made = CitizensPage(tmp_path, citizens_registry)
    yield made
    made.close()
