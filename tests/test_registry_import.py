"""An import is checked row by row and published whole, or leaves everything as it was."""

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from books_data import KEY, KK_DIGITS, damage, import_csv, kk, nik, registry_of, resident_line, residents_file

from agi.books.draft import ImportFailed, draft
from agi.books.files import unsound
from agi.books.registry import KeyMismatch, Registry, RegistryDamaged
from agi.books.table_csv import TableError
from agi.books.words import KtpState, Source
from agi.workshop.sample_make import registration_number


def known(path: Path, serial: int, key: bytes = KEY) -> bool:
    return Registry.open(path, key, KK_DIGITS).resident(nik(serial), kk(serial)[-KK_DIGITS:]) is not None


def reasons(file: Path) -> dict[int, str]:
    with file.open(newline="") as lines:
        return {int(row["line"]): row["reason"] for row in csv.DictReader(lines)}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_what_spreadsheets_save_is_understood(tmp_path: Path, delimiter: str, ending: str, mark: bytes) -> None:
    file = tmp_path / "residents.csv"
    lines = ['NIK,"kk",Status,ktp,name', f'{nik(1)},"{kk(1)}", ACTIVE ,CARD_ISSUED,Bu Siti', ",,,,", ""]
    file.write_bytes(mark + ending.join(lines).replace(",", delimiter).encode())
    assert import_csv(tmp_path / "registry.db", KEY, "residents", file).taken == 1
    assert known(tmp_path / "registry.db", 1)


def test_rows_are_added_and_updated_without_replace(tmp_path: Path) -> None:
    path = registry_of(tmp_path, 1, 2)
    import_csv(path, KEY, "residents", residents_file(tmp_path, resident_line(2, ktp="CARD_PRINTED"), resident_line(3)))
    assert known(path, 1)
    assert known(path, 3)
    changed = Registry.open(path, KEY, KK_DIGITS).resident(nik(2), kk(2)[-KK_DIGITS:])
    assert changed is not None
    assert changed.ktp is KtpState.CARD_PRINTED


def test_replace_replaces_the_whole_table_and_no_other(tmp_path: Path) -> None:
    path = registry_of(tmp_path, 1, 2)
    import_csv(path, KEY, "residents", residents_file(tmp_path, resident_line(3)), replace=True)
    assert not known(path, 1)
    assert known(path, 3)
    assert Registry.open(path, KEY, KK_DIGITS).application(registration_number(1), "123456") is not None


def test_bad_rows_are_listed_by_line_and_reason_without_what_stood_there(tmp_path: Path) -> None:
    bad = {
        "9934567890123456,1,ACTIVE,CARD_ISSUED": "province",
        f"{nik(2)},{kk(2)[:15]},ACTIVE,CARD_ISSUED": "kk is not 16 digits",
        f"{nik(2)},{kk(2)},ALIVE,CARD_ISSUED": "status",
        f"{nik(2)},{kk(2)},ACTIVE,CARD": "ktp",
        f"3.27E+15,{kk(2)},ACTIVE,CARD_ISSUED": "spreadsheet",
        f"{nik(2)},{kk(2)},ACTIVE": "3 columns instead of 4",
        f'"{nik(2)},{kk(2)},ACTIVE,CARD_ISSUED': "quote",
        resident_line(1): "same as in line 2",
        "x" * 100_000: "longer than",
    }
    file = residents_file(tmp_path, resident_line(1), *bad, resident_line(9))
    with pytest.raises(ImportFailed, match=r"9 of 11 rows .* nothing was imported"):
        import_csv(tmp_path / "registry.db", KEY, "residents", file)
    report = import_csv(tmp_path / "registry.db", KEY, "residents", file, threshold_percent=90)
    assert (report.taken, report.rejected) == (2, 9)
    assert report.rejects == tmp_path / "residents.rejects.csv"
    listed = reasons(report.rejects)
    for line, part in enumerate(bad.values(), start=3):
        assert part in listed[line]
    assert not any(number in report.rejects.read_text() for number in (nik(1), nik(2), kk(2), kk(2)[:15]))


