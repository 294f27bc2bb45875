"""An operator's trunk: three lines in hotline.toml and a password file; its state is told."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from installation import private_environment, settings_of
from line_exchange import Exchange, until

from agi.ops import trunk
from agi.ops.trunk import State
from agi.settings import Settings

SECRET = "very-secret-password"


def settings_with(home: Path, password: str = "", **more: str) -> Settings:
    settings = settings_of(private_environment(home, **more))
    if password:
        (settings.var / "secrets").mkdir(parents=True)
        (settings.var / "secrets" / "trunk").write_text(password + "\n")
    return settings


@contextmanager
def operator() -> Iterator[int]:
    """An operator who takes every registration and answers every OPTIONS; its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                packet, sender = sock.recvfrom(65_536)
                if packet == b"end":
                    return
                kept = ("via:", "from:", "to:", "call-id:", "cseq:", "contact:", "expires:")
                lines = [line for line in packet.decode().split("\r\n") if line.lower().startswith(kept)]
                lines = [f"{line};tag=1" if line.lower().startswith("to:") else line for line in lines]
                sock.sendto("\r\n".join(("SIP/2.0 200 OK", *lines, "Content-Length: 0", "", "")).encode(), sender)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = int(sock.getsockname()[1])
        yield port
        sock.sendto(b"end", ("127.0.0.1", port))
        thread.join(5)


def test_without_a_host_there_is_none(tmp_path: Path) -> None:
    settings = settings_with(tmp_path)
    assert trunk.state(settings, None) is None
    assert "[operator]" not in trunk.configuration(settings)


def test_a_missing_password_is_told_before_the_operator_is_asked(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, HOTLINE_TRUNK__HOST="sbc.example", HOTLINE_TRUNK__USERNAME="1500537")
    found = trunk.state(settings, None)
    assert found is not None
    assert "password of 1500537 is missing" in found.text
    assert str(settings.var / "secrets" / "trunk") in found.todo
    assert "registration" not in trunk.configuration(settings)


def test_the_password_may_stand_behind_the_user_and_never_in_the_configuration(tmp_path: Path) -> None:
    more = {"HOTLINE_TRUNK__HOST": "sbc.example:5070", "HOTLINE_TRUNK__USERNAME": "u1"}
    settings = settings_with(tmp_path, f"u1:{SECRET}", **more)
    assert trunk.password(settings) == SECRET
    assert SECRET not in trunk.configuration(settings)
    assert "match = sbc.example\n" in trunk.configuration(settings)


def exchange_with(home: Path, **more: str) -> Exchange:
    made = Exchange(home, **more)
    (made.settings.var / "secrets" / "trunk").write_text(SECRET)
    made.start()
    return made


def test_a_trunk_that_registers_is_registered(tmp_path: Path) -> None:
    with operator() as port:
        host = f"127.0.0.1:{port}"
        exchange = exchange_with(tmp_path, HOTLINE_TRUNK__HOST=host, HOTLINE_TRUNK__USERNAME="u1")
        try:
            wanted = State(f"{host}: registered as u1")
            until("it is registered", lambda: trunk.state(exchange.settings, exchange.ask) == wanted, 20)
            assert "127.0.0.1" in exchange.ask("pjsip show identify operator-identify")
        finally:
            exchange.close()


def test_an_operator_who_does_not_answer_is_unreachable_and_one_who_does_is_reached(tmp_path: Path) -> None:
    with operator() as port:
        host = f"127.0.0.1:{port}"
        exchange = exchange_with(tmp_path, HOTLINE_TRUNK__HOST=host)
        try:
            exchange.ask("pjsip qualify operator")  # by itself it is asked within a minute
            wanted = State(f"{host}: reached")
            until("it is reached", lambda: trunk.state(exchange.settings, exchange.ask) == wanted, 20)
        finally:
            exchange.close()
    silent = trunk.state(exchange.settings, lambda words: "  Contact:  operator/sip:127.0.0.1  1234 Unavail  nan")
    assert silent is not None
    assert silent.text.endswith("unreachable")
    assert silent.todo
