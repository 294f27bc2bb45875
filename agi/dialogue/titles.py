"""What the places of a menu are called for people: by the words of the option that leads there, never by their ids."""

from collections.abc import Mapping

from agi.dialogue.menufile import MenuFile

FIRST = "Menu utama"


def titles(found: MenuFile) -> Mapping[str, str]:
    """Of each node its title: its own, else what is said to get there, else what they may wish for, else its name."""
    named = {found.start: FIRST} | {node.name: node.title for node in found.nodes.values() if node.title}
    for node in found.nodes.values():
        said = found.words.get(f"menu:{node.name}")
        for key, target in node.leads.items():
            if said and said.ways.get(key):
                named.setdefault(target, title_of(said.ways[key][0]))
    for node in found.nodes.values():
        named.setdefault(node.name, title_of(node.intents[0] if node.intents else node.name.replace("_", " ")))
    return named


_CAPITALS = {"nik": "NIK", "ktp": "KTP", "kk": "KK", "kia": "KIA", "ikd": "IKD", "pin": "PIN"}


def title_of(words: str) -> str:
    """Words as they are heard, written as people write them: "cek nik" is "Cek NIK"."""
    written = " ".join(_CAPITALS.get(word, word) for word in words.split())
    return written[:1].upper() + written[1:]
