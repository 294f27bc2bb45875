"""The telephone's page and the way of its SIP: whose browser is let through, and what it may say."""

import json
from datetime import date

import pytest
from pages_office import PagesOffice, office
from starlette.websockets import WebSocketDisconnect

from agi.books.events import Said
from agi.books.moments import Moment, Moments
from agi.books.telephone import e164
from agi.pages.tester import passing, sip

__all__ = ["office"]

INVITE = (
    "INVITE sip:1500537@hotline.invalid SIP/2.0\r\nVia: SIP/2.0/WS x.invalid\r\nTo: <sip:1500537@hotline.invalid>\r\n"
    "From: <sip:penguji@hotline.invalid>;tag=a\r\n{more}Content-Length: 3\r\n\r\nv=0"
)
SEAL = sip.Seal("proof", "01001234567", "abcdef")


def sealed(more: str = "") -> list[str]:
    told = SEAL.put(INVITE.format(more=more))
    assert told is not None
    head, _, body = told.partition("\r\n\r\n")
    assert body == "v=0"
    return head.split("\r\n")


def test_a_request_is_told_whose_it_is() -> None:
    first, *headers = sealed()
    assert first.startswith("INVITE ")
    ours = ["X-Hotline-Proof: proof", "X-Hotline-Number: 01001234567", "X-Hotline-Page: abcdef", "X-Hotline-Draft: -"]
    assert headers[:4] == ours
    assert headers[4] == "Via: SIP/2.0/WS x.invalid"


@pytest.mark.parametrize(
    "claim",
    [
        "X-Hotline-Number: 0811234567\r\n",
        "x-hotline-proof : other\r\n",
        "X-Hotline-Page:\r\n other\r\n",
        "X-Hotline-Draft: 17.main\r\n",
        "Replaces: 1@2;to-tag=a;from-tag=b\r\n",
        "Route: <sip:elsewhere.invalid;lr>\r\n",
        'Authorization: Digest username="tester1"\r\n',
    ],
)
def test_what_only_the_pages_may_say_is_left_out(claim: str) -> None:
    assert sealed(claim) == sealed()


@pytest.mark.parametrize(
    "message",
    [
        INVITE.format(more="X: y\nX-Hotline-Number: 0811234567\r\n"),
        INVITE.format(more="X: y\rX-Hotline-Number: 0811234567\r\n"),
        INVITE.format(more="X: \x00\r\n"),
        INVITE.format(more="t: <sip:1500537@hotline.invalid>;tag=b\r\n"),
        INVITE.replace("INVITE ", "REGISTER "),
        INVITE.replace("INVITE ", "MESSAGE "),
        INVITE.replace("INVITE ", "REFER "),
        "GET / HTTP/1.1\r\n\r\n",
        "INVITE sip:1500537@hotline.invalid SIP/2.0\r\n",
    ],
)
def test_what_no_telephone_says_is_not_passed_on(message: str) -> None:
    assert SEAL.put(message) is None


def test_answers_and_signs_of_life_go_as_they_are() -> None:
    for message in ("SIP/2.0 200 OK\r\nVia: x\r\n\r\n", "\r\n\r\n"):
        assert SEAL.put(message) == message


def test_a_call_is_begun_by_the_first_invite_only() -> None:
    assert sip.begins(INVITE)
    assert not sip.begins(INVITE.replace("537@hotline.invalid>\r\n", "537@hotline.invalid>;tag=b\r\n"))
    assert not sip.begins(INVITE.replace("INVITE ", "BYE "))


ANSWER = (
    "SIP/2.0 {code} x\r\nCall-ID: c\r\nFrom: <sip:a@b>;tag=a\r\nTo: <sip:1500537@b>;tag=t\r\nCSeq: 1 INVITE\r\n"
    "Contact: <sip:127.0.0.1:5;transport=ws>\r\n\r\n"
)


def dialog(*came: str) -> sip.Dialog:
    """After an INVITE and what Asterisk has said to it."""
    made = sip.Dialog()
    made.sent(INVITE.format(more=""))
    for message in came:
        made.came(message)
    return made