def test_a_line_that_is_not_utf_8_is_rejected_alone(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_bytes(
        f"nik,kk,status,ktp,name\n{resident_line(1)},Andr\xe9\n{resident_line(2)},Siti\n".encode("latin-1")
    )
    assert import_csv(tmp_path / "registry.db", KEY, "residents", file, threshold_percent=50).taken == 1
    assert reasons(tmp_path / "r.rejects.csv") == {
        2: "not UTF-8 (Windows-1252 or Latin-1, perhaps): save the table anew as 'CSV UTF-8'"
    }


def test_the_list_of_rejects_goes_when_all_is_well(tmp_path: Path) -> None:
    stale = tmp_path / "residents.rejects.csv"
    stale.write_text("line,reason\n")
    assert import_csv(tmp_path / "r.db", KEY, "residents", residents_file(tmp_path, resident_line(1))).rejects is None
    assert not stale.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n", "is empty"),
        (b"nik,kk,status\n", "lacks the column: ktp"),
        (b"nik,kk,status,ktp,phone\n", "unknown column: phone"),
        (b"nik,kk,status,ktp,ktp\n", "twice"),
        (b"nik,kk,status,ktp\n", "no rows"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"\xff\x00\xd8\n", "not UTF-8"),
        ("nik;nam\xe9\n".encode("cp1252"), "Windows-1252"),
        (b"\x00\x01\x02", "no CSV"),
        (b"n" * 70000, "no CSV"),
    ],
)
def test_files_that_are_no_table_get_one_clear_sentence(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "file.csv"
    file.write_bytes(content)
    with pytest.raises((TableError, ImportFailed), match=message):
        import_csv(tmp_path / "registry.db", KEY, "residents", file)
    assert not (tmp_path / "registry.db").exists()


def test_a_file_without_header_is_told_without_showing_its_numbers(tmp_path: Path) -> None:
    file = residents_file(tmp_path, resident_line(2), header=resident_line(1) + "," + nik(1) + ",nik,kk,status,ktp")
    with pytest.raises(TableError) as caught:
        import_csv(tmp_path / "registry.db", KEY, "residents", file)
    assert nik(1) not in str(caught.value)


def test_a_folder_and_a_missing_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="folder"):
        import_csv(tmp_path / "registry.db", KEY, "residents", tmp_path)
    with pytest.raises(TableError, match="does not exist"):
        import_csv(tmp_path / "registry.db", KEY, "residents", tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{number},123456,{nik},KK,DITOLAK,2026-05-01,,", "reason is missing"),
        ("{number},123456,{nik},KK,DITOLAK,2026-05-01,KK_BELUM_ADA,", "does not fit"),
        ("{number},123456,{nik},KK,SELESAI,2026-05-01,KK_BELUM_ADA,", "does not fit"),
        ("{number},123456,{nik},KK,SIAP_DIAMBIL,2026-05-01,,", "office is missing"),
        ("{number},123456,{nik},KK,SIAP_DIAMBIL,2026-05-01,,0000", "office is not known"),
        ("{number},123456,{nik},KK,SELESAI,2026-02-30,,", "since"),
        ("{number},123456,{nik},KK,SELESAI,01/05/2026,,", "since"),
        ("{number},12345,{nik},KK,SELESAI,2026-05-01,,", "pin"),
        ("{number},123456,{nik},SIM,SELESAI,2026-05-01,,", "document"),
        ("{number},123456,{nik},KK,DONE,2026-05-01,,", "status"),
        ("000000000000,123456,{nik},KK,SELESAI,2026-05-01,,", "check digit"),
    ],
)
def test_an_application_must_make_sense(tmp_path: Path, row: str, reason: str) -> None:
    path = registry_of(tmp_path, 1)
    file = tmp_path / "more.csv"
    header = "number,pin,nik,document,status,since,reason,office"
    file.write_text(f"{header}\n{row.format(number=registration_number(7), nik=nik(1))}\n")
    with pytest.raises(ImportFailed):
        import_csv(path, KEY, "applications", file, threshold_percent=100)
    assert reason in reasons(tmp_path / "more.rejects.csv")[2]


def test_sample_and_own_rows_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    file = residents_file(tmp_path, resident_line(1))
    import_csv(path, KEY, "residents", file, source=Source.SAMPLE)
    assert Registry.open(path, KEY, KK_DIGITS).source is Source.SAMPLE
    with pytest.raises(ImportFailed, match="--replace"):
        import_csv(path, KEY, "residents", file)
    import_csv(path, KEY, "residents", file, replace=True)
    assert Registry.open(path, KEY, KK_DIGITS).source is Source.OWN


