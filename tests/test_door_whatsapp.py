"""WhatsApp: signed webhooks become answers, each once, whatever comes twice, is forged, refused or killed."""

import json
from collections.abc import Iterator

import pytest
from line_exchange import until
from webhook_doors import Answered, Asked, Doors, Network, api, hex_signed, open_door

from agi.settings import SAMPLE
from agi.workshop.softphone.sample import load

SECRET, VERIFY, TOKEN, NUMBER_ID = "s3cret-of-the-app", "shown-to-meta", "token-that-sends", "106540352242922"
CITIZEN = "6281299990003"


class Meta(Network):
    """Meta's side."""

    @property
    def texts(self) -> list[str]:
        return [one["text"]["body"] for one in self.sent]

    def answer(self, asked: Asked) -> Answered:
        if asked.method == "GET":
            return Answered(200, {"display_phone_number": "+62 811-1500-537", "id": NUMBER_ID})
        if asked.headers["Authorization"] != f"Bearer {TOKEN}" or asked.path != f"/v23.0/{NUMBER_ID}/messages":
            return Answered(401, {"error": {"code": 190, "message": "bad token"}})
        if self.refuses:
            return self.refuses.pop(0)
        self.take(asked.told)
        return Answered(200, {"messages": [{"id": f"wamid.out{len(self.sent)}"}]})


@pytest.fixture(scope="module")
def meta() -> Meta:
    return Meta()


@pytest.fixture(scope="module")
def doors(meta: Meta, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    home, secrets = tmp_path_factory.mktemp("doors"), {"token": TOKEN, "app-secret": SECRET, "verify-token": VERIFY}
    sign = hex_signed(SECRET, "X-Hub-Signature-256")
    with (
        api(meta.answer) as address,
        open_door("whatsapp", home, secrets, sign, number_id=NUMBER_ID, graph=f"{address}/v23.0") as made,
    ):
        yield made


@pytest.fixture(autouse=True)
def fresh(meta: Meta) -> None:
    meta.fresh()


_numbers = iter(range(1, 10_000))


def message(body: str, known: str = "", **more: object) -> dict[str, object]:
    told = {"id": known or f"wamid.in{next(_numbers)}", "from": CITIZEN, "type": "text", "text": {"body": body}, **more}
    return webhook(messages=[told])


def webhook(**value: object) -> dict[str, object]:
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", **value}}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}


def answers(meta: Meta, count: int) -> list[str]:
    until(f"{count} answers", lambda: len(meta.sent) >= count)
    return meta.texts


def test_meta_is_told_that_the_address_is_ours(doors: Doors) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}
    answer = doors.get(asked)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert doors.get({**asked, "hub.verify_token": "guessed"}).status_code == 403


def test_a_message_is_answered_to_who_wrote_it(doors: Doors, meta: Meta) -> None:
    assert doors.post(message("syarat kk hilang")) == 200
    assert answers(meta, 1) == [doors.spoken("requirements.kk_lost")]
    assert (meta.sent[0]["to"], meta.sent[0]["type"]) == (CITIZEN, "text")


def test_a_nik_and_its_proof_make_one_question(doors: Doors, meta: Meta) -> None:
    sample = load(SAMPLE, doors.settings.identity.kk_digits)
    person = next(one for one in sample.residents if (one.status, one.ktp) == ("ACTIVE", "CARD_ISSUED"))
    doors.post(message(f"CEK#KTP#{person.nik}"))
    answers(meta, 1)
    doors.post(message(person.kk_digits))
    assert answers(meta, 2)[1].startswith(doors.spoken("ktp.card_issued")[:20])
    assert not any(person.nik in text for text in meta.texts)


def test_what_comes_twice_is_answered_once(doors: Doors, meta: Meta) -> None:
    told = message("info", "wamid.twice")
    assert [doors.post(told), doors.post(told)] == [200, 200]
    doors.post(message("syarat kia"))
    assert answers(meta, 2)[-1] == doors.spoken("requirements.kia")
    assert len(meta.sent) == 2


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + "0" * 64, "sha1=abc", "é"])
def test_what_is_not_signed_by_meta_is_refused(doors: Doors, meta: Meta, signature: str) -> None:
    before = [one.messages for one in doors.log.doors()]
    assert doors.post(message("info"), signature) == 403
    assert [one.messages for one in doors.log.doors()] == before


