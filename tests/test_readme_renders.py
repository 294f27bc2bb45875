"""The README reads as it was written: what is a heading, a code block or a table in the text is one when rendered."""

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from agi.settings import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
_FENCE = re.compile(r"^ *```")


def _rendered(kind: str) -> list[Token]:
    return [token for token in MarkdownIt("commonmark").enable("table").parse(README) if token.type == kind]


def _outside_fences() -> list[str]:
    inside, lines = False, []
    for line in README.splitlines():
        if _FENCE.match(line):
            inside = not inside
        elif not inside:
            lines.append(line)
    return lines


def _fenced() -> list[str]:
    """What stands between the fences, without the indentation of the list that a block belongs to."""
    blocks = re.findall(r"^( *)```\w*\n(.*?)^ *```$", README, re.M | re.S)
    return ["".join(line.removeprefix(indent) for line in text.splitlines(True)) for indent, text in blocks]


def test_every_written_heading_is_rendered_and_no_other() -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(README)
    shown = [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]
    assert shown == [line.lstrip("# ") for line in _outside_fences() if re.match(r"#+ ", line)]


def test_every_fence_is_closed_and_every_code_block_is_whole() -> None:
    assert len(re.findall(r"^ *```", README, re.M)) % 2 == 0
    assert [token.content for token in _rendered("fence")] == _fenced()
    assert _rendered("code_block") == []  # indented by chance: a block that lost its fence or its list


def test_every_row_of_a_table_is_rendered_as_one() -> None:
    written = [line for line in _outside_fences() if line.startswith("|") and not re.match(r"^\|[-| ]+\|$", line)]
    assert len(_rendered("tr_open")) == len(written)


def test_the_readme_says_how_to_get_the_hotline_before_it_lets_it_be_started() -> None:
    headings = [line for line in README.splitlines() if line.startswith("## ")]
    assert headings.index("## How to get it") < headings.index("## A first call in five minutes")
    assert "git clone" in README
