"""X: direct messages become answers, each once and no faster than X takes them; mentions become tickets."""

import base64
import hashlib
import hmac
import html
import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from threading import Event, Timer
from typing import Any

import pytest
from line_exchange import until
from oauthlib.common import Request
from oauthlib.oauth1.rfc5849 import signature as oauth
from webhook_doors import Answered, Asked, Doors, Network, api, open_door

from agi.books.mailbox_rows import Outgoing
from agi.books.ticket import Category, State
from agi.books.tickets import TicketBook
from agi.doors.door import Called, Came
from agi.doors.x import X
from agi.settings import SAMPLE
from agi.text.delivery import NotSent
from agi.workshop.softphone.sample import load

KEYS = {"consumer-key": "key-of-app", "consumer-secret": "s3cret-of-the-app",
        "access-token": "1111-token", "access-token-secret": "s3cret-of-the-account"}  # fmt: skip
US, CITIZEN = "1111111111111111111", "2222222222222222222"
SEND = re.compile(r"/2/dm_conversations/with/(\d+)/messages")


def signed(raw: bytes) -> tuple[str, str]:
    made = hmac.new(KEYS["consumer-secret"].encode(), raw, hashlib.sha256).digest()
    return "x-twitter-webhooks-signature", f"sha256={base64.b64encode(made).decode()}"


class Side(Network):
    """X's side: checks who asks, keeps what it is sent: an id of its own, who gets it and what it says."""

    sent: list[tuple[str, str, str]]
    address = ""
    tells_of_the_past = True
    missed: tuple[dict[str, object], ...] = ()
    """What others wrote to our account while nobody listened, the newest first."""
    asked = 0
    window: tuple[int, float] | None = None
    """How many it takes in a window, and when that ends."""

    def answer(self, asked: Asked) -> Answered:
        if not self._ours(asked):
            return Answered(401, {"title": "Unauthorized", "type": "about:blank", "status": 401})
        if asked.path == "/2/users/me":
            return Answered(200, {"data": {"id": US, "name": "Halo Dukcapil", "username": "halo_dukcapil"}})
        if asked.path.startswith("/2/dm_events?"):
            told = [*self.missed, *self.past]
            return Answered(200, {"data": told}) if self.tells_of_the_past else Answered(503, {})
        self.asked += 1
        if self.refuses:
            return self.refuses.pop(0)
        known = SEND.fullmatch(asked.path)
        assert known and asked.method == "POST"
        counted = self._counted()
        if counted["x-rate-limit-remaining"] == "-1":
            return Answered(429, {"title": "Too Many Requests", "status": 429}, counted)
        made = f"90{next(_numbers)}"
        self.take((made, known[1], asked.told["text"]))
        return Answered(201, {"data": {"dm_conversation_id": f"{US}-{known[1]}", "dm_event_id": made}}, counted)

    def _ours(self, asked: Asked) -> bool:
        """Whether the account has let in who asks (OAuth 1.0a, RFC 5849)."""
        request = Request(f"{self.address}{asked.path}", asked.method)
        query = request.uri_query
        headers = {"Authorization": asked.headers["Authorization"]}
        told = oauth.collect_parameters(query, [], headers, exclude_oauth_signature=False)
        request.params = [(name, value) for name, value in told if name != "oauth_signature"]
        request.signature = dict(told)["oauth_signature"]
        return bool(oauth.verify_hmac_sha1(request, KEYS["consumer-secret"], KEYS["access-token-secret"]))

    def _counted(self) -> dict[str, str]:
        if self.window is None:
            return {"x-rate-limit-remaining": "14"}
        left, ends = self.window
        if time.time() >= ends:
            left, ends = 5, int(time.time()) + 2
        self.window = left - 1, ends
        return {"x-rate-limit-remaining": str(left - 1), "x-rate-limit-reset": str(int(ends))}

    @property
    def texts(self) -> list[str]:
        return [text for _, _, text in self.sent]

    @property
    def people(self) -> list[str]:
        return sorted(whom for _, whom, _ in self.sent)

    @property
    def past(self) -> list[dict[str, object]]:
        """What it says it has, asked for it."""
        return [
            {"id": known, "event_type": "MessageCreate", "sender_id": US,
             "dm_conversation_id": f"{US}-{whom}", "text": text}
            for known, whom, text in self.sent
        ]  # fmt: skip

    @property
    def told(self) -> list[dict[str, object]]:
        """What it tells of each message that the account has sent; addresses in it are shortened."""
        return [
            webhook("dm.sent", dm(re.sub(r"\S+\.go\.id", "https://t.co/a1B2c3", html.escape(text)), known, US, whom))
            for known, whom, text in self.sent
        ]


