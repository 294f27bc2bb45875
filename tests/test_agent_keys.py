"""An agent's telephone shows the case in our words, and the agent's keys reach a colleague or the menu."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from line_exchange import Exchange, until
from raw_telephone import RawTelephone
from sample_office import kk_digits, nik

from agi.books.calls import Call
from agi.softphone.phone import CallOver, Softphone
from agi.softphone.plain import PlainPhones

CHOSEN_NAME = "Petugas 7002 " + nik(1)
NUMBER = "081255501234"
ASKS_AN_AGENT = f"SendDTMF(1{nik(1)}{kk_digits(1)}0,60,60)"


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    made = Exchange(tmp_path_factory.mktemp("keys"), HOTLINE_QUEUE__ANNOUNCE_S="3600")
    made.caller("verified", "Wait(0.5)", ASKS_AN_AGENT, "Wait(90)")
    made.caller(
        "curious", "Wait(0.5)", ASKS_AN_AGENT, "Wait(4)", *["SendDTMF(*2*1,200,100)", "Wait(1)"] * 6, "Wait(30)"
    )
    made.context(
        "from-named",
        f'exten => 1500537,1,Set(CALLERID(all)="{CHOSEN_NAME}" <{NUMBER}>)',
        " same => n,Goto(hotline,start,1)",
    )
    made.start()
    made.start_line()
    yield made
    made.close()


@pytest.fixture
def calls(exchange: Exchange) -> Iterator[Exchange]:
    yield exchange
    exchange.hang_up_all()
    until("all calls are recorded", lambda: not exchange.spooled())


@contextmanager
def on_duty(exchange: Exchange, name: str, folder: Path) -> Iterator[Softphone]:
    """The agent `name`, signed in."""
    phones = PlainPhones(exchange.account(name))
    try:
        phone = phones.phone(folder / f"{name}.wav")
        phone.register()
        yield phone
    finally:
        phones.close()


def answered(exchange: Exchange, agent: Softphone) -> Call:
    """The call of a caller who was told the status of a NIK and asked for an agent; `agent` has answered."""
    known = {call.id for call in exchange.calls()}
    exchange.dial("verified", entrance="from-named")
    assert agent.wait_call(20) is not None, exchange.ask("queue show agents")
    agent.answer()
    until("they talk", lambda: len(talking(exchange)) == 2)
    (call,) = [call for call in exchange.calls() if call.id not in known]
    return call


def talking(exchange: Exchange) -> list[str]:
    """The channels that hear one another."""
    return [line for line in exchange.channels() if line.split("!")[-2]]


def events(exchange: Exchange, call: Call) -> list[str]:
    return [f"{one.node} {one.result or one.detail}" for one in exchange.events(call.id)]


def test_the_agent_sees_our_words_and_nothing_that_the_caller_chose(calls: Exchange) -> None:
    with RawTelephone(calls.account("7001")) as telephone:
        host = telephone.account.host
        itself = [("To", f"<sip:7001@{host}>"), ("From", f"<sip:7001@{host}>;tag=1"), ("Expires", "300")]
        telephone.ask(telephone.request("REGISTER", f"sip:{host}:{telephone.account.port}", itself))
        telephone.answers["INVITE"] = (486, "Busy Here")
        calls.dial("verified", entrance="from-named")
        until("the agent is rung", lambda: any(one.method == "INVITE" for one in telephone.asked), 20)
        (invite, *_) = (one for one in telephone.asked if one.method == "INVITE")
    assert invite.header("From").startswith(f'"cek NIK, terbukti, ••{nik(1)[-4:]}" <sip:***234@')
    everything = repr(invite)
    for chosen in ("Petugas", nik(1), NUMBER):
        assert chosen not in everything


def test_star_2_brings_the_caller_back_to_the_menu_where_they_were(calls: Exchange, tmp_path: Path) -> None:
    with on_duty(calls, "7001", tmp_path) as agent:
        call = answered(calls, agent)
        asked_before = sum(one.startswith("more ") for one in events(calls, call))
        with suppress(CallOver):  # the call may be over before the key is let go
            agent.press("*2")
        until("the agent is free", lambda: agent.wait_ended(0), 10)
        until("the caller is back", lambda: "agent.talked 7001" in events(calls, call), 10)
        calls.hang_up_all()
        until("it is recorded", lambda: sum(one.startswith("more ") for one in events(calls, call)) > asked_before)


def test_a_callers_star_keys_are_the_callers(calls: Exchange, tmp_path: Path) -> None:
    with on_duty(calls, "7001", tmp_path) as agent, closing(PlainPhones(calls.account("tester1"))) as phones:
        caller = phones.phone(tmp_path / "caller.wav")
        caller.dial("1500537")
        caller.press("0")
        assert agent.wait_call(20) is not None
        agent.answer()
        until("they talk", lambda: len(talking(calls)) == 2)
        for keys in ("*2", "*1"):
            caller.press(keys)
        assert agent.wait_ended(2) is None
        until("they still talk", lambda: len(talking(calls)) == 2)


def test_star_1_asks_a_colleague_who_keeps_the_caller_when_the_agent_hangs_up(calls: Exchange, tmp_path: Path) -> None:
    calls.ask("queue pause member PJSIP/7002 queue agents")
    with on_duty(calls, "7001", tmp_path) as agent, on_duty(calls, "7002", tmp_path) as colleague:
        call = answered(calls, agent)
        agent.press("*1")
        agent.press("7002")
        ringing = colleague.wait_call(20)
        assert ringing is not None
        assert ringing.headers["X-Hotline-Call"] == call.id
        colleague.answer()
        until("they talk", lambda: len(talking(calls)) >= 3)
        agent.hang_up()
        until("the agent is gone", lambda: not any("7001" in line for line in calls.channels()))
        assert colleague.wait_ended(1) is None
        colleague.hang_up()
        until("the caller is asked what else", lambda: any("agent.talked" in one for one in events(calls, call)))


def test_when_the_agent_hangs_up_the_caller_is_asked_what_else(calls: Exchange, tmp_path: Path) -> None:
    with on_duty(calls, "7001", tmp_path) as agent:
        call = answered(calls, agent)
        agent.hang_up()
        until("the caller is back", lambda: "agent.talked 7001" in events(calls, call))
        assert calls.channels()
        calls.hang_up_all()

        def ending() -> tuple[str, str, str]:
            (found,) = [one for one in calls.calls() if one.id == call.id]
            return str(found.outcome), found.where, found.why

        until("it is recorded", lambda: ending() == ("transferred", "queue", "agent 7001"))


def test_asterisk_has_nothing_to_complain_of(exchange: Exchange) -> None:
    assert exchange.log() == []
