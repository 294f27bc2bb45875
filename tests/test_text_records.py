"""Each message is a contact in the records, counted apart from the calls; nothing in it shows a number."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from memory_books import MemoryCalls
from sample_office import MENU, TEXTS, SampleOffice, kk, nik

from agi.books.calls import CallBook
from agi.books.counting import CallCounter
from agi.books.events import Channel, Ended, Noted, NoteKind, Outcome
from agi.books.figures import Figures, Messages
from agi.books.mailbox import Mailbox
from agi.books.mailbox_rows import Incoming
from agi.text.delivery import Delivery
from agi.text.service import TextService

pytest_plugins = ["office_fixtures"]
KEY = bytes(range(32))
WRITER = "081200000001"


class Door:
    """A door that takes all it is given."""

    name, channel, again_in_doubt, at_once = "sms", Channel.SMS, True, 1

    def send(self, address: str, body: str, token: str) -> None: ...

    def has(self, token: str) -> bool | None: ...


@pytest.fixture
def mailbox(office: SampleOffice) -> Iterator[Mailbox]:
    made = Mailbox(office.settings.mailbox_db, KEY)
    yield made
    made.close()


@pytest.fixture
def log() -> MemoryCalls:
    return MemoryCalls()


@pytest.fixture
def delivery(office: SampleOffice, mailbox: Mailbox, log: MemoryCalls) -> Delivery:
    return delivered(office, mailbox, log)


def delivered(office: SampleOffice, mailbox: Mailbox, log: MemoryCalls | CallBook) -> Delivery:
    service = TextService(office.office, MENU, TEXTS, mailbox, edition=7)
    return Delivery(mailbox, lambda: service, [Door()], office.clock, log)


def bring(delivery: Delivery, body: str, message: str = "1") -> None:
    delivery.take(Incoming("sms", message, WRITER, body, WRITER))
    delivery.work()


def test_a_message_is_a_contact_that_tells_what_came_of_it(delivery: Delivery, log: MemoryCalls) -> None:
    bring(delivery, f"cek#ktp#{nik(1)}#{kk(1)}")
    [contact] = log.contacts.values()
    assert (contact.channel, contact.outcome, contact.edition) == (Channel.SMS, Outcome.COMPLETED, 7)
    assert contact.about.endswith(nik(1)[-4:]) and nik(1) not in str((contact, log.happened))
    assert WRITER not in str((contact, log.happened)) and kk(1) not in str(log.happened)
    kinds = [one.kind for one in log.happened[contact.id].values() if isinstance(one, Noted)]
    assert kinds == [NoteKind.MESSAGE_READ, NoteKind.NIK_CHECKED]


def test_who_had_to_be_told_how_to_ask_was_not_understood(delivery: Delivery, log: MemoryCalls) -> None:
    bring(delivery, "xqz vvw")
    assert [one.outcome for one in log.contacts.values()] == [Outcome.GAVE_UP]


def test_tries_that_lock_end_so(delivery: Delivery, log: MemoryCalls) -> None:
    for nth in range(3):
        bring(delivery, f"cek#ktp#{nik(1)}#{'9' * 10}", str(nth))
    assert [one.outcome for one in log.contacts.values()][-1] is Outcome.LOCKED_OUT


def test_a_fault_is_a_failure_in_the_records_too(delivery: Delivery, log: MemoryCalls, mailbox: Mailbox) -> None:
    mailbox.half = lambda *_: 1 / 0  # type: ignore[method-assign, assignment]
    bring(delivery, "0012345678")
    [contact] = log.contacts
    assert [one.why for one in log.happened[contact].values() if isinstance(one, Ended)] == ["fault"]


def test_a_message_answered_again_after_a_kill_is_the_same_contact(
    office: SampleOffice, delivery: Delivery, log: MemoryCalls, mailbox: Mailbox
) -> None:
    mailbox.take([Incoming("sms", "1", WRITER, "info", WRITER)], office.clock())
    first = mailbox.waiting(["sms"], office.clock())
    assert mailbox.waiting(["sms"], office.clock()) == first
    delivery.work()
    assert list(log.contacts) == [first[0].contact]


def test_a_book_of_messages_begun_anew_gives_no_message_the_contact_of_an_older_one(
    office: SampleOffice, tmp_path: Path
) -> None:
    contacts = []
    for place, message in (("a", "first"), ("b", "second")):
        mailbox = Mailbox(tmp_path / place / "mailbox.db", KEY)
        mailbox.take([Incoming("sms", message, WRITER, "lapor petugas meminta uang", WRITER)], office.clock())
        contacts += [one.contact for one in mailbox.waiting(["sms"], office.clock())]
        mailbox.close()
    assert len(set(contacts)) == 2


def test_messages_are_counted_by_channel_and_apart_from_calls(office: SampleOffice, mailbox: Mailbox) -> None:
    settings = office.settings
    book = CallBook.open(settings.calls_db, KEY)
    delivery = delivered(office, mailbox, book)
    for nth, body in enumerate(("info syarat kia", "xqz vvw", "jam buka")):
        bring(delivery, body, str(nth))
    at = datetime.now(UTC)
    book.begin("a-call", WRITER, office.clock())
    book.event("a-call", Ended(at=at, outcome=Outcome.COMPLETED, where="main"))
    assert book.open_calls() == ()
    book.close()
    with CallCounter(settings.calls_db) as counter:
        assert [one.id for one in counter.calls()] == ["a-call"]
        began = office.clock()
        figures = Figures.of(counter.tally(began - timedelta(days=1), began + timedelta(days=1)))
    assert figures.calls == 1
    assert figures.messages == (Messages("sms", 3, 2, 1, 0, 0),)