@pytest.mark.parametrize(
    "told",
    [
        b"", b"[]", b"{}", b"null", b"\xff\xfe", b'{"entry": 1}', webhook(messages="x"), webhook(messages=[1, {}]),
        webhook(messages=[{"id": 1, "from": CITIZEN}]), webhook(messages=[{"id": "a", "from": ["x"]}]),
        webhook(statuses=[{"status": "sent", "biz_opaque_callback_data": 7}, {}]), b"x" * 3_100_000,
    ],
    ids=str,
)  # fmt: skip
def test_odd_webhooks_do_no_harm(doors: Doors, meta: Meta, told: object) -> None:
    assert doors.post(told) in (200, 403)
    doors.post(message("syarat kia"))
    assert answers(meta, 1) == [doors.spoken("requirements.kia")]


def test_half_a_character_keeps_no_message_from_being_answered(doors: Doors, meta: Meta) -> None:
    whole = json.dumps(message("syarat kia X")).encode()
    assert doors.post(whole.replace(b" X", b" \\ud83d")) == 200
    assert answers(meta, 1) == [doors.spoken("requirements.kia")]


def test_a_picture_is_told_how_to_ask(doors: Doors, meta: Meta) -> None:
    doors.post(webhook(messages=[{"id": "wamid.picture", "from": CITIZEN, "type": "image", "image": {"id": "1"}}]))
    assert answers(meta, 1) == [doors.spoken("text.help")]


def test_who_has_a_user_name_and_no_number_is_answered(doors: Doors, meta: Meta) -> None:
    told = {"id": "wamid.bsuid", "user_id": "ID.13491208655302741918", "type": "text", "text": {"body": "info"}}
    doors.post(webhook(messages=[told]))
    answers(meta, 1)
    assert meta.sent[0]["recipient"] == "ID.13491208655302741918" and "to" not in meta.sent[0]


def test_what_meta_refuses_for_now_is_sent_again_and_what_never_goes_is_given_up(doors: Doors, meta: Meta) -> None:
    meta.refuses += [Answered(429, {"error": {"code": 130429}})]
    doors.post(message("syarat kia"))
    assert answers(meta, 1) == [doors.spoken("requirements.kia")]
    meta.refuses += [Answered(400, {"error": {"code": 131047, "message": f"to {CITIZEN}"}})]
    doors.post(message("info"))
    until("it is given up", lambda: bool(doors.log.letters(1, "dead")))
    dead = doors.log.letters(1, "dead")[0]
    assert dead.why == "Meta: HTTP 400, code 131047" and CITIZEN not in str(dead)


def test_no_message_is_lost_or_answered_twice_by_a_kill(doors: Doors, meta: Meta) -> None:
    texts = [f"syarat kia {nth}" for nth in range(30)]
    for nth, text in enumerate(texts):
        if nth in (10, 20):
            meta.stick()
        assert doors.post(message(text)) == 200
        if nth in (12, 22):
            assert meta.stuck.wait(20)
            doors.kill()
            meta.going.set()
            confirmed = [{"status": "sent", "biz_opaque_callback_data": one["biz_opaque_callback_data"]}
                         for one in meta.sent]  # fmt: skip
            doors.start()
            assert doors.post(webhook(statuses=confirmed)) == 200
    answers(meta, 30)
    doors.post(message("info"))  # is sent after all that would be sent again
    until("the last is answered", lambda: doors.spoken("text.help") in meta.texts)
    assert len({one["biz_opaque_callback_data"] for one in meta.sent}) == len(meta.sent) == 31


def test_a_burst_is_answered(doors: Doors, meta: Meta) -> None:
    told = [
        {"id": f"wamid.burst{nth}", "from": f"62812{nth:08d}", "type": "text", "text": {"body": "info"}}
        for nth in range(200)
    ]
    assert doors.post(webhook(messages=told)) == 200
    answers(meta, 200)
    assert {one["to"] for one in meta.sent} == {one["from"] for one in told}


def test_the_door_is_shown_and_tried_by_command(doors: Doors) -> None:
    assert "open  WhatsApp" in doors.hotline("doors")
    tried = doors.hotline("doors", "test", "whatsapp")
    assert "Meta knows our number: +62 811-1500-537" in tried


def test_nothing_that_was_written_stands_in_clear(doors: Doors) -> None:
    kept = doors.written()
    for word in (CITIZEN, TOKEN, SECRET):
        assert word.encode() not in kept
