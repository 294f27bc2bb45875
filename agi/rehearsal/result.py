"""What a rehearsal found: typed, kept in a file, and put into words for who has to mend it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

WELL = 0.8
"""The share of times from which a word counts as understood well: five of six."""


class Moment(StrEnum):
    """When an option's key is pressed."""

    DURING = "selama kalimat"  # as soon as the option was named
    AFTER = "sesudah kalimat"


@dataclass(frozen=True, slots=True)
class Pressed:
    """What became of a key. `follows`: the place that comes then, "" where the question is asked again or it can't be
    told. `seconds`: from the beginning of the question's prompt to the answer.
    """

    moment: Moment
    understood: bool
    follows: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Way:
    """One way to say an option, said so many `times`.

    Of these it was `understood`, `asked` of them only after "benar?". `seconds`: from the end of the words to the
    answer, in the middle of those understood; None where it never was.
    """

    text: str
    times: int
    understood: int
    asked: int
    seconds: float | None

    @property
    def share(self) -> float:
        """How often it was understood, from 0 to 1."""
        return self.understood / self.times


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a question; of a wish `key` is the place. `leads`: the place behind it, by its title."""

    key: str
    leads: str
    pressed: tuple[Pressed, ...] = ()
    ways: tuple[Way, ...] = ()

    @property
    def name(self) -> str:
        """What people call it."""
        return called(self.key, self.leads)

    @property
    def share(self) -> float | None:
        """How often its words were understood; None where none were said."""
        return _share(self.ways)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One question, by its `title` for people. `name`: its place in menu.toml."""

    name: str
    title: str
    options: tuple[Option, ...]

    @property
    def share(self) -> float | None:
        """How often the words of its options were understood; None where none were said."""
        return _share([way for option in self.options for way in option.ways])

    @property
    def misses_keys(self) -> bool:
        """Whether a key was not taken."""
        return any(not one.understood for option in self.options for one in option.pressed)


@dataclass(frozen=True, slots=True)
class Mistake:
    """`said`, for the `option` of `question`, was taken for `heard`, `times` of `of`.

    `other` is the option, or the place, that was heard, "" where it was a command; both "" where it was nothing.
    Options are called as `Option.name` is.
    """

    question: str
    option: str
    said: str
    other: str
    heard: str
    times: int
    of: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A whole rehearsal, the worst first. `draft`: the digest of what was rehearsed; `every`: not only what differs
    from what callers hear. `mute`: why nothing was said, "" where words were. `seconds`: how long it took.
    """

    draft: str
    at: datetime
    every: bool
    voices: tuple[str, ...]
    lines: tuple[str, ...]
    mute: str
    seconds: float
    questions: tuple[Rehearsed, ...]
    mistakes: tuple[Mistake, ...]

    @property
    def turns(self) -> int:
        """How many answers were given by voice."""
        return sum(way.times for one in self.questions for option in one.options for way in option.ways)

    @property
    def share(self) -> float | None:
        """How many of them were understood."""
        return _share([way for one in self.questions for option in one.options for way in option.ways])


def mending(found: Rehearsal) -> Iterator[str]:
    """What to do, the worst first; nothing where all was understood well."""
    taken: dict[tuple[str, str, str], Mistake] = {}
    for one in found.mistakes:  # the most frequent first
        taken.setdefault((one.question, one.option, one.said), one)
    said = [(one, option, way) for one in found.questions for option in one.options for way in option.ways]
    for question, option, way in sorted(said, key=lambda one: one[2].share):
        if way.share < WELL:
            yield _mend(question, option, way, taken[question.name, option.name, way.text])
    for question in found.questions:
        for option in question.options:
            late = next((one for one in option.pressed if not one.understood), None)
            if late:
                yield _press(question.title, option.name, late.moment)


def _mend(question: Rehearsed, option: Option, way: Way, taken: Mistake) -> str:
    what = f"{question.title}: “{way.text}” ({option.name}) dimengerti {way.understood} dari {way.times} kali"
    if not taken.heard:
        return f"{what}: pilih kata lain yang lebih panjang untuk {option.name}, atau hapus kata ini."
    others = {one.name for one in question.options} - {option.name}
    either = f" atau {taken.other}" if taken.other in others else ""
    other = f" ({taken.other})" if taken.other else ""
    return f"{what}, dikira “{taken.heard}”{other}: pilih kata lain untuk {option.name}{either}."


def _press(title: str, option: str, moment: Moment) -> str:
    if moment is Moment.DURING:
        return f"{title}: {option} belum diterima {moment}: izinkan kalimatnya dipotong, bila tidak disengaja."
    return f"{title}: {option} tidak diterima {moment}: beri waktu menunggu yang lebih lama."


def called(key: str, title: str) -> str:
    """What people call an option: by its key; a place that is wished for by its `title`."""
    return f"tombol {key}" if key.isdigit() else title


def _share(ways: Sequence[Way]) -> float | None:
    times = sum(way.times for way in ways)
    return sum(way.understood for way in ways) / times if times else None
