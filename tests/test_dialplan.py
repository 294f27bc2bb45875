"""The dialplan: clean to Asterisk, closed between its contexts, and its fallbacks hold (see test_ops_dialplan.py)."""

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from line_exchange import Exchange, until

from agi.line.channel import Channel
from agi.line.server import Answer, Server
from agi.line.spool import CALL_ID
from agi.privacy import line_proof


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with closing(Exchange(tmp_path_factory.mktemp("dialplan"))) as made:
        made.caller("patient", "Wait(60)")
        made.context(
            "from-an-agent",  # who has hung up
            "exten => 1500537,1,Set(__HOTLINE_CALL=${UNIQUEID})",
            " same => n,Set(HOTLINE_SIDE=callers)",
            " same => n,Set(AGIEXITONHANGUP=yes)",
            " same => n,Set(CHANNEL(hangup_handler_push)=ended,s,1)",
            " same => n,Answer()",
            " same => n,Goto(queue,served,1)",
        )
        made.start()
        yield made


def test_asterisk_starts_without_a_warning_or_an_error(exchange: Exchange) -> None:
    booting = [line for line in exchange.log() if "[C-" not in line]
    assert booting == []


@pytest.mark.parametrize("entrance", ["from-testers", "from-browsers", "from-agents", "from-trunk"])
def test_callers_reach_the_hotline_and_nothing_else(exchange: Exchange, entrance: str) -> None:
    shown = exchange.ask(f"dialplan show {entrance}")
    extensions = re.findall(r"^\s+'([^']+)' =>", shown, re.MULTILINE)
    assert extensions
    assert all(extension.endswith("1500537") for extension in extensions)
    assert "Include" not in shown
    targets = set(re.findall(r"Goto\((.*?)\)", shown))
    assert targets == {"hotline,start,1"}


OURS = (
    "1500537",
    "0211500537",
    "02741500537",
    "621500537",
    "62211500537",
    "622741500537",
    "+621500537",
    "+62211500537",
)
NOT_OURS = ("7001", "start", "s", "T", "h", "15005370", "150053", "00111500537", "0812150053700", "+6200111500537")


def answers(exchange: Exchange, entrance: str, number: str) -> bool:
    """Whether Asterisk finds an extension for `number` in the context `entrance`."""
    return "Goto(hotline,start,1)" in exchange.ask(f"dialplan show {number}@{entrance}")


def test_nobody_takes_a_call_that_rings_elsewhere(exchange: Exchange) -> None:
    # Asterisk shows its own default, then what is set: nothing.
    assert re.search(r"^Pickup +\*8 *$", exchange.ask("features show"), re.MULTILINE)


def test_the_operators_forms_of_our_number_are_answered(exchange: Exchange) -> None:
    assert [number for number in OURS if not answers(exchange, "from-trunk", number)] == []


@pytest.mark.parametrize("entrance", ["from-testers", "from-browsers", "from-agents", "from-trunk"])
def test_other_numbers_are_not(exchange: Exchange, entrance: str) -> None:
    assert answers(exchange, entrance, "1500537")
    assert [number for number in NOT_OURS if answers(exchange, entrance, number)] == []


def test_telephones_of_the_house_dial_the_short_number_only(exchange: Exchange) -> None:
    assert not any(answers(exchange, "from-testers", number) for number in OURS[1:])
    assert not any(answers(exchange, "from-agents", number) for number in OURS[1:])


def test_with_the_line_down_and_no_agent_the_caller_is_told_so(calls: Exchange) -> None:
    calls.dial("patient")
    until("the apology", lambda: any("fault/apology" in line for line in calls.at("fault")))
    until("nobody is there", lambda: any("queue/nobody" in line for line in calls.at("queue")), 15)
    calls.hang_up_all()
    until("the end is told", lambda: calls.spooled())
    told = calls.last_words().splitlines()
    machine = re.search(r"^systemname = (\S+)$", (calls.etc / "asterisk.conf").read_text(), re.MULTILINE)
    assert machine is not None
    assert all(call_id.startswith(f"{machine[1]}-") and CALL_ID.fullmatch(call_id) for call_id in calls.spooled())
    assert any("step=nobody fault=refused back=empty queue=JOINEMPTY" in text for text in told)


def test_a_line_that_accepts_and_says_nothing_is_left_after_four_seconds(calls: Exchange) -> None:
    with socket.create_server(("127.0.0.1", calls.settings.line.agi_port)) as mute:
        calls.dial("patient")
        peer, _ = mute.accept()
        until("Asterisk waits for it", lambda: calls.at("hotline"))
        until("the apology", lambda: any("fault/apology" in line for line in calls.at("fault")), 6)
        peer.close()


@contextlib.contextmanager
def answering(exchange: Exchange, answer: Answer) -> Iterator[None]:
    """A line that does what `answer` does."""
    server = Server(exchange.settings.line.agi_port, 5, answer, proof=line_proof(exchange.settings.var))
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join()


@pytest.mark.thorough
def test_a_line_that_stops_again_with_no_agent_is_not_asked_a_third_time(calls: Exchange) -> None:
    came: list[str] = []

    def answer(channel: Channel, _cut: Callable[[], bool]) -> None:
        came.append(channel.env["agi_arg_1"])  # and is gone without a word of what comes next

    with answering(calls, answer):
        calls.dial("patient")
        until("nobody is there", lambda: any("queue/nobody" in line for line in calls.at("queue")), 15)
        calls.hang_up_all()
    assert came == ["", "empty"]
    until("the end is told", lambda: "step=nobody fault=stopped back=empty" in calls.last_words())


@contextlib.contextmanager
def down(exchange: Exchange, fault: str) -> Iterator[None]:
    """The line as `fault` names it."""
    with contextlib.ExitStack() as stack:
        if fault == "full":
            exchange.ask("dialplan set global MAX_CALLS 0")
            stack.callback(exchange.ask, f"dialplan set global MAX_CALLS {exchange.settings.line.max_calls}")
        if fault == "silent":
            stack.enter_context(socket.create_server(("127.0.0.1", exchange.settings.line.agi_port)))
        yield


@pytest.mark.parametrize("fault", ["refused", "full", pytest.param("silent", marks=pytest.mark.thorough)])
def test_whom_an_agent_has_helped_hears_no_apology_for_a_line_that_is_down(calls: Exchange, fault: str) -> None:
    with down(calls, fault):
        calls.dial("patient", entrance="from-an-agent")
        told = f"step=queue fault={fault} back=served"
        until("the call is over", lambda: told in calls.last_words(), 15)
        calls.wait_for_silence(5)


def test_a_line_that_is_there_in_time_is_not_cut_off(calls: Exchange) -> None:
    heard = threading.Event()

    def answer(channel: Channel, _cut: Callable[[], bool]) -> None:
        channel.set_autohangup(0)
        channel.wait_for_digit(3000)
        heard.set()
        channel.set_variable("HOTLINE_NEXT", "hangup")

    with answering(calls, answer):
        calls.dial("patient")
        assert heard.wait(8)
        calls.wait_for_silence(5)
        assert calls.at("fault") == []
