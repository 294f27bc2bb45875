"""Scenarios that are played against a running hotline: what `hotline call` says of each."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from installation import Hotline

from agi.workshop.softphone.talkback import SAID_AGAIN

Result = Mapping[str, Any]

MOST_REPLAYED = 0.02
"""Share of calls that a busy machine may spoil: above it the suite fails, whatever the second try showed."""


@dataclass
class Replays:
    """How many calls were played, and what went wrong in those that were played once more."""

    calls: int = 0
    again: list[str] = field(default_factory=list)

    @property
    def too_many(self) -> bool:
        """One is no pattern, whatever the number of calls."""
        return len(self.again) > max(1, MOST_REPLAYED * self.calls)

    def add(self, calls: int, again: Sequence[str]) -> None:
        """Count `calls` more, of which `again` were played once more."""
        self.calls += calls
        self.again += again

    def __str__(self) -> str:
        most = f", more than {MOST_REPLAYED:.0%}: the suite fails" if self.too_many else ""
        return "\n".join((f"{len(self.again)} of {self.calls} calls were played once more{most}", *self.again))


REPLAYS = Replays()
"""Of this process; `conftest.py` adds up those of all rows and says them in pytest's summary."""


def play(hotline: Hotline, files: Sequence[Path], *words: str, limit_s: float = 1200) -> list[Result]:
    """Play `files` once."""
    done = hotline.run("call", "--json", *words, *map(str, files), limit_s=limit_s, check=False)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert results and not done.stderr, done.stderr
    return results


def play_all(hotline: Hotline, files: Sequence[Path], *words: str) -> dict[str, Result]:
    """Play `files`, side by side; by the name of the scenario's file.

    Sound is real time: on a machine that is busy with many telephones a prompt may reach one of them in pieces. A
    call that went wrong is therefore played once more, by itself; what goes wrong then is a failure, and so is
    playing more than a few of all calls again (`REPLAYS`).
    """
    results = {Path(one["file"]).name: one for one in play(hotline, files, *words)}
    again = [Path(one["file"]) for one in results.values() if not one["ok"]]
    REPLAYS.add(
        len(results),
        [
            f"{path.name}: {'; '.join(line['text'] for line in results[path.name]['lines'] if not line['ok'])}"
            for path in again
        ],
    )
    if again:
        results |= {Path(one["file"]).name: one for one in play(hotline, again, "--parallel", "1")}
    return results


def told(result: Result) -> str:
    """What was heard and what went wrong, as text."""
    return json.dumps(result["lines"], indent=1, ensure_ascii=False)


def said_again(results: Iterable[Result]) -> tuple[int, int]:
    """Of how many spoken answers how many had to be said again because nothing was heard in them."""
    lines = [line["text"] for one in results for line in one["lines"]]
    again = sum(text.startswith(SAID_AGAIN) for text in lines)
    return sum(text.startswith("say ") for text in lines) + again, again
