"""E-mail: a folder is watched with what its server can do, and a mail that could not be kept comes again."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from threading import Event

import pytest
from line_exchange import until
from mail_peer import OFFICE, PASSWORD, VALIDITY, MailServer

from agi.books.errors import BookError
from agi.doors import imap
from agi.doors.imap import Folder, Keep, Mail, Watch


@pytest.fixture
def server() -> Iterator[MailServer]:
    with closing(MailServer()) as made:
        yield made


@contextmanager
def watched(server: MailServer, keep: Keep) -> Iterator[None]:
    watch = Watch(Folder("127.0.0.1", server.imap_port, "none", "INBOX", OFFICE, PASSWORD), keep, Event())
    watch.start()
    try:
        yield
    finally:
        watch.end()


def test_a_server_without_idle_is_asked_from_time_to_time(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "_ROUND_S", 0.05)
    server.idle = False
    came: list[Mail] = []

    def keep(mails: Sequence[Mail]) -> Collection[str]:
        came.extend(mails)
        return [one.uid for one in mails]

    with watched(server, keep):
        for nth in range(3):
            server.deliver(b"%d" % nth)
            until("it has come", lambda: len(came) > nth)  # noqa: B023
    assert server.logins == 1
    assert [one.place for one in came] == [f"{VALIDITY}.{nth}" for nth in (1, 2, 3)]


def test_a_mail_that_could_not_be_kept_comes_again_and_stays_unread_until_then(server: MailServer) -> None:
    tries: list[Collection[str]] = []

    def keep(mails: Sequence[Mail]) -> Collection[str]:
        tries.append([one.uid for one in mails])
        if len(tries) == 1:
            assert not server.flags(1)
            raise BookError("the disk is full")
        return tries[-1]

    server.deliver(b"x")
    with watched(server, keep):
        until("it is kept", lambda: server.flags(1) == {r"\Seen"})
    assert tries == [["1"], ["1"]]


def test_what_is_left_for_a_person_is_given_once_and_stays_unread(server: MailServer) -> None:
    seen: list[str] = []

    def keep(mails: Sequence[Mail]) -> Collection[str]:
        seen.extend(one.uid for one in mails)
        return ["2"]

    server.deliver(b"for a person")
    with watched(server, keep):
        until("the first was looked at", lambda: seen)
        server.cut()
        server.deliver(b"for us")
        until("the second is taken", lambda: server.flags(2) == {r"\Seen"})
    assert seen == ["1", "2"] and not server.flags(1)


def test_a_mail_of_which_much_is_to_be_read_is_cut(server: MailServer) -> None:
    came: list[Mail] = []

    def keep(mails: Sequence[Mail]) -> Collection[str]:
        came.extend(mails)
        return [one.uid for one in mails]

    server.deliver(b"x" * 20_000_000)
    with watched(server, keep):
        until("it has come", lambda: came)
    assert len(came[0].raw) == imap.LONGEST_READ
