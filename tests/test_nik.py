"""What a NIK says by itself, and what a registration number's check digit finds."""

import json
import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agi.books import numbers
from agi.books.numbers import (
    NikFault,
    check_nik,
    nik_fault,
    registration_valid,
)
from agi.workshop.sample_make import registration_number

TODAY = date(2026, 11, 24)


def test_a_woman_has_forty_added_to_her_day() -> None:
    check = check_nik("3273014504929001", TODAY)
    assert (check.valid, check.birth_date, check.sex) == (True, date(1992, 4, 5), "female")
    assert check.region is not None
    assert (check.region.province, check.region.regency) == ("Jawa Barat", "Kota Bandung")
    assert not check.unknown_region


def test_a_retired_region_only_warns() -> None:
    check = check_nik("6473010504929001", TODAY)
    assert check.valid
    assert check.unknown_region
    assert check.region is not None
    assert check.region.province == "Kalimantan Timur"


@pytest.mark.parametrize("text", ["3273 0145 0492 9001", "3273.0145.0492.9001", "327301-450492-9001"])
def test_groups_are_understood(text: str) -> None:
    assert check_nik(text, TODAY).valid


@pytest.mark.parametrize("space", ["\u00a0", "\u2007", "\u202f", "\u3000", "\u200b", "\u2060", "\ufeff", "\t"])
def test_spaces_of_a_web_page_or_a_spreadsheet_are_spaces(space: str) -> None:
    assert check_nik(f"{space}327301{space}450492{space}9001{space}", TODAY).valid


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", NikFault.FORMAT),
        ("327301450492900", NikFault.FORMAT),
        ("32730145049290011", NikFault.FORMAT),
        ("٣٢٧٣٠١٤٥٠٤٩٢٩٠٠١", NikFault.FORMAT),
        ("9973014504929001", NikFault.PROVINCE),
        ("3200014504929001", NikFault.REGION),
        ("3273004504929001", NikFault.REGION),
        ("3273013202929001", NikFault.BIRTH_DATE),
        ("3273012902919001", NikFault.BIRTH_DATE),
        ("3273010002929001", NikFault.BIRTH_DATE),
        ("3273014004929001", NikFault.BIRTH_DATE),
        ("3273014504920000", NikFault.SERIAL),
    ],
)
def test_what_cannot_be_a_nik_is_told_why(text: str, fault: NikFault) -> None:
    check = check_nik(text, TODAY)
    assert (check.valid, check.reason, check.birth_date) == (False, fault, None)


@pytest.mark.parametrize(
    ("ddmmyy", "born"),
    [
        ("290200", date(2000, 2, 29)),
        ("241126", date(2026, 11, 24)),
        ("251126", date(1926, 11, 25)),
        ("010127", date(1927, 1, 1)),
        ("290224", date(2024, 2, 29)),
    ],
)
def test_the_century_is_the_last_one_that_is_not_in_the_future(ddmmyy: str, born: date) -> None:
    assert check_nik(f"327301{ddmmyy}9001", TODAY).birth_date == born


@settings(max_examples=500)
@given(
    st.one_of(
        st.from_regex(r"[0-9]{16}", fullmatch=True),
        st.from_regex(r"(11|32|91|20)(00|01|73)(00|01)[0-7][0-9][01][0-9]{3}(0000|9001)", fullmatch=True),
        st.text(max_size=20),
    )
)
def test_the_quick_check_agrees_with_the_full_one(text: str) -> None:
    if nik_fault(text) is not NikFault.FORMAT:
        assert nik_fault(text) == check_nik(text, TODAY).reason
    elif len(text) == 16 and text.isascii():
        assert not check_nik(text, TODAY).valid


@given(st.integers(0, 10**11 - 1), st.integers(0, 11), st.integers(1, 9))
def test_a_wrong_digit_in_a_registration_number_is_found(serial: int, place: int, add: int) -> None:
    number = registration_number(serial)
    assert registration_valid(number)
    wrong = number[:place] + str((int(number[place]) + add) % 10) + number[place + 1 :]
    assert not registration_valid(wrong)


def test_the_check_digit_is_iso_7064_mod_11_10() -> None:
    # The worked example of ISO/IEC 7064, and the German tax office's, which uses the same rule.
    assert numbers.check_digit("0794") == "5"
    assert numbers.check_digit("8609574271") == "9"


@pytest.mark.parametrize("number", ["", "12345678901", "1234567890123", "12345678901a", "٢٦٠٠٠٠٠٠٠٠٠١"])
def test_other_things_are_no_registration_number(number: str) -> None:
    assert not registration_valid(number)


@pytest.mark.parametrize("serial", [-1, 10**11])
def test_a_serial_out_of_range_is_refused(serial: int) -> None:
    with pytest.raises(ValueError, match="11 digits"):
        registration_number(serial)


def test_the_command_answers_line_by_line_and_survives_junk() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "agi.cli", "nik"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(b"3273014504929001\n")
        child.stdin.flush()
        first = json.loads(child.stdout.readline())  # comes before the input ends
        child.stdin.write(b"\xff\x00\xfe\n\n" + b"9" * 100_000 + b"\n3273014504929002")
        rest = [json.loads(line) for line in child.communicate()[0].splitlines()]
    assert child.returncode == 0
    assert first == {
        "valid": True,
        "reason": None,
        "birth_date": "1992-04-05",
        "sex": "female",
        "region": first["region"],
        "warnings": [],
    }
    assert [line["valid"] for line in rest] == [False, False, False, True]
    assert {line["reason"] for line in rest[:3]} == {"format"}


def test_the_command_ends_quietly_when_nobody_reads_any_more() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "agi.cli", "nik"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdin.write(b"3273014504929001\n")
        child.stdin.flush()
        assert json.loads(child.stdout.readline())["valid"]
        child.stdout.close()
        child.stdin.write(b"3273014504929001\n" * 3)
        child.stdin.close()
        assert child.stderr.read() == b""
    assert child.returncode == 0
