"""Fixtures of the calls against a small registry; imported by the tests that use them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sample_office import SampleOffice, build_registry


@pytest.fixture(scope="session")
def registry_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One registry for the session: calls only read it."""
    return build_registry(tmp_path_factory.mktemp("registry"))


@pytest.fixture(scope="module")
def patient_books() -> Iterator[None]:
    """Books may take their time: the machine is busy with other tests."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("registry", "guesses", "writer", "messages", "small_book"):
            patch.setattr(f"agi.books.{module}.LIMIT_S", 60.0)
        yield


@pytest.fixture
def office(registry_file: Path, tmp_path: Path, patient_books: None) -> Iterator[SampleOffice]:
    """An office with lock-outs of its own."""
    opened = SampleOffice.open(registry_file, tmp_path)
    yield opened
    opened.close()
