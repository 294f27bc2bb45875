"""A whole call during which the registry does not answer for a while: the caller is told, and served afterwards."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from installation import Hotline

from agi.settings import SAMPLE
from agi.workshop.softphone import sample
from agi.workshop.softphone.plain import PlainPhones
from agi.workshop.softphone.play import Line, Player
from agi.workshop.softphone.references import References
from agi.workshop.softphone.roster import TESTER, account
from agi.workshop.softphone.scenariofile import load

SCENARIO = """
title: The registry does not answer at the KK number, and is back when the caller has heard it
steps:
  - hear: menu.main
  - press: "1{resident ACTIVE CARD_ISSUED nik}"
  - hear: kk.ask
  - press: "{resident ACTIVE CARD_ISSUED kk}"
  - hear: registration.unavailable
  - hear: menu.more
  - press: "1"
  - hear: menu.main
  - press: "1{resident ACTIVE CARD_ISSUED nik}{resident ACTIVE CARD_ISSUED kk}"
  - hear: ktp.card_issued
  - press: "2"
  - hear: call.goodbye
expect:
  outcome: completed
  never: [fault.apology]
  events: [registry.unavailable RegistryStalled, nik.checked ktp.card_issued]
"""


def test_a_caller_whose_look_up_waits_in_vain_is_told_and_is_served_in_the_same_call_when_it_answers(
    hotline: Hotline, tmp_path: Path
) -> None:
    file = tmp_path / "stalled.yaml"
    file.write_text(SCENARIO)
    logged = hotline.settings.var / "log" / "line.jsonl"
    before = len(logged.read_text().splitlines())
    references = References(hotline.settings)
    phones = PlainPhones(account(hotline.settings, TESTER))
    people = sample.load(SAMPLE, hotline.settings.identity.kk_digits)
    player = Player(hotline.settings.telephony.number, hotline.settings.calls_db, people, references)
    try:
        with closing(sqlite3.connect(hotline.settings.registry_db, isolation_level=None)) as other:

            def hold(line: Line) -> None:
                if line.text.startswith("heard kk.ask"):
                    other.execute("BEGIN EXCLUSIVE")
                elif line.text.startswith("heard registration.unavailable"):
                    other.execute("ROLLBACK")

            played = player.play(load(file, references.known), phones.phone(tmp_path / "heard.wav"), show=hold)
    finally:
        phones.close()
        references.close()
    assert played.ok, "\n".join(f"{line.at_s:.1f} {line.text}" for line in played.lines)
    events = [json.loads(line)["event"] for line in logged.read_text().splitlines()[before:]]
    assert events.count("books.silent") == events.count("books.answers_again") == 1
