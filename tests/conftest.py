"""One complete hotline (Asterisk, line, databases, prompts) for the tests of a session that need one."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis
from installation import Hotline, brought_up
from line_exchange import Exchange, until
from played_calls import REPLAYS
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from agi.ops import asterisk
from agi.ops.private import begin_private
from agi.settings import ROOT

__all__ = ["Hotline"]

_CROWDS = ("test_call_crowd", "test_call_spoken")
_CALLS = (
    "crowds",
    "test_call_scenarios",
    "test_agent_keys",
    "test_call_one",
    "test_line_real_call",
    "test_privacy",
    "test_line_turn_calls",
    "test_call_doubtful",
    "test_agents_telephones",
    "test_backup",
    "test_call_stalled_disk",
    "test_line_keys_at_seams",
    "test_line_killed",
    "test_publishing",
    "test_announcement_calls",
)
"""What waits for callers most of its time, the longest first."""
_LONG = ("test_drill", "test_frozen_parts", "test_up", "test_dialplan", "test_ops_supervise", "test_hearing_service")
"""What takes longest of the rest, which is work."""
_THOROUGH = (
    "test_any_folder",
    "test_bench",
    "test_call_doubtful",
    "test_call_stalled_disk",
    "test_citizens_browser",
    "test_collect",
    "test_complaint_calls",
    "test_drill",
    "test_hearing_audiosocket_peers",
    "test_line_keys_at_seams",
    "test_listen_address",
    "test_pages_announcement_browser",
    "test_pages_facts_browser",
    "test_pages_menus_browser",
    "test_pages_messages_browser",
    "test_pages_office_browser",
    "test_pages_pictures",
    "test_pages_presence_browser",
    "test_pages_publication_killed",
    "test_pages_rehearsal_browser",
    "test_pages_schedule_browser",
    "test_pages_sentences_browser",
    "test_pages_tasks_browser",
    "test_pages_telephone_browser",
    "test_pages_tickets_browser",
    "test_pages_try_out_browser",
    "test_pages_whatif_browser",
    "test_private_files",
    "test_rehearsal_whole",
    "test_replays",
    "test_softphone_hearing",
    "test_speech_card",
    "test_speech_eval",
    "test_speech_examine",
    "test_speech_serve",
    "test_terminal_charset",
    "test_working_copy_killed",
)
"""What plain `./hotline test` leaves to `--all`, or to who names it, with the tests that are marked as `thorough`: the
workshop, whole tasks in a browser, odd surroundings, calls that wait for long."""
_PLACE = {name: place for place, name in enumerate((*_CALLS, *_LONG))}
_OF_WORK = ("gw0", "gw1")
"""The rows that take this first, as xdist calls them."""
_OF_CROWDS = "gw2"
"""The row that takes the first unit of calls: what it plays leaves the processor no rest, and comes before all else."""
_BEHIND_CROWDS, _BEHIND_CALLS = 2, 5

hypothesis.register_profile("hotline", deadline=None)  # a busy machine holds any example up
hypothesis.load_profile("hotline")
begin_private()  # as every process of ours: tests speak into the cache that hotlines of theirs use
os.environ.setdefault("HOTLINE_VOICE__ENGINE", "espeak")  # milliseconds a text: tests of Kokoro choose it
os.environ.setdefault("HOTLINE_SPEECH__ENABLED", "false")  # as in `installation`: tests of speech switch it on


def pytest_addoption(parser: pytest.Parser) -> None:
    told = "All: every scenario of tests/calls on Asterisk, crowds who speak, workshop and odd surroundings, too."
    parser.addoption("--all", action="store_true", dest="everything", help=told)
    parser.addoption("--pictures", action="store_true", help="Take the README's pictures of the pages anew.")


def _is_left_out(path: Path, config: pytest.Config) -> bool:
    """Whether what is thorough in this module waits: for `--all`, or for who names the module."""
    named = any(Path(word.partition("::")[0]).name == path.name for word in config.args)
    return not named and not config.getoption("everything")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Training takes all processors: beside it callers would be heard too late, so that rows leave it out.

    What is thorough and was not named waits for `--all`.
    """
    if hasattr(config, "workerinput") and collection_path.name == "test_speech_training.py":
        return True
    return True if collection_path.stem in _THOROUGH and _is_left_out(collection_path, config) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes long and shows nothing that others do not show in part: tests marked as `thorough`."""
    left = [item for item in items if item.get_closest_marker("thorough") and _is_left_out(item.path, config)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


class Rows(LoadScopeScheduling):
    """The modules of tests, shared out to the rows that `hotline test` runs side by side (on two cores).

    Not by marks and `--dist loadgroup`: with pytest 9.2, xdist 3.8 takes no notice of them (pytest-xdist#1386).

    Two rows take what keeps the processor busy, the others calls: those wait most of their time, but sound is real
    time, so they go before. No two crowds of callers meet. A row that finds no more of its own takes what is left.
    """

    def _split_scope(self, nodeid: str) -> str:
        name = Path(nodeid.partition("::")[0]).stem
        return "crowds" if name in _CROWDS else name

    def _assign_work_unit(self, node: WorkerController) -> None:
        works = node.gateway.id in _OF_WORK
        scope = min(self.workqueue, key=lambda one: ((one in _CALLS) == works, _PLACE.get(one, len(_PLACE))))
        self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Rows:
    """How the tests are shared out where they run side by side."""
    return Rows(config, log)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let crowds of callers go before other calls, and calls before the rows of work."""
    row = getattr(session.config, "workerinput", {}).get("workerid", _OF_CROWDS)
    if row != _OF_CROWDS:
        os.nice(_BEHIND_CALLS if row in _OF_WORK else _BEHIND_CROWDS)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the counts of a row to the process that sums up, which fails a suite that replays too much."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["replays"] = (REPLAYS.calls, REPLAYS.again)
    elif REPLAYS.too_many and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object | None) -> None:
    """A row is through."""
    REPLAYS.add(*getattr(node, "workeroutput", {}).get("replays", (0, [])))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every call that had to be played twice."""
    if REPLAYS.calls:
        terminalreporter.section("calls", red=REPLAYS.too_many)
        terminalreporter.write_line(str(REPLAYS))


@pytest.fixture(scope="session", autouse=True)
def an_asterisk() -> None:
    """Whichever test comes first: the machine has an Asterisk, or the repository's private tree is made."""
    asterisk.obtain(ROOT / "var")


@pytest.fixture(scope="session")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """One running hotline for the whole session: start no second one where this one will do."""
    with brought_up(tmp_path_factory.mktemp("hotline")) as made:
        yield made


@pytest.fixture
def calls(exchange: Exchange) -> Iterator[Exchange]:
    """The module's own `exchange`, with all calls ended and recorded afterwards."""
    yield exchange
    exchange.hang_up_all()
    if exchange.line is not None:
        until("all calls are recorded", lambda: not exchange.spooled())


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that run in the test's own process have data/, var/ and settings in `tmp_path`."""
    monkeypatch.setenv("HOTLINE_PLACES__DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOTLINE_PLACES__VAR", str(tmp_path / "var"))
    monkeypatch.setenv("HOTLINE_SETTINGS", str(tmp_path / "none.toml"))
