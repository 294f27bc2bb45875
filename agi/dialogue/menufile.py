"""Reading prompts/menu.toml: nodes with their lines, and findings about what cannot be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from agi import tomlfile
from agi.dialogue.finding import Finding
from agi.dialogue.spoken import Words, read_words

OPTION_KEYS = "12345678"
RESERVED_KEYS = "09*#"
GIVE_UP_AGENT = "agent"
GIVE_UP_END = "end"
_KEYS = frozenset(OPTION_KEYS) | frozenset(RESERVED_KEYS)

_BOUNDS = {
    "first_key_ms": (500, 60_000),
    "between_keys_ms": (500, 60_000),
    "total_ms": (1_000, 600_000),
    "tries": (1, 9),
}
_FIELDS = ("prompt", "say", "service", "give_up", "barge_in", *_BOUNDS)
_WORDS = "words"
_QUESTIONS = "questions"
_BARGE_IN: Mapping[object, tuple[bool, bool]] = {
    True: (True, True),
    False: (False, False),
    "key": (True, False),
    "voice": (False, True),
}
"""`barge_in` of a node -> what interrupts its prompt: (a key, speech)."""


@dataclass(frozen=True, slots=True)
class Node:
    """One place in the menu: a menu (`options`), a service, or information (`say`).

    `give_up`: "agent", "end" or a node. Time-outs (ms) and tries of None are those of the settings. `barge_in`: a key
    interrupts the prompt; `voice_barge_in`: so does speech.
    """

    name: str
    line: int
    prompt: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    say: tuple[str, ...] = ()
    service: str = ""
    give_up: str = GIVE_UP_AGENT
    barge_in: bool = True
    voice_barge_in: bool = True
    first_key_ms: int | None = None
    between_keys_ms: int | None = None
    total_ms: int | None = None
    tries: int | None = None
    lines: Mapping[str, int] = field(default_factory=dict)

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
    near = get_close_matches(name, known, 1)
    hint = f"maksud Anda {near[0]!r}?" if near else f"yang ada: {', '.join(known)}"
    return Finding("M003", path, line, f"nama {name!r} {where} tidak dikenal: {hint}")


def _node(path: Path, name: str, body: dict[str, Any], lines: dict[str, int], findings: list[Finding]) -> Node:
    line = lines.get("", 0)
    options: dict[str, str] = {}
    fields: dict[str, Any] = {}
    for key, value in body.items():
        at = lines.get(key, line)
        if key in _KEYS:
            if key in RESERVED_KEYS:
                findings.append(
                    Finding(
                        "M005", path, at, f"tombol {key} di [{name}] sudah punya arti: 0 petugas, 9 ulangi, * kembali"
                    )
                )
            elif isinstance(value, str):
                options[key] = value
            else:
                findings.append(
                    Finding("M002", path, at, f"pilihan {key} di [{name}] harus nama simpul di antara tanda kutip")
                )
        elif key not in _FIELDS:
            findings.append(_unknown(path, at, key, (*_FIELDS, _WORDS), f"di [{name}]"))
        elif problem := _wrong(key, value):
            findings.append(Finding(*problem[:1], path, at, f"{key} di [{name}] {problem[1]}"))
        elif key == "barge_in":
            fields["barge_in"], fields["voice_barge_in"] = _BARGE_IN[value]
        else:
            fields[key] = tuple(value) if isinstance(value, list) else (value,) if key == "say" else value
    return Node(name, line, options=dict(sorted(options.items())), lines=lines, **fields)


def _wrong(key: str, value: object) -> tuple[str, str] | None:
    """(code, what is wrong) with the value of a known field, or None."""
    if key == "say":
        items = value if isinstance(value, list) else [value]
        if items and all(isinstance(item, str) for item in items):
            return None
        return "M002", 'harus satu kunci teks atau daftarnya, misalnya ["requirements.kk"]'
    if key == "barge_in":
        known = isinstance(value, bool | str) and value in _BARGE_IN
        return None if known else ("M002", 'harus true, false, "key" atau "voice"')
    if key in _BOUNDS:
        least, most = _BOUNDS[key]
        if not isinstance(value, int) or isinstance(value, bool):
            return "M002", "harus bilangan bulat tanpa tanda kutip"
        return None if least <= value <= most else ("M017", f"harus antara {least} dan {most}")
    return None if isinstance(value, str) and value else ("M002", "harus teks di antara tanda kutip")
