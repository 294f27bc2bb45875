"""SMS by an HTTP gateway: proven webhooks become answers, each once, whatever a gateway calls its fields."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from door_process import DoorProcess
from installation import run_hotline
from line_exchange import until

from agi.doors import web
from agi.doors.door import Called, Refused
from agi.doors.sms import Sms
from agi.settings import SAMPLE
from agi.settings.doors import Sms as Setup
from agi.text.delivery import NotSent
from agi.workshop.softphone.sample import load

SECRET, TOKEN = "s3cret-of-the-gateway", "token-that-sends"
CITIZEN = "6281299990003"


@dataclass
class Gateway:
    """The other side: keeps each SMS that it takes, answers as it is told."""

    url: str = ""
    sent: list[dict[str, str]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)
    """HTTP status and body of its next answers, one after another; then it takes all."""

    def take(self, fields: dict[str, str], headers: Mapping[str, str]) -> tuple[int, str]:
        if self.answers:
            return self.answers.pop(0)
        if "phone" not in fields:
            return 400, "no phone"
        self.sent.append(fields)
        self.headers.append(headers)
        return 200, '{"status": true}'


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    made = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, fields: dict[str, str]) -> None:
            status, body = made.take(fields, dict(self.headers.items()))
            if not status:  # it has gone
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def do_GET(self) -> None:
            self._answer(dict(parse_qsl(urlsplit(self.path).query)))

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            is_json = self.headers["Content-Type"] == "application/json"
            self._answer(json.loads(raw) if is_json else dict(parse_qsl(raw.decode())))

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/send"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()


@pytest.fixture(scope="module")
def doors(gateway: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoorProcess]:
    made = DoorProcess.install(
        tmp_path_factory.mktemp("doors"),
        {"sms-token": TOKEN, "sms-secret": SECRET},
        HOTLINE_SMS__URL=gateway.url,
        HOTLINE_SMS__SUCCESS_FIELD="status",
        HOTLINE_SMS__SUCCESS="true",
    )
    made.start()
    yield made
    made.kill()


@pytest.fixture(autouse=True)
def fresh(gateway: Gateway) -> None:
    gateway.sent.clear()
    gateway.headers.clear()
    gateway.answers.clear()


_numbers = iter(range(1, 10_000))


def message(text: str, known: str = "", sender: str = CITIZEN) -> dict[str, object]:
    return {"id": known or f"in{next(_numbers)}", "phone": sender, "message": text}


def post(doors: DoorProcess, told: object, secret: str = SECRET) -> int:
    raw = told if isinstance(told, bytes) else json.dumps(told).encode()
    return httpx2.post(doors.url("sms"), content=raw, headers={"X-Webhook-Secret": secret}, timeout=20).status_code


def answers(gateway: Gateway, count: int) -> list[str]:
    until(f"{count} answers", lambda: len(gateway.sent) >= count)
    return [one["message"] for one in gateway.sent]


def test_a_message_is_answered_to_who_wrote_it(doors: DoorProcess, gateway: Gateway) -> None:
    assert post(doors, message("syarat kk hilang")) == 200
    assert answers(gateway, 1) == [doors.spoken("requirements.kk_lost")]
    assert gateway.sent[0]["phone"] == CITIZEN
    assert gateway.headers[0]["Authorization"] == f"Bearer {TOKEN}"


def test_a_nik_and_its_proof_make_one_question(doors: DoorProcess, gateway: Gateway) -> None:
    sample = load(SAMPLE, doors.settings.identity.kk_digits)
    person = next(one for one in sample.residents if (one.status, one.ktp) == ("ACTIVE", "CARD_ISSUED"))
    post(doors, message(f"CEK#KTP#{person.nik}"))
    answers(gateway, 1)
    post(doors, message(person.kk_digits))
    assert answers(gateway, 2)[1].startswith(doors.spoken("ktp.card_issued")[:20])


def test_what_comes_twice_is_answered_once(doors: DoorProcess, gateway: Gateway) -> None:
    told = message("info", "twice")
    assert [post(doors, told), post(doors, told)] == [200, 200]
    unnamed = {"phone": "6281299990004", "message": "syarat ktp baru"}
    assert [post(doors, unnamed), post(doors, unnamed)] == [200, 200]
    post(doors, message("syarat kia"))
    assert answers(gateway, 3)[-1] == doors.spoken("requirements.kia")
    assert len(gateway.sent) == 3


@pytest.mark.parametrize("secret", ["", "guessed", SECRET.upper(), SECRET + "x"])
def test_who_does_not_show_the_secret_is_refused(doors: DoorProcess, secret: str) -> None:
    before = doors.log.doors()
    assert post(doors, message("info"), secret) == 403
    assert doors.log.doors() == before


@pytest.mark.parametrize(
    "told",
    [
        b"", b"[]", b"{}", b"null", b"\xff\xfe", b"[" * 100_000, b"7", {"phone": CITIZEN}, {"message": "info"},
        {"phone": [CITIZEN], "message": "info"}, [{"report": "DELIVRD"}], [CITIZEN, 1],
        b"x" * 3_100_000,
    ],
    ids=lambda told: str(told)[:40],
)  # fmt: skip
def test_odd_webhooks_do_no_harm_and_none_is_taken_for_a_message(
    doors: DoorProcess, gateway: Gateway, told: object
) -> None:
    assert post(doors, told) in ((200,) if told in (b"[]", b"{}") else (403, 422))
    post(doors, message("syarat kia"))
    assert answers(gateway, 1) == [doors.spoken("requirements.kia")]


def test_a_sender_without_a_telephone_number_is_not_answered(doors: DoorProcess, gateway: Gateway) -> None:
    assert [post(doors, message("info", sender=sender)) for sender in ("TELKOMSEL", "1234")] == [200, 200]
    post(doors, message("syarat kia"))
    assert answers(gateway, 1) == [doors.spoken("requirements.kia")]


def test_what_the_gateway_refuses_for_now_is_sent_again_and_what_never_goes_is_given_up(
    doors: DoorProcess, gateway: Gateway
) -> None:
    gone = (0, "")
    gateway.answers += [(429, "slow down"), (200, '{"status": false}'), gone]
    keys = {"syarat kia": "requirements.kia", "syarat ktp baru": "requirements.ktp_new", "info": "text.help"}
    for text in keys:
        post(doors, message(text))
    assert sorted(answers(gateway, 3)) == sorted(map(doors.spoken, keys.values()))
    gateway.answers += [(400, f"bad number {CITIZEN}")]
    post(doors, message("info"))
    until("it is given up", lambda: bool(doors.log.letters(1, "dead")))
    dead = doors.log.letters(1, "dead")[0]
    assert dead.why == "the gateway: HTTP 400" and CITIZEN not in str(dead)


def test_no_message_is_lost_by_a_kill(doors: DoorProcess, gateway: Gateway) -> None:
    for nth in range(30):
        told = message(f"syarat kia {nth}", f"kill{nth}", f"62812{nth:08d}")
        assert post(doors, told) == 200
        if nth in (9, 19):
            doors.kill()
            doors.start()
            assert post(doors, told) == 200
    until("all are answered", lambda: len({one["phone"] for one in gateway.sent}) == 30)
    doors.settle()


def test_a_burst_is_answered(doors: DoorProcess, gateway: Gateway) -> None:
    told = [message("info", sender=f"62813{nth:08d}") for nth in range(200)]
    assert post(doors, told) == 200
    answers(gateway, 200)
    assert {one["phone"] for one in gateway.sent} == {one["phone"] for one in told}


def test_the_door_is_shown_and_tried_by_command(doors: DoorProcess) -> None:
    assert "open  SMS by an HTTP gateway" in run_hotline(doors.environment, "doors").stdout
    tried = run_hotline(doors.environment, "doors", "test", "sms").stdout
    assert "The webhook is taken; the gateway is there (HTTP 400)" in tried


def test_nothing_that_was_written_stands_in_clear(doors: DoorProcess, gateway: Gateway) -> None:
    post(doors, message("info", f"of-{CITIZEN}"))
    answers(gateway, 1)
    kept = doors.written()
    for word in (CITIZEN, TOKEN, SECRET):
        assert word.encode() not in kept


# ---- what differs between gateways: the door alone ----


def door(gateway: Gateway, **setup: object) -> Sms:
    return Sms(Setup.model_validate({"url": gateway.url, **setup}), TOKEN, SECRET)


def came(door: Sms, call: Called) -> list[tuple[str, str]]:
    return [(one.sender, one.body) for one in door.called(call).came.messages]


def test_an_answer_goes_in_the_address_where_the_gateway_wants_it_so(gateway: Gateway) -> None:
    more = {"username": "disdukcapil", "source": "DUKCAPIL"}
    made = door(gateway, format="query", token_field="password", send_more=more, send_reference="ref")
    made.send(CITIZEN, "baik & benar", "token1")
    assert gateway.sent == [
        {"username": "disdukcapil", "source": "DUKCAPIL", "phone": CITIZEN, "message": "baik & benar", "ref": "token1",
         "password": TOKEN}
    ]  # fmt: skip
    assert "Authorization" not in gateway.headers[0]


def test_an_answer_goes_as_a_form_with_the_token_in_the_header_of_the_gateway(gateway: Gateway) -> None:
    door(gateway, format="form", token_header="X-Api-Key", token_words="{token}").send(CITIZEN, "baik", "token1")
    assert gateway.sent == [{"phone": CITIZEN, "message": "baik"}]
    assert gateway.headers[0]["X-Api-Key"] == TOKEN


def test_an_answer_holds_nothing_that_halves_an_sms(gateway: Gateway) -> None:
    door(gateway).send(CITIZEN, "Kantor ‘Melati’ [buka] é 😀", "token1")
    assert gateway.sent[0]["message"] == "Kantor ?Melati? [buka] é ?"


@pytest.mark.parametrize(
    ("success_field", "success", "answer", "taken"),
    [
        ("", "", "anything", True),
        ("", "1701, OK", "1701|6281:7", True),
        ("", "1701", "1703|invalid", False),
        ("data.code", "0", '{"data": {"code": 0}}', True),
        ("data.code", "0,success", '{"data": {"code": "Success"}}', True),
        ("data.code", "0", '{"data": []}', False),
        ("status", "true", "no json", False),
    ],
)
def test_the_gateway_s_own_word_for_success_is_looked_for(
    gateway: Gateway, success_field: str, success: str, answer: str, taken: bool
) -> None:
    gateway.answers.append((200, answer))
    made = door(gateway, success_field=success_field, success=success)
    if taken:
        made.send(CITIZEN, "baik", "token1")
        return
    with pytest.raises(NotSent) as refused:
        made.send(CITIZEN, "baik", "token1")
    assert not refused.value.for_good and CITIZEN not in str(refused.value)


def test_a_gateway_that_does_not_answer_in_time_is_asked_again_later(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Event()

    def slow(*_: object) -> tuple[int, str]:
        asked.wait(20)
        return 0, ""

    monkeypatch.setattr(gateway, "take", slow)
    monkeypatch.setattr(web.ask, "__defaults__", (0.05,))
    with pytest.raises(NotSent) as refused:
        door(gateway).send(CITIZEN, "baik", "token1")
    asked.set()
    assert not refused.value.for_good


def test_a_message_comes_in_the_address(gateway: Gateway) -> None:
    made = door(gateway, came_from="from", came_text="text", proof="query", proof_name="key")
    asked = {"from": CITIZEN, "text": "info"}
    assert came(made, Called("GET", {**asked, "key": SECRET}, {}, b"")) == [(CITIZEN, "info")]
    assert came(made, Called("GET", {"key": SECRET}, {}, b"")) == []
    with pytest.raises(Refused):
        made.called(Called("GET", {**asked, "key": "guessed"}, {}, b""))


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("application/x-www-form-urlencoded", b"phone=%2B6281299990003&message=cek%23ktp&id=1"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="phone"\r\n\r\n+6281299990003\r\n'
            b'--x\r\nContent-Disposition: form-data; name="message"\r\n\r\ncek#ktp\r\n--x--\r\n',
        ),
    ],
)
def test_a_message_comes_as_a_form(gateway: Gateway, kind: str, raw: bytes) -> None:
    headers = {"content-type": kind, "x-webhook-secret": SECRET}
    assert came(door(gateway), Called("POST", {}, headers, raw)) == [("+6281299990003", "cek#ktp")]


@pytest.mark.parametrize("raw", [b"--y", b"--x\r\nContent-Disp", b"\0" * 2_000_000], ids=len)
def test_a_broken_form_is_not_taken(gateway: Gateway, raw: bytes) -> None:
    call = Called("POST", {}, {"content-type": "multipart/form-data; boundary=x", "x-webhook-secret": SECRET}, raw)
    with suppress(Refused):
        assert door(gateway).called(call).status == 422


def test_many_messages_come_in_a_list_of_the_webhook(gateway: Gateway) -> None:
    made = door(gateway, came_list="results", came_from="from", came_text="content.text", came_id="messageId")
    told = {"results": [{"from": 6281299990003, "content": {"text": one}, "messageId": one} for one in ("a", "b")]}
    call = Called("POST", {}, {"x-webhook-secret": SECRET}, json.dumps(told).encode())
    assert came(made, call) == [(CITIZEN, "a"), (CITIZEN, "b")]


def test_what_is_no_message_in_a_list_is_told_and_keeps_no_other_from_being_taken(gateway: Gateway) -> None:
    raw = json.dumps([message("info"), {"report": "DELIVRD"}, message("kia")]).encode()
    reply = door(gateway).called(Called("POST", {}, {"x-webhook-secret": SECRET}, raw))
    assert (reply.status, [one.body for one in reply.came.messages]) == (422, ["info", "kia"])


def test_a_message_without_an_id_is_known_by_its_sender_time_and_words(gateway: Gateway) -> None:
    made = door(gateway, came_id="", came_time="at")

    def known(text: str, at: str) -> str:
        raw = json.dumps({"phone": CITIZEN, "message": text, "at": at}).encode()
        return made.called(Called("POST", {}, {"x-webhook-secret": SECRET}, raw)).came.messages[0].message

    assert known("info", "10:00") == known("info", "10:00") != known("info", "10:01") != known("kia", "10:01")
    assert CITIZEN not in known("info", "10:00")


def test_a_signed_webhook_is_taken_and_a_changed_one_refused(gateway: Gateway) -> None:
    made, raw = door(gateway, proof="hmac", proof_name="X-Signature"), json.dumps(message("info")).encode()
    signature = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    of_nothing = hmac.new(SECRET.encode(), b"", hashlib.sha256).hexdigest()
    for shown in (signature, f"sha256={signature.upper()}"):
        assert came(made, Called("POST", {}, {"x-signature": shown}, raw)) == [(CITIZEN, "info")]
    for call in (
        Called("POST", {}, {"x-signature": signature}, raw + b" "),
        Called("POST", {}, {"x-signature": SECRET}, raw),
        Called("GET", {"phone": CITIZEN, "message": "info"}, {"x-signature": of_nothing}, b""),
    ):
        with pytest.raises(Refused):
            made.called(call)


def test_the_door_shows_no_secret(gateway: Gateway) -> None:
    shown = repr(door(gateway, send_more={"password": TOKEN}))
    assert TOKEN not in shown and SECRET not in shown
