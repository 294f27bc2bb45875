"""Thirty calls at once, and the line killed in the middle of a question: nobody is dropped, nothing goes unrecorded."""

import json
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from installation import Hotline

from agi.books.events import Outcome
from agi.settings import ROOT
from agi.workshop.softphone import record, sample
from agi.workshop.softphone.hearing import Ear, was_heard
from agi.workshop.softphone.numbers import Numbers
from agi.workshop.softphone.plain import PlainPhones
from agi.workshop.softphone.play import new_caller
from agi.workshop.softphone.references import References
from agi.workshop.softphone.roster import TESTER, account
from agi.workshop.softphone.scenario import Expect
from agi.workshop.softphone.wavfile import growing

CROWD = 30
HEAR_S = 60.0


@pytest.fixture(scope="module")
def references(hotline: Hotline) -> Iterator[References]:
    found = References(hotline.settings)
    yield found
    found.close()


@pytest.fixture
def phones(hotline: Hotline) -> Iterator[PlainPhones]:
    drawer = PlainPhones(account(hotline.settings, TESTER))
    yield drawer
    drawer.close()


def line_pid(hotline: Hotline) -> int:
    processes = json.loads(hotline.run("status", "--json", check=False).stdout)["processes"]
    return next(int(one["pid"]) for one in processes if one["name"] == "line")


def answers(hotline: Hotline) -> bool:
    return bool(json.loads(hotline.run("status", "--json", check=False).stdout)["answering"])


def test_thirty_calls_at_once_are_all_answered_and_all_complete(
    hotline: Hotline, references: References, phones: PlainPhones, tmp_path: Path
) -> None:
    people = sample.load(ROOT / "data" / "sample", 10)

    def one(number: int) -> str:
        caller, began = new_caller(), datetime.now(UTC)
        numbers = Numbers(people)
        phone = phones.phone(tmp_path / f"{number}.wav")
        phone.dial(hotline.settings.telephony.number, caller, timeout_s=30)
        assert phone.wait_ended(1.0) is None
        phone.press("1" + numbers.fill("{resident ACTIVE CARD_ISSUED nik}{resident ACTIVE CARD_ISSUED kk}"))
        # The answer, twice the question for more, the goodbye: who says nothing is not kept.
        assert phone.wait_ended(2 * HEAR_S) is not None, "the hotline did not say goodbye"
        found = record.settled(hotline.settings.calls_db, caller, began, Expect(Outcome.COMPLETED))
        assert found is not None and not found[1], found
        return found[0].id

    with ThreadPoolExecutor(CROWD) as pool:
        ids = list(pool.map(one, range(CROWD)))
    assert len(set(ids)) == CROWD
    assert was_heard(references.bank, growing(tmp_path / "0.wav"), "ktp.card_issued")


@pytest.mark.thorough
def test_a_caller_whose_line_is_killed_in_a_question_hears_an_apology_and_goes_to_the_agents(
    hotline: Hotline, references: References, phones: PlainPhones, tmp_path: Path
) -> None:
    caller, began = new_caller(), datetime.now(UTC)
    phone = phones.phone(tmp_path / "heard.wav")
    phone.dial(hotline.settings.telephony.number, caller)
    ear = Ear(references.bank, phone.recording)
    known = references.bank.references
    ear.hear(known["menu.main"], HEAR_S)
    phone.press("1")
    ear.hear(known["nik.ask"], HEAR_S)
    phone.press("3273")
    os.kill(line_pid(hotline), signal.SIGKILL)
    try:
        ear.hear(known["fault.apology"], HEAR_S, lambda: phone.wait_ended(0) is not None)
        phone.hang_up()
    finally:
        limit = time.monotonic() + 30
        while not answers(hotline) and time.monotonic() < limit:
            time.sleep(0.2)
    found = record.settled(hotline.settings.calls_db, caller, began, Expect(Outcome.FAILED))
    assert found is not None and not found[1], found
