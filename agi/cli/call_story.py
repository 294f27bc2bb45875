"""A call record told as a person would tell it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from agi.books.calls import Call, Event, Kind, Outcome, unpack
from agi.books.course import Course
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
    Result.CLEARED: "pressed * (entry cleared)",
    Result.HANG_UP: "hung up",
}
_SPOKEN = {
    **_ANSWERS,
    Result.MATCH: "said {value}",
    Result.NO_MATCH: "was not understood",
    Result.BACK: "asked to go back",
    Result.AGENT: "asked for an agent",
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
        except VoiceError:  # the prompts have changed since the call
            pass
        values = ", ".join(f"{name}={value}" for name, value in places.items())
        return f"[{key}{': ' if values else ''}{values}]"

    return written


def when(at: datetime, zone: ZoneInfo) -> str:
    """A moment at the office: 2026-11-24 13:55:02 WIB."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")


def length(seconds: float | None) -> str:
    """A length of time as m:ss, or "going on"."""
    return "going on" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def ending(call: Call) -> str:
    """How the call ended, in one sentence; "" while it goes on."""
    if call.outcome is None:
        return "The call goes on."
    where = f" at {call.where}" if call.where else ""
    why = f" ({call.why})" if call.why else ""
    after = f" Afterwards: {call.afterwards}." if call.afterwards else ""
    return f"{_ENDINGS[call.outcome]}{where}{why}.{after}"


def troubles(call: Call, course: Course) -> str:
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
    """One event: what was said, what the caller did and how long it took, or what was noted."""
    for key, places in unpack(event.prompts):
        yield f"We said: {written(key, places)}"
    if event.kind is Kind.ASKED:
        answers = _SPOKEN if event.mode == Mode.SPEECH else _ANSWERS
        answer = answers.get(Result(event.result), event.result).format(value=event.value or "something")
        again = f", try {event.attempt}" if event.attempt > 1 else ""
        yield f"The caller {answer} after {event.took_ms / 1000:.1f} s ({event.node}{again})."
    elif event.kind is Kind.NOTED:
        yield f"Noted: {' '.join(part for part in (event.node, event.result, event.detail) if part)}."


def story(call: Call, events: tuple[Event, ...], course: Course, written: Written, zone: ZoneInfo) -> Iterator[str]:
    """The whole call, line by line. Each event stands at the seconds since the call came in."""
    caller = call.caller or "a withheld number"
    yield f"Call {call.id} from {caller}, {when(call.started, zone)}, {length(call.lasted_s)}"
    if call.about:
        yield f"About {call.about}"
    yield ""
    for event in events:
        since = max((event.at - call.started).total_seconds() - event.took_ms / 1000, 0.0)
        for place, line in enumerate(event_lines(event, written)):
            yield f"{since:>7.1f} s  {line}" if place == 0 else f"{'':11}{line}"
    if not events:
        yield "Nothing was written down between its begin and its end."
    yield ""
    ended = f"{when(call.ended, zone)}: " if call.ended else ""
    yield f"{ended}{ending(call)}"
    if told := troubles(call, course):
        yield f"{told[0].upper()}{told[1:]}."
