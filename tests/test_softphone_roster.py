"""Many calls from one command: an agent who cannot sign in spoils their own call, and no other."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from installation import Hotline

from agi.settings import Settings
from agi.workshop.softphone import roster
from agi.workshop.softphone.phone import Account
from agi.workshop.softphone.play import Played, Player
from agi.workshop.softphone.scenario import Agent, Expect, Scenario


class Placed:
    """Stands in for the caller: what is asked here is who answers."""

    def play(self, scenario: Scenario, *_: object, **__: object) -> Played:
        return Played(scenario.title)


def test_the_calls_after_one_whose_agent_cannot_sign_in_are_placed(
    hotline: Hotline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = roster.account

    def account(settings: Settings, user: str) -> Account:
        return real(settings, user) if user != "7001" else replace(real(settings, user), password=user)

    monkeypatch.setattr(roster, "account", account)
    scenarios = [
        Scenario(tmp_path / f"{user}.yaml", user, (), Expect(), (Agent(user, answers=True),))
        for user in ("7001", "7002")
    ]
    told: list[str] = []
    played = roster.play_all(
        scenarios,
        hotline.settings,
        cast(Player, Placed()),
        tmp_path,
        parallel=2,
        done=lambda scenario, _: told.append(scenario.title),
        stop=threading.Event(),
    )
    assert [one.ok for one in played] == [False, True]
    assert "check user and password" in played[0].lines[0].text
    assert told == ["7001", "7002"]
