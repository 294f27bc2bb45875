"""Whole calls by voice against a real Asterisk: a telephone that speaks goes through every service."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from installation import Hotline

from agi.ops.speech import listens, speech_is_on

SPOKEN = Path(__file__).parent / "calls" / "spoken"
SCENARIOS = sorted(path.name for path in SPOKEN.glob("*.yaml"))
CROWD = 20


def play(hotline: Hotline, files: Sequence[Path], *words: str, limit_s: float = 300) -> list[dict[str, object]]:
    """Play `files`; what `hotline call` says of each."""
    done = hotline.run("call", "--json", *words, *map(str, files), limit_s=limit_s, check=False)
    assert done.stdout, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def told(result: dict[str, object]) -> str:
    return json.dumps(result["lines"], indent=1, ensure_ascii=False)


@pytest.fixture(scope="module")
def hearing(hotline: Hotline) -> Hotline:
    """The session's hotline, which must listen: without a model these tests would pass and show nothing."""
    assert speech_is_on(hotline.settings), f"there is no speech model in {hotline.settings.speech_model}"
    assert listens(hotline.settings.var), "the speech service does not listen: see var/log"
    return hotline


@pytest.fixture(scope="module")
def played(hearing: Hotline) -> Iterator[dict[str, dict[str, object]]]:
    """All spoken scenarios, played once side by side; by the name of their file."""
    yield {Path(str(one["file"])).name: one for one in play(hearing, [SPOKEN], "--parallel", "6")}


def test_every_service_and_every_kind_of_question_has_a_spoken_call() -> None:
    text = "".join((SPOKEN / name).read_text() for name in SCENARIOS)
    for event in ("nik.checked", "application.told", "applications speech", "requirements speech", "other speech"):
        assert event in text
    for voice in ("wanita", "pria", "wanita cepat", "pria cepat", "wanita pelan"):
        assert f"voice: {voice}\n" in text


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_spoken_call_goes_as_told(name: str, played: dict[str, dict[str, object]]) -> None:
    assert played[name]["ok"], told(played[name])


def test_twenty_callers_who_speak_at_once_are_all_understood(hearing: Hotline) -> None:
    results = play(hearing, [SPOKEN / "nik.yaml"] * CROWD, "--parallel", str(CROWD), "--phone", "plain")
    assert len(results) == CROWD
    failed = [told(one) for one in results if not one["ok"]]
    assert not failed, failed[0]
