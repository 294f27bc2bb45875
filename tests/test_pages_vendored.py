"""What the browser is given from others is what VENDORED.md says, to the byte."""

import hashlib
import re

import pytest

from agi.settings import ROOT

PAGES = ROOT / "agi" / "pages"
ROWS = re.findall(r"^\| `([^`]+)` \| .* \| `([0-9a-f]{64})` \|$", (PAGES / "VENDORED.md").read_text(), re.M)
OURS = 300
"""Lines that our own scripts stay below."""


@pytest.mark.parametrize(("name", "digest"), ROWS)
def test_a_vendored_file_has_its_digest(name: str, digest: str) -> None:
    assert hashlib.sha256((PAGES / name).read_bytes()).hexdigest() == digest


def test_every_script_is_ours_or_named() -> None:
    named = {name for name, _ in ROWS}
    for path in PAGES.rglob("*.js"):
        if path.relative_to(PAGES).as_posix() not in named:
            lines = path.read_text(encoding="utf-8").splitlines()
            assert len(lines) < OURS, path
            assert max(map(len, lines)) <= 160, f"{path} looks like somebody's bundle"
