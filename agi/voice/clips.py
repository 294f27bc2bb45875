"""From a key and its values to files Asterisk can play: the one door of this room for those who speak.

Every text is cut into fixed parts, which are rendered before they are needed, and places, whose values are joined
from rendered pieces (digits, phrases, small numbers, the parts of dates) or rendered and cached by their text.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import structlog
from soundfile import LibsndfileError

from agi.deadline import Deadline
from agi.languages import named
from agi.languages.language import groups
from agi.languages.lexicon import LexiconError
from agi.settings.tables import Voice
from agi.stamp import stamp
from agi.tomlfile import Problem
from agi.voice import audio, recordings, slower
from agi.voice.audio import Audio
from agi.voice.cache import Cache, identity, whole
from agi.voice.engine import Engine, engine, polish
from agi.voice.errors import RecordingError, SynthesisError, TextsError
from agi.voice.places import Kind, Place, Value
from agi.voice.recordings import Recordings
from agi.voice.sounds import Sounds
from agi.voice.synthesis import BEHIND_CALLS, Synthesis
from agi.voice.texts import RESERVED, Text, Texts

GROUP_PAUSE_MS = 400
"""Between groups of four digits."""
DIGIT_TAIL_MS = 100
"""After a single digit: callers write along, and need to hear where one ends."""
PAUSE = f"{RESERVED}/{GROUP_PAUSE_MS}"
_SINGLE_DIGITS = frozenset(f"digits.{digit}" for digit in range(10))
IN_TIME_S = 2.0
"""Longest wait of a caller for one value, in seconds, and a text has two at the most. What is not spoken by then is
left out, spoken on, and there when it is asked for again."""
TOLD_YEARS = range(2015, 2036)
"""Years that are told: of what is going on with a document. Others are spoken when they are asked for."""
Made = Callable[[], list[Path]]
Progress = Callable[[int, int], None]
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Piece:
    """One fixed part: its name (`queue/thanks`; beside places `queue/thanks.1`) and what it is made from."""

    name: str
    spoken: str
    recording: Path | None
    tail_ms: int
    identity: str


@dataclass(frozen=True, slots=True)
class Report:
    """What `render` did: how many clips there are, how many were made, and how many of these the engine spoke anew."""

    engine: Engine
    clips: int
    rendered: int
    spoken: int
    recordings: int
    seconds: float


class Clips:
    """All texts of one language as audio. Thread-safe; several processes may work on the same `var` at once.

    `prompts` holds lexicon.toml and recordings/; `sounds`: where their clips lie rendered. `like`: other clips of the
    same voice, whose speaking processes serve these too. Raises `TextsError` for a lexicon that is not valid.
    """

    def __init__(
        self,
        texts: Texts,
        voice: Voice,
        prompts: Path,
        var: Path,
        sounds: Path | None = None,
        like: "Clips | None" = None,
    ) -> None:
        self.texts = texts
        self.recordings = Recordings(prompts / "recordings")
        self.language = named(texts.language)
        try:
            self.lexicon = self.language.lexicon(prompts / "lexicon.toml")
        except LexiconError as wrong:
            raise TextsError(wrong.problems) from None
        self.engine = engine(voice)
        self._cache = Cache(var / "voice-cache")
        self._drafts = var / "voice-cache" / "drafts"
        self.speech: Synthesis = like.speech if like else Synthesis(self.engine, self._drafts)
        self._in_time: Deadline = like._in_time if like else Deadline(IN_TIME_S)
        self._sounds = Sounds(sounds) if sounds else None
        self._plan = {key: self._planned(text) for key, text in texts.items()}
        self._pause = Piece(PAUSE, "", None, 0, identity("pause", str(GROUP_PAUSE_MS), polish()))
        # A caller would wait for them, and they do not come with the program.
        self._values_ahead = [
            words for words in self._date_parts() if self.engine.slow and self._told(words) not in self.speech.pack
        ]
        values = (self._identity(words, audio.TAIL_MS) for words in self._values_ahead)
        self._cache.keep = frozenset((*(piece.identity for piece in self.pieces()), *values))

    def __enter__(self) -> "Clips":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def behind_calls(self) -> "Clips":
        """The same clips, spoken by processes of their own that give way to those that callers wait for."""
        others = copy(self)
        others.speech = Synthesis(self.engine, self._drafts, BEHIND_CALLS)
        return others

    def close(self) -> None:
        """End the speaking processes."""
        self.speech.close()

    def warm(self) -> None:
        """Start a speaking process now, so that the first value on a call does not wait for it."""
        self.speech.warm()

    def pieces(self, key: str | None = None) -> list[Piece]:
        """The fixed parts of one text, or of all and the pause: all that is rendered ahead."""
        if key is not None:
            return [step for step in self._plan[self.texts[key].key] if isinstance(step, Piece)]
        return [step for steps in self._plan.values() for step in steps if isinstance(step, Piece)] + [self._pause]

    def dead_recordings(self) -> list[Problem]:
        """Recordings that replace nothing, for the checker."""
        parts = {key: len(self.pieces(key)) for key in self._plan if self.texts[key].places}
        return self.recordings.dead(self.texts, parts)

    def seconds(self, key: str) -> float | None:
        """How long the fixed parts of a text last; None while they are not all rendered."""
        found = [self.rendered(piece) for piece in self.pieces(key)]
        return None if None in found else sum(audio.seconds(path) for path in found if path)

    def rendered(self, piece: Piece) -> Path | None:
        """Where the audio of `piece` is kept (without extension), or None if it is not rendered yet."""
        return self._cache.stem(piece.identity) if self._cache.has(piece.identity) else None

    def mend(self) -> int:
        """Make again every rendered clip that is gone or damaged; returns how many.

        Raises `RecordingError` or `SynthesisError`.
        """
        if self._sounds is None:
            return 0
        damaged = self._sounds.damaged()
        for piece in self.pieces():
            if piece.name in damaged:
                self._sounds.mend(piece.name, self._clip(piece, again=True))
        return len(damaged)

    def render(self, folder: Path, progress: Progress | None = None, *, force: bool = False) -> Report:
        """Make what is missing (with `force`: everything) and put all clips into the new `folder`.

        `progress` is told how many of how many clips are done. Raises `RecordingError` or `SynthesisError`; then the
        folder is not filled.
        """
        start = time.monotonic()
        spoken = self.speech.spoken
        pieces = self.pieces()
        each = {piece.identity: piece for piece in pieces}
        missing = [piece for piece in each.values() if force or not self._cache.has(piece.identity)]
        values = [words for words in self._values_ahead if not self._cache.has(self._identity(words, audio.TAIL_MS))]
        work = [
            *(partial(self._clip, piece, again=force) for piece in missing),
            *(partial(self._value, one) for one in values),
        ]
        # One thread more than children, so that none of them waits while audio is levelled.
        with ThreadPoolExecutor(self.engine.children + 1) as pool:
            for done, _ in enumerate(pool.map(lambda make: make(), work), 1):
                if progress:
                    progress(done, len(work))
        Sounds(folder).write({piece.name: self._cache.stem(piece.identity) for piece in pieces})
        self._cache.trim()
        return Report(
            self.engine,
            clips=len(pieces),
            rendered=len(missing),
            spoken=self.speech.spoken - spoken,
            recordings=sum(piece.recording is not None for piece in pieces),
            seconds=time.monotonic() - start,
        )

    def told_ahead(self, known: Iterable[tuple[str, Mapping[str, Value]]] = ()) -> list[str]:
        """What the engine is told of all that is known before any call, each passage once.

        `known`: texts whose values are known, too, by their keys. Raises `UnknownKey` or `PlaceError`.
        """
        fixed = [piece.spoken for piece in self.pieces() if piece.spoken and not piece.recording]
        values = [words for key, places in known for words in self._value_texts(key, places)]
        told = map(self._told, (*fixed, *self._date_parts(), *values))
        return list(dict.fromkeys(passage for one in told for passage in self.engine.passages(one)))

    def _date_parts(self) -> list[str]:
        """All parts of dates of the years that are told, as they are worded within a text and at its end."""
        if not any(Kind.DATE in text.places.values() for text in self.texts.values()):
            return []
        days = [date(2024, 1, 1) + timedelta(days) for days in range(366)]
        dates = [self.language.dates.parts(day) for day in (*days, *(date(year, 1, 1) for year in TOLD_YEARS))]
        within = [_sentence(part, ends=False) for parts in dates for part in parts]
        return list(dict.fromkeys([*within, *(_sentence(parts[-1], ends=True) for parts in dates)]))

    def clips(self, key: str, places: Mapping[str, Value] | None = None, *, recorded: bool = True) -> list[Path]:
        """What to play for the text called `key`, in order: absolute paths without extension (.wav and .wav16 exist).

        Without `recorded`, its fixed parts are those of the synthetic voice, also where recordings replace them. Raises
        `UnknownKey`, `PlaceError` or `SynthesisError`.
        """
        values = self.texts.checked(key, places or {})
        found: list[Path] = []
        for step in self._plan[key]:
            if isinstance(step, Piece) and step.recording and not recorded:
                found.append(self._value(step.spoken, step.tail_ms))
            else:
                found += self._said(key, step, values, lambda make: make())
        return found

    def free(self, words: str) -> Path:
        """The clip of `words` that no text holds, spoken if need be (path without extension). Raises SynthesisError."""
        return self._value(_sentence(self._aloud(words), ends=True))

    def after_values(self, key: str) -> int:
        """How many clips of the text called `key` come after its last value; all where it has none."""
        steps = self._plan[key]
        return next((nth for nth, step in enumerate(reversed(steps)) if isinstance(step, Place)), len(steps))

    def playable(self, key: str, places: Mapping[str, Value] | None = None) -> list[Path]:
        """As `clips`, for a call: what cannot be spoken now, or not in time, is left out, and the call goes on.

        Raises `UnknownKey` or `PlaceError`.
        """
        paths: list[Path] = []
        values = self.texts.checked(key, places or {})
        for step in self._plan[key]:
            try:
                paths += self._said(key, step, values, self._in_time.run)
            except (SynthesisError, OSError) as error:
                _log.error("voice.left_out", key=key, why=type(error).__name__)
        return paths

    def slower(self, clip: Path) -> Path:
        """`clip` (a path without extension) with longer pauses; `clip` itself where that can't be made."""
        try:
            made_from = identity("slower", stamp(Path(f"{clip}.wav16").read_bytes()), slower.maker())
            return self._cache.get(made_from, lambda: slower.slower(slower.load(clip))).absolute()
        except (OSError, ValueError, LibsndfileError) as error:
            _log.error("voice.not_slower", why=type(error).__name__)
            return clip

    def _said(
        self, key: str, step: Piece | Place, values: Mapping[str, Value], made: Callable[[Made], list[Path]]
    ) -> list[Path]:
        """The clips of one part of a text; `made` has those made that are not rendered ahead."""
        if isinstance(step, Piece):
            return [self.file(step)]
        value = values[step.name]
        match step.kind:
            case Kind.DIGITS:
                return self._digits(str(value))
            case Kind.PHRASE:
                return [self.file(piece) for piece in self.pieces(str(value))]
            case Kind.NUMBER if f"digits.{value}" in self.texts:
                return [self.file(piece) for piece in self.pieces(f"digits.{value}")]
        texts = self._wording(key, step, value)
        return made(partial(self._values, texts)) if texts else []

    def _value_texts(self, key: str, places: Mapping[str, Value]) -> Iterator[str]:
        """What is spoken of the values of a text that no clips of digits or phrases say."""
        values = self.texts.checked(key, places)
        for step in self._plan[key]:
            if isinstance(step, Place) and step.kind not in (Kind.DIGITS, Kind.PHRASE):
                yield from self._wording(key, step, values[step.name])

    def _wording(self, key: str, step: Place, value: Value) -> tuple[str, ...]:
        """A value as it is spoken at its place, in parts; the voice falls where nothing is said after it."""
        *first, last = self._worded(step.kind, value)
        if not last:
            return ()
        return (*(_sentence(part, ends=False) for part in first), _sentence(last, ends=step is self._plan[key][-1]))

    def _worded(self, kind: Kind, value: Value) -> tuple[str, ...]:
        """A number, amount, date or free text in words, in the parts that it is joined from."""
        match kind, value:
            case Kind.NUMBER, int():
                return (self.language.numbers.say(value),)
            case Kind.AMOUNT, int():
                return (self.language.wording.amount(value),)
            case Kind.DATE, date():
                return self.language.dates.parts(value)
        return (self._aloud(str(value)),)

    def _aloud(self, text: str) -> str:
        return self.language.wording.spoken(text, self.lexicon)

    def _digits(self, digits: str) -> list[Path]:
        """Digit by digit in groups of four. Never rendered or kept as a whole: a NIK must not lie in a file."""
        paths: list[Path] = []
        for group in groups(digits):
            if paths:
                paths.append(self.file(self._pause))
            paths += [self.file(piece) for digit in group for piece in self.pieces(f"digits.{digit}")]
        return paths

    def file(self, piece: Piece) -> Path:
        """The rendered file of `piece`, or the cached one (made if need be) where these clips lie nowhere.

        A rendered file that is gone or cut off is made again and put back. Raises `SynthesisError`.
        """
        if self._sounds is None:
            return self._spoken(piece)
        rendered = self._sounds.folder / piece.name
        if whole(rendered):
            return rendered
        _log.warning("voice.mended", clip=piece.name)
        made = self._spoken(piece)
        with suppress(OSError):  # the clip is played from the cache then
            self._sounds.mend(piece.name, made)
            return rendered
        return made

    def _spoken(self, piece: Piece) -> Path:
        """The cached clip of `piece`; by the synthetic voice where its recording can no longer be used."""
        try:
            return self._clip(piece).absolute()
        except RecordingError:
            _log.warning("voice.no_recording", clip=piece.name)
            return self._value(piece.spoken, piece.tail_ms)

    def _values(self, texts: Sequence[str]) -> list[Path]:
        return [self._value(text) for text in texts]

    def _value(self, words: str, tail_ms: int = audio.TAIL_MS) -> Path:
        made_from = self._identity(words, tail_ms)
        return self._cache.get(made_from, lambda: self._synthesised(words, tail_ms)).absolute()

    def _clip(self, piece: Piece, *, again: bool = False) -> Path:
        return self._cache.get(piece.identity, lambda: self._made(piece), again=again)

    def _made(self, piece: Piece) -> Audio:
        if piece.recording:
            return recordings.load(piece.recording, piece.tail_ms)
        return self._synthesised(piece.spoken, piece.tail_ms) if piece.spoken else audio.pause(GROUP_PAUSE_MS)

    def _synthesised(self, words: str, tail_ms: int) -> Audio:
        return audio.polished(*self.speech.speak(self._told(words)), tail_ms)

    def _told(self, words: str) -> str:
        return self.engine.told(words, self.language, self.lexicon)

    def _identity(self, words: str, tail_ms: int) -> str:
        """The name of the clip that says `words`."""
        return identity("text", self._told(words), str(tail_ms), polish(), *self.engine.made_by)

    def _planned(self, text: Text) -> tuple[Piece | Place, ...]:
        """What is played for one text, in order; parts with nothing to say (a full stop after a place) are left out."""
        steps: list[Piece | Place] = []
        count = 0
        for part in text.parts:
            if isinstance(part, Place):
                steps.append(part)
            elif _has_words(spoken := self._aloud(part)):
                count += 1
                suffix = f".{count}" if text.places else ""
                steps.append(self._piece(text, suffix, _sentence(spoken, ends=False)))
        return tuple(steps)

    def _piece(self, text: Text, suffix: str, words: str) -> Piece:
        tail_ms = DIGIT_TAIL_MS if text.key in _SINGLE_DIGITS else audio.TAIL_MS
        recording = self.recordings.path(text.file.stem, f"{text.key}{suffix}")
        if recording:
            made_from = identity("recording", stamp(recording.read_bytes()), str(tail_ms), polish())
        else:
            made_from = self._identity(words, tail_ms)
        return Piece(f"{text.key.replace('.', '/')}{suffix}", words, recording, tail_ms, made_from)


def _has_words(words: str) -> bool:
    return any(char.isalpha() for char in words)


def _sentence(words: str, *, ends: bool) -> str:
    """`words` with a mark at their end: the one there is, else a full stop where the sentence `ends`, else a comma.

    A comma keeps the voice up: more is to come.
    """
    if not _has_words(words) or words[-1] in ".?!":
        return words
    return f"{words}{'.' if ends else ','}"
