"""The pages' errands: agents and troubles are looked at while somebody looks at the page, and only then."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
from installation import private_environment, settings_of

from agi.ops import doctor, errands, present
from agi.ops.asterisk import Program
from agi.ops.doctor import Check, Level
from agi.ops.errands import Looking
from agi.settings import Settings

TROUBLE = Check(Level.FAIL, "calls", "the line is gone", "up")


@dataclass
class Told:
    """An Asterisk that tells of its queue, and by whom it was asked how often."""

    answer: str = "agents has 2 calls (max unlimited)\n"
    asked: list[str] = field(default_factory=list)

    def ask(self, _var: Path, question: str) -> str:
        self.asked.append(question)
        return self.answer


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(doctor, "pressing", lambda _: (TROUBLE,))
    return settings_of(private_environment(tmp_path))


def looking(settings: Settings, exchange: Told) -> Looking:
    return Looking(settings, cast("Program", exchange))


def test_nobody_is_asked_while_nobody_looks(settings: Settings) -> None:
    exchange = Told()
    looking(settings, exchange).look()
    assert exchange.asked == []
    assert present.told(settings) == present.Present()


def test_who_looks_is_told_of_agents_and_troubles(settings: Settings) -> None:
    exchange = Told()
    present.wish(settings)
    looking(settings, exchange).look()
    seen = present.told(settings)
    assert seen.duty is not None
    assert seen.duty.waiting == 2
    assert seen.troubles == (TROUBLE,)


def test_asterisk_is_asked_no_more_often_than_it_must(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = Told()
    present.wish(settings)
    here = looking(settings, exchange)
    here.look()
    here.look()
    assert len(exchange.asked) == 1
    monkeypatch.setattr(errands, "_DUTY_S", 0)
    exchange.answer = ""
    here.look()
    assert len(exchange.asked) == 2
    assert present.told(settings).duty is None
