"""The checker: may this menu be served with these texts? Codes stand in `finding.CODES`."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

from agi.dialogue.finding import Finding, TextBook
from agi.dialogue.menufile import GIVE_UP_AGENT, GIVE_UP_END, OPTION_KEYS, MenuFile, Node, read
from agi.dialogue.spoken import check_questions, check_words
from agi.dialogue.talk import Says
from agi.languages import INDONESIAN
from agi.languages.language import Language

MOST_OPTIONS = 4
"""ISO/IEC 13714: at most four options besides help, repeat, back and end."""


def check(
    menu: Path,
    texts: TextBook,
    says: Says,
    services: Collection[str],
    used_elsewhere: Collection[str] = (),
    found_by_voice: Iterable[Finding] = (),
    questions: Mapping[str, str] | None = None,
    language: Language = INDONESIAN,
) -> tuple[Finding, ...]:
    """Everything that is wrong with the menu at `menu` and the texts, in order of file and line.

    `says`: what engine and services say, with places and kinds. `used_elsewhere`: prompts that others say (the
    dialplan, the voice's own pieces), as patterns such as "digits.*". `found_by_voice`: findings of the floors that
    know texts and recordings. `questions`: what services ask, with its keys, for [questions]. `language` is that of
    the texts. Nothing is raised for what stands in the files.
    """
    found = read(menu)
    if not found.nodes:  # nothing else can be said about a menu that cannot be read
        return (*found.findings, *check_tree(found, language), *found_by_voice)
    findings = [
        *found.findings,
        *check_tree(found, language),
        *_check_services(found, services),
        *_check_prompts(found, texts, language),
        *_check_places(found, texts, says),
        *_check_unused(found, texts, says, used_elsewhere),
        *check_questions(found.path, found.words, questions or {}),
        *found_by_voice,
    ]
    return tuple(sorted(set(findings), key=lambda one: (str(one.path), one.line, one.code, one.message)))


def check_tree(found: MenuFile, language: Language) -> Iterator[Finding]:
    """What can be seen in the menu alone: its shape, its options, where they lead."""
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


def _check_services(found: MenuFile, services: Collection[str]) -> Iterator[Finding]:
    for node in found.nodes.values():
        if node.service and node.service not in services:
            near = get_close_matches(node.service, services, 1)
            hint = f"maksud Anda {near[0]!r}?" if near else f"yang ada: {', '.join(sorted(services))}"
            problem = f"service di [{node.name}]: {node.service!r} tidak ada; {hint}"
            yield Finding("M013", found.path, node.line_of("service"), problem)


def _said_by(node: Node) -> Iterator[tuple[str, int]]:
    """(prompt, line) of everything that a node says."""
    if node.prompt:
        yield node.prompt, node.line_of("prompt")
    for key in node.say:
        yield key, node.line_of("say")


def _check_prompts(found: MenuFile, texts: TextBook, language: Language) -> Iterator[Finding]:
    known = set(texts.keys())
    for node in found.nodes.values():
        for key, line in _said_by(node):
            if key not in known:
                yield Finding("T001", found.path, line, f"[{node.name}]: {_no_text(key, known)}")
            elif places := texts.text(key).places:
                names = ", ".join(sorted(places))
                yield Finding(
                    "T003", *texts.line(key), f"{key}: tidak ada yang mengisi {names}: menu mengucapkannya tanpa isian"
                )
        if node.options and node.prompt in known:
            yield from _check_mentions(found, node, texts, language)


def _check_mentions(found: MenuFile, node: Node, texts: TextBook, language: Language) -> Iterator[Finding]:
    """Every option is offered as "tekan N", and no key is offered that is none."""
    words = texts.text(node.prompt).raw
    digits = set(re.findall(r"\b[1-8]\b", words))  # texts of a language without a folder
    key_of = {language.numbers.digits[int(key)]: key for key in OPTION_KEYS}
    offers = re.compile(rf"\b{language.vocabulary.offers}([{OPTION_KEYS}]|{'|'.join(key_of)})\b", re.IGNORECASE)
    offered = {key_of.get(key.lower(), key) for key in offers.findall(words)}
    for key in node.options:
        if key not in offered | digits:
            problem = f"{node.prompt} tidak menyebut gunanya tombol {key} dari [{node.name}]: “untuk …, tekan {key}”"
            yield Finding("M011", found.path, node.line_of(key), problem)
    for key in sorted(offered - set(node.options)):
        problem = f"{node.prompt} menyebut “tekan {key}”, padahal [{node.name}] tidak punya pilihan {key}"
        yield Finding("M018", *texts.line(node.prompt), problem)


def _check_places(found: MenuFile, texts: TextBook, says: Says) -> Iterator[Finding]:
    known = set(texts.keys())
    for key, needed in says.items():
        if key not in known:
            yield Finding(
                "T001",
                _texts_path(found, texts),
                0,
                f"layanan mengucapkan teks yang tidak ada: {key}; kembalikan dari cadangan",
            )
            continue
        path, line = texts.line(key)
        places = texts.text(key).places
        for name in needed.keys() - places.keys():
            problem = f"{key} tidak memuat {{{name}:{needed[name]}}}; tanpa itu penelepon tidak mendengar yang penting"
            yield Finding("T002", path, line, problem)
        for name in places.keys() - needed.keys():
            may = ", ".join(f"{{{one}:{kind}}}" for one, kind in sorted(needed.items())) or "tidak ada"
            yield Finding("T003", path, line, f"{key}: tidak ada yang mengisi {{{name}}}; isian yang ada: {may}")
        for name in places.keys() & needed.keys():
            if places[name] != needed[name]:
                problem = f"{key}: tulis {{{name}:{needed[name]}}}, bukan {{{name}:{places[name]}}}"
                yield Finding("T004", path, line, problem)


def _check_unused(
    found: MenuFile, texts: TextBook, says: Mapping[str, object], used_elsewhere: Collection[str]
) -> Iterator[Finding]:
    used = {key for node in found.nodes.values() for key, _ in _said_by(node)} | says.keys()
    for key in texts.keys():  # noqa: SIM118 - a TextBook is no mapping
        if key not in used and not any(fnmatchcase(key, pattern) for pattern in used_elsewhere):
            yield Finding("T005", *texts.line(key), f"{key} tidak pernah diucapkan")


def _texts_path(found: MenuFile, texts: TextBook) -> Path:
    return next((texts.line(key)[0] for key in texts.keys()), found.path)  # noqa: SIM118


def _no_text(key: str, known: Collection[str]) -> str:
    near = get_close_matches(key, known, 1)
    return f"tidak ada teks {key!r}" + (f"; maksud Anda {near[0]!r}?" if near else "")


def _not_a_node(name: str, nodes: Iterable[str]) -> str:
    near = get_close_matches(name, list(nodes), 1)
    return f"simpul {name!r} tidak ada" + (f"; maksud Anda {near[0]!r}?" if near else "")
