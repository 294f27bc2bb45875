"""The dialplan: clean to Asterisk and to asterisklint, closed between its contexts, and its fallbacks hold."""

import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from line_exchange import Exchange, until

from agi.line.channel import Channel
from agi.line.server import Server
from agi.ops import configure

# asterisklint 0.4.3 does not know this application of Asterisk 16.20 and later.
_UNKNOWN_TO_LINT = "app 'StoreDTMF' does not exist"


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    made = Exchange(tmp_path_factory.mktemp("dialplan"))
    made.caller("patient", "Wait(60)")
    made.caller("leaver", "Wait(12)", "SendDTMF(*)", "Wait(60)")
    made.start()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def quiet(exchange: Exchange) -> Iterator[None]:
    yield
    exchange.hang_up_all()


def test_asterisk_starts_without_a_warning_or_an_error(exchange: Exchange) -> None:
    booting = [line for line in exchange.log() if "[C-" not in line]
    assert booting == []


def test_asterisklint_finds_nothing(exchange: Exchange, tmp_path: Path) -> None:
    for name in ("extensions.conf", "queues.conf"):
        shutil.copy(configure.DIALPLAN / name, tmp_path)
    shutil.copytree(exchange.etc / "local", tmp_path / "local")
    lint = Path(sys.executable).with_name("asterisklint")
    done = subprocess.run(
        (lint, "dialplan-check", tmp_path / "extensions.conf"), capture_output=True, text=True, check=False
    )
    found = [line for line in (done.stdout + done.stderr).splitlines() if line and _UNKNOWN_TO_LINT not in line]
    assert found == []


def test_no_secret_and_no_absolute_path_stands_in_the_dialplan() -> None:
    for path in configure.DIALPLAN.glob("*.conf"):
        code = "\n".join(line.split(";")[0] for line in path.read_text().splitlines())
        assert not re.search(r"(?<![\w./:])/(?:home|root|var|usr|etc|opt|tmp|work)/", code), path.name
        assert not re.search(r"^\s*password\s*=", code, re.MULTILINE), path.name


@pytest.mark.parametrize("entrance", ["from-testers", "from-agents", "from-trunk"])
def test_callers_reach_the_hotline_and_nothing_else(exchange: Exchange, entrance: str) -> None:
    shown = exchange.ask(f"dialplan show {entrance}")
    extensions = re.findall(r"^\s+'([^']+)' =>", shown, re.MULTILINE)
    assert extensions
    assert all(extension.endswith("1500537") for extension in extensions)
    assert "Include" not in shown
    targets = set(re.findall(r"Goto\((.*?)\)", shown))
    assert targets == {"hotline,start,1"}


@pytest.mark.parametrize(
    "number",
    ["1500537", "0211500537", "02741500537", "621500537", "62211500537", "622741500537", "+621500537", "+62211500537"],
)
def test_the_operators_forms_of_our_number_are_answered(exchange: Exchange, number: str) -> None:
    exchange.dial("patient", entrance="from-trunk", number=number)
    until("the call is in the hotline", lambda: exchange.at("fault") or exchange.at("hotline"))


@pytest.mark.parametrize("number", ["7001", "start", "s", "T", "15005370", "150053", "00111500537", "0812150053700"])
@pytest.mark.parametrize("entrance", ["from-testers", "from-agents", "from-trunk"])
def test_other_numbers_are_not(exchange: Exchange, entrance: str, number: str) -> None:
    exchange.dial("patient", entrance=entrance, number=number)
    assert exchange.channels() == []


def test_with_the_line_down_and_no_agent_the_caller_hears_so_and_the_call_ends(exchange: Exchange) -> None:
    exchange.dial("patient")
    until("the apology", lambda: any("fault/apology" in line for line in exchange.at("fault")))
    until("nobody is there", lambda: any("queue/nobody" in line for line in exchange.at("queue")), 15)
    exchange.wait_for_silence(25)
    until("the end is told", lambda: exchange.spooled())
    told = [(exchange.spool / name).read_text() for name in exchange.spooled()]
    assert any("step=nobody fault=refused back=empty queue=JOINEMPTY" in text for text in told)


def test_a_line_that_accepts_and_says_nothing_is_left_after_two_seconds(exchange: Exchange) -> None:
    with socket.create_server(("127.0.0.1", exchange.settings.line.agi_port)) as mute:
        exchange.dial("patient")
        peer, _ = mute.accept()
        until("Asterisk waits for it", lambda: exchange.at("hotline"))
        until("the apology", lambda: any("fault/apology" in line for line in exchange.at("fault")), 4)
        peer.close()


def test_a_line_that_is_there_in_time_is_not_cut_off(exchange: Exchange) -> None:
    heard = threading.Event()

    def answer(channel: Channel, _cut: Callable[[], bool]) -> None:
        channel.lift_time_limit()
        channel.wait_for_digit(3000)
        heard.set()
        channel.set_variable("HOTLINE_NEXT", "hangup")

    server = Server(exchange.settings.line.agi_port, 5, answer)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        exchange.dial("patient")
        assert heard.wait(8)
        exchange.wait_for_silence(5)
        assert exchange.at("fault") == []
    finally:
        server.stop()
        thread.join()
