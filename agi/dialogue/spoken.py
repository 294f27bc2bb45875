"""The words of menu.toml: what a caller may say instead of pressing a key."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agi.dialogue.finding import Finding, likely
from agi.languages.language import Language

_SAYABLE = re.compile(r"[a-z]+(?: [a-z]+)*")

Spoken = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Grammar ("menu:main", "question:more") -> option -> ways to say it; the first is the one that is read back."""


@dataclass(frozen=True, slots=True)
class Words:
    """What may be said on one question, in its normal form, and the lines where it stands.

    `options` are the question's keys, "" where only the services know them (`question:…`).
    """

    options: str
    line: int
    ways: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)

    def line_of(self, option: str) -> int:
        """The line of the words of `option`, else that of the table."""
        return self.lines.get(option, self.line)


def normal(text: str) -> str:
    """`text` as it is heard: small letters, single blanks, no hyphens ("KTP-el" -> "ktp el")."""
    return " ".join(text.lower().replace("-", " ").split())


def read_words(
    path: Path, name: str, body: object, lines: Mapping[str, int], options: str, findings: list[Finding]
) -> Words:
    """The words of the table `name` of the menu at `path`; what is wrong with its form becomes findings."""
    line = lines.get("", 0)
    if not isinstance(body, dict):
        findings.append(Finding("M002", path, line, f'[{name}] harus tabel pilihan: 1 = ["cek NIK", "NIK"]'))
        return Words(options, line)
    ways = {
        option: _ways(path, lines.get(option, line), f"{option} di [{name}]", value, findings)
        for option, value in body.items()
    }
    return Words(options, line, ways, {option: lines.get(option, line) for option in body})


def _ways(path: Path, line: int, what: str, value: Any, findings: list[Finding]) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        findings.append(Finding("M002", path, line, f'{what} harus daftar kata, misalnya ["cek NIK", "NIK"]'))
        return ()
    if not texts:
        findings.append(Finding("M022", path, line, f"{what} belum berisi kata: tulis, atau hapus barisnya"))
    good: list[str] = []
    for text in texts:
        way = normal(text)
        if _SAYABLE.fullmatch(way):
            good.append(way)
        else:
            problem = f"{what}: {text!r} tidak bisa didengar: tulis seperti diucapkan, dengan huruf ('dua', bukan '2')"
            findings.append(Finding("M022", path, line, problem))
    return tuple(dict.fromkeys(good))


def check_words(
    path: Path, words: Mapping[str, Words], menus: Mapping[str, tuple[str, int]], language: Language
) -> Iterator[Finding]:
    """What is wrong with the words of a menu file whose form is right.

    `menus`: grammar -> (its options, its line) of every menu of the file. A file without any words is for keys only,
    and nothing is missing from it.
    """
    for grammar, one in words.items():
        yield from _check_options(path, grammar, one, language)
        yield from _check_twice(path, grammar, one)
    if not words:
        return
    for grammar, (options, line) in menus.items():
        said = words.get(grammar)
        for option in options:
            if said is None or not said.ways.get(option):
                at = said.line if said else line
                problem = f"pilihan {option} di [{_node(grammar)}] belum punya kata: penelepon hanya bisa menekannya"
                yield Finding("M023", path, at, problem)


def check_questions(path: Path, words: Mapping[str, Words], questions: Mapping[str, str]) -> Iterator[Finding]:
    """Words for questions that no service asks, or for options that such a question does not have."""
    for grammar, one in words.items():
        kind, _, name = grammar.partition(":")
        if kind != "question":
            continue
        if name not in questions:
            hint = likely(name, questions) or f"yang ada: {', '.join(sorted(questions))}"
            problem = f"tidak ada layanan yang menanyakan {name!r}; {hint}"
            yield Finding("M025", path, one.line, problem)
            continue
        for option in one.ways.keys() - set(questions[name]):
            problem = f"pertanyaan {name!r} tidak punya pilihan {option}, hanya {', '.join(questions[name])}"
            yield Finding("M020", path, one.line_of(option), problem)


def _check_options(path: Path, grammar: str, one: Words, language: Language) -> Iterator[Finding]:
    for option, ways in one.ways.items():
        if one.options and option not in one.options:
            problem = f"ada kata untuk {option} di [{_node(grammar)}], padahal pilihan itu tidak ada"
            yield Finding("M020", path, one.line_of(option), problem)
        for way in ways:
            if language.command(tuple(way.split())):
                commands = ", ".join(ways[0] for ways in language.vocabulary.commands.values())
                problem = f"{way!r} sudah punya arti di setiap pertanyaan ({commands}): pilih kata lain"
                yield Finding("M024", path, one.line_of(option), problem)


def _check_twice(path: Path, grammar: str, one: Words) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for option, ways in one.ways.items():
        for way in ways:
            other = first.setdefault(way, option)
            if other != option:
                problem = (
                    f"{way!r} di [{_node(grammar)}] dipakai untuk pilihan {other} (baris {one.line_of(other)}) "
                    f"dan {option}: hanya boleh untuk satu"
                )
                yield Finding("M021", path, one.line_of(option), problem)


def _node(grammar: str) -> str:
    """The table that an admin sees: "menu:main" is [main.words]."""
    kind, _, name = grammar.partition(":")
    return f"{name}.words" if kind == "menu" else f"questions.{name}"
