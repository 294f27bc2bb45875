"""Whole calls by voice against a real Asterisk: a telephone that speaks goes through every service."""

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from installation import Hotline, brought_up
from line_exchange import until
from played_calls import Result, play, play_all, said_again, told

from agi.books.events import Outcome
from agi.ops.speech import listens, speech_is_on
from agi.settings import ROOT
from agi.workshop.softphone import record, sample
from agi.workshop.softphone.hearing import Ear
from agi.workshop.softphone.numbers import Numbers
from agi.workshop.softphone.plain import PlainPhones
from agi.workshop.softphone.play import new_caller
from agi.workshop.softphone.references import References
from agi.workshop.softphone.roster import TESTER, account
from agi.workshop.softphone.scenario import Expect
from agi.workshop.softphone.speaking import SPEAKERS, speak

SPOKEN = Path(__file__).parent / "calls" / "spoken"
OWN_WORDS = SPOKEN / "own_words"
ALWAYS = (
    "agent", "applications", "commands", "complaint", "document", "information", "interruption", "mixed", "nik",
    "noise", "nonsense", "requirements", "silence", "wrong-kk", "hours",
)  # fmt: skip
"""A call by voice through each service, and what disturbs most; `--all` plays the others, too."""
NOT_YET = ("diagnosis-double", "diagnosis-unproved", "own-nik-batal")
"""Whose first sentence is not understood through a telephone yet: test_calls_in_process.py holds what follows it."""
CROWD, PROCESSES = 20, 4
AT_ONCE = 14
"""Calls of one process: more telephones that share one Python's lock stutter."""
HEAR_S = 60.0
UNHEARD = 0.05
"""Share of spoken answers that may have to be said twice: a caller repeats himself, a suite must not hide it."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for argument, folder in (("name", SPOKEN), ("asked", OWN_WORDS)):
        if argument in metafunc.fixturenames:
            metafunc.parametrize(argument, [path.name for path in _calls(folder, metafunc.config)])


def _calls(folder: Path, config: pytest.Config) -> list[Path]:
    """Those of a folder that this suite plays."""
    every = config.getoption("everything")
    return [one for one in sorted(folder.glob("*.yaml")) if one.stem in ALWAYS or (every and one.stem not in NOT_YET)]


@pytest.fixture(scope="module")
def hearing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline that listens, and must: without a model these tests would pass and show nothing."""
    # What the telephones of a crowd take of this machine, recognition waits for.
    patient = {"HOTLINE_SPEECH__ENABLED": "true", "HOTLINE_SPEECH__SLOW_MS": "10000"}
    with brought_up(tmp_path_factory.mktemp("hearing"), **patient) as hotline:
        assert speech_is_on(hotline.settings), f"there is no speech model in {hotline.settings.speech_model}"
        assert listens(hotline.settings.var), "the speech service does not listen: see var/log"
        yield hotline


@pytest.fixture(scope="module")
def played(hearing: Hotline, request: pytest.FixtureRequest) -> dict[str, Result]:
    """The spoken calls of this suite, many side by side; by the name of their file."""
    files = [*_calls(SPOKEN, request.config), *_calls(OWN_WORDS, request.config)]
    return play_all(hearing, files, "--parallel", str(AT_ONCE))


def test_the_spoken_call_goes_as_told(name: str, played: dict[str, Result]) -> None:
    assert played[name]["ok"], told(played[name])


def test_a_first_time_caller_gets_the_answer_in_own_words(asked: str, played: dict[str, Result]) -> None:
    assert played[asked]["ok"], told(played[asked])


def test_hardly_any_answer_had_to_be_said_twice(played: dict[str, Result]) -> None:
    said, again = said_again(played.values())
    assert said > 2 * len(played)
    assert again <= UNHEARD * said, f"{again} of {said} answers were not heard at first"


@pytest.mark.thorough
def test_a_caller_whose_speech_service_is_killed_while_they_speak_goes_on_by_keys(
    hearing: Hotline, tmp_path: Path
) -> None:
    numbers = Numbers(sample.load(ROOT / "data" / "sample", 10))
    caller, began = new_caller(), datetime.now(UTC)
    references = References(hearing.settings)
    phones = PlainPhones(account(hearing.settings, TESTER))
    try:
        phone = phones.phone(tmp_path / "heard.wav")
        phone.dial(hearing.settings.telephony.number, caller)
        ear, known = Ear(references.bank, phone.recording), references.bank.references
        ear.hear(known["menu.main"], HEAR_S)
        phone.press("1")
        ear.hear(known["nik.ask"], HEAR_S)
        speak(numbers.fill("{resident ACTIVE CARD_ISSUED nik}"), SPEAKERS["pria"], tmp_path / "said.wav")
        phone.play(tmp_path / "said.wav")
        assert phone.wait_ended(2.0) is None
        os.kill(_pid(hearing, "speech"), signal.SIGKILL)
        assert phone.wait_ended(6.0) is None, "the call ended with the speech service"
        phone.press(numbers.fill("{resident ACTIVE CARD_ISSUED nik}"))
        ear.hear(known["kk.ask"], HEAR_S)
        phone.press(numbers.fill("{resident ACTIVE CARD_ISSUED kk}"))
        ear.hear(known["ktp.card_issued"], HEAR_S)
        phone.press("2")
        assert phone.wait_ended(HEAR_S) is not None
    finally:
        phones.close()
        references.close()
    until("the speech service is back", lambda: listens(hearing.settings.var))
    expected = Expect(Outcome.COMPLETED, events=("speech.fell_back dead", "nik keys match"))
    found = record.settled(hearing.settings.calls_db, caller, began, expected)
    assert found is not None and not found[1], found


def _pid(hotline: Hotline, name: str) -> int:
    processes = json.loads(hotline.run("status", "--json", check=False).stdout)["processes"]
    return next(int(one["pid"]) for one in processes if one["name"] == name)


@pytest.mark.thorough  # they need the machine to themselves, as `.ci/run` gives it to them
def test_twenty_callers_who_speak_at_once_are_all_understood(hearing: Hotline) -> None:
    # Four processes: twenty telephones that share one Python's lock can neither send nor listen in time.
    with ThreadPoolExecutor(PROCESSES) as pool:
        files = [SPOKEN / "nik.yaml"] * (CROWD // PROCESSES)
        parts = pool.map(lambda _: play(hearing, files, "--parallel", str(len(files))), range(PROCESSES))
        results = [one for part in parts for one in part]
    assert len(results) == CROWD
    failed = [told(one) for one in results if not one["ok"]]
    assert not failed, failed[0]
    said, again = said_again(results)
    assert said >= 4 * CROWD
    assert again <= UNHEARD * said, f"{again} of {said} answers were not heard at first"
