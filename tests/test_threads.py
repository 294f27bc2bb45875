"""An agent takes a thread over: words go to them, numbers stay the hotline's, and each answer is sent once."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

import pytest
from memory_books import MemoryCalls
from sample_office import MENU, TEXTS, SampleOffice, kk, kk_digits, nik

from agi.books.events import Channel
from agi.books.mailbox import THREAD_FOR, Mailbox
from agi.books.mailbox_log import MailboxLog
from agi.books.mailbox_rows import Incoming, ThreadState
from agi.books.threads import NotTheirs, ThreadBook
from agi.text.delivery import Delivery
from agi.text.service import TextService

pytest_plugins = ["office_fixtures"]
KEY = bytes(range(32))
WRITER = "081200000001"


class Door:
    """A door that keeps what it is given."""

    name, channel, again_in_doubt, at_once = "sms", Channel.SMS, True, 1

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def send(self, address: str, body: str, token: str) -> None:
        self.sent.append((address, body))

    def has(self, token: str) -> bool | None: ...


@dataclass
class Talk:
    """One citizen and the hotline."""

    office: SampleOffice
    delivery: Delivery
    door: Door
    threads: ThreadBook
    count: int = 0

    def write(self, body: str, sender: str = WRITER) -> list[str]:
        """What is answered at once."""
        self.count += 1
        before = len(self.door.sent)
        self.delivery.take(Incoming("sms", str(self.count), sender, body, sender))
        while self.delivery.work():
            pass
        return [body for _, body in self.door.sent[before:]]

    def wanted(self) -> str:
        """The thread in which an agent is wanted."""
        self.write("petugas")
        return self.threads.to_do()[-1].id


@pytest.fixture
def talk(office: SampleOffice) -> Iterator[Talk]:
    with closing(Mailbox(office.settings.mailbox_db, KEY)) as mailbox:
        service, door = TextService(office.office, MENU, TEXTS, mailbox), Door()
        delivery = Delivery(mailbox, lambda: service, [door], office.clock, MemoryCalls())
        yield Talk(office, delivery, door, ThreadBook(office.settings.mailbox_db, KEY))


@pytest.mark.parametrize("words", ["petugas", "Mau bicara dengan petugas", "min, minta operator dong", "CS"])
def test_who_wants_an_agent_is_told_and_waits(talk: Talk, words: str) -> None:
    assert talk.write(words) == [TEXTS.message("text.agent")]
    assert [one.state for one in talk.threads.to_do()] == [ThreadState.WAITING]


@pytest.mark.parametrize("words", ["saya diminta otp oleh petugas dukcapil", "lapor petugas loket meminta uang"])
def test_who_tells_of_an_agent_does_not_want_one(talk: Talk, words: str) -> None:
    talk.write(words)
    assert talk.threads.to_do() == ()


def test_the_number_of_a_call_calls_an_agent_who_goes_on_with_it(talk: Talk) -> None:
    (case,) = talk.office.call(f"1 {nik(1)} {kk_digits(1)} 0", caller="+6281234567890").phone.cases
    number = case.call_number
    assert talk.write(f"Nomor panggilan: {number[:3]} {number[3:]}") == [TEXTS.message("text.call_number")]
    [thread] = talk.threads.to_do()
    assert (thread.state, thread.call) == (ThreadState.WAITING, number)


def test_a_number_that_is_no_call_s_calls_nobody(talk: Talk) -> None:
    assert talk.write("panggilan 1234567") == [TEXTS.message("text.call_unknown")]
    assert talk.write("saya dapat panggilan dari dukcapil tadi") != [TEXTS.message("text.call_unknown")]
    assert talk.threads.to_do() == ()


def test_while_one_waits_the_hotline_answers_all(talk: Talk) -> None:
    talk.wanted()
    assert talk.write("syarat kia") == [TEXTS.message("requirements.kia")]


def test_an_agent_gets_the_words_and_the_hotline_keeps_the_numbers(talk: Talk) -> None:
    thread = talk.wanted()
    talk.threads.take_over(thread, "siti", talk.office.clock())
    assert talk.write("syarat kia bagaimana ya bu") == []
    assert len(talk.write(f"cek#ktp#{nik(1)}#{kk(1)}")) == 1
    letters = MailboxLog(talk.office.settings.mailbox_db).letters(9, thread=thread)
    assert [one.asked for one in letters][1] == "syarat kia bagaimana ya bu" and nik(1) not in str(letters)


def test_what_an_agent_writes_is_sent_once_to_who_wrote(talk: Talk) -> None:
    thread = talk.wanted()
    talk.threads.take_over(thread, "siti", talk.office.clock())
    talk.door.sent.clear()
    for _ in range(2):
        talk.threads.write(thread, "siti", f"NIK {nik(1)} sudah kami perbaiki.", "mark", talk.office.clock())
    while talk.delivery.work():
        pass
    assert talk.door.sent == [(WRITER, f"NIK {nik(1)} sudah kami perbaiki.")]
    newest = MailboxLog(talk.office.settings.mailbox_db).letters(1)[0]
    assert (newest.author, newest.state) == ("siti", "sent") and nik(1) not in newest.answer
    with closing(sqlite3.connect(talk.office.settings.mailbox_db)) as rows:
        assert nik(1) not in "\n".join(rows.iterdump()) and WRITER not in "\n".join(rows.iterdump())


def test_only_who_has_it_writes_there(talk: Talk) -> None:
    thread, at = talk.wanted(), talk.office.clock()
    for refused in ("nobody", "siti"):
        with pytest.raises(NotTheirs):
            talk.threads.write(thread, refused, "halo", "a", at)
    talk.threads.take_over(thread, "siti", at)
    for act in (
        lambda: talk.threads.take_over(thread, "budi", at),
        lambda: talk.threads.write(thread, "budi", "halo", "b", at),
        lambda: talk.threads.give_back(thread, "budi", at),
    ):
        with pytest.raises(NotTheirs):
            act()


def test_given_back_or_forgotten_the_hotline_answers_again(talk: Talk) -> None:
    thread = talk.wanted()
    talk.threads.take_over(thread, "siti", talk.office.clock())
    talk.office.clock.pass_by(THREAD_FOR - timedelta(minutes=1))
    assert talk.write("jam buka") == []
    talk.office.clock.pass_by(timedelta(minutes=2))
    assert talk.write("jam buka")
    talk.threads.take_over(thread, "budi", talk.office.clock())
    assert talk.write("jam buka") == []
    talk.threads.give_back(thread, "budi", talk.office.clock())
    assert talk.write("jam buka") and talk.threads.to_do() == ()


def test_others_are_answered_as_ever(talk: Talk) -> None:
    talk.threads.take_over(talk.wanted(), "siti", talk.office.clock())
    assert talk.write("jam buka", "081200000002")


def test_where_to_write_to_is_kept_a_day_unless_an_agent_is_wanted(talk: Talk) -> None:
    wanted = talk.wanted()
    talk.write("info", "081200000002")
    talk.office.clock.pass_by(THREAD_FOR + timedelta(hours=1))
    talk.delivery.purge(timedelta(days=30))
    with closing(sqlite3.connect(talk.office.settings.mailbox_db)) as rows:
        assert [thread.hex() for (thread,) in rows.execute("SELECT thread FROM threads")] == [wanted]


def test_a_thread_that_is_not_there_is_no_ones(talk: Talk) -> None:
    for odd in ("", "00", "xyz", "a'; DROP TABLE threads"):
        assert talk.threads.thread(odd) is None
        with pytest.raises(NotTheirs):
            talk.threads.take_over(odd, "siti", talk.office.clock())
