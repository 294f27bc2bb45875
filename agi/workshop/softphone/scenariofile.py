"""Whole calls in plain words: the YAML files of `tests/calls`, read and checked with file and line.

README.md lists all words.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path

import yaml

from agi.books.events import Outcome
from agi.workshop.softphone.numbers import BRACES, BadDescription, Description
from agi.workshop.softphone.scenario import LEVEL_DBOV, SPEAKER, Agent, Do, Expect, Scenario, ScenarioError, Step
from agi.workshop.softphone.speaking import BESIDE, PAUSE, SPEAKERS

_TIME = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*(s|ms|seconds?)$")
_LEVEL = re.compile(r"(-[0-9]+) dBov$")
_LEVELS = range(-60, -9)
"""What a telephone can carry: softer is lost in a line's noise, louder is cut off throughout."""
_AGENT = re.compile(r"(\d+) (answers|lets it ring)$")
_HEAR = re.compile(r"([a-z0-9_.]+)((?:\s+\w+=(?:\{[^{}]*\}|\S+))*)\s*$")
_PLACE = re.compile(r"(\w+)=(\{[^{}]*\}|\S+)")
_TOP = ("title", "agents", "voice", "level", "beside", "steps", "expect")
_EXPECT = ("outcome", "where", "afterwards", "events", "never", "case")
_ALONE = (Do.COUGH, Do.HANG_UP, Do.THEY_HANG_UP)
_CASE = ("topic", "verified", "reached", "status")
_SAYABLE = re.compile(r"[A-Za-z0-9 ,.?!'-]*")
_KEYS = re.compile(r"[0-9*#]*$")


class _Reader:
    """Walks one file's YAML nodes, which know their lines; collects what is wrong."""

    def __init__(self, path: Path, known: Mapping[str, frozenset[str]]) -> None:
        self.path = path
        self.known = known
        self.wrong: list[str] = []

    def error(self, node: yaml.Node, text: str) -> None:
        self.wrong.append(f"{self.path}:{node.start_mark.line + 1}: {text}")

    def table(self, node: yaml.Node, names: tuple[str, ...], what: str) -> dict[str, yaml.Node]:
        """The entries of a table whose names must be among `names`."""
        if not isinstance(node, yaml.MappingNode):
            self.error(node, f"{what} must be lines of 'name: value', with the names {', '.join(names)}")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if key.value not in names:
                self.error(key, f"'{key.value}' is not known in {what}; write one of {', '.join(names)}")
            elif key.value in found:
                self.error(key, f"'{key.value}' stands twice in {what}; delete one")
            else:
                found[key.value] = value
        return found

    def word(self, node: yaml.Node, what: str) -> str:
        """The text of a single value."""
        if isinstance(node, yaml.ScalarNode) and node.value:
            return str(node.value)
        self.error(node, f"{what} must be one value")
        return ""

    def words(self, node: yaml.Node, what: str) -> tuple[str, ...]:
        """A list of values; a single one counts as a list."""
        if isinstance(node, yaml.SequenceNode):
            return tuple(self.word(one, f"an entry of {what}") for one in node.value)
        return (self.word(node, what),)

    def key(self, node: yaml.Node, key: str) -> bool:
        """Whether `key` is a key of a prompt."""
        if key in self.known:
            return True
        self.error(node, f"there is no prompt '{key}'; `hotline prompts list` shows all")
        return False

    def step(self, node: yaml.Node) -> Step | None:
        """One step of the list."""
        line = node.start_mark.line + 1
        if isinstance(node, yaml.ScalarNode):
            if node.value in _ALONE:
                return Step(line, Do(node.value))
            self.error(node, f"'{node.value}' is not a step; the steps are {', '.join(Do)}")
            return None
        if not isinstance(node, yaml.MappingNode) or len(node.value) != 1:
            self.error(node, "a step is one line, such as '- hear: menu.main'")
            return None
        name, value = node.value[0]
        if name.value not in list(Do) or name.value in _ALONE:
            self.error(name, f"'{name.value}:' is not a step; the steps are {', '.join(Do)}")
            return None
        do, text = Do(name.value), self._spelled(value)
        match do:
            case Do.HEAR | Do.HEAR_WHOLE:
                return self._hear(value, line, do, text)
            case Do.PRESS:
                return self._press(value, line, text)
            case Do.SAY:
                return self._say(value, line, text)
        seconds = _TIME.match(text)
        if seconds is None:
            self.error(value, f"'{text}' is not a time; write '2 s' or '500 ms'")
            return None
        number = float(seconds[1].replace(",", "."))
        return Step(line, do, seconds=number / 1000 if seconds[2] == "ms" else number)

    def _spelled(self, node: yaml.Node) -> str:
        return str(node.value) if isinstance(node, yaml.ScalarNode) else ""

    def _hear(self, node: yaml.Node, line: int, do: Do, text: str) -> Step | None:
        parsed = _HEAR.match(text)
        if parsed is None:
            self.error(node, f"'{text}' is not a prompt; write its key, and its places like this: kk.short count=3")
            return None
        key = parsed[1]
        if not self.key(node, key):
            return None
        places = dict(_PLACE.findall(parsed[2]))
        if places and set(places) != self.known[key]:
            self.error(
                node, f"'{key}' has the places {', '.join(sorted(self.known[key])) or '(none)'}; give all or none"
            )
            return None
        for value in places.values():
            self._described(node, value)
        return Step(line, do, key, places)

    def _press(self, node: yaml.Node, line: int, text: str) -> Step | None:
        rest = BRACES.sub("", text).replace(" ", "")
        if not text or not _KEYS.match(rest):
            self.error(
                node, f"'{text}' can't be pressed; use 0-9, *, # and descriptions such as {{resident ACTIVE nik}}"
            )
            return None
        if len(rest) >= 6 and rest.isdigit() and len(set(rest)) > 2:
            self.error(node, "a number in clear must not stand here; describe it, such as {resident ACTIVE nik}")
            return None
        self._described(node, text)
        return Step(line, Do.PRESS, text)

    def _say(self, node: yaml.Node, line: int, text: str) -> Step | None:
        rest = BRACES.sub("", text)
        if not all(map(str.strip, text.split(PAUSE))) or not _SAYABLE.fullmatch(rest):
            self.error(node, f"'{text}' can't be said; use words, and descriptions such as {{resident ACTIVE nik}}")
            return None
        if sum(character.isdigit() for character in rest) >= 6:
            self.error(node, "a number in clear must not stand here; describe it, such as {resident ACTIVE nik}")
            return None
        self._described(node, text)
        return Step(line, Do.SAY, text)

    def _described(self, node: yaml.Node, text: str) -> None:
        for inside in BRACES.findall(text):
            try:
                Description.parse(inside)
            except BadDescription as error:
                self.error(node, str(error))

    def agents(self, node: yaml.Node) -> tuple[Agent, ...]:
        """Who is on duty."""
        found: list[Agent] = []
        for text in self.words(node, "agents"):
            parsed = _AGENT.match(text)
            if parsed:
                found.append(Agent(parsed[1], parsed[2] == "answers"))
            elif text != "none":
                self.error(node, f"'{text}': write 'none', '7001 answers' or '7001 lets it ring'")
        return tuple(found)

    def one_of(self, node: yaml.Node, what: str, known: Collection[str]) -> str:
        """One of the `known` names."""
        text = self.word(node, what)
        if text and text not in known:
            self.error(node, f"'{text}' is not known as {what}; write one of {', '.join(known)}")
        return text

    def level(self, node: yaml.Node) -> float:
        """How loudly the caller speaks, in dBov."""
        text = self.word(node, "level")
        found = _LEVEL.match(text)
        if found and int(found[1]) in _LEVELS:
            return float(found[1])
        self.error(node, f"'{text}' is not a level; write '-40 dBov' for a quiet caller, from -60 to -10 (usual: -26)")
        return LEVEL_DBOV

    def expect(self, node: yaml.Node) -> Expect:
        """What is expected."""
        found = self.table(node, _EXPECT, "expect")
        outcome: Outcome | None = None
        if "outcome" in found:
            text = self.word(found["outcome"], "outcome")
            if text in list(Outcome):
                outcome = Outcome(text)
            else:
                self.error(found["outcome"], f"'{text}' is not an outcome; the outcomes are {', '.join(Outcome)}")
        never = self.words(found["never"], "never") if "never" in found else ()
        for key in never:
            self.key(found["never"], key)
        case = self.table(found["case"], _CASE, "case") if "case" in found else {}
        return Expect(
            outcome,
            self.word(found["where"], "where") if "where" in found else "",
            self.word(found["afterwards"], "afterwards") if "afterwards" in found else "",
            self.words(found["events"], "events") if "events" in found else (),
            never,
            {name: self.word(value, name) for name, value in case.items()},
        )