def test_a_call_whose_browser_is_gone_is_hung_up() -> None:
    going = dialog(ANSWER.format(code=100), ANSWER.format(code=200))
    assert going.going_on
    bye = going.bye()
    assert bye.startswith("BYE sip:127.0.0.1:5;transport=ws SIP/2.0\r\n")
    assert "\r\nFrom: <sip:a@b>;tag=a\r\nTo: <sip:1500537@b>;tag=t\r\nCall-ID: c\r\n" in bye
    assert SEAL.put(bye)


def test_a_call_that_is_over_is_not() -> None:
    ended = dialog(ANSWER.format(code=200))
    ended.sent("BYE sip:127.0.0.1:5 SIP/2.0\r\n\r\n")
    by_asterisk = dialog(ANSWER.format(code=200), "BYE sip:x.invalid SIP/2.0\r\nCSeq: 9 BYE\r\n\r\n")
    refused = dialog(ANSWER.format(code=503))
    for over in (ended, by_asterisk, refused, sip.Dialog()):
        assert not over.going_on
        assert over.bye() == ""


def test_a_refused_change_of_a_call_does_not_end_it() -> None:
    assert dialog(ANSWER.format(code=200), ANSWER.format(code=491)).going_on


def test_testers_are_callers_of_their_own_with_numbers_that_nobody_has() -> None:
    numbers = {e164(sip.number_of(name)) for name in ("siti", "budi", "tono")}
    assert len(numbers) == 3
    assert all(number.startswith("+62100") and len(number) == 13 for number in numbers)
    assert sip.number_of("siti") == sip.number_of("siti")


@pytest.mark.parametrize(("role", "status"), [("tester", 200), ("admin", 200), ("supervisor", 403)])
def test_the_page_is_for_those_who_test(office: PagesOffice, role: str, status: int) -> None:
    assert office.client(role).get("/telepon").status_code == status


@pytest.mark.parametrize("role", ["", "supervisor", "auditor"])
def test_nobody_else_gets_to_the_exchange(office: PagesOffice, role: str) -> None:
    client = office.client(role)
    with pytest.raises(WebSocketDisconnect) as refused, client.websocket_connect("/telepon/ws", ["sip"]):
        pass
    assert refused.value.code == 1008


def test_nor_does_a_page_of_another_site(office: PagesOffice) -> None:
    client = office.client("tester")
    headers = {"origin": "https://elsewhere.example"}
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect("/telepon/ws", ["sip"], headers=headers),
    ):
        pass
    assert refused.value.code == 1008


def test_without_an_exchange_the_browser_is_told_to_come_again(office: PagesOffice) -> None:
    client = office.client("tester")
    with pytest.raises(WebSocketDisconnect) as refused, client.websocket_connect("/telepon/ws", ["sip"]):
        pass
    assert refused.value.code == 1013


def test_nobody_has_more_connections_than_they_need() -> None:
    lines = passing.Lines()
    assert [lines.take("siti") for _ in range(passing.MOST + 1)] == [True] * passing.MOST + [False]
    assert lines.take("budi")
    lines.give_back("siti")
    assert lines.take("siti")


def test_all_together_leave_places_at_asterisk() -> None:
    lines = passing.Lines()
    taken = [lines.take(f"tester{number}") for number in range(passing.MOST_IN_ALL + 1)]
    assert taken == [True] * passing.MOST_IN_ALL + [False]
    lines.give_back("tester0")
    assert lines.take("somebody else")


def test_a_moment_is_read_as_it_was_written(office: PagesOffice) -> None:
    moments = Moments(office.home / "moments")
    said = (Said("digits.date", {"date": date(2026, 11, 27)}), Said("nik.short", {"count": 12}))
    moment = Moment("pc-1.0", 3, said, "nik", digits=16)
    assert moments.of("ab") is None
    moments.put("ab", moment)
    assert moments.of("ab") == moment
    moments.clear("ab")
    assert moments.of("ab") is None


def test_a_moment_that_can_not_be_written_or_read_is_none(office: PagesOffice) -> None:
    office.home.joinpath("moments").write_text("no folder")
    moments = Moments(office.home / "moments")
    moments.put("ab", Moment("pc-1.0", 3, ()))
    assert moments.of("ab") is None
    moments = Moments(office.home)
    office.home.joinpath("ab.json").write_text(json.dumps({"call": "pc-1.0"})[:-3])
    assert moments.of("ab") is None
