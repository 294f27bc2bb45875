"""Numbers by description: the right person's, the same throughout a call, and never one that should not be."""

import random

import pytest

from agi.books.numbers import check_nik
from agi.settings import ROOT
from agi.workshop.softphone.numbers import BadDescription, Numbers
from agi.workshop.softphone.sample import Sample, load


@pytest.fixture(scope="module")
def sample() -> Sample:
    return load(ROOT / "data" / "sample", 10)


@pytest.fixture
def numbers(sample: Sample) -> Numbers:
    return Numbers(sample, random.Random(7))


def test_the_same_words_mean_the_same_person_throughout_a_call(numbers: Numbers, sample: Sample) -> None:
    nik = numbers.fill("{resident ACTIVE CARD_ISSUED nik}")
    kk_digits = numbers.fill("{resident ACTIVE CARD_ISSUED kk}")
    person = next(one for one in sample.residents if one.nik == nik)
    assert (person.status, person.ktp, person.kk_digits) == ("ACTIVE", "CARD_ISSUED", kk_digits)


def test_two_calls_are_about_different_people(sample: Sample) -> None:
    assert len({Numbers(sample).fill("{resident ACTIVE nik}") for _ in range(20)}) > 10


def test_a_wrong_nik_is_well_formed_and_belongs_to_nobody(numbers: Numbers, sample: Sample) -> None:
    wrong = numbers.fill("{resident ACTIVE wrong nik}")
    assert check_nik(wrong).valid
    assert all(person.nik != wrong for person in sample.residents)


def test_a_wrong_pin_differs_from_the_right_one(numbers: Numbers) -> None:
    assert numbers.fill("{application KK pin}") != numbers.fill("{application KK wrong pin}")


def test_a_person_is_found_by_the_count_of_their_applications(numbers: Numbers, sample: Sample) -> None:
    nik = numbers.fill("{resident ACTIVE with 2 applications nik}")
    assert sum(one.nik == nik for one in sample.applications) == 2


def test_nobody_who_fits_is_told_so(numbers: Numbers) -> None:
    with pytest.raises(BadDescription, match=r"nobody in data/sample fits '\{resident ASLEEP nik\}'"):
        numbers.fill("{resident ASLEEP nik}")


def test_a_call_that_locks_somebody_never_meets_another_calls_person(sample: Sample) -> None:
    locked = {Numbers(sample).fill("{resident spare ACTIVE nik}") for _ in range(300)}
    others = {Numbers(sample).fill("{resident ACTIVE nik}") for _ in range(300)}
    assert len(locked) > 10
    assert not locked & others
