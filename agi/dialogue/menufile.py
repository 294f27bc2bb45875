"""Reading prompts/menu.toml: nodes with their lines, and findings about what cannot be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from agi import tomlfile
from agi.dialogue.finding import Finding, likely
from agi.dialogue.spoken import Words, read_patterns, read_words

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

    `details`: what information says on request, after `say`; `office`: the node that tells where to go for it.
    `intents`: by which words callers may wish for it on any menu. `give_up`: "agent", "end" or a node. `barge_in`:
    whether a key and speech interrupt the prompt, or which of the two. Times are in ms; what the file does not say of
    them and of tries is that of the settings.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    prompt: Annotated[str, Field(min_length=1)] = ""
    say: Annotated[tuple[str, ...], Field(min_length=1), BeforeValidator(_listed)] = ()
    details: Annotated[tuple[str, ...], Field(min_length=1), BeforeValidator(_listed)] = ()
    office: Annotated[str, Field(min_length=1)] = ""
    service: Annotated[str, Field(min_length=1)] = ""
    intents: Annotated[tuple[str, ...], Field(min_length=1), BeforeValidator(_listed)] = ()
    give_up: Annotated[str, Field(min_length=1)] = GIVE_UP_AGENT
    barge_in: Literal[True, False, "key", "voice"] = True
    first_key_ms: Annotated[int, Field(ge=500, le=60_000)] = 0
    between_keys_ms: Annotated[int, Field(ge=500, le=60_000)] = 0
    total_ms: Annotated[int, Field(ge=1_000, le=600_000)] = 0
    tries: Annotated[int, Field(ge=1, le=9)] = 0
    title: Annotated[str, Field(min_length=1)] = ""
    off: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()


class Node(NodeFields):
    """One place in the menu: a menu (`options`), a service, or information (`say`).

    `withdrawn`: its options that are not offered at present, by the keys that they keep.
    """

    name: str
    options: Mapping[str, str]
    withdrawn: Mapping[str, str] = {}

    @property
    def leads(self) -> Mapping[str, str]:
        """All its options, whether they are offered or not, in the order of their keys."""
        return dict(sorted({**self.options, **self.withdrawn}.items()))

    @property
    def patience(self) -> Mapping[str, int]:
        """The time-outs and tries that are its own, by name."""
        return {name: getattr(self, name) for name in PATIENCE if name in self.model_fields_set}

    def interrupts(self, by: Literal["key", "voice"]) -> bool:
        """Whether a key, or the caller's voice, stops the prompt."""
        return self.barge_in in (True, by)


@dataclass(slots=True)
class MenuFile:
    """What stands in a menu file, as far as it could be read, and what is wrong with its form.

    `words`: what may be said, by grammar: "menu:NODE", and "question:NAME" for what services ask. `lines`: where each
    dotted name stands.
    """

    path: Path
    lines: Mapping[str, int] = field(default_factory=dict)
    start: str = ""
    nodes: dict[str, Node] = field(default_factory=dict)
    words: dict[str, Words] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def heard(self) -> dict[str, Words]:
        """What may be said today: `words` without those of options that are not offered."""
        today = {}
        for grammar, words in self.words.items():
            node = self.nodes.get(grammar.removeprefix("menu:"))
            gone = node.withdrawn if node else {}
            today[grammar] = Words(words.name, {key: ways for key, ways in words.ways.items() if key not in gone})
        return today

    def reachable(self, start: str, *, withdrawn: bool = False) -> set[str]:
        """All nodes that keys or giving up lead to from `start`, itself included; `withdrawn`: by those keys, too."""
        reached: set[str] = set()
        ahead = [start]
        while ahead:
            name = ahead.pop()
            if name not in reached and name in self.nodes:
                reached.add(name)
                node = self.nodes[name]
                ahead += [*(node.leads if withdrawn else node.options).values(), node.give_up]
        return reached

    def closed(self) -> set[str]:
        """Nodes that nobody comes to at present, since the options that lead there are not offered."""
        usual = self.reachable(self.start, withdrawn=True)
        wished = (node.name for node in self.nodes.values() if node.intents and node.name not in usual)
        return usual.difference(*(self.reachable(begin) for begin in (self.start, *wished)))

    def line_of(self, name: str) -> int:
        """The line where the dotted `name` stands, or would stand: that of the table around it; 0 is the whole file."""
        while name and name not in self.lines:
            name = name.rpartition(".")[0]
        return self.lines.get(name, 0)

    def finding(self, code: str, name: str, message: str) -> Finding:
        """Something wrong at the dotted `name`."""
        return Finding(code, self.path, self.line_of(name), message)

    def wrong(self, code: str, name: str, message: str) -> None:
        """Keep what is wrong with the form at the dotted `name`."""
        self.findings.append(self.finding(code, name, message))


