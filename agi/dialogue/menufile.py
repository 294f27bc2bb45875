"""Reading prompts/menu.toml: nodes with their lines, and findings about what cannot be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from agi import tomlfile
from agi.dialogue.finding import Finding, likely
from agi.dialogue.spoken import Words, read_words

OPTION_KEYS = "12345678"
RESERVED_KEYS = "09*#"
GIVE_UP_AGENT = "agent"
GIVE_UP_END = "end"
_KEYS = frozenset(OPTION_KEYS) | frozenset(RESERVED_KEYS)

_WORDS = "words"
_QUESTIONS = "questions"


def _listed(value: object) -> object:
    """One text stands for a list of one."""
    return tuple(value) if isinstance(value, list) else (value,)


PATIENCE = ("first_key_ms", "between_keys_ms", "total_ms", "tries")
_OUT_OF_BOUNDS = ("greater_than_equal", "less_than_equal")


class NodeFields(BaseModel):
    """What may stand at one place of the menu, beside its options.

    `give_up`: "agent", "end" or a node. `barge_in`: whether a key and speech interrupt the prompt, or which of the two.
    Times are in ms; what the file does not say of them and of tries is that of the settings.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    prompt: Annotated[str, Field(min_length=1)] = ""
    say: Annotated[tuple[str, ...], Field(min_length=1), BeforeValidator(_listed)] = ()
    service: Annotated[str, Field(min_length=1)] = ""
    give_up: Annotated[str, Field(min_length=1)] = GIVE_UP_AGENT
    barge_in: Literal[True, False, "key", "voice"] = True
    first_key_ms: Annotated[int, Field(ge=500, le=60_000)] = 0
    between_keys_ms: Annotated[int, Field(ge=500, le=60_000)] = 0
    total_ms: Annotated[int, Field(ge=1_000, le=600_000)] = 0
    tries: Annotated[int, Field(ge=1, le=9)] = 0


class Node(NodeFields):
    """One place in the menu: a menu (`options`), a service, or information (`say`)."""

    name: str
    line: int
    options: Mapping[str, str]
    lines: Mapping[str, int]

    @property
    def patience(self) -> Mapping[str, int]:
        """The time-outs and tries that are its own, by name."""
        return {name: getattr(self, name) for name in PATIENCE if name in self.model_fields_set}

    def interrupts(self, by: Literal["key", "voice"]) -> bool:
        """Whether a key, or the caller's voice, stops the prompt."""
        return self.barge_in in (True, by)

    def line_of(self, name: str) -> int:
        """The line of the field or option `name`, else that of the node."""
        return self.lines.get(name, self.line)


@dataclass(frozen=True, slots=True)
class MenuFile:
    """What stands in a menu file, as far as it could be read, and what is wrong with its form.

    `words`: what may be said, by grammar: "menu:NODE", and "question:NAME" for what services ask.
    """

    path: Path
    start: str
    start_line: int
    nodes: Mapping[str, Node]
    findings: tuple[Finding, ...]
    words: Mapping[str, Words] = field(default_factory=dict)


def read(path: Path) -> MenuFile:
    """Read `path`. Never raises for what stands in the file: that becomes findings."""
    try:
        file = tomlfile.read(path)
    except tomlfile.TomlError as broken:
        code = "M004" if broken.twice else "M001"
        return MenuFile(path, "", 0, {}, (Finding(code, path, broken.line, broken.message),))
    tree, lines = file.tables, _lines(file.source)
    findings: list[Finding] = []
    nodes: dict[str, Node] = {}
    words: dict[str, Words] = {}
    for name, body in tree.items():
        if name == _QUESTIONS and isinstance(body, dict):
            words |= _questions(path, body, lines, findings)
        elif isinstance(body, dict):
            said = body.pop(_WORDS, None)
            if said is not None:
                table = f"{name}.{_WORDS}"
                at = lines.get(table, lines.get(name, {}))
                options = "".join(sorted(key for key in body if key in OPTION_KEYS))
                words[f"menu:{name}"] = read_words(path, table, said, at, options, findings)
            nodes[name] = _node(path, name, body, lines.get(name, {}), findings)
        elif name != "start":
            findings.append(_unknown(path, lines[""].get(name, 0), name, ("start",), "di awal berkas"))
    start = tree.get("start", "")
    start_line = lines[""].get("start", 1)
    if not isinstance(start, str) or not start:
        findings.append(Finding("M007", path, start_line, 'tulis di mana panggilan dimulai: start = "SIMPUL"'))
        start = ""
    return MenuFile(path, start, start_line, nodes, tuple(findings), words)


def _questions(
    path: Path, body: Mapping[str, Any], lines: Mapping[str, dict[str, int]], findings: list[Finding]
) -> dict[str, Words]:
    """The words for the questions of services: [questions.NAME]."""
    return {
        f"question:{name}": read_words(
            path,
            f"{_QUESTIONS}.{name}",
            said,
            lines.get(f"{_QUESTIONS}.{name}", lines.get(_QUESTIONS, {})),
            "",
            findings,
        )
        for name, said in body.items()
    }


def _lines(source: str) -> dict[str, dict[str, int]]:
    """Table -> field -> line; the line of the table itself stands under ""."""
    lines: dict[str, dict[str, int]] = {"": {}}
    for table, key, number in tomlfile.statements(source):
        lines.setdefault(table, {"": number}).setdefault(key, number)
        if not key:
            parent, _, leaf = table.rpartition(".")
            lines.setdefault(parent, {"": number}).setdefault(leaf, number)
    return lines


def _unknown(path: Path, line: int, name: str, known: tuple[str, ...], where: str) -> Finding:
    hint = likely(name, known) or f"yang ada: {', '.join(known)}"
    return Finding("M003", path, line, f"nama {name!r} {where} tidak dikenal: {hint}")


def _node(path: Path, name: str, body: dict[str, Any], lines: dict[str, int], findings: list[Finding]) -> Node:
    line = lines.get("", 0)
    options: dict[str, str] = {}
    for key in sorted(_KEYS & body.keys()):
        target, at = body.pop(key), lines.get(key, line)
        if key in RESERVED_KEYS:
            problem = f"tombol {key} di [{name}] sudah punya arti: 0 petugas, 9 ulangi, * kembali"
            findings.append(Finding("M005", path, at, problem))
        elif isinstance(target, str):
            options[key] = target
        else:
            problem = f"pilihan {key} di [{name}] harus nama simpul di antara tanda kutip"
            findings.append(Finding("M002", path, at, problem))
    try:
        NodeFields.model_validate(body)
    except ValidationError as wrong:
        for key, kind in {str(fault["loc"][0]): fault["type"] for fault in wrong.errors()}.items():
            del body[key]
            at = lines.get(key, line)
            if known := NodeFields.model_fields.get(key):
                code = "M017" if kind in _OUT_OF_BOUNDS else "M002"
                findings.append(Finding(code, path, at, f"{key} di [{name}] harus {tomlfile.expected(known)}"))
            else:
                findings.append(_unknown(path, at, key, (*NodeFields.model_fields, _WORDS), f"di [{name}]"))
    return Node(**body, name=name, line=line, options=options, lines=lines)
