"""A call record told as a person would tell it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from agi.books.calls_table import when
from agi.books.contacts import Contact
from agi.books.course import Course
from agi.books.events import (
    AFTER_THE_END,
    Answered,
    Asked,
    Carried,
    Ended,
    Event,
    Noted,
    Outcome,
    Returned,
    Said,
    Told,
    Waited,
)  # fmt: skip
from agi.dialogue.question import Mode, Result
from agi.voice.errors import VoiceError
from agi.voice.texts import Texts

Written = Callable[[str, Mapping[str, str | int | date]], str]
"""The sentence of a prompt, given its key and the values of its places."""

_ANSWERS = {
    Result.MATCH: "pressed {value}",
    Result.NO_INPUT: "pressed nothing",
    Result.NO_MATCH: "pressed {value}, which did not fit",
    Result.BACK: "pressed * (back)",
    Result.REPEAT: "asked to hear it again",
    Result.AGENT: "pressed 0 (agent)",
    Result.HOLD: "pressed # (wait)",
    Result.SLOWER: "asked for slower speech",
    Result.CLEARED: "pressed * (entry cleared)",
    Result.HANG_UP: "hung up",
}
_SPOKEN = {
    **_ANSWERS,
    Result.MATCH: "said {value}",
    Result.NO_MATCH: "was not understood",
    Result.BACK: "asked to go back",
    Result.AGENT: "asked for an agent",
    Result.HOLD: "asked to wait",
}
_ENDINGS = {
    Outcome.COMPLETED: "The call was completed",
    Outcome.TRANSFERRED: "The caller was handed to the agents",
    Outcome.ABANDONED: "The caller hung up",
    Outcome.GAVE_UP: "The hotline gave up and handed the caller to the agents",
    Outcome.FAILED: "The call failed",
    Outcome.LOCKED_OUT: "The caller was locked out",
}


def written_by(texts: Texts | None) -> Written:
    """How prompts are shown: by the texts; by key and values where there is no such text (any more)."""

    def written(key: str, places: Mapping[str, str | int | date]) -> str:
        try:
            if texts is not None:
                return f"“{texts.written(key, places)}”"
        except VoiceError:  # a call that names no edition may be older than these texts
            pass
        values = ", ".join(f"{name}={value}" for name, value in places.items())
        return f"[{key}{': ' if values else ''}{values}]"

    return written


def length(seconds: float | None) -> str:
    """A length of time as m:ss, or "going on"."""
    return "going on" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def ending(call: Contact) -> str:
    """How the call ended, in one sentence; "" while it goes on."""
    if call.outcome is None:
        return "The call goes on."
    where = f" at {call.where}" if call.where else ""
    why = f" ({call.why})" if call.why else ""
    after = f" Afterwards: {call.afterwards}." if call.afterwards else ""
    return f"{_ENDINGS[call.outcome]}{where}{why}.{after}"


def troubles(call: Contact, course: Course) -> str:
    """What the end does not tell: the first failure of a call that ended otherwise, the last question, the turns in
    which nothing was heard or nothing that fits; "" when there is nothing of it."""
    turns = course.turns
    parts = []
    if course.failed and course.failed is not call.outcome:
        parts.append(f"first failure: {course.first_failure}")
    if course.last_question and course.last_question != call.where:
        parts.append(f"last question: {course.last_question}, try {course.tries}")
    if turns.no_inputs or turns.no_matches:
        parts.append(f"of {turns.asked} questions {turns.no_inputs} without input, {turns.no_matches} without match")
    return "; ".join(parts)


def event_lines(event: Event, written: Written) -> Iterator[str]:
    """One event: what was said, what the caller did and how long it took, what was noted, or a return.

    Ends are told by `ending`, and by `overtaken` where the call went on after them.
    """
    match event:
        case Told():
            yield from _said(event.prompts, written)
        case Asked(answer=answer):
            yield from _said(event.prompts, written)
            spoken = answer.mode == Mode.SPEECH
            did = (_SPOKEN if spoken else _ANSWERS).get(Result(answer.result), answer.result)
            again = f", try {event.attempt}" if event.attempt > 1 else ""
            yield (
                f"The caller {did.format(value=answer.value or 'something')} after {answer.took_ms / 1000:.1f} s "
                f"({event.question}{again}{_how(answer)})."
            )
        case Noted():
            yield f"Noted: {event.kind}{' ' if event.detail else ''}{event.detail}."
        case Returned():
            yield "The caller came back from the queue."
        case Waited():
            yield f"The caller waited {event.seconds} s for an agent ({event.end})."
        case Carried():
            yield carried(event)


def carried(sound: Carried) -> str:
    """How good the connection was, in one sentence."""
    return (
        f"Sound: {sound.codec or 'codec unknown'}, {sound.loss:.1%} of {sound.received + sound.lost} packets lost, "
        f"jitter {sound.jitter_ms:.0f} ms; to the telephone {sound.loss_there:.1%} lost, "
        f"round trip {sound.rtt_ms:.0f} ms; MOS {sound.mos:.1f}{' (bad)' if sound.bad else ''}."
    )


def _said(prompts: tuple[Said, ...], written: Written) -> Iterator[str]:
    for one in prompts:
        yield f"We said: {written(one.key, one.places)}"


def _how(answer: Answered) -> str:
    """How sure a spoken answer was, or why speech did not listen."""
    if answer.fell_back:
        return f"; keys only: speech {answer.fell_back}"
    if answer.confidence is None:
        return ""
    return f"; confidence {answer.confidence:.2f}{'' if answer.sure else ', unsure'}"


def overtaken(end: Ended) -> str:
    """An end after which the call went on."""
    return f"Noted: {end.outcome}{' at ' if end.where else ''}{end.where}{': ' if end.why else ''}{end.why}."


def story(call: Contact, events: tuple[Event, ...], course: Course, written: Written, zone: ZoneInfo) -> Iterator[str]:
    """The whole call, line by line. Each event stands at the seconds since the call came in."""
    caller = call.sender or "a withheld number"
    yield f"Call {call.id} from {caller}, {when(call.started, zone)}, {length(call.lasted_s)}"
    if call.about:
        yield f"About {call.about}"
    if call.tries_draft:
        yield "It tried a draft, and is in no figure"
    elif call.edition:
        yield f"It heard edition {call.edition}"
    yield ""
    last = max((place for place, event in enumerate(events) if not isinstance(event, AFTER_THE_END)), default=0)
    for number, event in enumerate(events):
        took_ms = event.answer.took_ms if isinstance(event, Asked) else 0
        since = max((event.at - call.started).total_seconds() - took_ms / 1000, 0.0)
        lines = (overtaken(event),) if isinstance(event, Ended) and number < last else event_lines(event, written)
        for place, line in enumerate(lines):
            yield f"{since:>7.1f} s  {line}" if place == 0 else f"{'':11}{line}"
    if all(isinstance(event, AFTER_THE_END) for event in events):
        yield "Nothing was written down between its begin and its end."
    yield ""
    ended = f"{when(call.ended, zone)}: " if call.ended else ""
    yield f"{ended}{ending(call)}"
    if told := troubles(call, course):
        yield f"{told[0].upper()}{told[1:]}."
