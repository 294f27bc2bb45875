"""Fixtures of the calls against a small registry; imported by the tests that use them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sample_office import SampleOffice, build_registry


@pytest.fixture(scope="session")
def registry_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One registry for the session: calls only read it."""
    return build_registry(tmp_path_factory.mktemp("registry"))


@pytest.fixture
def office(registry_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SampleOffice]:
    """An office with lock-outs of its own, whose books may take their time: the machine is busy with other tests."""
    for module in ("registry", "guesses", "writer"):
        monkeypatch.setattr(f"agi.books.{module}.LIMIT_S", 60.0)
    opened = SampleOffice.open(registry_file, tmp_path)
    yield opened
    opened.close()
