"""The checker of a menu file by itself."""

from collections.abc import Iterable, Iterator, Mapping

from agi.dialogue.finding import Finding, likely
from agi.dialogue.menufile import GIVE_UP_AGENT, GIVE_UP_END, OPTION_KEYS, MenuFile, Node
from agi.dialogue.spoken import Words
from agi.languages.language import Command, Language

MOST_OPTIONS = 4
"""ISO/IEC 13714: at most four options besides help, repeat, back and end."""


def check_tree(found: MenuFile, language: Language) -> Iterator[Finding]:
    """What can be seen in the menu alone: its form, its options, where they lead."""
    yield from found.findings
    if not found.nodes:
        if not found.findings:
            yield found.finding("M007", "", "menu ini tidak punya satu simpul pun")
        return
    if found.start and found.start not in found.nodes:
        yield found.finding("M007", "start", f"start: {_not_a_node(found.start, found.nodes)}")
    for node in found.nodes.values():
        yield from _check_kind(found, node)
        yield from _check_options(found, node)
        yield from _check_give_up(found, node)
        yield from _check_more(found, node)
    yield from _check_reachable(found)
    yield from _check_words(found, language)


def _check_kind(found: MenuFile, node: Node) -> Iterator[Finding]:
    name = node.name
    kinds = [kind for kind, there in (("options", node.leads), ("service", node.service), ("say", node.say)) if there]
    if not kinds:
        yield found.finding("M006", name, f"[{name}] tidak berbuat apa-apa: beri pilihan, service, atau say")
    elif node.leads and not node.options:
        problem = f"[{name}] tidak menawarkan satu pilihan pun: keluarkan paling sedikit satu dari off"
        yield found.finding("M006", f"{name}.off", problem)
    elif len(kinds) > 1:
        problem = f"[{name}] punya {' dan '.join(kinds)} sekaligus: hanya boleh salah satu"
        yield found.finding("M006", name, problem)
    if node.options and not node.prompt:
        yield found.finding("M012", name, f'menu [{name}] tidak mengatakan apa-apa: beri prompt = "…"')
    if node.prompt and not node.leads:
        problem = f"prompt dari [{name}] tidak pernah terdengar: simpul tanpa pilihan memakai say"
        yield found.finding("M006", f"{name}.prompt", problem)


def _check_options(found: MenuFile, node: Node) -> Iterator[Finding]:
    name = node.name
    for key, target in node.leads.items():
        if target not in found.nodes:
            problem = f"pilihan {key} di [{name}]: {_not_a_node(target, found.nodes)}"
            yield found.finding("M008", f"{name}.{key}", problem)
    if len(node.options) > MOST_OPTIONS:
        problem = f"[{name}] punya {len(node.options)} pilihan; penelepon hanya ingat {MOST_OPTIONS}: buat submenu"
        yield found.finding("M009", name, problem)
    keys = "".join(node.leads)
    if keys and keys != OPTION_KEYS[: len(keys)]:
        problem = f"pilihan di [{name}] adalah {', '.join(keys)}: urutkan dari 1 tanpa lompat"
        yield found.finding("M010", f"{name}.{keys[0]}", problem)


def _check_more(found: MenuFile, node: Node) -> Iterator[Finding]:
    """What information offers after it was said."""
    name = node.name
    for field in ("details", "office"):
        if getattr(node, field) and not node.say:
            yield found.finding("M029", f"{name}.{field}", f"{field} di [{name}] hanya untuk informasi, setelah say")
    if node.details and not node.office:
        problem = f"[{name}] punya details tanpa office: tulis juga tempat yang menyebut kantornya"
        yield found.finding("M029", f"{name}.details", problem)
    if node.office and node.office not in found.nodes:
        yield found.finding("M008", f"{name}.office", f"office di [{name}]: {_not_a_node(node.office, found.nodes)}")


