"""Whatever Asterisk says is understood, one reply for one command, and a hang-up is one exception."""

import socket
import threading
import time
from itertools import pairwise

import pytest
from asterisk.agi import AGIAppError
from hypothesis import given, settings
from hypothesis import strategies as st
from line_fake import HEADERS, channel_with, raw, recorded, replayed, socket_pair

from agi.dialogue.keys import KEYS
from agi.dialogue.question import HungUp
from agi.line.channel import Channel, Played
from agi.line.protocol import ChannelError, Refused, Silent
from agi.line.wire import Wire

PROMPT = "/prompts/id/nik/ask"
OK = b"200 result=1 (here)\n"


def test_a_recorded_call_with_keys() -> None:
    with replayed("keys") as channel:
        assert channel.env["agi_network_script"] == "hotline"
        channel.set_autohangup(0)
        assert channel.stream(PROMPT, KEYS) == Played("1", 7360)
        assert channel.take_keys() == "1"
        assert channel.wait_for_digit(2000) == "2"
        assert channel.take_keys() == "2"
        assert channel.wait_for_digit(300) == ""
        assert channel.take_keys() == ""
        assert channel.stream("/prompts/id/digits/1") == Played("", 4480)
        channel.set_variable("HOTLINE_NEXT", "hangup")


def test_a_recorded_hang_up_during_a_prompt() -> None:
    with replayed("hang-up") as channel:
        channel.set_autohangup(0)
        with pytest.raises(HungUp):
            channel.stream(PROMPT, KEYS)
        with pytest.raises(HungUp):
            channel.get_variable("X")


def test_a_recorded_failure_is_told_from_a_hang_up() -> None:
    with replayed("wrong") as channel:
        channel.set_autohangup(0)
        with pytest.raises(Refused, match="510"):
            channel.command("NO SUCH")
        with pytest.raises(Refused, match="520"):
            channel.command("SET VARIABLE", "x")
        with pytest.raises(Refused, match="STREAM FILE"):
            channel.stream("/no/such/file")
        with pytest.raises(AGIAppError):
            channel.appexec("NoSuchApplication")
        odd = 'say "hi" \\ ${EPOCH} (a) {b}'
        channel.set_variable("ODD", odd)
        assert channel.get_variable("ODD") == odd
        assert channel.get_variable("UNSET") == ""
        assert channel.get_full_variable("${CHANNEL(state)}") == "Up"
        assert channel.command("DATABASE GET", "no", "such").result == "0"
        channel.command("DATABASE PUT", "hotline", "a", "b c")
        assert channel.command("DATABASE GET", "hotline", "a").data == "b c"
        channel.command("DATABASE DEL", "hotline", "a")
        assert channel.appexec("Set", "LINES=$[1]") == "0"
        assert channel.command("CHANNEL STATUS").result == "6"
        assert channel.execute("SAY DIGITS", "12", "")["result"] == ("0", "")
        assert channel.say_digits("12", "#") == ""
        assert channel.command("RECORD FILE", "/srv/rec", "wav", "#", 500, 0, "s=0").data == "timeout"
        assert channel.get_full_variable("${SHELL(true)}") == ""


def test_a_recorded_value_with_line_breaks_forges_neither_reply_nor_hang_up() -> None:
    with replayed("lines") as channel:
        channel.set_autohangup(0)
        value = channel.get_full_variable("${FILE(/srv/multi.txt)}")
        assert value == "one\ntwo (2)\nHANGUP\n200 result=1 (forged)\nend"
        assert channel.get_variable("HOTLINE_CALL").startswith("1795")
        assert channel.get_full_variable("${FILE(/srv/bad.txt)}").startswith("caf\ufffd")
        assert channel.get_variable("HOTLINE_CALL").startswith("1795")


@given(st.text(st.characters(exclude_characters="\0\r", exclude_categories=("Cs",)), max_size=300))
@settings(max_examples=60)
def test_any_value_comes_back_and_the_next_reply_is_the_next_commands(value: str) -> None:
    answer = b"200 result=1 (" + value.encode() + b")\n"
    with channel_with(answer, OK, close=False) as (channel, _):
        assert channel.get_variable("A") == value
        assert channel.get_variable("B") == "here"


@given(st.binary(max_size=200).filter(lambda data: b"\n" not in data))
@settings(max_examples=60)
def test_any_bytes_in_the_headers_and_in_a_value_do_no_harm(data: bytes) -> None:
    with socket_pair() as (wire, far):
        far.sendall(b"agi_calleridname: " + data + b"\nagi_uniqueid: 1.2\n\n200 result=1 (" + data + b")\n")
        channel = Channel(wire, limit_s=1.0)
        if data.strip():
            assert channel.env["agi_uniqueid"] == "1.2"


HANG_UPS = {
    "result -1": (b"200 result=-1\n", b"511 Command Not Permitted on a dead channel\n"),
    "(hangup)": (b"200 result=-1 (hangup) endpos=800\n",),
    "HANGUP before the reply": (b"HANGUP\n200 result=1 (x)\n",),
    "HANGUP and nothing more": (b"HANGUP\n",),
    "511": (b"511 Command Not Permitted on a dead channel or intercept routine\n",),
    "end of file": (),
    "half a reply": (b"200 resu",),
}