def read(path: Path) -> MenuFile:
    """Read `path`. Never raises for what stands in the file: that becomes findings."""
    try:
        source = tomlfile.read(path)
    except tomlfile.TomlError as broken:
        code = "M004" if broken.twice else "M001"
        return MenuFile(path, findings=[Finding(code, path, broken.line, broken.message)])
    file = MenuFile(path, {"start": 1, **source.lines})
    for name, body in source.tables.items():
        if name == _QUESTIONS and isinstance(body, dict):
            for question, said in body.items():
                file.words[f"question:{question}"] = read_words(f"{name}.{question}", said, file.wrong)
        elif isinstance(body, dict):
            if (said := body.pop(_WORDS, None)) is not None:
                file.words[f"menu:{name}"] = read_words(f"{name}.{_WORDS}", said, file.wrong)
            file.nodes[name] = _node(file, name, body)
        elif name != "start":
            _unknown(file, name, name, ("start",), "di awal berkas")
    start = source.tables.get("start", "")
    if isinstance(start, str) and start:
        file.start = start
    else:
        file.wrong("M007", "start", 'tulis di mana panggilan dimulai: start = "SIMPUL"')
    return file


def _unknown(file: MenuFile, place: str, name: str, known: tuple[str, ...], where: str) -> None:
    hint = likely(name, known) or f"yang ada: {', '.join(known)}"
    file.wrong("M003", place, f"nama {name!r} {where} tidak dikenal: {hint}")


def _node(file: MenuFile, name: str, body: dict[str, Any]) -> Node:
    options: dict[str, str] = {}
    for key in sorted(_KEYS & body.keys()):
        target, place = body.pop(key), f"{name}.{key}"
        if key in RESERVED_KEYS:
            file.wrong("M005", place, f"tombol {key} di [{name}] sudah punya arti: 0 petugas, 9 ulangi, * kembali")
        elif isinstance(target, str):
            options[key] = target
        else:
            file.wrong("M002", place, f"pilihan {key} di [{name}] harus nama simpul di antara tanda kutip")
    try:
        NodeFields.model_validate(body)
    except ValidationError as wrong:
        for key, kind in {str(fault["loc"][0]): fault["type"] for fault in wrong.errors()}.items():
            del body[key]
            if known := NodeFields.model_fields.get(key):
                code = "M017" if kind in _OUT_OF_BOUNDS else "M002"
                file.wrong(code, f"{name}.{key}", f"{key} di [{name}] harus {tomlfile.expected(known)}")
            else:
                _unknown(file, f"{name}.{key}", key, (*NodeFields.model_fields, _WORDS), f"di [{name}]")
    withdrawn: dict[str, str] = {}
    for key in dict.fromkeys(NodeFields.model_validate(body).off):
        if key in options:
            withdrawn[key] = options.pop(key)
        else:
            problem = f"off di [{name}] menyebut pilihan {key!r}, padahal pilihan itu tidak ada"
            file.wrong("M029", f"{name}.off", problem)
    node = Node(**body, name=name, options=options, withdrawn=withdrawn)
    return node.model_copy(update={"intents": read_patterns(name, node.intents, file.wrong)})
