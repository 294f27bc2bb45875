"""What is measured of the dialogue: menus, keys, time-outs, ways to an agent and to an answer, words for options."""

import re
from collections.abc import Iterator
from pathlib import Path

from agi.dialogue.asking import SLOWER_WAITS
from agi.dialogue.check import MOST_OPTIONS
from agi.dialogue.finding import Finding
from agi.dialogue.menu import Menu, MenuError
from agi.dialogue.menufile import GIVE_UP_END, OPTION_KEYS
from agi.dialogue.waiting import FETCH_MS
from agi.services.checked import MENU_S, MORE_S
from agi.services.norm import rules
from agi.services.norm.measured import Measured
from agi.services.norm.rules import LEAST_MS, MOST_MS
from agi.services.norm.subject import Subject
from agi.speech.alike import alike
from agi.speech.pronunciation import Pronunciations

_PAPERS = ("nik.paper", "kk.paper", "registration.paper", "pin.paper")
_LEAST_FETCH_MS = 30_000
_ASKED_FOR = ("help.menu.asked", "help.entry.asked")
_MORE = "menu.more"
_SECOND_HELPS = ("help.menu.silent_again", "help.menu.wrong_again")
_CORRECTING = ("help.entry.silent_again", "help.entry.short_again")
_MEANS = {
    "0": ("petugas", "nol"),
    "9": ("ulang", "dengar", "lagi"),
    "bintang": ("kembali", "ulang", "ganti", "hapus"),
    "pagar": ("unggu", "akhir", "lalu pagar", "elesai", "asukkan"),  # tunggu, selesai, masukkan … lalu
}
"""Keys that always mean the same, and the words of which one stands where they are offered."""
_OFFERED = {
    key: re.compile(rf"\b(?:tekan\s+{key}|{key}\s+untuk|{key}(?=,|\.|$))\b|\blalu {key}\b", re.IGNORECASE)
    for key in _MEANS
}


def options(on: Subject) -> Measured:
    """N002: no menu has too many options."""
    found = [
        on.found.finding(rules.OPTIONS.code, node.name, f"[{node.name}] punya {len(node.options)} pilihan")
        for node in on.menus
        if len(node.options) > MOST_OPTIONS
    ]
    return Measured(f"{max((len(node.options) for node in on.menus), default=0)} pilihan", tuple(found))


def order(on: Subject) -> Measured:
    """N003: keys are named in their order."""
    found = []
    for key in on.offering:
        named = "".join(one for one in _keys(on, key) if one in OPTION_KEYS)
        if named != OPTION_KEYS[: len(named)]:
            found.append(on.in_text(rules.ORDER.code, key, f"tombol disebut dengan urutan {', '.join(named)}"))
    return Measured(f"{len(on.offering) - len(found)} dari {len(on.offering)} menu berurutan", tuple(found))


def menu_length(on: Subject) -> Measured:
    """N004: no menu lasts too long."""
    lasts = {key: on.seconds.get(key, 0.0) for key in on.offering}
    found = [
        on.in_text(rules.MENU_LENGTH.code, key, f"lamanya {_one(seconds)} detik")
        for key, seconds in lasts.items()
        if seconds > (MORE_S if key == _MORE else MENU_S)
    ]
    return Measured(f"{_one(max(lasts.values(), default=0.0))} detik", tuple(found))


def fetching(on: Subject) -> Measured:
    """N009: who is asked for a number is told on which paper it stands, and has time to fetch it."""
    lacking = [key for key in _PAPERS if key not in on.texts]
    found = [Finding(rules.FETCHING.code, on.folder / "id.toml", 0, f"{key} tidak ada") for key in lacking]
    there = len(_PAPERS) - len(lacking)
    if FETCH_MS < _LEAST_FETCH_MS:
        found.append(Finding(rules.FETCHING.code, on.folder / "id.toml", 0, f"menunggu hanya {FETCH_MS // 1000} detik"))
    return Measured(f"{there} dari {len(_PAPERS)} nomor; {FETCH_MS // 1000} detik", tuple(found))


def slower(on: Subject) -> Measured:
    """N010: slower speech and more time can be asked for, and callers are told."""
    return Measured(
        f"{SLOWER_WAITS} kali", tuple(_lacking(on, rules.SLOWER.code, _ASKED_FOR, ("lebih pelan", "tunggu")))
    )


def key_taken(on: Subject) -> Measured:
    """N011: a sign after each key. The program gives none within a number, and says so here."""
    where = [key for key in ("nik.ask", "kk.ask", "registration.ask", "pin.ask") if key in on.texts]
    found = [on.in_text(rules.KEY_TAKEN.code, key, "angka diterima tanpa tanda satu per satu") for key in where]
    return Measured(f"di setiap menu; tidak di {len(where)} isian nomor", tuple(found))


def same_keys(on: Subject) -> Measured:
    """N012: keys that mean the same everywhere are offered for nothing else."""
    named = 0
    found: list[Finding] = []
    for key in on.texts:
        for sentence in on.sentences(key):
            for pressed, means in _MEANS.items():
                if _OFFERED[pressed].search(sentence):
                    named += 1
                    if not any(word in sentence.lower() for word in means):
                        message = f"“{sentence[:50]}” menawarkan {pressed} untuk hal lain"
                        found.append(on.in_text(rules.SAME_KEYS.code, key, message))
    return Measured(f"{named - len(found)} dari {named} penyebutan", tuple(found))


