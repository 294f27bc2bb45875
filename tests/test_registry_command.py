"""`hotline registry`: one clear sentence for each trouble, counts, and an export without secrets."""

import json
from pathlib import Path

import pytest
from books_data import kk, nik, resident_line, residents_file
from click.testing import CliRunner, Result

from agi.cli import main

pytestmark = pytest.mark.usefixtures("places")


def hotline(*words: str) -> Result:
    return CliRunner().invoke(main, ["registry", *words])


def test_import_then_stats_then_export(tmp_path: Path) -> None:
    file = residents_file(tmp_path, resident_line(1), resident_line(2, "DUPLICATE"))
    done = hotline("import", "residents", str(file))
    assert done.exit_code == 0, done.output
    assert "2 residents imported." in done.output
    counts = json.loads(hotline("stats", "--json").output)
    assert counts["residents"] == {"ACTIVE": 1, "DUPLICATE": 1}
    assert counts["source"] == "own"
    assert "own records" in hotline("stats").output
    exported = hotline("export", "residents").output
    assert exported.splitlines()[:2] == ["nik,status,ktp,region", f"{nik(1)},ACTIVE,CARD_ISSUED,327301"]
    assert kk(1) not in exported
    written = hotline("export", "residents", str(tmp_path / "out.csv"))
    assert "without KK numbers" in written.output
    assert (tmp_path / "out.csv").read_text() == exported


def test_trouble_is_one_sentence(tmp_path: Path) -> None:
    for words, part in (
        (("stats",), "There is no registry"),
        (("import", "residents", str(tmp_path)), "folder"),
        (("import", "residents", str(tmp_path / "no.csv")), "does not exist"),
    ):
        failed = hotline(*words)
        assert failed.exit_code == 1
        assert "Traceback" not in failed.output
        assert part in failed.output.splitlines()[-1]


def test_a_refused_import_names_the_file_of_reasons(tmp_path: Path) -> None:
    file = residents_file(tmp_path, resident_line(1), "nonsense,,,")
    refused = hotline("import", "residents", str(file))
    assert refused.exit_code == 1
    assert "residents.rejects.csv" in refused.output
    taken = hotline("import", "residents", str(file), "--threshold", "50")
    assert taken.exit_code == 0
    assert "Rows not taken: 1" in taken.output


def test_the_sample_is_written_where_it_is_wanted(tmp_path: Path) -> None:
    assert hotline("sample", "--folder", str(tmp_path / "s")).exit_code == 0
    assert sorted(file.name for file in (tmp_path / "s").iterdir()) == [
        "applications.csv",
        "offices.csv",
        "residents.csv",
    ]
