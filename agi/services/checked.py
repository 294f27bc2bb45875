"""Menu and texts, checked together: nothing unchecked is served."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path

from agi.dialogue import facts, menu, offers, talk
from agi.dialogue.check import check_questions, check_tree
from agi.dialogue.finding import Finding, likely
from agi.dialogue.menufile import OPTION_KEYS, MenuFile, Node, read
from agi.dialogue.talk import Says
from agi.languages import named
from agi.languages.language import Language
from agi.languages.lexicon import LexiconError
from agi.services import SERVICES, conversation
from agi.services.written import check_messages
from agi.settings import Settings
from agi.speech import standard
from agi.speech.alike import alike
from agi.speech.grammar import ChoiceGrammar
from agi.speech.intents import Intents
from agi.speech.pronunciation import Pronunciations
from agi.tomlfile import Problem
from agi.voice import inspection
from agi.voice.clips import Clips
from agi.voice.errors import TextsError
from agi.voice.texts import FALLBACK, Texts

SAYS: Says = {
    **talk.SAYS,
    **menu.SAYS,
    **conversation.SAYS,
    **{key: places for service in SERVICES.values() for key, places in service.says.items()},
}
"""All that engine and services say."""

ASKS: Mapping[str, str] = {
    **menu.ASKS,
    **conversation.ASKS,
    **{name: keys for service in SERVICES.values() for name, keys in service.asks.items()},
}
"""All questions of engine and services that may have words of their own in the menu."""

SAID_BY_ASTERISK = ("digits.*", "queue.*", "fault.*", "agent.colleague", "agent.no_colleague")
"""Prompts that the dialplan and the voice itself use: number words, announcements in the queue, the apology."""


MENU_S, MORE_S = 10.0, 4.0
"""How long a menu may last, and the question after each answer, which callers hear most."""


def check_all(settings: Settings, prompts: Path | None = None) -> tuple[Finding, ...]:
    """The complete check, the same for `prompts check`, `doctor`, `try` and whatever is published: menu, texts,
    lexicon, recordings, words; of the working copy, or in the folder `prompts`.
    """
    folder = prompts or settings.prompts
    language = named(settings.office.language)
    findings = [*_by_lexicon(folder, language), *_by_sound(folder), *_by_meaning(folder, language)]
    try:
        texts = Texts.load(folder, settings.office.language)
        findings += check_menu(folder / "menu.toml", texts, language)
        findings += check_messages(read(folder / "menu.toml"), texts)
        with Clips(texts, settings.voice, folder, settings.var) as clips:
            findings += _by_voice(clips, settings.voice.words_per_minute)
            menus = {node.prompt: MENU_S for node in read(folder / "menu.toml").nodes.values() if node.prompt in texts}
            most_s = menus | {key: MORE_S if key == "menu.more" else MENU_S for key in menu.SAYS if key in texts}
            findings += _coded("T012", inspection.slow_menus(clips, most_s, settings.voice.words_per_minute))
    except TextsError as wrong:
        findings += _coded("T008", wrong.problems)
    return tuple(sorted(set(findings), key=lambda one: (str(one.path), one.line, one.code, one.message)))


def check_menu(path: Path, texts: Texts, language: Language) -> Iterator[Finding]:
    """What is wrong with the menu, with what it and the services say, and with the words for their questions."""
    found = read(path)
    yield from check_tree(found, language)
    if not found.nodes:  # nothing else can be said about a menu that cannot be read
        return
    for key in texts.missing:
        problem = f"{key} belum ada: penelepon mendengarnya dalam bahasa Indonesia"
        yield Finding("T006", path.with_name(f"{texts.language}.toml"), 0, problem)
    yield from _check_services(found)
    yield from _check_prompts(found, texts, language)
    yield from _check_places(texts, path.parent)
    yield from _check_unused(found, texts)
    yield from check_questions(found, ASKS)
    yield from _check_facts(path.with_name(facts.FILE), texts)


def _check_facts(path: Path, texts: Texts) -> Iterator[Finding]:
    """What is wrong with the facts by themselves, and those that stand for no sentence."""
    found = facts.read(path)
    yield from found.findings
    for fact in found.facts.values():
        for key in fact.sentences:
            if key not in texts:
                hint = likely(key, texts)
                problem = f"[{fact.name}]: tidak ada kalimat {key!r}" + (f"; {hint}" if hint else "")
                yield Finding("F003", path, found.lines.get(f"{fact.name}.sentences", 0), problem)


def _check_services(found: MenuFile) -> Iterator[Finding]:
    for node in found.nodes.values():
        if node.service and node.service not in SERVICES:
            hint = likely(node.service, SERVICES) or f"yang ada: {', '.join(sorted(SERVICES))}"
            problem = f"service di [{node.name}]: {node.service!r} tidak ada; {hint}"
            yield found.finding("M013", f"{node.name}.service", problem)


def _said_by(node: Node) -> Iterator[tuple[str, str]]:
    """(prompt, field) of everything that a node says."""
    if node.prompt:
        yield node.prompt, "prompt"
    for key in node.say:
        yield key, "say"
    for key in node.details:
        yield key, "details"


def _check_prompts(found: MenuFile, texts: Texts, language: Language) -> Iterator[Finding]:
    for node in found.nodes.values():
        for key, said_in in _said_by(node):
            if key not in texts:
                hint = likely(key, texts)
                problem = f"[{node.name}]: tidak ada teks {key!r}" + (f"; {hint}" if hint else "")
                yield found.finding("T001", f"{node.name}.{said_in}", problem)
            elif places := texts[key].places:
                names = ", ".join(sorted(places))
                problem = f"{key}: tidak ada yang mengisi {names}: menu mengucapkannya tanpa isian"
                yield Finding("T003", *texts.line(key), problem)
        if node.options and node.prompt in texts:
            yield from _check_mentions(found, node, texts, language)


def _check_mentions(found: MenuFile, node: Node, texts: Texts, language: Language) -> Iterator[Finding]:
    """Every option is offered as "tekan N", and no key is offered that is none."""
    words = texts[node.prompt].raw
    digits = set(re.findall(r"\b[1-8]\b", words))  # texts of a language without a folder
    said, ways = offers.spoken(words, language), offers.ways_of(found, node)
    offered = {offer.key for offer in said.offers} & set(OPTION_KEYS)
    for key in node.options:
        if key not in offered | digits:
            problem = f"{node.prompt} tidak menyebut gunanya tombol {key} dari [{node.name}]: “… tekan {key}”"
            yield found.finding("M011", f"{node.name}.{key}", problem)
    for key in sorted(offered - set(node.options)):
        problem = f"{node.prompt} menyebut “tekan {key}”, padahal [{node.name}] tidak punya pilihan {key}"
        yield Finding("M018", *texts.line(node.prompt), problem)
    for key, other in offers.crossed(said, ways).items():
        problem = f"{node.prompt} menyebut kata pilihan {other} dari [{node.name}] sebelum “tekan {key}”: tertukar"
        yield found.finding("M030", f"{node.name}.{key}", problem)


def _check_places(texts: Texts, folder: Path) -> Iterator[Finding]:
    for key, needed in SAYS.items():
        if key not in texts:
            problem = f"layanan mengucapkan teks yang tidak ada: {key}; kembalikan dari cadangan"
            yield Finding("T001", folder / f"{FALLBACK}.toml", 0, problem)
            continue
        path, line = texts.line(key)
        places = texts[key].places
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


def _check_unused(found: MenuFile, texts: Texts) -> Iterator[Finding]:
    used = {key for node in found.nodes.values() for key, _ in _said_by(node)} | SAYS.keys()
    for key in texts:
        if key not in used and not any(fnmatchcase(key, pattern) for pattern in SAID_BY_ASTERISK):
            yield Finding("T005", *texts.line(key), f"{key} tidak pernah diucapkan")


def _by_lexicon(folder: Path, language: Language) -> Iterator[Finding]:
    file = folder / "lexicon.toml"
    try:
        if not language.lexicon(file).sounds:
            problem = "tabel [sounds] tidak ada: kata didengar menurut ejaannya saja; kembalikan dari cadangan"
            yield Finding("T011", file, 0, problem)
    except LexiconError as wrong:
        yield from _coded("T008", wrong.problems)


def _by_voice(clips: Clips, words_per_minute: int) -> Iterator[Finding]:
    """What only the voice can tell."""
    yield from _coded("T007", inspection.unspeakable_texts(clips))
    yield from _coded("T009", inspection.long_texts(clips, words_per_minute))
    yield from _coded("T010", inspection.foreign_texts(clips))
    yield from _coded("R001", inspection.bad_recordings(clips))
    yield from _coded("R002", clips.dead_recordings())


def _by_sound(folder: Path) -> Iterator[Finding]:
    """Words of different options that sound alike; lists of words that cannot be read."""
    try:
        standard.lists()
    except LexiconError as wrong:
        yield from _coded("M027", wrong.problems)
        return
    with suppress(LexiconError):  # what is wrong with it is told elsewhere
        pronunciations = Pronunciations(folder / "lexicon.toml")
        found = read(folder / "menu.toml")
        for words in found.heard().values():
            for one in alike(words.ways, pronunciations):
                line = found.line_of(f"{words.name}.{one.other_key}")
                problem = (
                    f'"{one.text}" (pilihan {one.key}) terdengar mirip "{one.other_text}" '
                    f"(pilihan {one.other_key}, baris {line}): pakai kata lain untuk salah satunya"
                )
                yield found.finding("M026", f"{words.name}.{one.key}", problem)


def _by_meaning(folder: Path, language: Language) -> Iterator[Finding]:
    """Sentences that lead to two places: by their intents, or by those of one and the words of a menu for another."""
    try:
        found = menu.Menu.load(folder / "menu.toml", language)
    except menu.MenuError:  # told elsewhere
        return
    file = read(folder / "menu.toml")
    said = standard.of_menu(found.spoken, found.leads, language)
    for wishes in (one for one in said if isinstance(one, Intents)):
        for clash in wishes.clashes():
            line = file.line_of(f"{clash.place}.intents")
            problem = (
                f'"{clash.sentence}" berarti [{clash.other}] dan juga [{clash.place}] (baris {line}): '
                "penelepon akan ditanya; tambahkan kata yang membedakan"
            )
            yield file.finding("M028", f"{clash.other}.intents", problem)
        for options in (one for one in said if isinstance(one, ChoiceGrammar) and one.beside is wishes):
            name = options.name.removeprefix("menu:")
            for key, way in ((key, way) for key, ways in options.words.items() for way in ways):
                meant, place = wishes.values(tuple(way.split())), options.leads.get(key, "")
                known = {
                    place,
                    *wishes.above.get(place, ()),
                    *(one for one in meant if place in wishes.above.get(one, ())),
                }
                if place and meant and not wishes.doubtful(tuple(way.split())) and meant[0] not in known:
                    problem = (
                        f'"{way}" memilih {key} di [{name}], yaitu [{place}], tetapi berarti [{meant[0]}] '
                        "bila dikatakan di menu lain"
                    )
                    yield file.finding("M028", f"{name}.words.{key}", problem)


def _coded(code: str, problems: Iterable[Problem]) -> list[Finding]:
    return [Finding(code, one.file, one.line, one.message) for one in problems]