@pytest.fixture(scope="module")
def side() -> Iterator[Side]:
    made = Side()
    with api(made.answer) as made.address:
        yield made


@pytest.fixture(scope="module")
def doors(side: Side, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with open_door("x", tmp_path_factory.mktemp("doors"), KEYS, signed, user_id=US, api=side.address) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(side: Side) -> None:
    side.fresh()
    side.tells_of_the_past, side.missed, side.asked, side.window = True, (), 0, None


_numbers = iter(range(10_000))


def webhook(kind: str, *events: object, **more: object) -> dict[str, object]:
    payload = {"direct_message_events": list(events), **more}
    return {"data": {"event_uuid": "1", "filter": {"user_id": US}, "event_type": kind, "payload": payload}}


def dm(said: object, known: str = "", who: str = CITIZEN, whom: str = US, **more: object) -> dict[str, object]:
    created = {"target": {"recipient_id": whom}, "sender_id": who, "message_data": {"text": said, **more}}
    return {"type": "message_create", "id": known or f"20{next(_numbers)}", "message_create": created}


def message(said: str, known: str = "", who: str = CITIZEN) -> dict[str, object]:
    return webhook("dm.received", dm(said, known, who))


def mention(known: str, **more: object) -> dict[str, object]:
    post = {"id": known, "author_id": CITIZEN, "text": "@halo_dukcapil usul: buka hari Sabtu, hubungi 081299990003"}
    users = [{"id": US, "username": "halo_dukcapil"}, {"id": CITIZEN, "username": "maria"}]
    told = {"event_type": "post.mention.create", "payload": {**post, **more}, "includes": {"users": users}}
    return {"data": told}


def answers(side: Side, count: int) -> list[str]:
    until(f"{count} answers", lambda: len(side.sent) >= count)
    return side.texts


def door(address: str) -> X:
    return X(address, US, *KEYS.values())


def test_x_is_proven_that_the_address_is_ours(doors: Doors) -> None:
    answer = doors.get({"crc_token": "MDNkNDM5YzMtNjlkNS00="})
    assert answer.json() == {"response_token": signed(b"MDNkNDM5YzMtNjlkNS00=")[1]}


@pytest.mark.parametrize("token", ["", "{}", json.dumps(message("info")), "a" * 201, "é", 'a"'])
def test_nobody_is_given_the_signature_of_what_could_be_a_webhook(doors: Doors, token: str) -> None:
    assert doors.get({"crc_token": token}).status_code == 403


def test_a_message_is_answered_to_who_wrote_it(doors: Doors, side: Side) -> None:
    assert doors.post(message("syarat kk hilang")) == 200
    assert answers(side, 1) == [doors.spoken("requirements.kk_lost")]
    assert side.people == [CITIZEN]


def test_a_nik_and_its_proof_make_one_question(doors: Doors, side: Side) -> None:
    sample = load(SAMPLE, doors.settings.identity.kk_digits)
    person = next(one for one in sample.residents if (one.status, one.ktp) == ("ACTIVE", "CARD_ISSUED"))
    doors.post(message(f"CEK#KTP#{person.nik}"))
    answers(side, 1)
    doors.post(message(person.kk_digits))
    assert answers(side, 2)[1].startswith(doors.spoken("ktp.card_issued")[:20])
    assert not any(person.nik in text for text in side.texts)


def test_what_comes_twice_and_out_of_order_is_answered_once(doors: Doors, side: Side) -> None:
    first, second = dm("info", "301"), dm("syarat kia", "302")
    told = [webhook("dm.received", *events) for events in ((second,), (first, second), (first,))]
    assert [doors.post(one) for one in told] == [200] * 3
    doors.wait()
    assert side.texts == [doors.spoken("requirements.kia"), doors.spoken("text.help")]


@pytest.mark.parametrize("shown", ["", "sha256=", "sha256=" + "0" * 44, "é", signed(b"other")[1]])
def test_what_is_not_signed_by_x_is_refused(doors: Doors, shown: str) -> None:
    before = [one.messages for one in doors.log.doors()]
    assert doors.post(message("info"), shown) == 403
    assert [one.messages for one in doors.log.doors()] == before


@pytest.mark.parametrize(
    "told",
    [
        b"", b"[]", b"{}", b"null", b"\xff\xfe", b'{"data": 1}', b'{"data": {"payload": []}}', b"x" * 3_100_000,
        webhook("dm.received", 1, {}, {"id": 7}, {"id": "1", "message_create": []}), webhook("dm.read"),
        webhook("dm.received", dm("info", who="x/../1")), webhook("dm.received", dm("info", whom="333")),
        webhook("dm.sent", dm("Halo", who=US, whom=CITIZEN)), webhook("dm.received", dm("info", who=US)),
        {"data": {"event_type": "post.mention.create", "payload": {"id": 1, "text": []}, "includes": 7}},
        {"data": {"event_type": "post.create", "payload": {"id": "1", "text": "Halo", "author_id": CITIZEN}}},
    ],
    ids=lambda told: str(told)[:40],
)  # fmt: skip
def test_odd_webhooks_and_what_is_no_message_to_us_do_no_harm(doors: Doors, side: Side, told: object) -> None:
    assert doors.post(told) in (200, 403)
    doors.wait()
    assert not side.sent and not doors.tickets()


def test_half_a_character_and_escaped_ones_keep_no_message_from_being_answered(doors: Doors, side: Side) -> None:
    whole = json.dumps(message("syarat &amp; kia X")).encode()
    assert doors.post(whole.replace(b" X", b" \\ud83d")) == 200
    assert answers(side, 1) == [doors.spoken("requirements.kia")]


def test_a_picture_is_told_how_to_ask(doors: Doors, side: Side) -> None:
    doors.post(webhook("dm.received", dm("https://t.co/x1y2z3", attachment={"type": "media"})))
    assert answers(side, 1) == [doors.spoken("text.help")]


def test_a_burst_of_webhooks_at_once_is_answered(doors: Doors, side: Side) -> None:
    people = [f"71{nth:012d}" for nth in range(100)]
    with ThreadPoolExecutor(100) as pool:
        assert set(pool.map(lambda who: doors.post(message("info", who=who)), people)) == {200}
    answers(side, 100)
    assert side.people == people


def test_no_more_is_sent_than_x_takes_and_all_is_sent_in_the_end(doors: Doors, side: Side) -> None:
    side.window = 5, int(time.time()) + 2
    people = [f"72{nth:012d}" for nth in range(8)]
    doors.post(webhook("dm.received", *(dm("info", who=who) for who in people)))
    answers(side, 8)
    assert side.people == people and side.asked == 8


def test_x_is_asked_again_when_it_said_and_not_before(doors: Doors, side: Side) -> None:
    side.refuses += [Answered(429, {}, {"x-rate-limit-reset": str(int(time.time()) + 2)})]
    doors.post(message("info"))
    until("it waits", lambda: side.asked and doors.log.letters(1)[0].state == "ready")
    doors.post(message("syarat kia"))
    answers(side, 2)
    assert side.texts == [doors.spoken("text.help"), doors.spoken("requirements.kia")] and side.asked == 3


@pytest.mark.parametrize(
    ("reset", "wait_s"), [(600, 600), (-600, 1), (10**7, 86_400), ("soon", 900), ("", 900), (10**30, 900)]
)
def test_how_long_x_is_left_alone_is_told_by_its_own_clock(reset: int | str, wait_s: int) -> None:
    shown = str(1_000_000_000 + reset) if isinstance(reset, int) else reset
    headers = {"x-rate-limit-reset": shown, "Date": formatdate(1_000_000_000, usegmt=True)}
    with api(lambda _: Answered(429, {}, headers)) as address:
        ours = door(address)
        for _ in range(2):
            with pytest.raises(NotSent) as refused:
                ours.send(CITIZEN, "Halo", "token")
            assert refused.value.wait is not None and not refused.value.for_good
            assert timedelta(seconds=wait_s - 1) <= refused.value.wait <= timedelta(seconds=wait_s)


@pytest.mark.parametrize(
    ("status", "told", "for_good"),
    [
        (400, {"title": "Invalid Request"}, True),
        (401, {"title": "Unauthorized"}, False),
        (402, {"title": "CreditsDepleted"}, False),
        (403, {"type": "https://api.x.com/2/problems/client-forbidden"}, False),
        (403, {"type": "about:blank", "detail": f"You cannot send messages to {CITIZEN}"}, True),
        (404, [], True),
        (503, "busy", False),
    ],
)
def test_what_x_refuses_passes_or_not(status: int, told: object, for_good: bool) -> None:
    with api(lambda _: Answered(status, told)) as address, pytest.raises(NotSent) as refused:
        door(address).send(CITIZEN, "Halo", "token")
    assert refused.value.for_good is for_good and CITIZEN not in str(refused.value)


def test_what_was_taken_without_an_answer_is_not_sent_again_once_x_tells_of_it(doors: Doors, side: Side) -> None:
    side.mute = 1
    doors.post(message("info"))
    until("it waits", lambda: side.asked and doors.log.letters(1)[0].state == "ready")
    [sent] = side.told
    assert [doors.post(sent), doors.post(sent)] == [200, 200]
    assert doors.log.letters(1)[0].state == "sent"
    assert side.texts == [doors.spoken("text.help")]


@pytest.mark.parametrize(
    ("whom", "body", "is_it"),
    [
        (CITIZEN, "Biaya < Rp1. Lihat dukcapil.kemendagri.go.id, atau  telepon & tanya.", True),
        (CITIZEN, "Biaya < Rp1. Lihat dukcapil.kemendagri.go.id, atau telepon & tanyakan.", False),
        ("333", "Biaya < Rp1. Lihat dukcapil.kemendagri.go.id, atau telepon & tanya.", False),
    ],
)
def test_which_answer_x_tells_of_is_seen_by_whom_it_went_to_and_its_words(whom: str, body: str, is_it: bool) -> None:
    said = "Biaya &lt; Rp1. Lihat https://t.co/a1B2c3, atau telepon &amp; tanya."
    raw = json.dumps(webhook("dm.sent", dm(said, "77", US, CITIZEN))).encode()
    [proof] = door("").called(Called("POST", {}, dict([signed(raw)]), raw)).came.proofs
    assert (proof.known, proof.is_it(Outgoing(1, "x", "token", 1, whom, body))) == ("77", is_it)


def test_what_is_in_doubt_waits_until_x_has_told_what_it_has() -> None:
    told, came = Event(), list[Came]()

    def answer(_asked: Asked) -> Answered:
        told.wait(20)
        one = {"id": "77", "sender_id": US, "dm_conversation_id": f"{CITIZEN}-{US}", "text": "Halo"}
        group = {"id": "78", "sender_id": US, "dm_conversation_id": "1234", "text": "Halo"}
        return Answered(200, {"data": [one, group, {**one, "id": "79", "sender_id": CITIZEN}, 7]})

    with api(answer) as address:
        ours = door(address)
        ours.begin(came.append)
        Timer(0.1, told.set).start()
        with pytest.raises(NotSent):
            ours.has("token")
        ours.end()
    [proof] = came[0].proofs
    assert proof.known == "77" and proof.is_it(Outgoing(1, "x", "token", 1, CITIZEN, "Halo"))


@pytest.mark.parametrize("asked", [True, False], ids=["asked", "told"])
def test_no_message_is_lost_or_answered_twice_by_a_kill(doors: Doors, side: Side, asked: bool) -> None:
    side.tells_of_the_past = asked
    for nth in range(15):
        if nth in (5, 10):
            side.stick()
        assert doors.post(message(f"info {nth}")) == 200
        if nth in (7, 12):
            assert side.stuck.wait(20)
            doors.kill()
            side.going.set()
            told = side.told
            doors.start()
            if not asked:
                assert [doors.post(one) for one in told] == [200] * len(told)
    doors.wait()
    assert len(side.sent) == 15


def test_what_came_while_nobody_listened_is_asked_for_and_answered_once(doors: Doors, side: Side) -> None:
    def missed(said: str, known: str, hours: int, pair: str = f"{US}-{CITIZEN}") -> dict[str, object]:
        at = (datetime.now(UTC) - timedelta(hours=hours)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"id": known, "sender_id": CITIZEN, "dm_conversation_id": pair, "text": said, "created_at": at}

    doors.wait()  # what another test has sent is settled
    doors.kill()
    side.missed = (
        missed("x" * 9_000, "504", 30), *(missed("é" * 9_000, f"51{nth}", 30) for nth in range(50)),
        missed("syarat kia", "503", 1), missed("info", "502", 2), missed("info", "501", 25),
        missed("info", "505", 1, "1234"), {"id": "506", "sender_id": CITIZEN, "text": "info", "created_at": "soon"},
    )  # fmt: skip
    doors.start()
    assert answers(side, 2) == [doors.spoken("text.help"), doors.spoken("requirements.kia")]
    assert doors.post(message("syarat kia", "503")) == 200
    doors.wait()
    assert len(side.sent) == 2


def test_a_mention_becomes_one_ticket_and_is_not_answered(doors: Doors, side: Side) -> None:
    told = mention("2080765813578191303")
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(doors.post, [told] * 4)) == {200}
    [(ticket, [note])] = doors.tickets()
    assert (ticket.category, ticket.channel, ticket.state) == (Category.WISH, "x", State.OPEN)
    assert note.text.startswith("Unggahan publik @maria: @halo_dukcapil usul: buka hari Sabtu")
    assert note.text.endswith(" https://x.com/i/status/2080765813578191303") and "081299990003" not in note.text
    TicketBook(doors.settings.tickets_db).remove(ticket.id)
    doors.wait()
    assert not side.sent


@pytest.mark.parametrize("more", [{"author_id": US}, {"text": " "}, {"id": "../1"}, {"text": None}], ids=str)
def test_what_nobody_says_to_us_becomes_no_ticket(doors: Doors, more: dict[str, Any]) -> None:
    assert doors.post(mention("2080765813578191304", **more)) == 200
    assert not doors.tickets()


def test_the_door_is_shown_and_tried_by_command(doors: Doors) -> None:
    assert "open  X" in doors.hotline("doors")
    assert "X knows our account: @halo_dukcapil" in doors.hotline("doors", "test", "x")


def test_nothing_that_was_written_stands_in_clear(doors: Doors) -> None:
    kept = doors.written()
    for word in (CITIZEN, *KEYS.values()):
        assert word.encode() not in kept