def ways_out(on: Subject) -> Measured:
    """N013: callers are told how to go back, to hear it again and to get an agent, and no place ends without one."""
    told = list(_lacking(on, rules.WAYS_OUT.code, _SECOND_HELPS, ("bintang", "9", "petugas")))
    ends = [node for node in on.found.nodes.values() if node.give_up == GIVE_UP_END]
    ended = [
        on.found.finding(rules.WAYS_OUT.code, f"{node.name}.give_up", f"[{node.name}] berakhir tanpa petugas")
        for node in ends
    ]
    return Measured(f"{len(_SECOND_HELPS) - len(told)} bantuan; {len(ends)} tempat tanpa petugas", (*told, *ended))


def timeouts(on: Subject) -> Measured:
    """N014: time-outs are neither too short nor too long."""
    dialogue = on.settings.dialogue
    usual = {"first_key_ms": dialogue.first_key_ms, "between_keys_ms": dialogue.between_keys_ms}
    found = [
        Finding(rules.TIMEOUTS.code, Path("hotline.toml"), 0, f"dialogue.{name} = {ms} milidetik")
        for name, ms in usual.items()
        if not LEAST_MS <= ms <= MOST_MS
    ]
    every = list(usual.values())
    for node in on.found.nodes.values():
        for name in usual.keys() & node.patience.keys():
            ms = node.patience[name]
            every.append(ms)
            if not LEAST_MS <= ms <= MOST_MS:
                message = f"{name} di [{node.name}] = {ms} milidetik"
                found.append(on.found.finding(rules.TIMEOUTS.code, f"{node.name}.{name}", message))
    return Measured(f"{_one(min(every) / 1000)} sampai {_one(max(every) / 1000)} detik", tuple(found))


def to_agent(on: Subject) -> Measured:
    """N015: the agent is offered early, with one key."""
    key = on.found.nodes[on.found.start].prompt if on.found.start in on.found.nodes else ""
    if key not in on.texts:
        return Measured("tidak ada menu utama")
    raw = on.texts[key].raw
    offer = re.search(rf"\b{on.language.vocabulary.offers}0(?!\d)", raw, re.IGNORECASE)
    if offer is None:
        return Measured("tidak ditawarkan", (on.in_text(rules.TO_AGENT.code, key, "petugas tidak ditawarkan"),))
    after_s = on.seconds.get("call.welcome", 0.0) + on.seconds.get(key, 0.0) * offer.end() / len(raw)
    late = on.in_text(rules.TO_AGENT.code, key, f"petugas baru ditawarkan setelah {_one(after_s)} detik")
    return Measured(f"1 tombol; {_one(after_s)} detik", (late,) if after_s > rules.AGENT_S else ())


def depth(on: Subject) -> Measured:
    """N016: no answer is too far away."""
    try:
        menu = Menu.load(on.folder / "menu.toml", on.language)
    except MenuError:  # the check itself tells what is wrong
        wrong = Finding(
            rules.DEPTH.code, on.folder / "menu.toml", 0, "perbaiki dulu kesalahan menu (Pemeriksaan di Draf)"
        )
        return Measured("menu belum dapat dibaca", (wrong,))
    ways = {node.name: menu.way_to(node.name) for node in menu.nodes.values() if not node.options}
    far = {name: len(way) - 1 for name, way in ways.items() if way[0] == menu.start}
    found = [
        on.found.finding(rules.DEPTH.code, name, f"[{name}] baru setelah {choices} pilihan")
        for name, choices in far.items()
        if choices > rules.MOST_CHOICES
    ]
    return Measured(f"{max(far.values(), default=0)} pilihan", tuple(found))


def synonyms(on: Subject) -> Measured:
    """N017: each option may be said in more than one way."""
    ways: list[int] = []
    found = []
    for node in on.menus:
        said = on.found.words.get(f"menu:{node.name}")
        for key in node.options:
            ways.append(len(said.ways.get(key, ())) if said else 0)
            if ways[-1] < rules.LEAST_WAYS:
                message = f"pilihan {key} di [{node.name}] hanya punya {ways[-1]} cara mengucapkan"
                found.append(on.found.finding(rules.SYNONYMS.code, f"{node.name}.words.{key}", message))
    return Measured(f"{min(ways, default=0)} cara", tuple(found))


def distinct(on: Subject) -> Measured:
    """N018: no words of two options sound alike. Raises LexiconError."""
    pronunciations = Pronunciations(on.folder / "lexicon.toml", on.language)
    found = []
    for words in on.found.words.values():
        for one in alike(words.ways, pronunciations):
            message = f"“{one.text}” (pilihan {one.key}) terdengar mirip “{one.other_text}” (pilihan {one.other_key})"
            found.append(on.found.finding(rules.DISTINCT.code, f"{words.name}.{one.key}", message))
    return Measured(f"{len(found)} pasang", tuple(found))


def correcting(on: Subject) -> Measured:
    """N019: callers are told how to enter a number anew."""
    lacking = tuple(_lacking(on, rules.CORRECTING.code, _CORRECTING, ("bintang",)))
    return Measured(f"{len(_CORRECTING) - len(lacking)} dari {len(_CORRECTING)} bantuan", lacking)


def _keys(on: Subject, key: str) -> list[str]:
    """The keys that a text offers, in its order."""
    return re.findall(rf"\b{on.language.vocabulary.offers}(\d)(?!\d)", on.texts[key].raw, re.IGNORECASE)


def _lacking(on: Subject, code: str, keys: tuple[str, ...], words: tuple[str, ...]) -> Iterator[Finding]:
    """Each of these texts that lacks one of the words."""
    for key in keys:
        if key not in on.texts:
            yield Finding(code, on.folder / "id.toml", 0, f"{key} tidak ada")
        elif lacks := [word for word in words if word not in on.texts[key].raw.lower()]:
            yield on.in_text(code, key, f"tidak menyebut {', '.join(lacks)}")


def _one(seconds: float) -> str:
    return f"{seconds:.1f}".replace(".", ",")
