"""One complete hotline (Asterisk, line, databases, prompts) for the tests of a session that need one."""

import os
from collections.abc import Iterator

import pytest
from installation import Hotline, brought_up

from agi.ops import asterisk
from agi.ops.progress import Progress
from agi.settings import ROOT

__all__ = ["Hotline"]

os.environ.setdefault("HOTLINE_SPEECH__ENABLED", "false")  # as in `installation`: tests of speech switch it on


@pytest.fixture(scope="session", autouse=True)
def an_asterisk() -> None:
    """Whichever test comes first: the machine has an Asterisk, or the repository's private tree is made."""
    asterisk.obtain(ROOT / "var", Progress(quiet=True))


@pytest.fixture(scope="session")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """One running hotline for the whole session: start no second one where this one will do."""
    with brought_up(tmp_path_factory.mktemp("hotline")) as made:
        yield made