def test_a_second_import_is_told_that_one_is_running(tmp_path: Path) -> None:
    path = registry_of(tmp_path, 1)
    with draft(path, KEY), pytest.raises(ImportFailed, match="Another import"):
        import_csv(path, KEY, "residents", residents_file(tmp_path, resident_line(2)))
    assert import_csv(path, KEY, "residents", residents_file(tmp_path, resident_line(2))).taken == 1


def test_another_key_needs_replace_and_then_begins_anew(tmp_path: Path) -> None:
    path = registry_of(tmp_path, 1)
    other = bytes(32)
    file = residents_file(tmp_path, resident_line(2))
    with pytest.raises(KeyMismatch):
        import_csv(path, other, "residents", file)
    assert import_csv(path, other, "residents", file, replace=True).emptied_others
    assert known(path, 2, other)
    assert Registry.open(path, other, KK_DIGITS).application(registration_number(1), "123456") is None


def test_a_damaged_registry_needs_replace(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    path.write_bytes(b"rubbish" * 1000)
    file = residents_file(tmp_path, resident_line(2))
    with pytest.raises(RegistryDamaged):
        import_csv(path, KEY, "residents", file)
    import_csv(path, KEY, "residents", file, replace=True)
    assert known(path, 2)


def test_damage_inside_a_registry_is_never_handed_on(tmp_path: Path) -> None:
    path = registry_of(tmp_path, 1)
    damage(path)
    file = residents_file(tmp_path, resident_line(2))
    with pytest.raises(RegistryDamaged):
        import_csv(path, KEY, "residents", file)
    assert known(path, 1)
    report = import_csv(path, KEY, "residents", file, replace=True)
    assert report.emptied_others
    assert known(path, 2)
    assert unsound(path) is None


_SLOW_IMPORT = """
import sys, time
from pathlib import Path
from agi.books.importing import import_csv
def progress(done):
    print("reading", flush=True)
options = {"kk_digits": 10, "replace": True, "progress": progress}
import_csv(Path(sys.argv[1]), bytes(range(32)), "residents", Path(sys.argv[2]), **options)
"""


def test_an_import_killed_half_way_leaves_the_old_data(tmp_path: Path) -> None:
    path = registry_of(tmp_path, 1)
    (tmp_path / "big").mkdir()
    niks = (f"3273{d:02d}{day:02d}{m:02d}92{s}" for d in range(1, 31) for day in range(1, 29) for m in range(1, 13)
            for s in ("9001", "9002", "9003"))  # fmt: skip
    big = residents_file(tmp_path / "big", *(f"{number},{kk(1)},ACTIVE,CARD_ISSUED" for number in niks))
    child = subprocess.Popen([sys.executable, "-c", _SLOW_IMPORT, str(path), str(big)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"reading\n"
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    assert known(path, 1)
    assert import_csv(path, KEY, "residents", residents_file(tmp_path, resident_line(2))).taken == 1
    assert not (tmp_path / "registry.db.draft").exists()


_IMPORT_WITH_LITTLE_DISK = """
import resource, sys
from pathlib import Path
from agi.books.draft import ImportFailed
from agi.books.importing import import_csv
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
try:
    import_csv(Path(sys.argv[1]), bytes(range(32)), "residents", Path(sys.argv[2]), kk_digits=10)
except ImportFailed as error:
    print(error)
"""


def test_a_full_disk_leaves_the_old_data_and_is_told(tmp_path: Path) -> None:
    path = registry_of(tmp_path, 1)
    (tmp_path / "big").mkdir()
    big = residents_file(tmp_path / "big", *map(resident_line, range(2, 990)))
    ended = subprocess.run(
        [sys.executable, "-c", _IMPORT_WITH_LITTLE_DISK, str(path), str(big)], capture_output=True, text=True
    )
    assert "check the disk's space. Nothing was changed." in ended.stdout, ended.stderr
    assert known(path, 1)
    assert not known(path, 2)
    assert not (tmp_path / "registry.db.draft").exists()