def _check_give_up(found: MenuFile, node: Node) -> Iterator[Finding]:
    targets = {GIVE_UP_AGENT, GIVE_UP_END}
    place = f"{node.name}.give_up"
    if node.give_up not in targets and node.give_up not in found.nodes:
        names = _not_a_node(node.give_up, {*found.nodes, *targets})
        problem = f"give_up di [{node.name}]: {names} ({GIVE_UP_AGENT} dan {GIVE_UP_END} selalu bisa)"
        yield found.finding("M014", place, problem)
        return
    seen = [node.name]
    following = node
    while following.give_up in found.nodes:
        following = found.nodes[following.give_up]
        if following.name in seen:
            problem = f"give_up dari [{node.name}] berputar-putar: {' > '.join([*seen, following.name])}"
            yield found.finding("M015", place, problem)
            return
        seen.append(following.name)


def _check_reachable(found: MenuFile) -> Iterator[Finding]:
    wished = (node.name for node in found.nodes.values() if node.intents)
    reached = {name for begin in (found.start, *wished) for name in found.reachable(begin, withdrawn=True)}
    if found.start not in found.nodes:
        reached = set(found.nodes)
    for node in found.nodes.values():
        if node.name not in reached:
            yield found.finding("M016", node.name, f"tidak ada pilihan yang menuju [{node.name}]")
        if node.options and all(found.nodes[name].options for name in found.reachable(node.name)):
            problem = f"[{node.name}] hanya menuju menu lagi, berputar-putar: tanpa layanan dan tanpa informasi"
            yield found.finding("M019", node.name, problem)


def _check_words(found: MenuFile, language: Language) -> Iterator[Finding]:
    """What is wrong with words whose form is right. A file without any is for keys only, and lacks none."""
    for grammar, words in found.words.items():
        menu = found.nodes.get(grammar.removeprefix("menu:"))
        for option, way in ((option, way) for option, ways in words.ways.items() for way in ways):
            if language.command(tuple(way.split())) not in (None, Command.HOLD):  # "tunggu" may be an option of its own
                commands = ", ".join(ways[0] for ways in language.vocabulary.commands.values())
                problem = f"{way!r} sudah punya arti di setiap pertanyaan ({commands}): pilih kata lain"
                yield found.finding("M024", f"{words.name}.{option}", problem)
        for option in words.ways:
            if menu and menu.options and option not in menu.leads:
                problem = f"ada kata untuk {option} di [{words.name}], padahal pilihan itu tidak ada"
                yield found.finding("M020", f"{words.name}.{option}", problem)
    for words in found.heard().values():
        yield from _check_twice(found, words)
    for node in found.nodes.values() if found.words else ():
        said = found.words.get(f"menu:{node.name}")
        for option in node.options:
            if said is None or not said.ways.get(option):
                name = f"{node.name}.words"
                problem = f"pilihan {option} di [{name}] belum punya kata: penelepon hanya bisa menekannya"
                yield found.finding("M023", name, problem)


def _check_twice(found: MenuFile, words: Words) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for option, ways in words.ways.items():
        for way in ways:
            other = first.setdefault(way, option)
            if other != option:
                line = found.line_of(f"{words.name}.{other}")
                problem = (
                    f"{way!r} di [{words.name}] dipakai untuk pilihan {other} (baris {line}) "
                    f"dan {option}: hanya boleh untuk satu"
                )
                yield found.finding("M021", f"{words.name}.{option}", problem)


def check_questions(found: MenuFile, questions: Mapping[str, str]) -> Iterator[Finding]:
    """Words for questions that no service asks, or for options that such a question does not have.

    `questions`: those of the services, and their keys.
    """
    for grammar, words in found.words.items():
        kind, _, name = grammar.partition(":")
        if kind != "question":
            continue
        if name not in questions:
            hint = likely(name, questions) or f"yang ada: {', '.join(sorted(questions))}"
            yield found.finding("M025", words.name, f"tidak ada layanan yang menanyakan {name!r}; {hint}")
            continue
        for option in words.ways.keys() - set(questions[name]):
            problem = f"pertanyaan {name!r} tidak punya pilihan {option}, hanya {', '.join(questions[name])}"
            yield found.finding("M020", f"{words.name}.{option}", problem)


def _not_a_node(name: str, nodes: Iterable[str]) -> str:
    hint = likely(name, nodes)
    return f"simpul {name!r} tidak ada" + (f"; {hint}" if hint else "")
