"""The door for SMPP by itself, in this process: what an SMSC may say and do, and how it is answered."""

import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_exchange import until
from smsc import (
    BIND,
    ENQUIRE,
    NOT_NOW,
    OK,
    QUEUE_FULL,
    RESPONSE,
    THROTTLED,
    UNBIND,
    WRONG_NUMBER,
    WRONG_PASSWORD,
    Smsc,
    tlv,
)
from structlog.testing import capture_logs

from agi.books.errors import BookError
from agi.books.mailbox_rows import Incoming
from agi.books.parts import Part
from agi.doors import gsm, smpp_session
from agi.doors.door import Came
from agi.doors.smpp import Smpp
from agi.doors.smpp_pdu import deliver_sm
from agi.doors.smpp_session import Account
from agi.text.delivery import NotSent

PASSWORD = "pass-123"
CITIZEN = "6281299990003"


class Alone:
    """A door in this process, bound to an SMSC of its own; `took` is what it kept."""

    def __init__(self, smsc: Smsc, password: str = PASSWORD, codec: str = "", **account: object) -> None:
        self.smsc = smsc
        self.took: list[Came] = []
        self.trouble: BookError | None = None
        self.door = Smpp(Account("127.0.0.1", smsc.port, "hotline", password, **account), "1500537", codec)  # type: ignore[arg-type]
        self.door.begin(self._take)

    def _take(self, came: Came) -> None:
        if self.trouble:
            raise self.trouble
        self.took.append(came)

    @property
    def messages(self) -> list[Incoming]:
        return [one for came in self.took for one in came.messages]

    def bound(self) -> "Alone":
        until("it is bound", lambda: self.door._session is not None)
        return self


@pytest.fixture
def alone() -> Iterator[Callable[..., Alone]]:
    made: list[Alone] = []

    def make(smsc: Smsc | None = None, **more: object) -> Alone:
        smsc = smsc or Smsc(PASSWORD)
        smsc.open()
        made.append(Alone(smsc, **more))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.door.end()
        one.smsc.close()


def test_a_wrong_password_is_told_and_not_tried_again_at_once(alone: Callable[..., Alone]) -> None:
    with capture_logs() as logs:
        made = alone(password="wrong")
        until("it is told", lambda: logs)
        assert logs == [{"event": "smpp.refused", "log_level": "error", "why": "ESME_RINVPASWD", "again_in_s": 300.0}]
    assert made.smsc.binds == [WRONG_PASSWORD]
    with pytest.raises(NotSent) as away:
        made.door.send(f"+{CITIZEN}", "baik", "token1")
    assert away.value.wait


def test_a_password_that_is_too_long_for_smpp_is_told(alone: Callable[..., Alone]) -> None:
    with capture_logs() as logs:
        alone(password="longer than eight")
        until("it is told", lambda: logs)
    assert "more than 15, 8 or 12 letters" in logs[0]["why"] and "longer" not in str(logs)


def test_a_message_that_can_t_be_kept_is_brought_again(alone: Callable[..., Alone]) -> None:
    made = alone().bound()
    made.trouble = BookError("the disk is full")
    assert made.smsc.status(made.smsc.deliver(CITIZEN, b"info")) == NOT_NOW
    made.trouble = None
    made.smsc.drop()
    until("it is kept", lambda: made.messages)
    assert made.messages == [Incoming("smpp", "", f"+{CITIZEN}", "info", f"+{CITIZEN}")]


@pytest.mark.parametrize(
    ("words", "how", "text", "part"),
    [
        (b"cek#ktp \x00", {}, "cek#ktp @", None),
        ("cek 😀 ñ".encode("utf-16-be"), {"coding": 8}, "cek 😀 ñ", None),
        ("ktp".encode("utf-16-be"), {"coding": 0x18}, "ktp", None),
        ("é".encode("latin-1"), {"coding": 3}, "é", None),
        (b"info", {"coding": 0xF1}, "info", None),
        (b"inf\x1b", {}, "inf\xa0", None),
        (b"", {}, "", None),
        (b"", {"more": tlv(0x0424, b"syarat " * 60)}, "syarat " * 60, None),
        (b"\x05\x00\x03\x07\x03\x02kk", {"esm": 0x40}, "kk", Part(7, 2, 3)),
        (b"\x06\x08\x04\x01\x07\x03\x02kk", {"esm": 0x40}, "kk", Part(0x107, 2, 3)),
        (b"\x0b\x05\x04\x00\x01\x00\x02\x00\x03\x07\x03\x02kk", {"esm": 0x40}, "kk", Part(7, 2, 3)),
        (b"kk", {"more": tlv(0x20C, b"\1\7") + tlv(0x20E, b"\3") + tlv(0x20F, b"\2")}, "kk", Part(0x107, 2, 3)),
        (b"\x05\x00\x03\x07\x01\x01kk", {"esm": 0x40}, "kk", None),
        (b"\x05\x00\x03\x07\x02\x09kk", {"esm": 0x40}, "kk", None),
        (b"\xffkk", {"esm": 0x40}, "", None),
    ],
)  # fmt: skip
def test_words_are_read_however_they_are_written(
    alone: Callable[..., Alone], words: bytes, how: dict[str, object], text: str, part: Part | None
) -> None:
    made = alone().bound()
    assert made.smsc.status(made.smsc.deliver(CITIZEN, words, **how)) == OK  # type: ignore[arg-type]
    assert [(one.body, one.part) for one in made.messages] == [(text, part)]


