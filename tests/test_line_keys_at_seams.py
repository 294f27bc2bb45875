"""Callers who press ahead, on telephones of their own: no key is lost and none counts twice, however they fall.

`hotline bench keys` measures more of them than the suite has time for.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from time import sleep

import pytest
from line_exchange import until
from raw_telephone import RawTelephone
from sample_office import RESIDENTS, kk_digits, nik
from test_line_turn_calls import Office

from agi.books.contacts import Contact
from agi.books.events import Noted
from agi.books.words import KtpState
from agi.dialogue.question import Mode, Result
from agi.hearing import service, sounds

CALLS = 36
AT_ONCE = 18
LONGEST_READING_S = 0.25
STATES = tuple(KtpState)
ROUTE = ["main", "nik", "kk"]


def call(office: Office, number: int) -> str:
    """Call and press all keys ahead at a pace of the caller's own; the caller's number."""
    chance = Random(number)
    caller = f"021555{number:04d}"
    with RawTelephone(office.exchange.account("tester1")) as telephone:
        telephone.dial(caller=caller)
        telephone.be_silent(chance.uniform(0.7, 7.0))  # from the welcome to the menu's end
        lasts, pause = chance.randrange(60, 200, 20), chance.randrange(60, 160, 20)
        serial = RESIDENTS[STATES[number % len(STATES)]]  # many tries at once with one NIK would lock it
        for at, key in enumerate(f"1{nik(serial)}{kk_digits(serial)}"):
            if at in (1, 17):
                telephone.be_silent(chance.choice((0, 0, chance.uniform(0, 1))))
            telephone.play(telephone.key(key, lasts=lasts, pause=pause))
        telephone.be_silent(2)
    return caller


def test_no_key_is_lost_or_doubled_between_two_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service takes some time to read each prompt, as on a busy machine: keys fall between two turns, too."""

    def joined(clips: Sequence[str]) -> bytes:
        sleep(Random().uniform(0, LONGEST_READING_S))
        return sounds.joined(clips)

    monkeypatch.setattr(service, "joined", joined)
    office = Office(tmp_path)
    exchange = office.exchange
    try:
        exchange.start()
        exchange.start_line()
        office.listen()
        with ThreadPoolExecutor(AT_ONCE) as callers:
            called = set(callers.map(lambda number: call(office, number), range(CALLS)))
        assert len(called) == CALLS
        exchange.wait_for_silence()
        until(
            "all calls are recorded",
            lambda: len(exchange.calls()) == CALLS and all(one.ended for one in exchange.calls()),
        )
        wrong = {one.sender: office.turns(one) for one in exchange.calls() if not right(office, one)}
        assert not wrong, f"{len(wrong)} of {CALLS}: {wrong}"
        assert exchange.log() == []
    finally:
        office.deafen()
        exchange.close()


def right(office: Office, call: Contact) -> bool:
    """Whether each question of the way was answered once, by keys, nothing else was, and the numbers were theirs."""
    turns = [(one.question, one.answer) for one in office.turns(call) if one.answer.result != Result.HANG_UP]
    told = [one.detail for one in office.exchange.events(call.id) if isinstance(one, Noted)]
    return (
        [(question, answer.result, answer.mode, answer.fell_back) for question, answer in turns]
        == [(question, Result.MATCH, Mode.KEYS, "") for question in ROUTE]
        and [one.partition(".")[0] for one in told] == ["ktp"]
    )  # fmt: skip
