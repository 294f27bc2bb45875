"""Which prompt is being said: the recording of a call compared with the prompts as they were rendered."""

import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from agi.workshop.softphone.matching import (
    BLOCK,
    DRIFT,
    PROBE,
    QUIET,
    RATE,
    SEAM,
    Sound,
    Trace,
    blocks,
    candidates,
    find,
    find_first,
    follow,
    is_quiet,
    rms,
    silence_before,
    trimmed,
)
from agi.workshop.softphone.wavfile import growing

CANDIDATE = 0.35  # score of a beginning that is worth a closer look; a closed-up lost packet in its middle costs half
SURE = 0.72  # mean score of the blocks of a prompt that is certain
BEGIN = RATE  # so much of a prompt is compared before it counts as heard
BLOCK_SURE = 0.55  # a block of 200 ms agrees
APART = RATE * 2 // 5  # so much beyond the words two prompts share tells which one it is
PATIENCE = RATE  # what a phone lost or delayed may shift a prompt: so much later it is certain that it is another one
FLUSH_S = 0.4  # a recording that has not grown for so long after the call's end is complete
LONGEST_FLUSH_S = 4.0
POLL_S = 0.08

_one_looks = threading.Lock()
"""Looking takes the processor and Python's lock: many callers who look at once would make their phones stutter."""


@dataclass(frozen=True, eq=False)
class Reference:
    """A prompt as it sounds: its pieces in order, without silence around them.

    `open`: values follow that are not known here, so what comes after the pieces says nothing.
    """

    key: str
    pieces: tuple[Sound, ...]
    open: bool = False

    @property
    def length(self) -> int:
        """Samples of all pieces."""
        return sum(len(piece) for piece in self.pieces)

    @property
    def probe(self) -> Sound:
        """What is searched for."""
        return self.sound[:PROBE]

    @cached_property
    def sound(self) -> Sound:
        """All pieces without the seams."""
        return np.concatenate(self.pieces)

    def head(self, length: int) -> tuple[Sound, ...]:
        """The pieces up to `length` samples."""
        taken: list[Sound] = []
        for piece in self.pieces:
            if length > 0:
                taken.append(piece[:length])
            length -= len(piece)
        return tuple(taken)

    def after(self, shared: int) -> tuple[int, Sound]:
        """Length of the pause beyond `shared` samples, and the first 0.4 s of sound after it; empty at the end."""
        rest = self.sound[shared:]
        pause = silence_before(rest)
        sound = rest[pause:][:APART]
        return (pause, sound) if len(sound) >= APART * 3 // 4 else (0, rest[:0])

    def begins(self, signal: Sound, at: int, skip: int = 0) -> Trace | None:
        """Whether `signal` has this prompt at `at`: its first second, or the second after `skip` samples."""
        begin = self.sound[skip : skip + BEGIN]
        loud = sum(len(block) for block in blocks(begin) if not is_quiet(block))
        trace = follow(signal, at + skip, (begin,) if skip else self.head(BEGIN), BLOCK_SURE)
        return trace if trace.score >= SURE and trace.matched >= 0.7 * loud else None


@dataclass(frozen=True, slots=True)
class Heard:
    """A prompt in a recording: start and end in seconds of the recording, score."""

    key: str
    start_s: float
    end_s: float
    score: float


@dataclass(frozen=True)
class Rival:
    """A prompt that begins as another one does: after `shared` samples and a pause, `sound` tells them apart.

    `own`: `sound` is how the wanted prompt goes on (else the rival, and it must not come).
    """

    shared: int
    pause: int
    sound: Sound
    own: bool
    agreed: int
    """Where the last block that can be compared ends within `shared` (the rest is a pause)."""

    @property
    def needed(self) -> int:
        """Samples from the beginning until the two are told apart."""
        return self.shared + self.pause + len(self.sound)


@dataclass(frozen=True, slots=True)
class NotYet:
    """What a look at a recording left open: `done` samples need not be looked at again, `enough` tell more."""

    done: int
    enough: int


class NotHeard(Exception):
    """The prompt did not come; the text says what was heard instead."""


