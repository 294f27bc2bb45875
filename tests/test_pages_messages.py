"""The office reads what citizens wrote and were answered, masked, and sees which answers could not be sent."""

from datetime import UTC, datetime

import pytest
from pages_office import PagesOffice, office

from agi.books.mailbox import Mailbox
from agi.books.mailbox_rows import Incoming, Outcome, Sending, Written

__all__ = ["office"]
NIK = "3273014507909999"
AT = datetime(2026, 11, 28, 3, tzinfo=UTC)


@pytest.fixture
def mailbox(office: PagesOffice) -> Mailbox:
    made = Mailbox(office.settings.mailbox_db, bytes(32))
    made.take([Incoming("sip", str(nth), "7@h", f"cek#ktp#{NIK} nomor {nth}", "081234567890") for nth in range(3)], AT)
    made.answer([Written(1, "Bentuk NIK benar.", "check"), Written(2, f"NIK {NIK} sudah.", "check")], AT)
    made.begin_sending(AT, ["sip"])
    made.settle([Outcome(1, Sending.SENT), Outcome(2, Sending.DEAD, "tidak ada <b>jalan</b>")])
    return made


def test_messages_stand_there_with_answer_and_state_and_without_numbers(office: PagesOffice, mailbox: Mailbox) -> None:
    page = office.client("supervisor").get("/pesan").text
    for words in ("pesan telepon", "3 pesan", "1 menunggu, 1 gagal dikirim", "Bentuk NIK benar.", "terkirim",
                  "gagal dikirim", "belum dijawab", "tidak ada &lt;b&gt;jalan&lt;/b&gt;"):  # fmt: skip
        assert words in page
    assert NIK not in page and "081234567890" not in page
    mailbox.close()


def test_those_that_could_not_be_sent_are_shown_alone(office: PagesOffice, mailbox: Mailbox) -> None:
    page = office.client("supervisor").get("/pesan?gagal=1").text
    assert "tidak ada &lt;b&gt;jalan" in page and "Bentuk NIK benar." not in page
    mailbox.close()


def test_where_nobody_has_written_the_page_says_so(office: PagesOffice) -> None:
    assert "Belum ada pesan." in office.client("supervisor").get("/pesan").text
    assert not office.settings.mailbox_db.exists()
