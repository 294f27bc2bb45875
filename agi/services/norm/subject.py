"""What is measured: one menu with its texts, how long they last, and the settings of the hotline."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agi.dialogue.finding import Finding
from agi.dialogue.menu import MORE, SAYS
from agi.dialogue.menufile import MenuFile, Node, read
from agi.languages import named
from agi.languages.language import Language
from agi.settings import Settings
from agi.voice.clips import Clips
from agi.voice.lengths import lengths
from agi.voice.texts import Texts

_END = re.compile(r"(?<=[.!?])\s+")
_PLACE = re.compile(r"\{[^{}]*\}")
_ONE_WORD = "isian"
_WORD = re.compile(r"[^\W_]+(?:[-.'/][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Subject:
    """All of it; `seconds` are those of the fixed parts of each text. `folder` is where the files lie."""

    folder: Path
    found: MenuFile
    texts: Texts
    seconds: Mapping[str, float]
    settings: Settings
    language: Language

    @property
    def menus(self) -> tuple[Node, ...]:
        """All menus whose words are there."""
        return tuple(node for node in self.found.nodes.values() if node.options and node.prompt in self.texts)

    @property
    def offering(self) -> Mapping[str, tuple[str, str]]:
        """The texts that offer options, and where each stands: a node, and its name for people."""
        return {
            **{node.prompt: (node.name, f"[{node.name}]") for node in self.menus},
            **{key: (MORE, key) for key in SAYS if key in self.texts},
        }

    def in_text(self, code: str, key: str, message: str) -> Finding:
        """A finding about the text called `key`."""
        return Finding(code, *self.texts.line(key), f"{key}: {message}")

    def sentences(self, key: str) -> Iterator[str]:
        """The sentences of a text; a place counts as one word."""
        yield from filter(None, _END.split(_PLACE.sub(_ONE_WORD, self.texts[key].raw.strip())))


def words_of(text: str) -> list[str]:
    """The words of `text`, numbers too."""
    return _WORD.findall(text)


def subject(settings: Settings, folder: Path, sounds: Path | None = None) -> Subject:
    """What stands in `folder`; `sounds`: where an edition has it rendered. Raises TextsError."""
    texts = Texts.load(folder, settings.office.language)
    with Clips(texts, settings.voice, folder, settings.var) as clips:
        seconds = lengths(clips, settings.voice.words_per_minute, sounds).seconds
    language = named(settings.office.language)
    return Subject(folder, read(folder / "menu.toml"), texts, seconds, settings, language)