class Bank:
    """All prompts that could be heard."""

    def __init__(self, references: Sequence[Reference]) -> None:
        self.references = {reference.key: reference for reference in references if reference.pieces}
        self._rivals: weakref.WeakKeyDictionary[Reference, tuple[Rival, ...]] = weakref.WeakKeyDictionary()

    def rivals(self, wanted: Reference) -> Sequence[Rival]:
        """The prompts that begin as `wanted` does."""
        if wanted not in self._rivals:
            self._rivals[wanted] = tuple(self._begin_alike(wanted))
        return self._rivals[wanted]

    def _begin_alike(self, wanted: Reference) -> Iterator[Rival]:
        for other in self.references.values():
            if other.key == wanted.key or len(other.sound) < BLOCK:
                continue
            begin = other.sound[: 2 * BLOCK]
            alike = find(wanted.sound[: len(begin) + BLOCK], begin)
            if alike.score >= BLOCK_SURE and alike.start < BLOCK // 2:
                shared = max(follow(wanted.sound, alike.start, (other.sound,), BLOCK_SURE).end, BLOCK)
                pause, sound = wanted.after(shared)
                if not len(sound):  # `wanted` is how the other one begins
                    shared = max(shared, wanted.length)
                    pause, sound = other.after(shared)
                agreed = follow(wanted.sound, 0, (wanted.sound[:shared],), BLOCK_SURE).end
                yield Rival(shared, pause, sound, shared < wanted.length, agreed)

    def tells(self, signal: Sound, at: int, wanted: Reference) -> bool:
        """Whether the sound at `at` goes on as `wanted` does where prompts that begin alike go on otherwise."""
        for rival in self.rivals(wanted):
            if not len(rival.sound) or (wanted.open and not rival.own):
                continue
            drift = follow(signal, at, wanted.head(rival.shared), BLOCK_SURE).end - at - rival.agreed
            base = at + rival.shared + (drift if abs(drift) <= SEAM else 0)
            heard = signal[max(base - DRIFT, 0) : base + rival.pause + APART + SEAM]
            if (find(heard, rival.sound).score >= BLOCK_SURE) != rival.own:
                return False
        return True


class Ear:
    """Listens to one recording, from where it last heard something."""

    def __init__(self, bank: Bank, recording: Path) -> None:
        self._bank = bank
        self._recording = recording
        self.position = 0
        """Sample number from which the next prompt is looked for."""

    def hear(
        self, wanted: Reference, timeout_s: float, over: Callable[[], bool] = lambda: False, *, whole: bool = False
    ) -> Heard:
        """Wait until `wanted` is certainly being said (`whole`: until it has been said to its end).

        `over` tells that the call has ended: what was recorded by then is all there is. Raises `NotHeard`.
        """
        limit = time.monotonic() + timeout_s
        searched, enough = self.position, 0
        while True:
            ended = over()
            if ended:
                self._settle()
            last_look = ended or time.monotonic() > limit
            signal = growing(self._recording, searched)
            if last_look or len(signal) >= enough:
                found = self._look(signal, wanted, whole=whole, complete=last_look)
                if isinstance(found, Heard):
                    offset = searched / RATE
                    self.position = searched + round(found.end_s * RATE)
                    return Heard(found.key, found.start_s + offset, found.end_s + offset, found.score)
                searched += found.done
                enough = found.enough - found.done
            if last_look:
                raise NotHeard(self._instead(wanted.key))
            time.sleep(POLL_S)

    def _settle(self) -> None:
        """Wait until the phone has written the last of the recording, which takes long on a busy machine."""
        limit = time.monotonic() + LONGEST_FLUSH_S
        length, since = -1, time.monotonic()
        while (now := time.monotonic()) < limit and now - since < FLUSH_S:
            if (grown := len(growing(self._recording))) != length:
                length, since = grown, now
            time.sleep(POLL_S)

    def _look(self, signal: Sound, wanted: Reference, *, whole: bool, complete: bool) -> Heard | NotYet:
        """The prompt in `signal`."""
        with _one_looks:
            return self._find(signal, wanted, whole=whole, complete=complete)

    def _find(self, signal: Sound, wanted: Reference, *, whole: bool, complete: bool) -> Heard | NotYet:
        start = 0
        need = max([min(BEGIN, wanted.length), *(rival.needed for rival in self._bank.rivals(wanted))])
        if whole:
            need = max(need, wanted.length + SEAM * (len(wanted.pieces) - 1))
        while True:
            found = self._candidate(signal, start, wanted)
            if found is None:
                # What begins after this look is not certain before `need`: no look in between would tell more.
                return NotYet(max(len(signal) - 2 * PROBE, start, 0), len(signal) + max(need + 2 * DRIFT - PROBE, 0))
            at, skip = found
            if len(signal) < at + skip + need + 2 * DRIFT and not complete:
                return NotYet(max(at, 0), at + skip + need + 2 * DRIFT)
            begun = wanted.begins(signal, at, skip)
            enough = need if begun is None else max(need, wanted.length)
            late = complete or len(signal) >= at + skip + enough + PATIENCE
            if begun is not None and self._is(signal, at, wanted, late=late):
                trace = follow(signal, at, wanted.pieces, BLOCK_SURE)
                if not whole or trace.end - at >= 0.9 * wanted.length - BLOCK:
                    return Heard(wanted.key, max(at, 0) / RATE, max(trace.end, begun.end) / RATE, begun.score)
            if not late:
                return NotYet(max(at, 0), len(signal))
            start = at + skip + len(wanted.probe) // 2

    def _candidate(self, signal: Sound, start: int, wanted: Reference) -> tuple[int, int] | None:
        """Where `wanted` may begin: by its beginning, or by what follows, as a phone may swallow the first moment.

        The sample where it begins, and how much of it was skipped.
        """
        places: list[tuple[int, int]] = []
        begin = find_first(signal[start:], wanted.probe, CANDIDATE)
        if begin is not None:
            places.append((start + begin.start, 0))
        later = wanted.sound[PROBE : 2 * PROBE]
        if len(later) == PROBE and rms(later) > 2 * QUIET:
            follows = find_first(signal[start:], later, SURE)
            # Found by its beginning too: then that is the place.
            if follows is not None and (begin is None or follows.start + DRIFT < begin.start + PROBE):
                places.append((start + follows.start - PROBE, PROBE))
        return min(places, default=None)

    def _is(self, signal: Sound, at: int, wanted: Reference, *, late: bool) -> bool:
        """Whether `wanted` begins at `at`; when it is `late`, sound too broken to tell is what explains it best."""
        if self._bank.tells(signal, at, wanted):
            return True
        return late and [heard.key for heard in recognise(self._bank, signal[max(at, 0) :])[:1]] == [wanted.key]

    def hears(self, wanted: Reference, *, whole: bool = False) -> bool:
        """Whether `wanted` is heard by now (`whole`: to its end); waits for nothing.

        The next time it looks on from there: for one prompt.
        """
        found = self._look(growing(self._recording, self.position), wanted, whole=whole, complete=False)
        if isinstance(found, Heard):
            self.position += round(found.end_s * RATE)
            return True
        self.position += found.done
        return False

    def silent(self, seconds: float, over: Callable[[], bool] = lambda: False) -> bool:
        """Listen for `seconds` from now on: whether nothing was said."""
        begin = len(growing(self._recording))
        limit = time.monotonic() + seconds
        while time.monotonic() < limit and not over():
            time.sleep(POLL_S)
        sound = growing(self._recording, begin)
        step = RATE // 10
        return all(rms(sound[at : at + step]) < 2 * QUIET for at in range(0, len(sound), step))

    def _instead(self, wanted: str) -> str:
        sound = growing(self._recording, self.position)
        heard = recognise(self._bank, sound)
        if heard:
            return f"{wanted} was not heard; instead: " + ", ".join(f"{h.key} (score {h.score:.2f})" for h in heard)
        step = RATE // 10
        loud = sum(rms(sound[at : at + step]) > 2 * QUIET for at in range(0, len(sound), step)) * step / RATE
        if loud < 0.3:
            return f"{wanted} was not heard; instead: silence for {len(sound) / RATE:.1f} s"
        best = max(
            ((find(sound, reference.probe).score, key) for key, reference in self._bank.references.items()),
            default=(0.0, "nothing"),
        )
        nearest = f"nearest to {best[1]} (score {best[0]:.2f})"
        return f"{wanted} was not heard; instead: {loud:.1f} s of unknown sound, {nearest}"


