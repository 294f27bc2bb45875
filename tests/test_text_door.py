"""An experiment: a door that answers the message `cek#KTP#NIK#KK` with the words and the locks of the telephone."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sample_office import RESIDENTS, TEXTS, WITH_NONE, SampleOffice, kk, kk_digits, nik

from agi.books.errors import BookError
from agi.books.late import LIMIT_S
from agi.books.numbers import NikFault
from agi.books.words import KtpState, ResidentStatus
from agi.dialogue.question import Prompt
from agi.office.counting import Visitor
from agi.office.office import Office
from agi.office.results import Invalid
from agi.services.telling import told

pytest_plugins = ["office_fixtures"]


def answer(office: Office, sender: str, message: str) -> str:
    """The whole door: what is answered to `message`."""
    match message.lower().split("#"):
        case ["cek", "ktp", nik, kk]:
            prompts = _check(office, Visitor(sender), re.sub(r"\D", "", nik), re.sub(r"\D", "", kk))
        case _:
            prompts = (Prompt("help.menu.wrong"),)
    return written(*prompts)


def _check(office: Office, visitor: Visitor, nik: str, kk: str) -> tuple[Prompt, ...]:
    try:
        match office.check_nik(visitor, nik, kk[-office.kk_digits :]):
            case Invalid(_, NikFault.FORMAT):
                return (Prompt("nik.short", {"count": len(nik)}),)
            case result:
                return told(result)
    except BookError:
        return (Prompt("registration.unavailable"),)


def written(*prompts: Prompt) -> str:
    return " ".join(TEXTS.written(one.key, one.places) for one in prompts)


def text(office: SampleOffice, serial: int, kk: str, sender: str = "texter-1") -> str:
    return answer(office.office, sender, f"cek#KTP#{nik(serial)}#{kk}")


def heard(office: SampleOffice, keys: str, caller: str = "caller-1") -> list[Prompt]:
    """What a caller who presses `keys` is told between the questions and the goodbye."""
    prompts = office.call(f"{keys} !", caller=caller).prompts
    return [
        one
        for one in prompts
        if not one.key.endswith((".ask", ".again", "call.welcome", "menu.main", "menu.more", "bye"))
    ]


@pytest.mark.parametrize("state", list(RESIDENTS), ids=str)
def test_a_text_is_answered_with_the_sentence_a_caller_hears(
    office: SampleOffice, state: KtpState | ResidentStatus
) -> None:
    serial = RESIDENTS[state]
    assert text(office, serial, kk(serial)) == written(*heard(office, f"1 {nik(serial)} {kk_digits(serial)}"))


def test_three_wrong_texts_lock_the_number_and_the_sender_for_the_telephone(office: SampleOffice) -> None:
    answers = [text(office, WITH_NONE, "9" * 16) for _ in range(4)]
    wrong, lock = Prompt("identity.mismatch"), Prompt("lockout.minutes", {"minutes": 15})
    assert answers == [written(wrong), written(wrong), written(wrong, lock), written(lock)]
    assert heard(office, f"1 {nik(WITH_NONE)}", caller="another") == [lock]
    assert heard(office, "1", caller="texter-1") == [lock]


def test_three_wrong_tries_by_telephone_lock_the_number_and_the_caller_for_texts(office: SampleOffice) -> None:
    said = heard(office, f"1 {nik(WITH_NONE)}" + " 9999999999" * 3)
    lock = said[3]
    assert [one.key for one in said[:4]] == ["identity.mismatch"] * 3 + ["lockout.minutes"]
    assert text(office, WITH_NONE, kk(WITH_NONE)) == written(lock)
    assert text(office, 1, kk(1), sender="caller-1") == written(lock)
    assert text(office, 1, kk(1)) == written(*heard(office, f"1 {nik(1)} {kk_digits(1)}", caller="another"))


def test_tries_by_text_and_by_telephone_are_counted_together(office: SampleOffice) -> None:
    text(office, WITH_NONE, "9" * 16)
    assert heard(office, f"1 {nik(WITH_NONE)} 9999999999") == [Prompt("identity.mismatch")]
    assert "15 menit" in text(office, WITH_NONE, "9" * 16, sender="texter-2")


def test_a_right_text_is_no_try_and_is_remembered_as_a_proof_also_for_calls(office: SampleOffice) -> None:
    for _ in range(4):
        text(office, WITH_NONE, kk(WITH_NONE), sender="own")
    for _ in range(3):
        text(office, WITH_NONE, "9" * 16, sender="stranger")
    assert [one.key for one in heard(office, f"1 {nik(WITH_NONE)} {kk_digits(WITH_NONE)}", caller="own")] == [
        "ktp.card_issued"
    ]


def test_what_cannot_be_a_nik_is_told_and_is_no_try(office: SampleOffice) -> None:
    for time in range(4):  # another telephone each time: who was cut off is asked whether to go on
        impossible = answer(office.office, "texter-1", f"cek#KTP#3273053202900001#{kk(1)}")
        assert impossible == written(*heard(office, "1 3273053202900001", caller=f"caller-{time}"))
        short = answer(office.office, "texter-1", f"cek#KTP#{nik(1)[:9]}#{kk(1)}")
        assert short == written(*heard(office, f"1 {nik(1)[:9]}", caller=f"other-{time}"))
    assert text(office, WITH_NONE, kk(WITH_NONE)) == TEXTS.written("ktp.card_issued")


def test_a_number_is_counted_in_one_form_however_it_is_written(office: SampleOffice) -> None:
    for blank in (" ", "-", "."):
        number = blank.join([nik(1)[:4], nik(1)[4:]])
        answer(office.office, f"texter{blank}", f"cek#KTP#{number}#{'9' * 16}")
    assert [one.key for one in heard(office, f"1 {nik(1)}")] == ["lockout.minutes"]


def test_a_disk_that_does_not_answer_is_told_and_no_try_is_counted(
    office: SampleOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("guesses", "writer"):  # no caller waits longer than this
        monkeypatch.setattr(f"agi.books.{module}.LIMIT_S", LIMIT_S)
    for _ in range(4):
        with closing(sqlite3.connect(tmp_path / "calls.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            assert text(office, WITH_NONE, "9" * 16) == written(Prompt("registration.unavailable"))
        assert office.book.flush(60)
    assert text(office, WITH_NONE, kk(WITH_NONE)) == TEXTS.written("ktp.card_issued")


def test_in_one_message_no_more_is_tried_than_in_one_call(office: SampleOffice) -> None:
    withheld = Visitor()
    results = [office.office.check_nik(withheld, nik(serial), "9" * 10) for serial in range(1, 5)]
    assert written(*told(results[2])) == written(Prompt("identity.mismatch"), Prompt("lockout.call"))
    assert told(results[3]) == (Prompt("lockout.call"),)
    assert told(office.office.check_nik(Visitor(), nik(4), "9" * 10)) == (Prompt("identity.mismatch"),)
