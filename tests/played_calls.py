"""Scenarios that are played against a running hotline: what `hotline call` says of each."""

import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from installation import Hotline

Result = Mapping[str, Any]


def play(hotline: Hotline, files: Sequence[Path], *words: str, limit_s: float = 540) -> list[Result]:
    """Play `files` once."""
    done = hotline.run("call", "--json", *words, *map(str, files), limit_s=limit_s, check=False)
    assert done.stdout, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def play_all(hotline: Hotline, files: Sequence[Path], *words: str) -> dict[str, Result]:
    """Play `files`, side by side; by the name of the scenario's file.

    Sound is real time: on a machine that is busy with many telephones a prompt may reach one of them in pieces. A
    call that went wrong is therefore played once more, by itself; what goes wrong then is a failure.
    """
    results = {Path(one["file"]).name: one for one in play(hotline, files, *words)}
    again = [Path(one["file"]) for one in results.values() if not one["ok"]]
    if again:  # seen in pytest's summary: a call that often needs this is a defect
        wrong = [
            f"{path.name}: {line['text']}" for path in again for line in results[path.name]["lines"] if not line["ok"]
        ]
        warnings.warn("\n".join(("played again by themselves:", *wrong)), stacklevel=1)
        results |= {Path(one["file"]).name: one for one in play(hotline, again, "--parallel", "1")}
    return results


def told(result: Result) -> str:
    """What was heard and what went wrong, as text."""
    return json.dumps(result["lines"], indent=1, ensure_ascii=False)
