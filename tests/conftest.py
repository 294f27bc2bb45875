"""One complete hotline (Asterisk, line, databases, prompts) for the tests of a session that need one."""

from collections.abc import Iterator

import pytest
from installation import Hotline, lend_tree, lend_voice, private_environment, run_hotline, settings_of
from leaks import leaks

from agi.books.sample import load
from agi.cli.bringup import SAMPLE, sample
from agi.ops import asterisk, configure
from agi.ops.progress import Progress
from agi.settings import ROOT

__all__ = ["Hotline"]


@pytest.fixture(scope="session", autouse=True)
def an_asterisk() -> None:
    """Whichever test comes first: the machine has an Asterisk, or the repository's private tree is made."""
    asterisk.obtain(ROOT / "var", Progress(quiet=True))


@pytest.fixture(scope="session")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """One running hotline for the whole session: start no second one where this one will do."""
    home = tmp_path_factory.mktemp("hotline")
    environment = private_environment(home)
    settings = settings_of(environment)
    lend_tree(settings.var)
    lend_voice(settings.var)
    try:
        run_hotline(environment, "up", limit_s=120)
        numbers = sample(settings)
        assert numbers is not None
        testers, agents = configure.testers(), configure.agents()
        yield Hotline(
            settings,
            environment,
            configure.account(settings.var, testers[0]),
            tuple(configure.account(settings.var, name) for name in agents),
            numbers,
        )
    finally:
        run_hotline(environment, "down", check=False)
    # After all calls of the session: nobody's number may be left behind by any of them.
    assert leaks(settings, load(SAMPLE)) == []
