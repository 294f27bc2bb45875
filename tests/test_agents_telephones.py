"""Agents' telephones that vanish, or decline: the caller waits for the living one, and nobody is rung without end."""

import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from line_exchange import Exchange, until
from raw_telephone import RawTelephone

GONE_S = 25
"""Two looks, each of which may be waited for, and room for a busy machine."""


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with closing(Exchange(tmp_path_factory.mktemp("agents"), HOTLINE_QUEUE__ANNOUNCE_S="3600")) as made:
        made.caller("patient", "Wait(60)")
        made.start()
        yield made


def on_duty(exchange: Exchange, name: str) -> RawTelephone:
    """The agent `name`, signed in for an hour."""
    telephone = RawTelephone(exchange.account(name))
    telephone.register(3600)
    until(f"{name} is on duty", lambda: "Not in use" in state(exchange, name))
    return telephone


def state(exchange: Exchange, name: str) -> str:
    """What the queue says of the agent."""
    return next((line for line in exchange.ask("queue show agents").splitlines() if f"PJSIP/{name}" in line), "")


def rang(telephone: RawTelephone) -> int:
    """How often the telephone was called (each call counted once)."""
    return len({one.header("Call-ID") for one in telephone.asked if one.method == "INVITE"})


@pytest.mark.thorough
def test_a_telephone_that_vanished_is_off_duty_soon(calls: Exchange) -> None:
    on_duty(calls, "7001").close()
    until("its absence is noticed", lambda: "Unavailable" in state(calls, "7001"), GONE_S)


def test_an_hour_of_duty_is_not_granted(calls: Exchange) -> None:
    with on_duty(calls, "7001"):
        expires = [line for line in calls.ask("pjsip show aor 7001").splitlines() if "maximum_expiration" in line]
        assert [int(line.split(":")[1]) for line in expires] == [300]


@pytest.mark.thorough
def test_who_declines_is_not_rung_again_at_once(calls: Exchange) -> None:
    with on_duty(calls, "7001") as declining:
        declining.answers["INVITE"] = (486, "Busy Here")
        calls.dial("patient")
        until("the agent is rung", lambda: rang(declining) == 1, 60)
        begun = time.monotonic()
        until("the agent is rung again", lambda: rang(declining) == 2, 60)
        assert time.monotonic() - begun > 3


@pytest.mark.thorough
def test_when_one_declines_the_next_one_rings(calls: Exchange) -> None:
    with on_duty(calls, "7001") as one, on_duty(calls, "7002") as other:
        one.answers["INVITE"] = other.answers["INVITE"] = (603, "Decline")
        calls.dial("patient")
        until("both are rung", lambda: rang(one) and rang(other), 60)