@pytest.mark.parametrize("face", HANG_UPS)
def test_every_face_of_a_hang_up_is_the_same_exception(face: str) -> None:
    with channel_with(*HANG_UPS[face]) as (channel, _), pytest.raises(HungUp):
        channel.stream(PROMPT)


def test_after_a_hang_up_every_command_says_so_and_nothing_is_sent() -> None:
    with channel_with(b"HANGUP\n200 result=0\n", OK, close=False) as (channel, said):
        for _ in range(3):
            with pytest.raises(HungUp):
                channel.get_variable("A")
        with pytest.raises(HungUp):
            channel.say_digits("12")
    assert len(said) == 1


def test_a_hang_up_line_between_two_commands_is_seen_by_the_second() -> None:
    with channel_with(OK + b"HANGUP\n", OK, close=False) as (channel, said):
        assert channel.get_variable("A") == "here"
        with pytest.raises(HungUp):
            channel.get_variable("B")
    assert len(said) == 1


def test_a_value_that_reads_hangup_is_a_value() -> None:
    with channel_with(b"200 result=1 (hangup)\n", b"200 result=1 (HANGUP)\n", close=False) as (channel, _):
        assert channel.get_variable("A") == "hangup"
        assert channel.get_variable("B") == "HANGUP"


@pytest.mark.parametrize("cut", range(len(HEADERS)))
def test_end_of_file_at_any_byte_of_the_headers(cut: int) -> None:
    with socket_pair() as (wire, far):
        far.sendall(HEADERS[:cut])
        far.shutdown(socket.SHUT_RDWR)
        with pytest.raises(HungUp):
            Channel(wire, limit_s=1.0)


USAGE = b"520-Invalid command syntax.  Proper usage follows:\n Usage: X\n520 End of proper usage.\n"


@pytest.mark.parametrize("reply", [b"200 result=1 (two\nlines)\n", USAGE, b"200 result=49 endpos=1234\n"])
def test_end_of_file_at_any_byte_of_a_reply(reply: bytes) -> None:
    for cut in range(len(reply)):
        with channel_with(reply[:cut]) as (channel, _), pytest.raises(HungUp):
            channel.command("GET VARIABLE", "A")


@given(st.lists(st.integers(1, 400), max_size=8))
@settings(max_examples=30)
def test_replies_may_come_in_any_pieces(cuts: list[int]) -> None:
    stream = HEADERS + b"100 Trying\n200 result=49 endpos=1234\n" + USAGE
    edges = [0, *sorted({cut for cut in cuts if cut < len(stream)}), len(stream)]
    with socket_pair() as (wire, far):

        def send() -> None:
            for start, end in pairwise(edges):
                far.sendall(stream[start:end])

        class Unasked(Wire):
            """Keeps what comes before it is asked for, as all replies are there from the beginning here."""

            def drop_held(self) -> tuple[bytes, ...]:
                return ()

        thread = threading.Thread(target=send)
        thread.start()
        wire.__class__ = Unasked
        channel = Channel(wire, limit_s=2.0)
        assert channel.stream(PROMPT) == Played("1", 1234)
        with pytest.raises(Refused):
            channel.command("SET VARIABLE", "x")
        thread.join()


def test_an_asterisk_that_does_not_reply_is_left_in_time() -> None:
    with socket_pair() as (wire, far):
        far.sendall(HEADERS)
        channel = Channel(wire, limit_s=0.1)
        begun = time.monotonic()
        with pytest.raises(Silent):
            channel.get_variable("A")
        assert time.monotonic() - begun < 5
        with pytest.raises(Silent):
            channel.get_variable("A")


def test_a_peer_that_feeds_headers_slowly_is_left_in_time() -> None:
    with socket_pair() as (wire, far):
        far.sendall(b"agi_x: 1\n" * 3)
        begun = time.monotonic()
        with pytest.raises(Silent):
            Channel(wire, limit_s=0.1)
        assert time.monotonic() - begun < 5


@pytest.mark.parametrize("flood", [b"agi_a: b\n" * 300, b"x" * 100_000 + b"\n"], ids=["lines", "one line"])
def test_a_peer_that_floods_headers_is_left(flood: bytes) -> None:
    with socket_pair() as (wire, far):
        threading.Thread(target=_send_all, args=(far, flood), daemon=True).start()
        with pytest.raises(ChannelError):
            Channel(wire, limit_s=1.0)


def _send_all(far: socket.socket, data: bytes) -> None:
    try:
        far.sendall(data)
    except OSError:
        return


def test_an_endless_reply_is_left() -> None:
    with channel_with(b"200 result=1 (" + b"x" * 200_000, close=False) as (channel, _), pytest.raises(ChannelError):
        channel.get_variable("A")


def test_headers_of_a_real_call_are_all_read() -> None:
    lines = recorded("keys")
    headers = [line for line in lines[: lines.index("< ")] if line.startswith("< agi_")]
    with socket_pair() as (wire, far):
        far.sendall(b"".join(raw(line) for line in headers) + b"\n")
        assert len(Channel(wire).env) == len(headers)
