"""Sound of a stranger: a caller who sends none keeps hearing us, and the stranger's keys in its place are not taken."""

import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from line_exchange import Exchange, until
from raw_telephone import RawTelephone

from agi.workshop.softphone.phone import Account

MUTE = """
[mute](telephone)
context = test-keys
identify_by = ip
[mute-identify]
type = identify
endpoint = mute
match = 127.0.0.2
"""


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    made = Exchange(tmp_path_factory.mktemp("stranger"), HOTLINE_TELEPHONY__BEHIND_NAT="false")
    made.more("pjsip.conf", MUTE)
    made.context("test-keys", "exten => _X.,1,Answer()", " same => n,StoreDTMF(RX,KEYS)", " same => n,MusicOnHold()")
    made.start()
    yield made
    made.close()


def keys(exchange: Exchange) -> list[str]:
    """The keys that Asterisk has taken from the only call."""
    (channel,) = (line.split("!")[0] for line in exchange.channels())
    rows = exchange.ask(f"core show channel {channel}").splitlines()
    return [row.removeprefix("KEYS=") for row in rows if row.startswith("KEYS=")]


def test_a_stranger_in_the_place_of_a_mute_caller_gets_nothing(exchange: Exchange) -> None:
    account = Account("127.0.0.1", exchange.settings.telephony.sip_port, "0215550144", "")
    with RawTelephone(account, "127.0.0.2") as caller:
        assert caller.dial().code == 200
        stranger, got = caller.port_of_its_own(), []

        def listen() -> None:
            while caller.target:
                with suppress(TimeoutError):
                    got.append(stranger.recv(4096))

        listening = threading.Thread(target=listen)
        listening.start()
        # A second of sound with a key in it, before the caller has sent anything.
        caller.play([*caller.key("1"), *(caller.audio() for _ in range(40))], sock=stranger)
        heard = len(caller.heard)
        assert heard > 10, "the caller hears nothing"
        caller.play([*(caller.audio() for _ in range(10)), *caller.key("5"), *(caller.audio() for _ in range(10))])
        until("the caller's own key is taken", lambda: keys(exchange) == ["5"])
        assert len(caller.heard) > heard
        caller.hang_up()
        listening.join()
        assert got == []
