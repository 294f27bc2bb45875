"""What an admin is shown of a sentence: where it is used, how long it takes, by whose voice, who changed it last."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from agi.dialogue import menu, talk
from agi.dialogue.menufile import MenuFile, read
from agi.dialogue.titles import titles
from agi.editions.edits import LastEdit
from agi.editions.spelling import plain
from agi.editions.working import RECORDINGS
from agi.pages.shared.heard import Heard
from agi.services import SERVICES, conversation
from agi.services.checked import SAID_BY_ASTERISK
from agi.voice.clips import Clips, Piece
from agi.voice.errors import UnknownKey
from agi.voice.places import Kind, Value
from agi.voice.texts import Text, Texts

_EVERYWHERE = {
    "Semua pertanyaan: bantuan, suara, dan pengulangan": talk.SAYS,
    "Setelah setiap jawaban": menu.SAYS,
    "Awal dan akhir panggilan": conversation.SAYS,
}
_EXAMPLES: Mapping[Kind, Value] = {
    Kind.DIGITS: "1234",
    Kind.NUMBER: 3,
    Kind.AMOUNT: 50_000,
    Kind.DATE: date(2026, 8, 17),
    Kind.TEXT: "Kantor Dukcapil",
}
KINDS = {
    Kind.DIGITS: "angka satu per satu",
    Kind.NUMBER: "bilangan",
    Kind.AMOUNT: "rupiah",
    Kind.DATE: "tanggal",
    Kind.PHRASE: "kalimat lain",
    Kind.TEXT: "tulisan",
}


@dataclass(frozen=True, slots=True)
class Use:
    """Where a sentence is used, in words; `path`: the page where that stands, or ""."""

    told: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence in the list.

    `used`: where, in words. `seconds` of its fixed parts; `reckoned` where they are not spoken yet. `recorded` of its
    `parts` are recordings. `change`: "", "baru" or "diubah", against what callers hear.
    """

    key: str
    text: str
    used: tuple[Use, ...]
    seconds: float
    reckoned: bool
    recorded: int
    parts: int
    last: LastEdit | None
    change: str

    def holds(self, words: Collection[str]) -> bool:
        """Whether all `words`, in small letters, stand in it somewhere."""
        everything = " ".join((self.key, self.text, *(use.told for use in self.used))).casefold()
        return all(word in everything for word in words)


def rows(here: Heard) -> Iterator[Row]:
    """All sentences, in the order of the file. Raises TextsError, FilesError."""
    draft, live = here.draft(), here.live()
    used = where_used(draft.texts, read(here.settings.prompts / "menu.toml"))
    edits = dict(here.working.last_edits(f"{draft.texts.language}.toml"))
    recorded = here.working.last_edits(RECORDINGS)
    for key, text in draft.texts.items():
        pieces = draft.pieces(key)
        lasts = draft.seconds(key)
        edited = (edits.get(key), *(recorded.get(recording_of(piece)) for piece in pieces))
        yield Row(
            key,
            plain(text.raw),
            used.get(key, ()),
            lasts if lasts is not None else reckoned_s(pieces, here.settings.voice.words_per_minute),
            lasts is None,
            sum(piece.recording is not None for piece in pieces),
            len(pieces),
            max((edit for edit in edited if edit), key=lambda edit: edit.at, default=None),
            change(draft, live, key),
        )


def change(draft: Clips, live: Clips | None, key: str) -> str:
    """How callers would hear `key` otherwise once it was published; "" where they would not."""
    if live is None or key not in live.texts:
        return "baru"
    said = [[piece.identity for piece in clips.pieces(key)] for clips in (draft, live)]
    same = plain(draft.texts[key].raw) == plain(live.texts[key].raw) and said[0] == said[1]
    return "" if same else "diubah"


def reckoned_s(pieces: Collection[Piece], words_per_minute: int) -> float:
    """About how long it takes to say `pieces`."""
    return sum(len(piece.spoken.split()) for piece in pieces) / words_per_minute * 60


def recording_of(piece: Piece) -> str:
    """The name of the recording that replaces it: "queue.thanks.1"."""
    return piece.name.replace("/", ".")


def where_used(texts: Texts, found: MenuFile) -> Mapping[str, tuple[Use, ...]]:
    """Of each key all that says it, for people: rows of the menu by title, services, other sentences."""
    used: dict[str, list[Use]] = {}
    named = titles(found)
    for node in found.nodes.values():
        for key in filter(None, (node.prompt, *node.say, *node.details)):
            used.setdefault(key, []).append(Use(f"Menu: {named[node.name]}", f"/menu#{node.name}"))
    for service in SERVICES.values():
        for key in service.says:
            used.setdefault(key, []).append(Use(f"Layanan: {service.title or 'petugas'}"))
    for where, says in _EVERYWHERE.items():
        for key in says:
            used.setdefault(key, []).append(Use(where))
    for key in texts:
        if key not in used and any(fnmatchcase(key, pattern) for pattern in SAID_BY_ASTERISK):
            used[key] = [Use("Antrean dan angka")]
    return {key: tuple(dict.fromkeys(where)) for key, where in used.items()}


def examples(texts: Texts, text: Text) -> Mapping[str, Value]:
    """Values for the places of `text`, so that it can be heard; none of them is anybody's."""
    phrase = next((key for key in ("document.ktp", "document.kk") if key in texts), "")
    if not phrase:
        phrase = next((key for key, one in texts.items() if not one.places), "")
    return {name: phrase if kind is Kind.PHRASE else _EXAMPLES[kind] for name, kind in text.places.items()}


@dataclass(frozen=True, slots=True)
class Part:
    """What can be recorded of a sentence, by the name of its recording; `digest` of the one there is, or ""."""

    name: str
    words: str
    digest: str


def parts(here: Heard, text: Text) -> tuple[Part, ...]:
    """All parts of `text` that can be recorded: all of it, or what stands between its places."""
    language = text.file.stem
    named = ((recording_of(piece), piece.spoken) for piece in here.draft().pieces(text.key))
    return tuple(Part(name, words, here.working.recording(name, language)) for name, words in named)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A part of a sentence as it will be said: `words`, or where `place` is set a chip with its kind."""

    words: str
    place: str = ""
    kind: str = ""


def spoken(clips: Clips, text: Text) -> tuple[Spoken, ...]:
    """What the lexicon and the rules for numbers make of `text`."""
    return tuple(
        Spoken(clips.language.wording.spoken(part, clips.lexicon))
        if isinstance(part, str)
        else Spoken("", part.name, KINDS[part.kind])
        for part in text.parts
    )


def text_of(clips: Clips | None, key: str) -> Text | None:
    """What `clips` say at `key`; None where they have nothing there."""
    try:
        return clips.texts[key] if clips else None
    except UnknownKey:
        return None