def recognise(bank: Bank, sound: Sound) -> list[Heard]:
    """All prompts in `sound`, in order; of those that begin alike, the one that explains most of it."""
    references = tuple(bank.references.values())
    found = [
        (at, follow(sound, at, references[number].pieces, BLOCK_SURE), references[number])
        for number, at in candidates(sound, [reference.probe for reference in references], CANDIDATE)
        if references[number].begins(sound, at)
    ]
    found.sort(key=lambda one: (-_explained(*one), one[2].length))
    # The best explanation first; what overlaps a taken stretch is the same sound under another name.
    taken: list[Heard] = []
    for at, trace, reference in found:
        begin, end = at / RATE, max(trace.end, at + BLOCK) / RATE
        if all(end <= other.start_s + 0.1 or begin >= other.end_s - 0.1 for other in taken):
            taken.append(Heard(reference.key, begin, end, trace.score))
    return sorted(taken, key=lambda heard: heard.start_s)


def _explained(at: int, trace: Trace, reference: Reference) -> int:
    """Samples that agree; a prompt that should have gone on loses the block that may agree by chance."""
    complete = reference.open or trace.end - at >= reference.length - BLOCK // 2
    return trace.matched if complete else trace.matched - BLOCK


def was_heard(bank: Bank, sound: Sound, key: str) -> bool:
    """Whether the prompt `key`, and none that begins alike, is anywhere in `sound`; quick when nothing is like it."""
    wanted = bank.references[key]
    places = [at for _, at in candidates(sound, [wanted.probe], CANDIDATE)]
    alike = any(wanted.begins(sound, at) and bank.tells(sound, at, wanted) for at in places)
    return alike and any(heard.key == key for heard in recognise(bank, sound))


def reference(key: str, clips: Sequence[Sound], *, open_end: bool = False) -> Reference:
    """A reference of clips in the order they are played, without the silence before the first and after the last."""
    loud = [number for number, clip in enumerate(clips) if len(trimmed(clip))]
    if not loud:
        return Reference(key, (), open_end)
    pieces = list(clips[loud[0] : loud[-1] + 1])
    pieces[0] = pieces[0][silence_before(pieces[0]) :]
    pieces[-1] = pieces[-1][: silence_before(pieces[-1]) + len(trimmed(pieces[-1]))]
    return Reference(key, tuple(pieces), open_end)


__all__ = ["Bank", "Ear", "Heard", "NotHeard", "Reference", "recognise", "reference", "was_heard"]