def test_the_default_alphabet_may_be_latin_1(alone: Callable[..., Alone]) -> None:
    made = alone(codec="latin-1").bound()
    made.smsc.status(made.smsc.deliver(CITIZEN, b"a@b_c"))
    assert made.messages[0].body == "a@b_c"
    made.door.send(f"+{CITIZEN}", "a@b_c", "token1")
    assert made.smsc.sent[0].octets == b"a@b_c"


_BEFORE_WORDS = b"\0\x01\x01" + CITIZEN.encode() + b"\0" + b"\0" * 3 + b"\0" * 3 + b"\0\0" + b"\0" * 4


@pytest.mark.parametrize(
    "body",
    [b"", b"\0", b"\0\x01\x01" + b"6" * 100, _BEFORE_WORDS + b"\xff", _BEFORE_WORDS + b"\0\x04\x24\xff\xff",
     _BEFORE_WORDS + b"\0\x04"],
    ids=len,
)  # fmt: skip
def test_a_message_that_can_t_be_read_is_refused_for_good_and_the_next_is_taken(
    alone: Callable[..., Alone], body: bytes
) -> None:
    made = alone().bound()
    assert made.smsc.status(made.smsc.bring(body)) == 0x65
    assert made.smsc.status(made.smsc.deliver(CITIZEN, b"info")) == OK
    assert [one.body for one in made.messages] == ["info"]


@given(st.binary(max_size=400), st.sampled_from(["", "latin-1"]))
def test_any_octets_are_read_or_refused(octets: bytes, codec: str) -> None:
    for body in (octets, _BEFORE_WORDS + octets):
        with suppress(ValueError):
            deliver_sm(body, codec)


@given(st.text(max_size=1000))
def test_parts_of_an_answer_are_the_answer(text: str) -> None:
    octets = gsm.encoded(text)
    parts = gsm.parts(octets)
    assert b"".join(parts) == octets and all(len(one) <= (160 if len(parts) == 1 else 153) for one in parts)
    assert not any(one.endswith(b"\x1b") for one in parts)
    assert gsm.plain(gsm.plain(text)) == gsm.plain(text)


def test_a_sender_without_a_telephone_number_is_not_answered(alone: Callable[..., Alone]) -> None:
    made = alone().bound()
    for sender, ton in (("TELKOMSEL", 5), ("1234", 3), ("", 0)):
        assert made.smsc.status(made.smsc.deliver(sender, b"Menang!", ton=ton)) == OK
    assert made.messages == []


def test_an_answer_of_more_than_one_sms_goes_in_parts_that_a_phone_joins(alone: Callable[..., Alone]) -> None:
    made = alone().bound()
    text = "a" * 152 + "€" + "b" * 151 + "[" + "c" * 10
    made.door.send(f"+{CITIZEN}", text, "token1")
    sent = made.smsc.sent
    headers = {one.octets[:4] for one in sent}
    assert len(headers) == 1 and [one.octets[4:6] for one in sent] == [b"\3\1", b"\3\2", b"\3\3"]
    assert all(len(one.octets) - 6 <= 153 and one.esm_class == 0x40 for one in sent)
    assert "".join(gsm.decoded(one.octets[6:]) for one in sent) == text
    assert [one.receipt for one in sent] == [0, 0, 1]
    made.door.send(f"+{CITIZEN}", text, "token1")
    assert {one.octets[:4] for one in sent} == headers


@pytest.mark.parametrize(("length", "count"), [(160, 1), (161, 2), (306, 2), (307, 3)])
def test_no_part_is_longer_than_an_sms(length: int, count: int) -> None:
    assert len(gsm.parts(gsm.encoded("a" * length))) == count


def receipt(made: Alone, state: str, reference: bytes | None = None) -> int:
    sent = made.smsc.sent[-1]
    more = tlv(0x0204, sent.parameters[0x0204] if reference is None else reference)
    return made.smsc.deliver(CITIZEN, f"id:id1 sub:001 stat:{state} err:000 text:".encode(), esm=0x04, more=more)


def test_a_receipt_confirms_what_nobody_knew_to_be_taken(
    alone: Callable[..., Alone], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp_session, "ANSWER_S", 0.2)
    made = alone().bound()
    made.smsc.mute = True
    with pytest.raises(NotSent) as unknown:
        made.door.send(f"+{CITIZEN}", "baik", "token1")
    assert not unknown.value.for_good
    assert made.smsc.status(receipt(made, "DELIVRD", b"\0\1")) == OK
    assert made.took == []
    assert made.smsc.status(receipt(made, "DELIVRD")) == OK
    assert made.took == [Came((), ("token1",))]
    made.smsc.status(receipt(made, "DELIVRD"))
    assert len(made.took) == 1


