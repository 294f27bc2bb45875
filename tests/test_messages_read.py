"""What people type is read as they meant it, and no NIK is ever read that nobody wrote."""

from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from messages_table import Typed, rows

from agi.books.numbers import nik_fault
from agi.text.reading import Intent, read
from agi.text.slips import meant, slips

_WORDS = [
    "tolong",
    "cek",
    "ktp",
    "NIK",
    "Siti Contoh",
    "saya",
    "belum jadi",
    "status",
    "No.",
    "min",
    "hp",
    "👍",
    "e-ktp",
]
_BETWEEN = [" ", "#", ", ", "\n", " / ", ": ", " - "]
_DATES = st.dates().map(lambda day: f"{day.day:02d}{day.month:02d}{day.year % 100:02d}")
_NIKS = st.builds(
    "{}{:02d}{:02d}{}{:04d}".format,
    st.sampled_from(["11", "32", "33", "51", "73", "94"]),
    st.integers(1, 79),
    st.integers(1, 40),
    _DATES,
    st.integers(1, 9999),
).filter(lambda nik: nik_fault(nik) is None)
_GROUPS = st.sampled_from([(16,), (4, 4, 4, 4), (6, 6, 4), (8, 8), (6, 10), (2, 2, 2, 6, 4)])
_TELEPHONES = st.integers(10**8, 10**11 - 1).map(lambda number: f"08{number}")


def _grouped(nik: str, groups: tuple[int, ...], mark: str) -> str:
    parts, at = [], 0
    for length in groups:
        parts.append(nik[at : at + length])
        at += length
    return mark.join(parts)


def _arabic(text: str) -> str:
    return "".join(chr(0x0660 + int(one)) if one.isdigit() else one for one in text)


def _wide(text: str) -> str:
    return "".join(chr(0xFF10 + int(one)) if one.isdigit() else one for one in text)


def _hidden(text: str) -> str:
    return "\u200b".join(text)


_WRITTEN: list[Callable[[str], str]] = [str, _arabic, _wide, _hidden]


@pytest.mark.parametrize("typed", rows(), ids=lambda typed: ascii(typed.message)[:60])
def test_what_people_type_is_read_as_they_meant_it(typed: Typed) -> None:
    reading = read(typed.message)
    assert (reading.intent, {**reading.numbers, **reading.about}) == (typed.intent, typed.found)


def test_there_are_twice_as_many_messages_as_were_handed_over() -> None:
    assert len(rows()) >= 148


@given(
    _NIKS,
    _GROUPS,
    st.sampled_from([" ", "-", "."]),
    st.sampled_from(_WRITTEN),
    st.sampled_from(["cek#ktp#", "NIK ", ""]),
)
def test_a_nik_is_found_however_it_is_written(
    nik: str, groups: tuple[int, ...], mark: str, written: Callable[[str], str], before: str
) -> None:
    assume(all(len(part) <= 8 for part in _grouped(nik, groups, mark).split(mark)) or groups == (16,))
    assert read(before + written(_grouped(nik, groups, mark))).nik == nik


@given(
    _NIKS,
    _GROUPS,
    st.sampled_from([" ", "-", "."]),
    st.lists(st.tuples(st.one_of(st.sampled_from(_WORDS), _TELEPHONES), st.sampled_from(_BETWEEN)), max_size=5),
    st.lists(st.tuples(st.sampled_from(_BETWEEN), st.one_of(st.sampled_from(_WORDS), _TELEPHONES)), max_size=5),
)
def test_never_is_another_nik_read_out_of_a_right_one(
    nik: str,
    groups: tuple[int, ...],
    mark: str,
    before: list[tuple[str, str]],
    behind: list[tuple[str, str]],
) -> None:
    message = "".join(a + b for a, b in before) + _grouped(nik, groups, mark) + "".join(a + b for a, b in behind)
    assert read(message).nik in ("", nik), message


@given(_NIKS, st.data())
def test_a_nik_with_a_digit_too_few_or_too_many_is_none(nik: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, 15))
    for wrong in (nik[:at] + nik[at + 1 :], nik[:at] + "7" + nik[at:]):
        for message in (wrong, f"cek#ktp#{wrong}", f"NIK {wrong}"):
            reading = read(message)
            assert (reading.intent, reading.nik, reading.digits) == (Intent.NIK_LENGTH, "", len(wrong))


@given(_NIKS)
def test_letters_of_a_long_number_become_digits_and_those_behind_a_whole_one_do_not(nik: str) -> None:
    assert read(nik.replace("0", "O").replace("1", "l", 1)).nik in ("", nik)
    assert read(f"{nik}lo").nik in ("", nik)
    assert read(f"{nik} oil").nik == nik


@given(st.text())
def test_anything_at_all_is_read(message: str) -> None:
    reading = read(message)
    assert reading.nik == "" or len(reading.nik) == 16


def test_numbers_stand_in_no_representation() -> None:
    reading = read("cek#ktp#3273010101909999#3273010101109999")
    assert reading.kk
    assert "3273" not in repr(reading)


@pytest.mark.parametrize(
    ("one", "other", "apart"), [("tiket", "tiket", 0), ("tikte", "tiket", 1), ("tket", "tiket", 1), ("", "tiket", 5)]
)
def test_slips_are_counted(one: str, other: str, apart: int) -> None:
    assert slips(one, other) == apart


def test_a_word_as_near_to_two_names_means_neither() -> None:
    assert meant("abcx", {"one": ("abcd",), "two": ("abce",)}) == ""
    assert meant("abcd", {"one": ("abcd",), "two": ("abce",)}) == "one"
