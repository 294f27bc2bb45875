"""What the places of a menu are called for people: by the words of the option that leads there, never by their ids."""

from collections.abc import Mapping

from agi.dialogue.menufile import MenuFile

FIRST = "Menu utama"


def titles(found: MenuFile) -> Mapping[str, str]:
    """Of each node its title: what a caller says to get there, else what they may wish for, else its name."""
    named = {found.start: FIRST}
    for node in found.nodes.values():
        said = found.words.get(f"menu:{node.name}")
        for key, target in node.options.items():
            if said and said.ways.get(key):
                named.setdefault(target, _title(said.ways[key][0]))
    for node in found.nodes.values():
        named.setdefault(node.name, _title(node.intents[0] if node.intents else node.name.replace("_", " ")))
    return named


_CAPITALS = {"nik": "NIK", "ktp": "KTP", "kk": "KK", "kia": "KIA", "ikd": "IKD", "pin": "PIN"}


def _title(words: str) -> str:
    """Words as they are heard, written as people write them: "cek nik" is "Cek NIK"."""
    written = " ".join(_CAPITALS.get(word, word) for word in words.split())
    return written[:1].upper() + written[1:]
