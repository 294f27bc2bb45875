"""More calls than there are places: refused or queued at once, counted for each account and trunk, told as "full"."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from line_exchange import Exchange, until
from raw_telephone import RawTelephone

from agi.books.events import Outcome
from agi.workshop.softphone.phone import Account

TRUNK = """
[operator](trunk)
aors = operator
[operator](trunk-aor)
[operator-identify](trunk-identify)
endpoint = operator
match = 127.0.0.2
"""


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    made = Exchange(
        tmp_path_factory.mktemp("full"),
        HOTLINE_LINE__MAX_CALLS="1",
        HOTLINE_TELEPHONY__TRUNK_CALLS="2",
        HOTLINE_TELEPHONY__ACCOUNT_CALLS="2",
        HOTLINE_TELEPHONY__HOUSE_CALLS="3",
    )
    made.more("pjsip-trunk.conf", TRUNK)
    made.start()
    made.start_line()
    yield made
    made.close()


class Street:
    """Telephones of the house and of the operator's callers, all put away at the end."""

    def __init__(self, exchange: Exchange, stack: ExitStack) -> None:
        self._exchange = exchange
        self._stack = stack

    def of_account(self, name: str, *, ack: bool = True) -> int:
        """The answer to one more call of this account."""
        return self._stack.enter_context(RawTelephone(self._exchange.account(name))).dial(ack=ack).code

    def of_trunk(self, caller: str) -> int:
        """The answer to one more call that the operator brings."""
        server = Account("127.0.0.1", self._exchange.settings.telephony.sip_port, caller, "")
        return self._stack.enter_context(RawTelephone(server, "127.0.0.2")).dial().code


@pytest.fixture
def street(exchange: Exchange) -> Iterator[Street]:
    with ExitStack() as stack:
        yield Street(exchange, stack)
    exchange.wait_for_silence()


def test_an_account_has_a_bound_and_so_has_the_house(street: Street) -> None:
    assert [street.of_account("tester1") for _ in range(3)] == [200, 200, 503]
    assert [street.of_account("tester2") for _ in range(2)] == [200, 503]


def test_calls_that_are_never_acknowledged_count(street: Street) -> None:
    assert [street.of_account("tester1", ack=False) for _ in range(4)] == [200, 200, 503, 503]


def test_callers_over_the_bound_are_told_and_recorded_as_full(exchange: Exchange, street: Street) -> None:
    assert [street.of_account(name) for name in ("tester1", "tester1", "tester2", "tester2")] == [200, 200, 200, 503]
    assert [street.of_trunk(f"02155501{number}") for number in (41, 42, 43)] == [200, 200, 503]
    heard = ("PJSIP/operator-", "fault/full")  # callers of the house hear it as well
    until("the second one hears so", lambda: any(all(part in line for part in heard) for line in exchange.at("fault")))
    exchange.hang_up_all()

    def ends(*callers: str) -> list[tuple[Outcome | None, str]]:
        calls = exchange.calls()
        return sorted((call.outcome or "", call.why) for call in calls if call.sender[-2:] in callers)

    # Who of the first two had the place is a matter of milliseconds.
    until("one had a place", lambda: ends("41", "42") == [(Outcome.ABANDONED, "hung up"), (Outcome.FAILED, "full")])
    until("one was too many", lambda: ends("43") == [(Outcome.FAILED, "full")])
