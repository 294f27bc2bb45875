"""A call record as a scenario: what `hotline call` plays again, with people of the sample in place of the caller's."""

import json
import re
from collections.abc import Iterator

from agi.books.contacts import Contact
from agi.books.events import Asked, Event, Noted, NoteKind, Outcome, said_in
from agi.books.words import ApplicationStatus, Document, KtpState
from agi.dialogue.question import Mode, Result
from agi.services import survey

_KEYS = re.compile(r"[0-9*#]+")
_ENTRIES = ("nik", "kk", "registration", "pin")
"""Questions whose answer is a number of a person; each has so many digits that it ends by itself."""
_JUDGED = (
    NoteKind.MISMATCH,
    NoteKind.NIK_CHECKED,
    NoteKind.DIAGNOSED,
    NoteKind.APPLICATION_TOLD,
    NoteKind.APPLICATIONS_TOLD,
)
"""What is noted when somebody's numbers have been looked up."""
_NOT_HEARD = ("announcement", "call.welcome", "speech.", "digits.", "document.", "reason.", "survey.")
"""Said too shortly, or not in the same way each time (whom the survey asks): a scenario does not wait for it."""


def scenario(call: Contact, events: tuple[Event, ...]) -> str:
    """The scenario's YAML. What was entered stands as a description of somebody to whom the same would be said.

    What nobody can read in a record (the words of a spoken answer, what was entered wrongly) is pressed.
    """
    return "\n".join(
        [
            f"# Made of call {call.id}; descriptions stand where numbers were entered.",
            f"title: {json.dumps(f'As in the call of {call.started:%Y-%m-%d}')}",
            *_agents(call),
            "steps:",
            *(f"  - {step}" for step in _steps(call, events)),
            *_expected(call, events),
            "",
        ]
    )


def _agents(call: Contact) -> Iterator[str]:
    if call.afterwards.startswith("agent") or "agent" in call.why:
        yield "agents: 7001 answers"
    elif call.outcome in (Outcome.TRANSFERRED, Outcome.GAVE_UP):
        yield "agents: none"


def _steps(call: Contact, events: tuple[Event, ...]) -> Iterator[str]:
    people = {"resident": _resident(call, events), "application": _application(call, events)}
    for at, event in enumerate(events):
        yield from (f"hear: {one.key}" for one in said_in(event) if not one.key.startswith(_NOT_HEARD))
        if isinstance(event, Asked) and event.question != survey.QUESTION:
            yield from _answer(event, events[at + 1 :], people)
    yield "hang up"


def _answer(event: Asked, later: tuple[Event, ...], people: dict[str, str]) -> Iterator[str]:
    """What the caller did at one question; nothing for silence: the next prompt is waited for."""
    entry, answer = event.question in _ENTRIES, event.answer
    match Result(answer.result):
        case Result.MATCH if entry:
            yield f'press: "{_described(event.question, later, people)}"'
        case Result.MATCH if _KEYS.fullmatch(answer.value):
            yield f'press: "{answer.value}"'
        case Result.MATCH:
            yield "wait: 500 ms  # an answer that the record does not tell: write what is pressed or said"
        case Result.NO_MATCH if answer.mode == Mode.SPEECH:
            yield "say: halo"  # no answer to any question
        case Result.NO_MATCH:
            yield f'press: "{"1" * min(len(answer.value) or 1, 5)}#"' if entry else 'press: "8"'
        case Result.BACK | Result.CLEARED:
            yield 'press: "*"'
        case Result.REPEAT:
            yield f'press: "9{"#" if entry else ""}"'
        case Result.AGENT:
            yield f'press: "0{"#" if entry else ""}"'
        case Result.HOLD:
            yield 'press: "#"'
        case Result.SLOWER:
            yield "say: lebih pelan"


def _described(node: str, later: tuple[Event, ...], people: dict[str, str]) -> str:
    kind = "resident" if node in ("nik", "kk") else "application"
    wanted = "number" if node == "registration" else node
    wrong = "wrong " if node in ("kk", "pin") and _was_wrong(later) else ""
    return f"{{{people[kind]} {wrong}{wanted}}}"


def _was_wrong(later: tuple[Event, ...]) -> bool:
    """Whether what was entered did not fit: that is noted before the next number is asked for."""
    for event in later:
        if isinstance(event, Noted) and event.kind in _JUDGED:
            return event.kind is NoteKind.MISMATCH
        if isinstance(event, Asked) and event.question in _ENTRIES:
            break
    return False


def _resident(call: Contact, events: tuple[Event, ...]) -> str:
    states = {f"ktp.{state.lower()}": state for state in KtpState}
    told = [states[one.key] for event in events for one in said_in(event) if one.key in states]
    return " ".join(["resident", *_spare(call), "ACTIVE", *told[:1]])


def _application(call: Contact, events: tuple[Event, ...]) -> str:
    states = {f"application.{state.lower()}": state for state in ApplicationStatus}
    documents = {f"document.{document.lower()}": document for document in Document}
    for event in events:
        for one in said_in(event):
            if one.key in states:
                document = documents.get(str(one.places.get("document")))
                return " ".join(["application", *_spare(call), *([document] if document else []), states[one.key]])
    return " ".join(["application", *_spare(call)])


def _spare(call: Contact) -> list[str]:
    """Who is locked by the call must be somebody whom no other scenario needs."""
    return ["spare"] if call.outcome is Outcome.LOCKED_OUT else []


def _expected(call: Contact, events: tuple[Event, ...]) -> Iterator[str]:
    yield "expect:"
    yield f"  outcome: {call.outcome or 'abandoned'}"
    noted = [
        f"{event.kind} {event.detail}".strip()
        for event in events
        if isinstance(event, Noted) and not event.kind.startswith(("speech.", "survey."))
    ]
    if noted:
        yield f"  events: {json.dumps(noted, ensure_ascii=False)}"
