"""Scenario files: what is wrong is told with file and line and what to write instead."""

from pathlib import Path

import pytest

from agi.workshop.softphone.scenario import Do, ScenarioError
from agi.workshop.softphone.scenariofile import load

KNOWN = {"menu.main": frozenset[str](), "nik.short": frozenset({"count"})}
GOOD = """title: A call
agents: 7001 answers
steps:
  - hear: menu.main
  - press: "1{resident ACTIVE nik}#"
  - hear whole: nik.short count=5
  - silence: 500 ms
  - wait: 1,5 s
  - hang up
expect:
  outcome: locked out
  never: [nik.short]
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "call.yaml"
    path.write_text(text)
    return path


def test_a_scenario_in_plain_words_is_understood(tmp_path: Path) -> None:
    scenario = load(written(tmp_path, GOOD), KNOWN)
    assert [step.do for step in scenario.steps] == [
        Do.HEAR, Do.PRESS, Do.HEAR_WHOLE, Do.SILENCE, Do.WAIT, Do.HANG_UP,
    ]  # fmt: skip
    assert scenario.steps[2].places == {"count": "5"}
    assert [step.seconds for step in scenario.steps[3:5]] == [0.5, 1.5]
    assert scenario.agents is not None and scenario.agents[0].answers


@pytest.mark.parametrize(
    ("good", "bad", "line", "says"),
    [
        ("hear: menu.main", "heer: menu.main", 4, "'heer:' is not a step; the steps are hear, hear whole, press"),
        ("hear: menu.main", "hear: menu.mian", 4, "there is no prompt 'menu.mian'; `hotline prompts list` shows all"),
        ("count=5", "number=5", 6, "'nik.short' has the places count; give all or none"),
        ('"1{resident ACTIVE nik}#"', '"1{person nik}"', 5, "must begin with 'resident' or 'application'"),
        ('"1{resident ACTIVE nik}#"', '"1{resident ACTIVE pin}"', 5, "must end with one of nik, kk"),
        ('"1{resident ACTIVE nik}#"', '"3273012345"', 5, "a number in clear must not stand here"),
        ('"1{resident ACTIVE nik}#"', '"1A"', 5, "can't be pressed; use 0-9"),
        ("500 ms", "a while", 7, "'a while' is not a time; write '2 s' or '500 ms'"),
        ("locked out", "fine", 11, "'fine' is not an outcome; the outcomes are completed, transferred"),
        ("7001 answers", "7001 sleeps", 2, "write 'none', '7001 answers' or '7001 lets it ring'"),
        ("title: A call", "titel: A call", 1, "'titel' is not known in a scenario; write one of title, agents"),
        ("title: A call", "title: A: call", 1, "not valid YAML"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_to_do(
    tmp_path: Path, good: str, bad: str, line: int, says: str
) -> None:
    path = written(tmp_path, GOOD.replace(good, bad, 1))
    with pytest.raises(ScenarioError) as caught:
        load(path, KNOWN)
    told = [text for text in str(caught.value).splitlines() if text.startswith(f"{path}:{line}: ")]
    assert any(says in text for text in told), str(caught.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(written(tmp_path, GOOD.replace("hear:", "heer:").replace("wait:", "weit:")), KNOWN)
    assert len(str(caught.value).splitlines()) == 2


def test_an_empty_file_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="is empty; it needs title, steps, expect"):
        load(written(tmp_path, ""), KNOWN)
