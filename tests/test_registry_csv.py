"""Whatever the bytes of a file, reading it gives rows, rejects, or one clear error; never a crash, never a guess."""

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from agi.books.table_csv import Table, TableError

REQUIRED, OPTIONAL = ("a", "b"), ("c",)
CELL = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\u2028\u2029\x85"), max_size=12)


def read(content: bytes) -> tuple[list[list[str]], dict[int, str], int, int]:
    """Rows, rejects by line, bytes told to progress, size."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "t.csv"
        file.write_bytes(content)
        rejects: dict[int, str] = {}
        told: list[int] = []
        with Table(file, REQUIRED, OPTIONAL) as table:
            rows = [fields for _, fields in table.rows(rejects.__setitem__, told.append)]
        return rows, rejects, sum(told), len(content)


@given(st.binary(max_size=400))
def test_any_bytes_give_rows_rejects_or_a_clear_error(content: bytes) -> None:
    try:
        rows, _, _, _ = read(content)
    except TableError as error:
        assert str(error).endswith(".")
    else:
        assert all(len(row) == 3 for row in rows)


@given(st.binary(max_size=400))
def test_any_bytes_below_a_header_are_read_to_the_end(content: bytes) -> None:
    rows, rejects, told, size = read(b"a,b\n" + content)
    assert len(rows) + len(rejects) <= content.count(b"\n") + 1
    assert told == size


@settings(max_examples=200)
@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=8), st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]))
def test_what_a_csv_writer_writes_is_read_back(rows: list[tuple[str, str, str]], delimiter: str, ending: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=ending)
    writer.writerows([("c", "b", "a"), *rows])
    found, rejects, _, _ = read(out.getvalue().encode())
    assert not rejects
    assert found == [[a.strip(), b.strip(), c.strip()] for c, b, a in rows if a or b or c]
