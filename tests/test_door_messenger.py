"""Messenger: messages to the page become answers, each once; public posts become tickets and are never answered."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from line_exchange import until
from webhook_doors import Answered, Asked, Doors, Network, api, hex_signed, open_door

from agi.books.ticket import Category, State
from agi.books.tickets import TicketBook
from agi.doors.messenger import LONGEST_TEXT, Messenger
from agi.settings import SAMPLE
from agi.text.delivery import NotSent
from agi.workshop.softphone.sample import load

SECRET, VERIFY, TOKEN, PAGE = "s3cret-of-the-app", "shown-to-meta", "token-that-sends", "100840000000486"
CITIZEN = "7004000000091234"
URL = f"/v23.0/{PAGE}/messages"


class Meta(Network):
    """Meta's side."""

    @property
    def texts(self) -> list[str]:
        return [one["message"]["text"] for one in self.sent]

    @property
    def echoes(self) -> list[dict[str, object]]:
        """What it tells of what the page has sent."""
        return [
            {"sender": {"id": PAGE}, "recipient": one["recipient"],
             "message": {"mid": f"m_echo{nth}", "is_echo": True, "app_id": 1, **one["message"]}}
            for nth, one in enumerate(self.sent)
        ]  # fmt: skip

    def answer(self, asked: Asked) -> Answered:
        if asked.method == "GET":
            return Answered(200, {"name": "Halo Dukcapil", "id": PAGE})
        if asked.headers["Authorization"] != f"Bearer {TOKEN}" or asked.path != URL:
            return Answered(401, {"error": {"code": 190, "message": "bad token"}})
        if self.refuses:
            return self.refuses.pop(0)
        self.take(asked.told)
        return Answered(200, {"recipient_id": asked.told["recipient"]["id"], "message_id": f"m_out{len(self.sent)}"})


@pytest.fixture(scope="module")
def meta() -> Meta:
    return Meta()


@pytest.fixture(scope="module")
def address(meta: Meta) -> Iterator[str]:
    with api(meta.answer) as address:
        yield f"{address}/v23.0"


@pytest.fixture(scope="module")
def doors(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    home, secrets = tmp_path_factory.mktemp("doors"), {"token": TOKEN, "app-secret": SECRET, "verify-token": VERIFY}
    sign = hex_signed(SECRET, "X-Hub-Signature-256")
    with open_door("messenger", home, secrets, sign, page_id=PAGE, graph=address) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(meta: Meta) -> None:
    meta.fresh()


_numbers = iter(range(1, 10_000))


def webhook(*events: object, page: str = PAGE, **more: object) -> dict[str, object]:
    return {"object": "page", "entry": [{"id": page, "time": 1458692752478, "messaging": list(events), **more}]}


def event(who: str = CITIZEN, **what: object) -> dict[str, object]:
    return {"sender": {"id": who}, "recipient": {"id": PAGE}, "timestamp": 1458692752478, **what}


def message(body: str, known: str = "", who: str = CITIZEN) -> dict[str, object]:
    return event(who, message={"mid": known or f"m_in{next(_numbers)}", "text": body})


def post(said: str, known: str, **more: object) -> dict[str, object]:
    """A comment below something on the page."""
    value = {"item": "comment", "verb": "add", "comment_id": known, "post_id": f"{PAGE}_1", "message": said,
             "from": {"id": "234", "name": "Maria Siregar"}, **more}  # fmt: skip
    return webhook(changes=[{"field": "feed", "value": value}])


def answers(meta: Meta, count: int) -> list[str]:
    until(f"{count} answers", lambda: len(meta.sent) >= count)
    return meta.texts


def test_meta_is_told_that_the_address_is_ours(doors: Doors) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}
    answer = doors.get(asked)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert doors.get({**asked, "hub.verify_token": "guessed"}).status_code == 403


def test_a_message_is_answered_to_who_wrote_it(doors: Doors, meta: Meta) -> None:
    assert doors.post(webhook(message("syarat kk hilang"))) == 200
    assert answers(meta, 1) == [doors.spoken("requirements.kk_lost")]
    assert (meta.sent[0]["recipient"], meta.sent[0]["messaging_type"]) == ({"id": CITIZEN}, "RESPONSE")


def test_a_nik_and_its_proof_make_one_question(doors: Doors, meta: Meta) -> None:
    sample = load(SAMPLE, doors.settings.identity.kk_digits)
    person = next(one for one in sample.residents if (one.status, one.ktp) == ("ACTIVE", "CARD_ISSUED"))
    doors.post(webhook(message(f"CEK#KTP#{person.nik}")))
    answers(meta, 1)
    doors.post(webhook(message(person.kk_digits)))
    assert answers(meta, 2)[1].startswith(doors.spoken("ktp.card_issued")[:20])
    assert not any(person.nik in text for text in meta.texts)


