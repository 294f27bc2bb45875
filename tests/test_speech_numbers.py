"""Numbers in words and back: every form that Indonesians use."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi.languages import INDONESIAN
from agi.speech.grammar import Date, DigitsGrammar, Nik, NikRepair, NikStanding, Number, YesNo

NUMBERS = INDONESIAN.numbers
EVERY_TENTH_OR_SO = range(0, NUMBERS.most + 1, 7)


def forms(value: int) -> tuple[str, ...]:
    """Ways to say `value` in words: "seratus", "satu ratus"; "nol", "kosong"."""
    if value == 0:
        return NUMBERS.zeros
    long = {"seribu": "satu ribu", "seratus": "satu ratus", "sepuluh": "satu puluh"}
    usual = NUMBERS.say(value)
    return usual, " ".join(long.get(word, word) for word in usual.split())


@pytest.mark.thorough
def test_every_number_is_read_back_in_every_form() -> None:
    for value in EVERY_TENTH_OR_SO:
        for form in forms(value):
            assert NUMBERS.read(tuple(form.split())) == value, form


@given(st.integers(0, NUMBERS.most))
def test_a_spoken_number_answers_a_question_for_a_number(value: int) -> None:
    for form in forms(value):
        assert Number().values(tuple(form.split()))[0] == str(value)


@given(st.text("0123456789", min_size=1, max_size=20), st.sampled_from(["nol", "kosong"]))
def test_digits_one_by_one_are_read_back(digits: str, zero: str) -> None:
    words = tuple(NUMBERS.spell(digits).replace("nol", zero).split())
    assert DigitsGrammar(len(digits), len(digits)).values(words)[0] == digits


@given(st.lists(st.integers(10, 99), min_size=1, max_size=8))
def test_digits_in_pairs_are_read_back(pairs: list[int]) -> None:
    words = tuple(word for pair in pairs for word in NUMBERS.say(pair).split())
    digits = "".join(map(str, pairs))
    assert digits in DigitsGrammar(len(digits), len(digits)).values(words)


@given(st.integers(0, 9), st.sampled_from([("dobel", 2), ("double", 2), ("tripel", 3)]))
def test_doubled_digits_are_read_back(digit: int, times: tuple[str, int]) -> None:
    word, count = times
    assert NUMBERS.read_digits((word, NUMBERS.digits[digit]))[0] == str(digit) * count


def test_an_ambiguous_number_is_decided_by_its_length() -> None:
    words = ("seratus", "dua")
    assert DigitsGrammar(3, 3).values(words) == ("102",)
    assert DigitsGrammar(4, 4).values(words) == ("1002",)


def test_words_that_are_no_number_are_none() -> None:
    for words in ((), ("ratus",), ("satu", "ribu", "ribu"), ("belas",), ("halo",), ("nol", "puluh")):
        assert NUMBERS.read(words) is None


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_spoken_date_is_read_back(day: date) -> None:
    assert Date().values(tuple(INDONESIAN.dates.say(day).split()))[:1] == (day.isoformat(),)


def test_dates_are_read_however_they_are_said() -> None:
    day = date(1985, 2, 1).isoformat()
    for said in (
        "satu februari seribu sembilan ratus delapan puluh lima",
        "tanggal satu bulan dua tahun sembilan belas delapan lima",
        "nol satu pebruari satu sembilan delapan lima",
        "satu februari delapan puluh lima",
    ):
        assert Date().values(tuple(said.split())) == (day,), said


def test_a_day_that_does_not_exist_is_no_date() -> None:
    assert Date().values(("tiga", "puluh", "satu", "april", "dua", "ribu", "lima")) == ()


def test_a_nik_must_be_one() -> None:
    def standing(digits: str) -> NikStanding:
        return NikStanding.KNOWN if digits.startswith("32") else NikStanding.INVALID

    good = tuple(NUMBERS.spell("3273010101900001").split())
    assert Nik(standing).values(good) == ("3273010101900001",)
    assert Nik(standing).values(good[:15]) == ()
    assert Nik(standing).values(("satu", *good[1:])) == ()


def test_one_group_can_be_put_right() -> None:
    def value(said: str) -> tuple[str, ...]:
        return NikRepair().values(tuple(said.split()))

    assert value("ya benar") == ("ya",)
    assert value("bukan") == ("tidak",)
    assert value("bukan kelompok kedua") == ("2",)
    assert value("kelompok ketiga salah satu dua tiga kosong") == ("3:1230",)


def test_yes_and_no_have_many_words() -> None:
    assert YesNo().values(("ya", "betul")) == ("ya",)
    assert YesNo().values(("iya", "pak")) == ("ya",)
    assert YesNo().values(("tidak", "benar")) == ("tidak",)
    assert YesNo().values(("cek", "nik")) == ()


def test_all_days_of_a_century_are_told_apart() -> None:
    days = [date(1950, 1, 1) + timedelta(days=nth) for nth in range(0, 36_500, 11)]
    assert len({INDONESIAN.dates.say(day) for day in days}) == len(days)
