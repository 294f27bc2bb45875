"""A message is answered once and its answer sent once, whatever is killed in between; what is kept shows no number."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from memory_books import MemoryCalls
from sample_office import MENU, TEXTS, SampleOffice, kk, nik

from agi.books.events import Channel
from agi.books.mailbox import Mailbox
from agi.books.mailbox_rows import Incoming
from agi.text.delivery import ATTEMPTS, Delivery, NotSent
from agi.text.service import TextService

pytest_plugins = ["office_fixtures"]
KEY = bytes(range(32))
PEER = Path(__file__).with_name("killed_delivery.py")


@dataclass
class Peer:
    """A door whose peer keeps what it is sent, and refuses when told to."""

    name: str = "test"
    channel: Channel = Channel.SMS
    again_in_doubt: bool = True
    at_once: int = 1
    got: dict[str, str] = field(default_factory=dict)
    refuses: Exception | None = None
    known: str = ""
    tells: bool = True

    def send(self, address: str, body: str, token: str) -> str:
        if self.refuses:
            raise self.refuses
        self.got[token] = f"{address}: {body}"
        return self.known

    def has(self, token: str) -> bool | None:
        return token in self.got if self.tells else None


@dataclass
class Post:
    """The delivery of one office with one door."""

    office: SampleOffice
    mailbox: Mailbox
    peer: Peer
    delivery: Delivery
    log: MemoryCalls

    def bring(self, message: str, body: str = "info", address: str = "081200000001") -> int:
        return self.delivery.take(Incoming("test", message, address, body, address))

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.office.settings.mailbox_db)) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def post(office: SampleOffice) -> Iterator[Post]:
    mailbox, peer, log = Mailbox(office.settings.mailbox_db, KEY), Peer(), MemoryCalls()
    service = TextService(office.office, MENU, TEXTS, mailbox)
    yield Post(office, mailbox, peer, Delivery(mailbox, lambda: service, [peer], office.clock, log), log)
    mailbox.close()


def test_a_message_that_comes_twice_is_answered_once(post: Post) -> None:
    assert [post.bring("a"), post.bring("a")] == [1, 0]
    post.delivery.work()
    assert post.bring("a") == 0
    post.delivery.work()
    assert list(post.peer.got.values()) == [f"081200000001: {TEXTS.message('text.help')}"]
    assert post.mailbox.backlog() == {"sent": 1}


def test_a_message_without_an_id_is_known_by_its_sender_and_words_for_a_minute(post: Post) -> None:
    assert [post.bring(""), post.bring(""), post.bring("", "syarat kia"), post.bring("", address="0812")] == [
        1,
        0,
        1,
        1,
    ]
    post.delivery.work()
    post.office.clock.pass_by(timedelta(seconds=50))
    assert post.bring("") == 0
    post.office.clock.pass_by(timedelta(seconds=11))
    assert post.bring("") == 1


def test_of_one_sender_only_so_many_messages_are_answered_within_an_hour(post: Post) -> None:
    def limited() -> Delivery:
        limits = ((timedelta(hours=1), 3), (timedelta(days=1), 5))
        service = TextService(post.office.office, MENU, TEXTS, post.mailbox)
        return Delivery(post.mailbox, lambda: service, [post.peer], post.office.clock, post.log, limits)

    for nth in range(5):
        post.bring(f"a{nth}")
    post.bring("b", address="0812")
    limited().work()
    assert sorted(one.partition(":")[0] for one in post.peer.got.values()) == ["0812", *["081200000001"] * 3]
    post.bring("a5")
    limited().work()  # another process knows it, too
    post.office.clock.pass_by(timedelta(minutes=61))
    post.bring("a6")
    limited().work()
    assert len(post.peer.got) == 4, "more than five a day"
    post.office.clock.pass_by(timedelta(days=1))
    post.bring("a7")
    limited().work()
    assert len(post.peer.got) == 5


def test_a_peer_that_refuses_for_now_is_asked_again_later_and_later_then_given_up(post: Post) -> None:
    post.peer.refuses = NotSent("throttled")
    post.bring("a")
    for _ in range(ATTEMPTS):
        post.delivery.work()
        assert post.delivery.work() == 0
        post.office.clock.pass_by(timedelta(minutes=10))
    assert post.mailbox.backlog() == {"dead": 1}
    assert post.rows("SELECT attempts, why, body, address FROM outbox") == [(ATTEMPTS, "throttled", None, None)]
    post.peer.refuses = None
    post.delivery.work()
    assert not post.peer.got


def test_a_peer_that_takes_nothing_for_now_is_left_alone_for_so_long_and_nothing_is_given_up(post: Post) -> None:
    post.peer.refuses = NotSent("too many", wait=timedelta(minutes=15))
    post.bring("a")
    for _ in range(ATTEMPTS + 1):
        post.delivery.work()
        post.office.clock.pass_by(timedelta(minutes=14, seconds=59))
        assert post.delivery.work() == 0
        post.office.clock.pass_by(timedelta(seconds=1))
    post.peer.refuses = None
    post.delivery.work()
    assert post.rows("SELECT state, attempts FROM outbox") == [("sent", 1)]


def test_a_fault_of_ours_leaves_no_answer_in_doubt(post: Post) -> None:
    post.peer.refuses = ValueError("081200000001")
    post.bring("a")
    post.delivery.work()
    assert post.rows("SELECT state, why FROM outbox") == [("ready", "ValueError")]


def test_each_message_that_a_peer_tells_of_proves_one_answer_to_whom_it_may_be(post: Post) -> None:
    post.peer.refuses = NotSent("nobody knows")
    for message, address in (("a", "081200000001"), ("b", "081200000001"), ("c", "081200000002")):
        post.bring(message, address=address)
    post.delivery.work()

    def states() -> list[object]:
        return [state for (state,) in post.rows("SELECT state FROM outbox ORDER BY seq")]

    for known in ("1", "1"):
        post.mailbox.confirm_as("test", known, lambda one: one.address == "081200000001")
    assert states() == ["sent", "ready", "ready"]
    post.mailbox.confirm_as("other", "2", lambda one: True)
    post.mailbox.confirm_as("test", "2", lambda one: one.body == "never written")
    assert states() == ["sent", "ready", "ready"]
    post.mailbox.confirm_as("test", "3", lambda one: one.address == "081200000002")
    assert states() == ["sent", "ready", "sent"]


def test_what_was_taken_at_once_proves_no_other_answer(post: Post) -> None:
    post.peer.known = "1"
    post.bring("a")
    post.delivery.work()
    post.peer.refuses = NotSent("nobody knows")
    post.bring("b")
    post.delivery.work()
    post.mailbox.confirm_as("test", "1", lambda one: True)
    assert post.mailbox.backlog() == {"sent": 1, "ready": 1}


def test_a_peer_that_has_recovered_gets_it(post: Post) -> None:
    post.peer.refuses = NotSent("throttled")
    post.bring("a")
    post.delivery.work()
    post.peer.refuses = None
    post.office.clock.pass_by(timedelta(seconds=4))
    assert post.delivery.work() == 0
    post.office.clock.pass_by(timedelta(seconds=2))
    assert post.delivery.work() == 1
    assert post.mailbox.backlog() == {"sent": 1}


def test_what_is_refused_for_good_is_not_tried_again(post: Post) -> None:
    post.peer.refuses = NotSent("no such address", for_good=True)
    post.bring("a")
    post.delivery.work()
    assert post.mailbox.backlog() == {"dead": 1}


@pytest.mark.parametrize(
    ("has", "tells", "again", "then"),
    [
        (True, True, True, {"sent": 1}),
        (False, True, False, {"ready": 1}),
        (False, False, True, {"ready": 1}),
        (True, False, False, {"sent": 1}),
    ],
)
def test_what_is_in_doubt_is_settled_by_asking_the_peer(
    post: Post, has: bool, tells: bool, again: bool, then: dict[str, int]
) -> None:
    post.bring("a")
    [waiting] = post.mailbox.waiting(["test"], post.office.clock())
    post.mailbox.answer([post.delivery._written(waiting)], post.office.clock())
    [doubtful] = post.mailbox.begin_sending(post.office.clock(), ["test"])
    if has:
        post.peer.got[doubtful.token] = "x"
    post.peer.tells, post.peer.again_in_doubt = tells, again
    assert post.delivery.recover() == 1
    assert post.mailbox.backlog() == then


def test_what_its_peer_has_confirmed_meanwhile_is_not_sent_again(post: Post) -> None:
    post.bring("a")
    post.peer.refuses = NotSent("nobody knows")
    post.delivery.work()
    token = post.rows("SELECT token FROM outbox")[0][0]
    post.mailbox.confirm([str(token), "unknown"])
    assert post.mailbox.backlog() == {"sent": 1}
    post.peer.refuses = None
    post.office.clock.pass_by(timedelta(minutes=10))
    assert post.delivery.work() == 0 and not post.peer.got


def test_one_that_cannot_be_answered_keeps_no_other_from_it(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = TextService.answer

    def broken(service: TextService, sender: str, message: str, *more: str) -> object:
        if message == "poison":
            raise RuntimeError("a fault of ours")
        return whole(service, sender, message, *more)

    monkeypatch.setattr(TextService, "answer", broken)
    post.bring("a", "poison")
    post.bring("b", "info")
    post.delivery.work()
    assert [one.partition(": ")[2] for one in post.peer.got.values()] == [
        TEXTS.message("registration.unavailable"),
        TEXTS.message("text.help"),
    ]


def test_messages_of_other_doors_are_left_to_those(post: Post) -> None:
    post.delivery.take(Incoming("other", "a", "0812", "info", "0812"))
    assert post.delivery.work() == 0
    assert post.mailbox.backlog() == {"new": 1}


def test_a_number_waits_for_its_proof_across_messages_and_processes(post: Post) -> None:
    post.bring("a", f"cek#ktp#{nik(73)}")
    post.delivery.work()
    other = Mailbox(post.office.settings.mailbox_db, KEY)
    half = other.half("081200000001", post.office.clock() - timedelta(minutes=15))
    assert half is not None
    assert half.number == nik(73)
    assert other.half("081200000002", post.office.clock() - timedelta(minutes=15)) is None
    other.close()
    post.bring("b", kk(73)[-10:])
    post.delivery.work()
    assert f"081200000001: {TEXTS.message('ktp.card_issued')}" in post.peer.got.values()


def test_no_number_of_a_person_stands_in_the_book(post: Post) -> None:
    post.bring("a", f"cek#ktp#{nik(73)}")
    post.bring("b", f"cek#ktp#{nik(72)}#{kk(72)}", "081200000002")
    post.bring("c", "status#202611250018#123456", "081200000003")
    book = post.office.settings.mailbox_db
    for _ in range(2):
        kept = b"".join(path.read_bytes() for path in book.parent.glob(f"{book.name}*"))
        for number in (nik(73), nik(72), kk(72), kk(72)[-10:], "202611250018", "123456", "081200000001"):
            assert number.encode() not in kept
        post.delivery.work()
    assert post.rows("SELECT body, address FROM inbox") == [(None, None)] * 3
    assert post.rows("SELECT masked FROM inbox WHERE message = 'a'") == [("cek#ktp#••••••••••••0073",)]


def test_an_answer_that_comes_too_late_is_given_up(post: Post) -> None:
    post.peer.refuses = NotSent("no network")
    post.bring("a")
    post.delivery.work()
    post.office.clock.pass_by(timedelta(hours=25))
    post.bring("b")
    post.peer.refuses = None
    post.delivery.work()
    assert len(post.peer.got) == 1
    assert post.rows("SELECT state, why, body FROM outbox ORDER BY seq") == [
        ("dead", "too late", None),
        ("sent", "", None),
    ]


def test_old_messages_are_forgotten_and_those_on_their_way_are_not(post: Post) -> None:
    post.bring("a")
    post.delivery.work()
    post.bring("b")
    post.office.clock.pass_by(timedelta(days=100))
    assert post.mailbox.forget(post.office.clock(), timedelta(days=90)) == 1
    assert post.mailbox.backlog() == {"new": 1}


def _killed_again_and_again(folder: Path, messages: int, kills: int, seed: int) -> None:
    """Run the delivery of `messages` in a process that is killed `kills` times at odd moments."""
    chance = random.Random(seed)
    command = (sys.executable, str(PEER), str(folder), str(messages))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for _ in range(kills):
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            for _ in range(chance.randrange(1, 60)):
                running.stdout.readline()
            running.send_signal(signal.SIGKILL)
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, timeout=300)


def _each_once(folder: Path, messages: int) -> None:
    sent = [line.split()[0] for line in (folder / "peer").read_text().splitlines()]
    assert len(sent) == messages
    assert len(set(sent)) == messages
    with closing(sqlite3.connect(folder / "mailbox.db")) as rows:
        assert rows.execute("SELECT state, count(*) FROM outbox GROUP BY 1").fetchall() == [("sent", messages)]


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_moment_nothing_is_lost_and_nothing_sent_twice(tmp_path: Path, seed: int) -> None:
    _killed_again_and_again(tmp_path, 120, 3, seed)
    _each_once(tmp_path, 120)


@pytest.mark.thorough
def test_of_a_thousand_messages_killed_a_dozen_times_none_is_lost_or_sent_twice(tmp_path: Path) -> None:
    _killed_again_and_again(tmp_path, 1000, 12, 537)
    _each_once(tmp_path, 1000)


def test_a_door_that_can_sends_to_many_at_once_and_to_each_in_turn(post: Post) -> None:
    together = threading.Barrier(3, timeout=20)
    sent: list[tuple[str, str]] = []

    def send(address: str, body: str, _token: str) -> None:
        if len([one for one in sent if one[0] == address]) == 0:
            together.wait()  # all three people are written to at the same time, or this breaks
        sent.append((address, body))

    post.peer.at_once, post.peer.send = 3, send  # type: ignore[method-assign]
    for nth in range(9):
        post.bring(str(nth), ("syarat kia", "jam buka", "info")[nth // 3], f"08120000000{nth % 3}")
    post.delivery.work()
    wanted = [TEXTS.message(key) for key in ("requirements.kia", "info.hours", "text.help")]
    for person in range(3):
        assert [body for address, body in sent if address == f"08120000000{person}"] == wanted
