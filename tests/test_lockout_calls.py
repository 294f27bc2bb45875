"""Calls that are all asked for the proof at the same moment: no more are looked up than the limit."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sample_office import TEXTS, SampleOffice, nik
from scripted_caller import ScriptedKeypad, ScriptedPhone

from agi.books.events import Outcome
from agi.dialogue.question import Prompt
from agi.settings.tables import Lockout
from agi.workshop.sample_make import registration_number

pytest_plugins = ["office_fixtures"]
SUBJECTS, AT_ONCE = range(1, 51), 2  # callers of each subject, with three tries each


class WaitingKeypad(ScriptedKeypad):
    """Keys in the proof when everybody who asks about the same number is asked for it."""

    def __init__(self, script: str, proof: str, together: Barrier) -> None:
        super().__init__(script, TEXTS)
        self._proofs, self._together = (f"{proof}.ask", f"{proof}.again"), together

    def play(self, prompts: Sequence[Prompt], *, barge_in: bool) -> str:
        if any(prompt.key in self._proofs for prompt in prompts):
            self._together.wait(30)
        return super().play(prompts, barge_in=barge_in)


@pytest.mark.parametrize(
    ("look_up", "proof", "script", "number", "wrong"),
    [
        ("resident", "kk", "1", nik, "0" * 10),
        ("application", "pin", "2 1", registration_number, "0" * 6),
    ],
    ids=["NIK and KK", "registration number and PIN"],
)
def test_of_a_hundred_calls_at_once_three_are_looked_up_for_each_number(
    office: SampleOffice,
    monkeypatch: pytest.MonkeyPatch,
    look_up: str,
    proof: str,
    script: str,
    number: Callable[[int], str],
    wrong: str,
) -> None:
    looked_up: list[str] = []
    of_the_registry = getattr(office.registry, look_up)

    def counted(subject: str, digits: str) -> object:
        looked_up.append(subject)
        return of_the_registry(subject, digits)

    monkeypatch.setattr(office.registry, look_up, counted)
    together = {subject: Barrier(AT_ONCE) for subject in SUBJECTS}

    def call(caller: int) -> Outcome:
        subject = SUBJECTS[caller % len(SUBJECTS)]
        words = f"{script} {number(subject)}{f' {wrong}' * Lockout().tries} 2"
        phone = ScriptedPhone(WaitingKeypad(words, proof, together[subject]))
        return office.called(phone, caller=f"caller-{caller}").ending.outcome

    callers = AT_ONCE * len(SUBJECTS)
    with ThreadPoolExecutor(callers) as calls:
        assert set(calls.map(call, range(callers))) == {Outcome.LOCKED_OUT}
    assert Counter(looked_up) == {number(subject): Lockout().tries for subject in SUBJECTS}
