"""Whole calls on a real Asterisk: keys, queue, agent, and the ways back."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sample_office
import soundfile
from line_exchange import Exchange, until

from agi.books.events import Waited, WaitEnd
from agi.ops import configure
from agi.ops.duty import duty
from agi.settings import ROOT
from agi.workshop.softphone.phone import Account
from agi.workshop.softphone.plain import PlainPhones

NIK, KK = sample_office.nik(1), sample_office.kk_digits(1)


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    made = Exchange(tmp_path_factory.mktemp("calls"), HOTLINE_LINE__STOP_GRACE_S="0.2")
    made.caller("burst", "Wait(0.3)", f"SendDTMF(1{NIK}{KK},60,60)", "Wait(12)")
    made.caller("agent", "Wait(0.5)", "SendDTMF(0)", "Wait(60)")
    made.caller("leaver", "Wait(0.5)", "SendDTMF(0)", "Wait(9)", "SendDTMF(*)", "Wait(5)")
    again = ("SendDTMF(9)", "Wait(1)")
    made.caller("slow", "Wait(0.5)", *again, *again, "SendDTMF(0)", "Wait(7)", *again, *again, "Wait(5)")
    made.caller("patient", "Wait(60)")
    heard = made.settings.var / "heard"
    made.caller("counter", f"MixMonitor({heard}.wav,r({heard}-far.wav))", "Wait(3)")
    made.context(
        "from-counting", "exten => 21,1,Answer()", " same => n,Set(CHANNEL(language)=id)", " same => n,SayNumber(21)"
    )
    made.context(
        "from-script",
        "exten => 1500537,1,Set(__HOTLINE_CALL=${UNIQUEID})",
        " same => n,Answer()",
        " same => n,StoreDTMF(RX,HOTLINE_KEYS)",
        " same => n,AGI(hotline.agi)",
    )
    made.start()
    script = made.settings.var / "asterisk" / "agi-bin" / "hotline.agi"
    settings = "".join(f"export {name}='{value}'\n" for name, value in made.environment.items() if "HOTLINE" in name)
    script.write_text(f"#!/bin/sh\n{settings}cd {ROOT}\nexec {sys.executable} -m agi.cli line --agi\n")
    script.chmod(0o755)
    made.start_line()
    yield made
    made.close()


@pytest.fixture
def new_call(exchange: Exchange) -> Iterator[Exchange]:
    """The exchange, with the line running; all calls are ended afterwards."""
    if exchange.line is None:
        exchange.start_line()
    yield exchange
    exchange.hang_up_all()
    until("all calls are recorded", lambda: exchange.line is None or not exchange.spooled())


def newest(exchange: Exchange, known: set[str]) -> str:
    """The id of the call that is not among `known`."""
    until("the call is in the book", lambda: {call.id for call in exchange.calls()} - known)
    (call_id,) = {call.id for call in exchange.calls()} - known
    return call_id


def known(exchange: Exchange) -> set[str]:
    return {call.id for call in exchange.calls()}


def account(exchange: Exchange, name: str) -> Account:
    made = configure.account(exchange.settings.var, name)
    return Account("127.0.0.1", exchange.settings.telephony.sip_port, made.name, made.password)


def test_a_burst_of_keys_through_three_questions_is_neither_lost_nor_doubled(new_call: Exchange) -> None:
    before = known(new_call)
    new_call.dial("burst")
    call_id = newest(new_call, before)
    until("it is looked up", lambda: any(one.startswith("nik.checked ") for one in new_call.noted(call_id)))
    turns = new_call.asked(call_id)
    asked = [(one.question, one.answer.result, len(one.answer.value)) for one in turns]
    assert asked[:3] == [("main", "match", 1), ("nik", "match", 16), ("kk", "match", sample_office.KK_DIGITS)]
    assert all(one.attempt == 1 for one in turns)


def test_the_same_call_as_a_plain_agi_script(new_call: Exchange) -> None:
    before = known(new_call)
    new_call.dial("burst", entrance="from-script")
    call_id = newest(new_call, before)
    until("it is looked up", lambda: any(one.startswith("nik.checked ") for one in new_call.noted(call_id)))
    new_call.hang_up_all()
    until("the script writes its end", lambda: all(call.ended for call in new_call.calls()))


def test_an_agent_sees_what_the_call_is_about_and_the_record_names_the_agent(
    new_call: Exchange, tmp_path: Path
) -> None:
    before = known(new_call)
    phones = PlainPhones(account(new_call, "7001"))
    try:
        phone = phones.phone(tmp_path / "agent.wav")
        phone.register()
        new_call.dial("agent")
        ringing = phone.wait_call(15)
        assert ringing is not None
        phone.answer()
        call_id = newest(new_call, before)
        headers = {name.lower(): value for name, value in ringing.headers.items()}
        assert headers["x-hotline-call"] == call_id
        assert headers["x-hotline-topic"] == "main"
        assert "x-hotline-number" not in headers
        until("they talk", lambda: any("AppQueue" in line for line in new_call.channels()))
        until("it is seen who talks", lambda: ("7001", "talking") in _presences(new_call), 10)
        phone.hang_up()
        until("the caller is asked what else", lambda: "menu.more" in _said(new_call, call_id), 20)
        until("the end is recorded", lambda: "agent 7001" in str(_record(new_call, call_id)), 60)
        assert _waits(new_call, call_id) == [WaitEnd.ANSWERED]
    finally:
        phones.close()
        _sign_out(new_call, "7001")


def test_a_caller_who_leaves_the_queue_is_back_in_the_menu(new_call: Exchange, tmp_path: Path) -> None:
    before = known(new_call)
    phones = PlainPhones(account(new_call, "7002"))
    try:
        phones.phone(tmp_path / "agent.wav").register()  # rings and is not answered
        new_call.dial("leaver")
        call_id = newest(new_call, before)
        until("the caller is back", lambda: "queue.left" in _said(new_call, call_id), 20)
        until("and hears the menu", lambda: new_call.at("hotline"))
    finally:
        phones.close()
        _sign_out(new_call, "7002")


def test_without_an_agent_the_caller_is_told_at_once(new_call: Exchange) -> None:
    before = known(new_call)
    new_call.dial("agent")
    call_id = newest(new_call, before)
    until("the caller is told", lambda: "queue.no_agent" in _said(new_call, call_id), 12)


@pytest.mark.thorough
def test_who_has_asked_for_slower_speech_gets_it_after_the_queue_as_well(new_call: Exchange) -> None:
    before = known(new_call)
    new_call.dial("slow")
    call_id = newest(new_call, before)
    until("it is asked for again", lambda: _said(new_call, call_id).count("menu.main") >= 6, 30)
    assert [one for one in new_call.noted(call_id) if one.startswith("pace")] == ["pace.slower main"]


def test_a_stopping_line_hands_its_callers_to_the_fallback_and_says_so_in_the_record(new_call: Exchange) -> None:
    before = known(new_call)
    new_call.dial("patient")
    call_id = newest(new_call, before)
    new_call.kill_line(signal.SIGTERM)
    until("the apology", lambda: any("fault/apology" in line for line in new_call.at("fault")))
    assert _record(new_call, call_id) == ("failed", "start", "line stopped")


@pytest.mark.thorough
def test_asterisk_counts_in_indonesian_with_our_words(exchange: Exchange) -> None:
    exchange.dial("counter", entrance="from-counting", number="21")
    exchange.wait_for_silence()
    heard, _ = soundfile.read(exchange.settings.var / "heard-far.wav")
    words = exchange.settings.sounds / "digits"
    wanted = np.concatenate([soundfile.read(words / f"{word}.wav")[0][:-22] for word in (20, 1)])
    along = np.correlate(heard, wanted, "valid")
    at = int(np.argmax(along))
    part = heard[at : at + wanted.size]
    assert along[at] / np.sqrt(np.sum(part**2) * np.sum(wanted**2)) > 0.95


def test_asterisk_had_nothing_to_complain_of_but_the_absence_of_a_line_or_agents(exchange: Exchange) -> None:
    expected = ("Unable to join queue", "Connecting to", "Couldn't connect", "Language id not currently supported")
    assert [line for line in exchange.log() if not any(known in line for known in expected)] == []


def _presences(exchange: Exchange) -> list[tuple[str, str]]:
    found = duty(exchange.settings, exchange.ask)
    return [(one.number, one.presence) for one in found.agents] if found else []


def _waits(exchange: Exchange, call_id: str) -> list[WaitEnd]:
    return [one.end for one in exchange.events(call_id) if isinstance(one, Waited)]


def _record(exchange: Exchange, call_id: str) -> tuple[str, str, str]:
    record = next(call for call in exchange.calls() if call.id == call_id)
    return str(record.outcome), record.where, record.why


def _said(exchange: Exchange, call_id: str) -> str:
    return " ".join(exchange.said(call_id))


def _sign_out(exchange: Exchange, name: str) -> None:
    """Forget where the agent's telephone is, so that nobody is on duty."""
    exchange.ask(f"database deltree registrar/contact/{name}")
    for line in exchange.ask("pjsip show contacts").splitlines():
        if f"{name}/" in line:
            exchange.ask(f"pjsip send unregister {name}")
    exchange.ask(f"queue pause member PJSIP/{name} queue agents")
