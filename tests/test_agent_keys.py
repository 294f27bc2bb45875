"""An agent's telephone shows the case in our words, and the agent's keys reach a colleague or the menu."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from baresip import Baresip
from line_exchange import Exchange, until
from raw_telephone import RawTelephone
from sample_office import kk_digits, nik

from agi.books.contacts import Contact
from agi.workshop.softphone.plain import PlainPhone, PlainPhones

CHOSEN_NAME = "Petugas 7002 " + nik(1)
NUMBER = "081255501234"
ASKS_AN_AGENT = f"SendDTMF(1{nik(1)}{kk_digits(1)}0,60,60)"


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with closing(Exchange(tmp_path_factory.mktemp("keys"), HOTLINE_QUEUE__ANNOUNCE_S="3600")) as made:
        made.caller("verified", "Wait(0.5)", ASKS_AN_AGENT, *("Wait(2)", "Playback(fault/apology)") * 15)
        made.caller("short", "Wait(0.5)", "SendDTMF(0)", "Wait(90)")
        made.context(
            "from-named",
            f'exten => 1500537,1,Set(CALLERID(all)="{CHOSEN_NAME}" <{NUMBER}>)',
            " same => n,Goto(hotline,start,1)",
        )
        made.start()
        made.ask("queue pause member PJSIP/7002 queue agents")  # the colleague, whom only agents call
        made.start_line()
        yield made


@contextmanager
def on_duty(exchange: Exchange, name: str, folder: Path) -> Iterator[PlainPhone]:
    """The agent `name`, signed in."""
    phones = PlainPhones(exchange.account(name))
    try:
        phone = phones.phone(folder / f"{name}.wav")
        phone.register()
        yield phone
    finally:
        phones.close()


def answered(exchange: Exchange, agent: PlainPhone) -> Contact:
    """The call of a caller who was told the status of a NIK and asked for an agent; `agent` has answered."""
    exchange.dial("verified", entrance="from-named")
    assert agent.wait_call(20) is not None, exchange.ask("queue show agents")
    agent.answer()
    until("they talk", lambda: len(talking(exchange)) == 2)
    return newest(exchange)


def newest(exchange: Exchange) -> Contact:
    return max(exchange.calls(), key=lambda call: call.started)


def talking(exchange: Exchange) -> list[str]:
    """The channels that hear one another."""
    return [line for line in exchange.channels() if line.split("!")[-2]]


def events(exchange: Exchange, call: Contact) -> list[str]:
    asked = [f"{one.question} {one.answer.result}" for one in exchange.asked(call.id)]
    return [*asked, *exchange.noted(call.id)]


def test_the_agent_sees_our_words_and_nothing_that_the_caller_chose(calls: Exchange) -> None:
    with RawTelephone(calls.account("7001")) as telephone:
        telephone.register()
        telephone.answers["INVITE"] = (486, "Busy Here")
        calls.dial("verified", entrance="from-named")
        until("the agent is rung", lambda: any(one.method == "INVITE" for one in telephone.asked), 20)
        (invite, *_) = (one for one in telephone.asked if one.method == "INVITE")
    assert invite.header("From").startswith(f'"cek NIK, terbukti, ••{nik(1)[-4:]}" <sip:***234@')
    everything = repr(invite)
    for chosen in ("Petugas", nik(1), NUMBER):
        assert chosen not in everything


@pytest.mark.thorough
def test_baresip_shows_the_case_is_talked_with_and_by_star_2_sends_the_caller_back_to_where_they_were(
    calls: Exchange, tmp_path: Path
) -> None:
    with closing(Baresip(calls.account("7001"), tmp_path, on_duty=True)) as agent:
        calls.dial("verified", entrance="from-named")
        printed = agent.wait("Incoming call from: ", 20)
        assert f"Incoming call from: cek NIK, terbukti, ••{nik(1)[-4:]} sip:***234@" in printed
        agent.answer()
        until("the agent hears the caller", agent.hears)
        call = newest(calls)
        asked_before = sum(one.startswith("more ") for one in events(calls, call))
        agent.press("*")
        agent.press("2")
        agent.wait("session closed")
        until("the caller is back", lambda: "agent.talked 7001" in events(calls, call))
        calls.hang_up_all()
        until("it is recorded", lambda: sum(one.startswith("more ") for one in events(calls, call)) > asked_before)


@pytest.mark.thorough
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


def transfer(agent: RawTelephone, number: str) -> str:
    """Press the telephone's own transfer key for `number`; what comes of it, as SIP says it."""
    told = len(agent.asked)
    answer = agent.ask(agent.request("REFER", headers=[("Refer-To", f"<sip:{number}@{agent.account.host}>")]))
    assert answer is not None and answer.code == 202

    def ends() -> list[str]:
        return [one.body.strip() for one in agent.asked[told:] if one.header("Subscription-State").startswith("term")]

    until("the end of the transfer is told", ends)
    return ends()[0]


@pytest.mark.thorough
def test_the_transfer_key_of_a_telephone_leads_to_a_colleague_whose_caller_is_asked_what_else(
    calls: Exchange, tmp_path: Path
) -> None:
    with on_duty(calls, "7002", tmp_path) as colleague, RawTelephone(calls.account("7001")) as agent:
        agent.register()
        calls.dial("short")
        until("they talk", lambda: len(talking(calls)) == 2, 20)
        call = newest(calls)
        with ThreadPoolExecutor() as pool:
            transferred = pool.submit(transfer, agent, "7002")
            ringing = colleague.wait_call(20)
            assert ringing is not None
            assert ringing.headers["X-Hotline-Call"] == call.id
            colleague.answer()
            assert transferred.result() == "SIP/2.0 200 OK"
        agent.hang_up()
        until("they talk", lambda: len(talking(calls)) == 2)
        colleague.hang_up()
        until("the caller is asked what else", lambda: "agent.talked 7001" in events(calls, call))


@pytest.mark.thorough
def test_the_transfer_key_of_a_telephone_reaches_no_other_number(calls: Exchange) -> None:
    with RawTelephone(calls.account("7001")) as agent:
        agent.register()
        calls.dial("short")
        until("they talk", lambda: len(talking(calls)) == 2, 20)
        for number in (NUMBER, "1500537", "start"):
            assert transfer(agent, number) == "SIP/2.0 404 Not Found"
        assert len(talking(calls)) == 2
        assert not agent.was_asked("BYE")


@pytest.mark.thorough
def test_who_is_given_to_a_colleague_who_is_not_there_waits_in_the_queue_again(calls: Exchange) -> None:
    with RawTelephone(calls.account("7001")) as agent, RawTelephone(calls.account("7002")) as colleague:
        agent.register()
        colleague.register()
        colleague.answers["INVITE"] = (486, "Busy Here")
        calls.dial("short")
        until("they talk", lambda: len(talking(calls)) == 2, 20)
        transfer(agent, "7002")
        agent.hang_up()
        until("the caller waits", lambda: not talking(calls) and calls.at("queue"))


@pytest.mark.thorough
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
    refused = "attempted blind transfer to"  # told as an error
    assert [line for line in exchange.log() if refused not in line] == []
