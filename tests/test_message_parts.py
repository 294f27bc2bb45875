"""A long message is one, in whatever order its parts come, and however often; a part that never comes is told."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from agi.books.mailbox import Mailbox
from agi.books.mailbox_rows import Incoming
from agi.books.parts import PARTS_FOR, Part

AT = datetime(2026, 11, 28, 3, tzinfo=UTC)
KEY = bytes(range(32))
ANN, BEN = "+6281200000001", "+6281200000002"


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    with closing(Mailbox(tmp_path / "mailbox.db", KEY)) as made:
        yield made


def part(nth: int, body: str, *, of: int = 3, reference: int = 7, sender: str = ANN) -> Incoming:
    return Incoming("smpp", "", sender, body, sender, Part(reference, nth, of))


def bring(mailbox: Mailbox, *parts: Incoming, at: datetime = AT) -> int:
    return sum(mailbox.take([one], at) for one in parts)


def waiting(mailbox: Mailbox, at: datetime = AT) -> list[tuple[str, str]]:
    return [(one.came.sender, one.came.body) for one in mailbox.waiting(["smpp"], at)]


WHOLE = (part(1, "cek#ktp"), part(2, "#3273"), part(3, "014507"))


@pytest.mark.parametrize(
    "order", list(permutations(WHOLE)), ids=lambda order: "".join(str(one.part.nth) for one in order)
)
def test_parts_are_one_message_in_whatever_order_they_come(mailbox: Mailbox, order: tuple[Incoming, ...]) -> None:
    assert bring(mailbox, *order) == 1
    assert waiting(mailbox) == [(ANN, "cek#ktp#3273014507")]


def test_parts_that_come_twice_are_taken_once(mailbox: Mailbox) -> None:
    assert bring(mailbox, WHOLE[0], WHOLE[0], *WHOLE[1:], WHOLE[1]) == 1
    assert bring(mailbox, *WHOLE, at=AT + timedelta(minutes=4)) == 0
    assert waiting(mailbox, AT + timedelta(minutes=30)) == [(ANN, "cek#ktp#3273014507")]


def test_more_than_nine_parts_stand_in_order(mailbox: Mailbox) -> None:
    bring(mailbox, *(part(nth, f"{nth},", of=12) for nth in range(12, 0, -1)))
    assert waiting(mailbox) == [(ANN, "1,2,3,4,5,6,7,8,9,10,11,12,")]


def test_two_people_s_parts_with_the_same_reference_are_never_one_message(mailbox: Mailbox) -> None:
    bring(mailbox, part(1, "a", of=2), part(2, "z", of=2, sender=BEN))
    assert waiting(mailbox) == []
    bring(mailbox, part(1, "y", of=2, sender=BEN), part(2, "b", of=2))
    assert sorted(waiting(mailbox)) == [(ANN, "ab"), (BEN, "yz")]


def test_a_reference_that_comes_round_again_is_another_message(mailbox: Mailbox) -> None:
    bring(mailbox, *WHOLE)
    bring(mailbox, part(1, "sya"), part(2, "rat"), part(3, " kia"))
    assert waiting(mailbox) == [(ANN, "cek#ktp#3273014507"), (ANN, "syarat kia")]


def test_a_message_that_lacks_a_part_comes_empty_after_a_while_and_once(mailbox: Mailbox) -> None:
    bring(mailbox, WHOLE[0])
    bring(mailbox, WHOLE[2], at=AT + timedelta(minutes=1))
    assert waiting(mailbox, AT + PARTS_FOR + timedelta(seconds=30)) == []
    late = AT + PARTS_FOR + timedelta(minutes=1, seconds=1)
    assert waiting(mailbox, late) == [(ANN, "")] == waiting(mailbox, late + timedelta(minutes=10))


def test_parts_stand_nowhere_in_clear_and_a_joined_one_has_no_words(mailbox: Mailbox, tmp_path: Path) -> None:
    bring(mailbox, *WHOLE[:2])
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert ANN[1:].encode() not in kept and b"cek#ktp" not in kept
    bring(mailbox, WHOLE[2])
    with closing(sqlite3.connect(tmp_path / "mailbox.db")) as rows:
        assert set(rows.execute("SELECT address, sender, body FROM parts")) == {(None, None, None)}