@pytest.mark.parametrize(
    ("status", "waits", "for_good"),
    [(THROTTLED, True, False), (QUEUE_FULL, True, False), (0x8, False, False), (0x412, False, False),
     (WRONG_NUMBER, False, True)],
)  # fmt: skip
def test_an_smsc_that_is_busy_is_waited_for_and_a_wrong_number_is_given_up(
    alone: Callable[..., Alone], status: int, waits: bool, for_good: bool
) -> None:
    made = alone().bound()
    made.smsc.refuses.append(status)
    with pytest.raises(NotSent) as refused:
        made.door.send(f"+{CITIZEN}", "baik", "token1")
    assert (bool(refused.value.wait), refused.value.for_good) == (waits, for_good)


def test_an_sms_that_did_not_arrive_is_told_in_the_log(alone: Callable[..., Alone]) -> None:
    made = alone().bound()
    made.door.send(f"+{CITIZEN}", "baik", "token1")
    with capture_logs() as logs:
        assert made.smsc.status(receipt(made, "UNDELIV")) == OK
    assert [(one["event"], one["state"]) for one in logs] == [("smpp.not_arrived", "UNDELIV")]
    assert made.took == []


def test_an_smsc_that_vanishes_while_it_is_asked_is_asked_again_later(
    alone: Callable[..., Alone], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp_session, "ANSWER_S", 1000)
    made = alone().bound()
    made.smsc.mute = True
    vanishing = threading.Thread(target=lambda: (until("it is sent", lambda: made.smsc.sent), made.smsc.drop()))
    vanishing.start()
    with pytest.raises(NotSent) as unknown:
        made.door.send(f"+{CITIZEN}", "baik", "token1")
    vanishing.join()
    assert not unknown.value.for_good and str(unknown.value) == "the SMSC may have taken it (Lost)"


def test_an_smsc_that_is_silent_is_asked_whether_it_is_there_and_left_when_it_is_not(
    alone: Callable[..., Alone], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp_session, "_ENQUIRE_S", 0.05)
    monkeypatch.setattr(smpp_session, "ANSWER_S", 0.2)
    made = alone().bound()
    until("it asks", lambda: any(command == ENQUIRE for command, _ in made.smsc.others))
    monkeypatch.setattr(made.smsc, "_read", lambda *_: None)
    until("it leaves", lambda: made.door._session is None)
    monkeypatch.undo()
    until("it comes back", lambda: len(made.smsc.binds) == 2)


def test_what_the_smsc_asks_is_answered_and_what_nobody_knows_is_told_so(alone: Callable[..., Alone]) -> None:
    made = alone().bound()
    made.smsc.write(ENQUIRE, 7)
    made.smsc.write(0x103, 8)
    until("it answers", lambda: {(ENQUIRE | RESPONSE, 7), (RESPONSE, 8)} <= set(made.smsc.others))
    made.smsc.write(UNBIND, 9)
    until("it comes back", lambda: made.smsc.binds == [OK, OK])
    assert (UNBIND | RESPONSE, 9) in made.smsc.others


def test_a_pdu_of_a_length_that_there_is_none_ends_the_session_and_not_the_door(
    alone: Callable[..., Alone], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp_session, "_ENQUIRE_S", 1000)
    made = alone().bound()
    with made.smsc._lock:
        made.smsc._bound[-1].sendall(b"\xff" * 64)
    until("it comes back", lambda: made.smsc.binds == [OK, OK])
    made.bound().smsc.status(made.smsc.deliver(CITIZEN, b"info"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and its certificate for 127.0.0.1, which vouches for itself."""
    path = tmp_path_factory.mktemp("tls") / "smsc.pem"
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=smsc"
    own = ("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(path), "-out", f"{path}.crt")
    subprocess.run((*words.split(), *own), check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


def over_tls(certificate: Path) -> Smsc:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return Smsc(PASSWORD, context)


def test_an_smsc_is_spoken_to_by_tls(alone: Callable[..., Alone], certificate: Path) -> None:
    made = alone(over_tls(certificate), tls=True, ca=certificate).bound()
    made.smsc.status(made.smsc.deliver(CITIZEN, b"info"))
    made.door.send(f"+{CITIZEN}", "baik", "token1")
    assert [one.body for one in made.messages] == ["info"] and made.smsc.sent[0].text == "baik"


def test_an_smsc_that_nobody_vouches_for_is_not_told_the_password(
    alone: Callable[..., Alone], certificate: Path
) -> None:
    with capture_logs() as logs:
        made = alone(over_tls(certificate), tls=True)
        until("it is told", lambda: logs)
    assert logs[0]["why"] == "SSLCertVerificationError" and made.smsc.binds == []


def test_the_smsc_is_told_when_the_door_is_closed(alone: Callable[..., Alone]) -> None:
    made = alone().bound()
    made.door.end()
    until("it is told", lambda: any(command == UNBIND for command, _ in made.smsc.others))


def test_the_door_shows_no_password() -> None:
    assert PASSWORD not in repr(Account("127.0.0.1", BIND, "hotline", PASSWORD))
