"""`hotline call --keys` and `hotline agent`: one call from the command line."""

import json
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import soundfile
from installation import Hotline

from agi.workshop.softphone import record
from agi.workshop.softphone.hearing import Ear
from agi.workshop.softphone.plain import PlainPhones
from agi.workshop.softphone.play import new_caller
from agi.workshop.softphone.references import References
from agi.workshop.softphone.roster import TESTER, account
from agi.workshop.softphone.scenariofile import load


def test_one_call_from_the_command_line_tells_what_was_heard(hotline: Hotline, tmp_path: Path) -> None:
    keys = "1 {resident ACTIVE CARD_ISSUED nik} {resident ACTIVE CARD_ISSUED kk}"
    kept = tmp_path / "kept"
    done = hotline.run("call", "--json", "--record", str(kept), "--keys", keys, limit_s=120)
    result = json.loads(done.stdout)
    heard = [one["key"] for one in result["heard"]]
    assert heard[0] == "call.welcome"
    assert "ktp.card_issued" in heard
    assert result["outcome"] == "completed"
    said = record.said(hotline.settings.calls_db, result["call"])
    assert set(heard) <= said.keys()  # also where a word sounds like a part of another prompt
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in kept.iterdir()] == [("keys.wav", 0o600)]
    assert soundfile.info(kept / "keys.wav").duration > 5
    shown = tmp_path / "again.yaml"
    shown.write_text(hotline.run("calls", "show", result["call"], "--yaml").stdout)
    steps = [str(step) for step in load(shown, {key: frozenset[str]() for key in said}).steps]
    assert "press {resident ACTIVE CARD_ISSUED nik}" in steps
    assert "press {resident ACTIVE CARD_ISSUED kk}" in steps


@pytest.mark.thorough
def test_descriptions_that_fit_nobody_are_told_all_at_once_before_anybody_is_called(
    hotline: Hotline, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        'title: x\nsteps:\n  - press: "1 {resident NOBODY nik}"\n  - press: "{application NOTHING pin}"\n'
        "expect: {outcome: completed}\n"
    )
    before = hotline.run("calls", "list", "--json").stdout.count('"id"')
    done = hotline.run("call", str(wrong), check=False)
    assert done.returncode == 1
    assert f"{wrong}:3: nobody in data/sample fits '{{resident NOBODY nik}}'" in done.stderr
    assert f"{wrong}:4: nobody in data/sample fits '{{application NOTHING pin}}'" in done.stderr
    keys = hotline.run("call", "--keys", "1 {resident NOBODY nik} {resident NONE kk}", check=False)
    assert "NOBODY" in keys.stderr and "NONE" in keys.stderr
    assert hotline.run("calls", "list", "--json").stdout.count('"id"') == before


def test_a_phone_that_was_held_up_for_a_moment_hears_the_prompt_whole(hotline: Hotline, tmp_path: Path) -> None:
    references = References(hotline.settings)
    phones = PlainPhones(account(hotline.settings, TESTER))
    try:
        phone = phones.phone(tmp_path / "heard.wav")
        phone.dial(hotline.settings.telephony.number, new_caller())
        for _ in range(3):  # as on a busy machine; the packets wait in the socket
            assert phone.wait_ended(1.0) is None
            phones._loop.call_soon_threadsafe(time.sleep, 0.4)
        Ear(references.bank, phone.recording).hear(references.bank.references["call.welcome"], 20, whole=True)
        phone.hang_up()
    finally:
        phones.close()
        references.close()


def test_keys_that_no_telephone_has_are_refused(hotline: Hotline) -> None:
    done = hotline.run("call", "--keys", "1 A", check=False)
    assert done.returncode == 2
    assert "--keys takes 0-9" in done.stderr


@pytest.mark.thorough
def test_the_scripted_agent_is_shown_the_case_and_no_number(hotline: Hotline) -> None:
    agent = subprocess.Popen(
        [sys.executable, "-m", "agi.cli", "agent", "7001", "--once", "--talk", "2", "--json"],
        env=dict(hotline.environment), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        keys = "1 {resident ACTIVE CARD_ISSUED nik} {resident ACTIVE CARD_ISSUED kk} 0"
        done = hotline.run("call", "--json", "--keys", keys, limit_s=120)
        shown = json.loads(agent.communicate(timeout=30)[0])
    finally:
        agent.send_signal(signal.SIGTERM)
        agent.wait(20)
    assert shown["answered"]
    assert (shown["case"]["topic"], shown["case"]["verified"]) == ("nik_check", "nik+kk")
    assert sum(character.isdigit() for character in shown["case"]["number"]) == 4
    said = json.loads(done.stdout)
    assert said["heard"][-1]["key"] == "menu.more", said["heard"]  # the agent is gone, the caller is not cut off
    assert said["hung_up_by"] == "us"
