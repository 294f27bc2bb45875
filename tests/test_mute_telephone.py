"""A telephone that sends no sound (muted, thrifty in silence) is not taken for dead; one that is cut off is told so."""

import re
import socket
from collections.abc import Iterator

import pytest
from line_exchange import Exchange, until
from raw_telephone import RawTelephone

from agi.books.events import Carried, Outcome


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    made = Exchange(tmp_path_factory.mktemp("mute"), HOTLINE_QUEUE__MAX_WAIT_S="7200")
    made.more("rtp.conf", "\n[general](+)\nrtcpinterval = 500\n")  # losses are counted that often (ms)
    made.start()
    made.start_line()
    yield made
    made.close()


@pytest.mark.parametrize("name", ["tester1", "7001"])
def test_no_telephone_is_cut_for_silence_while_it_may_wait(exchange: Exchange, name: str) -> None:
    told = dict(
        line.split(":")[:2]
        for line in exchange.ask(f"pjsip show endpoint {name}").splitlines()
        if "rtp_timeout" in line
    )
    limits = {key.strip(): int(value) for key, value in told.items()}
    assert set(limits) == {"rtp_timeout", "rtp_timeout_hold"}
    assert min(limits.values()) > exchange.settings.queue.max_wait_s


def test_a_telephone_is_asked_whether_it_is_there(exchange: Exchange) -> None:
    with RawTelephone(exchange.account("tester1")) as telephone:
        assert telephone.dial().header("Session-Expires") == "180;refresher=uas"
    exchange.wait_for_silence()


def test_the_record_tells_of_sound_from_another_address(exchange: Exchange) -> None:
    def noted(caller: str) -> bool:
        calls = [call for call in exchange.calls() if call.sender.endswith(caller)]
        return any(one.startswith("sound ") for call in calls for one in exchange.noted(call.id))

    for address, caller in (("127.0.0.1", "0215550178"), ("127.0.0.2", "0215550179")):
        with RawTelephone(exchange.account("tester1")) as telephone, socket.socket(type=socket.SOCK_DGRAM) as sender:
            sender.bind((address, 0))
            telephone.dial(caller=caller)
            telephone.play((telephone.audio() for _ in range(50)), sock=sender)
        exchange.wait_for_silence()
    until("it is noted", lambda: noted("179"))
    assert not noted("178")


def test_a_telephone_whose_packets_get_lost_is_seen_with_its_loss(exchange: Exchange) -> None:
    """Also when the line is dead: Asterisk itself tells it, at the end of the call."""
    exchange.kill_line()
    with RawTelephone(exchange.account("tester1")) as telephone:
        telephone.dial(caller="0215550181")
        packets = [telephone.audio() for _ in range(150)]
        telephone.play(packet for nth, packet in enumerate(packets) if nth % 10 != 5)
    exchange.wait_for_silence()
    exchange.start_line()

    def carried() -> list[Carried]:
        calls = [call for call in exchange.calls() if call.sender.endswith("181")]
        return [one for call in calls for one in exchange.events(call.id) if isinstance(one, Carried)]

    until("the record tells it", carried)
    (found,) = carried()
    assert found.codec == "ulaw"
    assert found.received == pytest.approx(135, abs=10)
    assert 0.04 < found.loss < 0.15
    assert found.bad


def test_who_was_cut_for_silence_has_not_hung_up(exchange: Exchange) -> None:
    sound = exchange.etc / "local" / "pjsip-sound.conf"
    usual = sound.read_text()
    sound.write_text(re.sub("(?m)^rtp_timeout = [0-9]+", "rtp_timeout = 1", usual))
    exchange.ask("module reload res_pjsip.so")
    try:
        with RawTelephone(exchange.account("tester1")) as telephone:
            telephone.dial(caller="0215550177")
            assert telephone.was_asked("BYE", 20)
    finally:
        sound.write_text(usual)
        exchange.ask("module reload res_pjsip.so")

    told = Outcome.ABANDONED, "no sound from the telephone"
    until("the record tells it", lambda: told in [(call.outcome, call.why) for call in exchange.calls()], 10)
