"""The checker of a menu file by itself."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from agi.dialogue.finding import Finding, likely
from agi.dialogue.menufile import GIVE_UP_AGENT, GIVE_UP_END, OPTION_KEYS, MenuFile, Node
from agi.dialogue.spoken import check_words
from agi.languages.language import Language

MOST_OPTIONS = 4
"""ISO/IEC 13714: at most four options besides help, repeat, back and end."""


def check_tree(found: MenuFile, language: Language) -> Iterator[Finding]:
    """What can be seen in the menu alone: its form, its options, where they lead."""
    yield from found.findings
    if not found.nodes:
        if not found.findings:
            yield Finding("M007", found.path, 0, "menu ini tidak punya satu simpul pun")
        return
    if found.start and found.start not in found.nodes:
        yield Finding("M007", found.path, found.start_line, f"start: {_not_a_node(found.start, found.nodes)}")
    for node in found.nodes.values():
        yield from _check_kind(found.path, node)
        yield from _check_options(found, node)
        yield from _check_give_up(found, node)
    yield from _check_reachable(found)
    menus = {f"menu:{node.name}": ("".join(node.options), node.line) for node in found.nodes.values() if node.options}
    yield from check_words(found.path, found.words, menus, language)


def _check_kind(path: Path, node: Node) -> Iterator[Finding]:
    kinds = [name for name, there in (("options", node.options), ("service", node.service), ("say", node.say)) if there]
    if not kinds:
        yield Finding("M006", path, node.line, f"[{node.name}] tidak berbuat apa-apa: beri pilihan, service, atau say")
    elif len(kinds) > 1:
        yield Finding(
            "M006", path, node.line, f"[{node.name}] punya {' dan '.join(kinds)} sekaligus: hanya boleh salah satu"
        )
    if node.options and not node.prompt:
        yield Finding("M012", path, node.line, f'menu [{node.name}] tidak mengatakan apa-apa: beri prompt = "…"')
    if node.prompt and not node.options:
        at = node.line_of("prompt")
        yield Finding(
            "M006", path, at, f"prompt dari [{node.name}] tidak pernah terdengar: simpul tanpa pilihan memakai say"
        )


def _check_options(found: MenuFile, node: Node) -> Iterator[Finding]:
    for key, target in node.options.items():
        if target not in found.nodes:
            problem = f"pilihan {key} di [{node.name}]: {_not_a_node(target, found.nodes)}"
            yield Finding("M008", found.path, node.line_of(key), problem)
    if len(node.options) > MOST_OPTIONS:
        problem = f"[{node.name}] punya {len(node.options)} pilihan; penelepon hanya ingat {MOST_OPTIONS}: buat submenu"
        yield Finding("M009", found.path, node.line, problem)
    keys = "".join(node.options)
    if keys and keys != OPTION_KEYS[: len(keys)]:
        problem = f"pilihan di [{node.name}] adalah {', '.join(keys)}: urutkan dari 1 tanpa lompat"
        yield Finding("M010", found.path, node.line_of(keys[0]), problem)


def _check_give_up(found: MenuFile, node: Node) -> Iterator[Finding]:
    targets = {GIVE_UP_AGENT, GIVE_UP_END}
    if node.give_up not in targets and node.give_up not in found.nodes:
        names = _not_a_node(node.give_up, {*found.nodes, *targets})
        problem = f"give_up di [{node.name}]: {names} ({GIVE_UP_AGENT} dan {GIVE_UP_END} selalu bisa)"
        yield Finding("M014", found.path, node.line_of("give_up"), problem)
        return
    seen = [node.name]
    following = node
    while following.give_up in found.nodes:
        following = found.nodes[following.give_up]
        if following.name in seen:
            problem = f"give_up dari [{node.name}] berputar-putar: {' > '.join([*seen, following.name])}"
            yield Finding("M015", found.path, node.line_of("give_up"), problem)
            return
        seen.append(following.name)


def _check_reachable(found: MenuFile) -> Iterator[Finding]:
    reached = _reachable(found, found.start) if found.start in found.nodes else set(found.nodes)
    for node in found.nodes.values():
        if node.name not in reached:
            yield Finding("M016", found.path, node.line, f"tidak ada pilihan yang menuju [{node.name}]")
        if node.options and all(found.nodes[name].options for name in _reachable(found, node.name)):
            problem = f"[{node.name}] hanya menuju menu lagi, berputar-putar: tanpa layanan dan tanpa informasi"
            yield Finding("M019", found.path, node.line, problem)


def _reachable(found: MenuFile, start: str) -> set[str]:
    """All nodes that keys or giving up lead to from `start`, itself included."""
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        name = ahead.pop()
        if name not in reached and name in found.nodes:
            reached.add(name)
            ahead += [*found.nodes[name].options.values(), found.nodes[name].give_up]
    return reached


def _not_a_node(name: str, nodes: Iterable[str]) -> str:
    hint = likely(name, nodes)
    return f"simpul {name!r} tidak ada" + (f"; {hint}" if hint else "")
