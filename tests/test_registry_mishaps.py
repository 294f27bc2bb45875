"""An import that a mistake is in takes nothing away unasked, and reads what Windows writes."""

import os
from pathlib import Path

import pytest
from books_data import kk, nik, resident_line, residents_file
from click.testing import CliRunner, Result

from agi.cli import main

pytestmark = pytest.mark.usefixtures("places")


def hotline(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def offices_file(folder: Path, count: int) -> str:
    file = folder / "offices.csv"
    file.write_text("code,name,hours\n" + "".join(f"32{n:02},Dukcapil {n},Senin\n" for n in range(count)))
    return str(file)


def test_a_replacement_that_wipes_most_is_asked_for_and_the_old_is_kept(tmp_path: Path) -> None:
    assert hotline("registry", "import", "offices", offices_file(tmp_path, 24)).exit_code == 0
    one = offices_file(tmp_path, 1)
    refused = hotline("registry", "import", "offices", one, "--replace")
    assert refused.exit_code == 1
    assert "24 in the registry would become 1" in refused.output
    assert len(hotline("offices", "list").output.splitlines()) == 24
    done = hotline("registry", "import", "offices", one, "--replace", "--yes")
    assert "They replace 24" in done.output
    assert len(hotline("offices", "list").output.splitlines()) == 1
    kept = tmp_path / "data" / "registry.db.before"
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.replace(tmp_path / "data" / "registry.db")
    assert len(hotline("offices", "list").output.splitlines()) == 24


def test_one_office_is_changed_and_the_others_stay(tmp_path: Path) -> None:
    assert hotline("registry", "import", "offices", offices_file(tmp_path, 3)).exit_code == 0
    assert hotline("offices", "set", "3201", "--hours", "Senin sampai Kamis").exit_code == 0
    assert hotline("offices", "set", "3202", "--name", "Dukcapil Dua").exit_code == 0
    assert hotline("offices", "set", "3299", "--name", "Dukcapil Baru").exit_code == 0
    assert [" ".join(line.split()) for line in hotline("offices", "list").output.splitlines()] == [
        "3200 Dukcapil 0 Senin",
        "3201 Dukcapil 1 Senin sampai Kamis",
        "3202 Dukcapil Dua Senin",
        "3299 Dukcapil Baru",
    ]
    for words, why in (
        (("3298", "--hours", "x"), "No office has the code 3298"),
        (("32/1", "--name", "x"), "code is not"),
        (("3201",), "what is to change"),
        (("3201", "--name", ""), "name is not"),
    ):
        refused = hotline("offices", "set", *words)
        assert refused.exit_code == 1
        assert why in refused.output
        assert len(refused.output.splitlines()) == 1, refused.output


def test_kk_numbers_of_15_digits_are_refused_as_a_whole(tmp_path: Path) -> None:
    lines = [f"{nik(n)},{kk(n)[:-1]}0,ACTIVE,CARD_ISSUED" for n in range(1, 41)]
    refused = hotline("registry", "import", "residents", str(residents_file(tmp_path, *lines)))
    assert refused.exit_code == 1
    assert "15 digits" in refused.output
    assert hotline("registry", "stats").exit_code == 1, "nothing was to be imported"
    few = hotline("registry", "import", "residents", str(residents_file(tmp_path, *lines[:5])))
    assert few.exit_code == 0


@pytest.mark.parametrize(
    ("before", "newline", "encoding"),
    [
        ("sep=,\n", "\n", "utf-8"),
        ("sep=,\r\n", "\r\n", "utf-8-sig"),
        ("", "\r", "utf-8"),
        ("", "\r", "utf-8-sig"),
        ("\n  \n", "\n", "utf-8"),
        ("", "\r\n", "utf-16"),
        ("sep=,\r\n", "\r\n", "utf-16"),
    ],
)
def test_what_windows_writes_is_read(tmp_path: Path, before: str, newline: str, encoding: str) -> None:
    file = residents_file(tmp_path, resident_line(1), "nonsense,,,", resident_line(2))
    text = before + file.read_text().replace("\n", newline)
    file.write_bytes(text.encode(encoding))
    done = hotline("registry", "import", "residents", str(file), "--threshold", "50")
    assert "2 residents imported." in done.output, done.output
    line = 3 + before.count("\n")
    assert file.with_suffix(".rejects.csv").read_text().splitlines()[1].startswith(f"{line},")


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    pipe = tmp_path / "residents.csv"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/null")):
        refused = hotline("registry", "import", "residents", str(path))
        assert refused.exit_code == 1
        assert "is no file" in refused.output