def test_what_comes_twice_and_out_of_order_is_answered_once(doors: Doors, meta: Meta) -> None:
    first, second = message("info", "m_first"), message("syarat kia", "m_second")
    assert [doors.post(webhook(*told)) for told in ((second,), (first, second), (first,))] == [200] * 3
    doors.wait()
    assert meta.texts == [doors.spoken("requirements.kia"), doors.spoken("text.help")]


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + "0" * 64, "sha1=abc", "é"])
def test_what_is_not_signed_by_meta_is_refused(doors: Doors, signature: str) -> None:
    before = [one.messages for one in doors.log.doors()]
    assert doors.post(webhook(message("info")), signature) == 403
    assert [one.messages for one in doors.log.doors()] == before


@pytest.mark.parametrize(
    "told",
    [
        b"", b"[]", b"{}", b"null", b"\xff\xfe", b'{"entry": 1}', webhook("x", 1, {}), webhook(changes="x"),
        webhook(event(message="x"), event(message={"mid": 1, "text": "x"}), {"message": {"mid": "m_nobody"}}),
        webhook({"sender": 7, "message": {"mid": "m_odd", "text": "x"}}), webhook(event(read={"watermark": 1})),
        webhook(event(delivery={"mids": ["m_x"]})), webhook(event(message={"mid": "m_gone", "is_deleted": True})),
        webhook(event(message={"mid": "m_e", "is_echo": True, "metadata": 7})), webhook(changes=[{"value": [1]}, 7]),
        webhook(message("info"), page="1"), b"x" * 3_100_000,
    ],
    ids=lambda told: str(told)[:40],
)  # fmt: skip
def test_odd_webhooks_and_what_is_no_message_do_no_harm(doors: Doors, meta: Meta, told: object) -> None:
    assert doors.post(told) in (200, 403)
    doors.wait()
    assert not meta.sent


def test_half_a_character_keeps_no_message_from_being_answered(doors: Doors, meta: Meta) -> None:
    whole = json.dumps(webhook(message("syarat kia X"))).encode()
    assert doors.post(whole.replace(b" X", b" \\ud83d")) == 200
    assert answers(meta, 1) == [doors.spoken("requirements.kia")]


def test_a_huge_message_is_answered(doors: Doors, meta: Meta) -> None:
    assert doors.post(webhook(message("syarat kia " + "a" * 2_000_000))) == 200
    assert len(answers(meta, 1)) == 1


def test_a_picture_is_told_how_to_ask(doors: Doors, meta: Meta) -> None:
    picture = {"mid": "m_picture", "attachments": [{"type": "image", "payload": {"url": "https://x/y.jpg"}}]}
    doors.post(webhook(event(message=picture)))
    assert answers(meta, 1) == [doors.spoken("text.help")]


def test_a_button_is_what_it_says(doors: Doors, meta: Meta) -> None:
    pressed = event(postback={"mid": "m_button", "title": "KIA", "payload": "syarat kia"})
    doors.post(webhook(pressed))
    assert answers(meta, 1) == [doors.spoken("requirements.kia")]


def test_what_another_program_deals_with_is_not_answered(doors: Doors, meta: Meta) -> None:
    doors.post(webhook(standby=[message("syarat kia")]))
    doors.wait()
    assert not meta.sent


def test_what_never_goes_is_given_up(doors: Doors, meta: Meta) -> None:
    meta.refuses += [Answered(400, {"error": {"code": 10, "error_subcode": 2018278, "message": f"to {CITIZEN}"}})]
    doors.post(webhook(message("info")))
    until("it is given up", lambda: bool(doors.log.letters(1, "dead")))
    dead = doors.log.letters(1, "dead")[0]
    assert dead.why == "Meta: HTTP 400, code 10/2018278" and CITIZEN not in str(dead)


@pytest.mark.parametrize(
    ("status", "error", "for_good"),
    [
        (400, {"code": 10, "error_subcode": 2018278}, True),
        (400, {"code": 10}, False),
        (401, {"code": 190, "error_subcode": 463}, False),
        (400, {"code": 4}, False),
        (400, {"code": 613}, False),
        (400, {"code": 200, "error_subcode": 1893063}, False),
        (400, {"code": 100, "error_subcode": 2018001}, True),
        (400, {"code": [4]}, True),
        (400, "odd", True),
        (503, [], False),
        (429, {}, False),
    ],
)
def test_what_meta_refuses_passes_or_not(status: int, error: object, for_good: bool) -> None:
    with api(lambda _: Answered(status, {"error": error})) as address, pytest.raises(NotSent) as refused:
        Messenger(address, PAGE, TOKEN, SECRET, VERIFY).send(CITIZEN, "Halo", "token")
    assert refused.value.for_good is for_good and CITIZEN not in str(refused.value)