def load(path: Path, known: Mapping[str, frozenset[str]]) -> Scenario:
    """The scenario in `path`; `known` are the keys of all prompts with their places' names. Raises ScenarioError."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: can't be read: {error}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        hint = "put texts with ':', '#', '*' or '{' into quotes"
        raise ScenarioError(f"{path}:{line}: not valid YAML: {error.problem}; {hint}") from None
    if root is None:
        raise ScenarioError(f"{path}:1: is empty; it needs title, steps, expect")
    reader = _Reader(path, known)
    found = reader.table(root, _TOP, "a scenario")
    for name in ("title", "steps", "expect"):
        if name not in found and isinstance(root, yaml.MappingNode):
            reader.error(root, f"'{name}:' is missing")
    steps: list[Step | None] = []
    if "steps" in found:
        if isinstance(found["steps"], yaml.SequenceNode):
            steps = [reader.step(node) for node in found["steps"].value]
        else:
            reader.error(found["steps"], "steps must be a list: one '- …' a line")
    title = reader.word(found["title"], "title") if "title" in found else ""
    expect = reader.expect(found["expect"]) if "expect" in found else Expect()
    agents = reader.agents(found["agents"]) if "agents" in found else None
    voice = reader.one_of(found["voice"], "voice", SPEAKERS) if "voice" in found else SPEAKER
    level = reader.level(found["level"]) if "level" in found else LEVEL_DBOV
    beside = reader.one_of(found["beside"], "beside", BESIDE) if "beside" in found else ""
    if reader.wrong:
        raise ScenarioError("\n".join(reader.wrong))
    return Scenario(path, title, tuple(step for step in steps if step), expect, agents, voice, level, beside)