def test_what_was_taken_without_an_answer_is_not_sent_again_once_it_is_echoed(doors: Doors, meta: Meta) -> None:
    meta.mute = 1
    doors.post(webhook(message("syarat kia")))
    until("it waits", lambda: meta.sent and doors.log.letters(1)[0].state == "ready")
    assert doors.post(webhook(*meta.echoes)) == 200
    assert doors.log.letters(1)[0].state == "sent"
    assert meta.texts == [doors.spoken("requirements.kia")]


def test_no_message_is_lost_or_answered_twice_by_a_kill(doors: Doors, meta: Meta) -> None:
    for nth in range(30):
        if nth in (10, 20):
            meta.stick()
        assert doors.post(webhook(message(f"syarat kia {nth}"))) == 200
        if nth in (12, 22):
            assert meta.stuck.wait(20)
            doors.kill()
            meta.going.set()
            echoes = meta.echoes
            doors.start()
            assert doors.post(webhook(*echoes[::2], standby=echoes[1::2])) == 200
    answers(meta, 30)
    doors.wait()
    assert len({one["message"]["metadata"] for one in meta.sent}) == len(meta.sent) == 30


def test_a_burst_of_webhooks_at_once_is_answered(doors: Doors, meta: Meta) -> None:
    people = [f"71{nth:012d}" for nth in range(100)]
    with ThreadPoolExecutor(100) as pool:
        assert set(pool.map(lambda who: doors.post(webhook(message("info", who=who))), people)) == {200}
    answers(meta, 100)
    assert sorted(one["recipient"]["id"] for one in meta.sent) == people


def test_a_public_post_becomes_one_ticket_and_is_not_answered(doors: Doors, meta: Meta) -> None:
    said = "Petugas minta bayar! Telepon saya 081299990003"
    told = post(said, f"{PAGE}_77")
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(doors.post, [told] * 4)) == {200}
    doors.post(webhook(changes=[{"field": "mention", "value": {"item": "comment", "verb": "add", "message": said,
                                 "comment_id": f"{PAGE}_77", "sender_id": "234"}}]))  # fmt: skip
    [(ticket, [note])] = doors.tickets()
    assert (ticket.category, ticket.channel, ticket.state) == (Category.FEE, "messenger", State.OPEN)
    assert note.text.startswith("Unggahan publik Maria Siregar: Petugas minta bayar!")
    assert note.text.endswith(f" https://www.facebook.com/{PAGE}_77") and "081299990003" not in note.text
    book = TicketBook(doors.settings.tickets_db)
    book.remove(ticket.id)
    doors.wait()
    assert not meta.sent


@pytest.mark.parametrize(
    "more",
    [{"from": {"id": PAGE, "name": "Halo Dukcapil"}}, {"verb": "edited"}, {"item": "like"}, {"message": " "},
     {"comment_id": "../x"}, {"comment_id": 7, "post_id": [1]}, {"message": {"a": 1}}],
    ids=str,
)  # fmt: skip
def test_what_nobody_has_newly_written_to_the_page_becomes_no_ticket(doors: Doors, more: dict[str, object]) -> None:
    assert doors.post(post("Petugas minta bayar", f"{PAGE}_78", **more)) == 200
    assert not doors.tickets()


def test_a_long_answer_goes_in_parts_that_end_with_sentences(meta: Meta, address: str) -> None:
    body = " ".join(f"Ini kalimat nomor {nth}." for nth in range(200))
    Messenger(address, PAGE, TOKEN, SECRET, VERIFY).send(CITIZEN, body, "token")
    assert " ".join(meta.texts) == body
    assert all(len(text) <= LONGEST_TEXT and text.endswith(".") for text in meta.texts)
    assert [one["message"].get("metadata") for one in meta.sent] == [None, None, "token"]


def test_the_door_is_shown_and_tried_by_command(doors: Doors) -> None:
    assert "open  Messenger" in doors.hotline("doors")
    assert "Meta knows our page: Halo Dukcapil" in doors.hotline("doors", "test", "messenger")


def test_nothing_that_was_written_stands_in_clear(doors: Doors) -> None:
    kept = doors.written()
    for word in (CITIZEN, TOKEN, SECRET):
        assert word.encode() not in kept
