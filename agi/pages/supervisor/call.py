"""One call: what was heard and done in it, moment by moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.books.contacts import Contact
from agi.books.desks import Desks
from agi.books.errors import CallNotFound
from agi.books.events import AFTER_THE_END, Asked, Carried, Ended, Event, Noted, Said, Told, Waited, said_in
from agi.books.reader import CallReader
from agi.dialogue.menufile import read
from agi.dialogue.titles import titles
from agi.pages.shared.heard import heard, telephoned
from agi.pages.shared.render import render
from agi.pages.shared.site import site, visitor
from agi.pages.supervisor import words
from agi.services.recorded import scenario
from agi.voice.clips import Clips
from agi.voice.errors import VoiceError

_MASK = "•"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One that was said, as text; `place` among those of its call tells its sound, None where it can't be heard.
    `lacks`: a number in it was not kept, and is not heard."""

    key: str
    text: str
    place: int | None
    lacks: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What happened `since_s` seconds after the call came in: sentences, then what the caller did or was noted."""

    since_s: float
    sentences: tuple[Sentence, ...]
    told: str = ""
    how: str = ""
    question: str = ""


def shown(request: Request) -> Response:
    """The call as a timeline."""
    settings = site(request).settings
    call, events = _read(request)
    clips = heard(request).of(call.edition) if call.edition else None
    site(request).audit.add(visitor(request).name, "panggilan.lihat", call.id)
    technical = [event for event in events if isinstance(event, Noted) and event.kind in words.TECHNICAL]
    told: dict[str, Any] = {
        "call": call,
        "steps": tuple(steps(call, events, clips)),
        "technical": [words.noted(event) for event in technical],
        "carried": [event for event in events if isinstance(event, Carried)],
        "outcome": words.OUTCOMES[call.outcome],
        "bad": call.outcome in words.BAD,
        "titles": titles(read(settings.prompts / "menu.toml")),
        "audible": clips is not None,
        "handled": Desks(settings.pages_db).handled(call=call.id),
        "results": words.RESULTS,
    }
    return render(request, "supervisor/call.html", **told)


def sound(request: Request) -> Response:
    """A sentence of the call as it was heard, without the numbers that were not kept."""
    call, events = _read(request)
    clips = heard(request).of(call.edition) if call.edition else None
    said = [one for event in events for one in said_in(event)]
    place = request.path_params["place"]
    if clips is None or place >= len(said):
        raise HTTPException(404)
    one = said[place]
    try:
        if _lacks(one):
            files = [clips.file(piece) for piece in clips.pieces(one.key)]
        else:
            files = clips.clips(one.key, one.places)
    except (VoiceError, KeyError):
        raise HTTPException(404) from None
    if not files:
        raise HTTPException(404)
    return Response(telephoned(files), media_type="audio/wav", headers={"Cache-Control": "no-store"})


def replayed(request: Request) -> Response:
    """The call as a scenario that `hotline call` plays; people of the sample stand in place of the caller's."""
    call, events = _read(request)
    site(request).audit.add(visitor(request).name, "panggilan.ulangi", call.id)
    headers = {"Content-Disposition": 'attachment; filename="panggilan.yaml"', "Cache-Control": "no-store"}
    return Response(scenario(call, events), media_type="application/yaml", headers=headers)


def _read(request: Request) -> tuple[Contact, tuple[Event, ...]]:
    call_id = request.path_params["call_id"]
    with CallReader(site(request).settings.calls_db) as reader:
        try:
            call = reader.call(call_id)
        except CallNotFound:
            raise HTTPException(404) from None
        if call.id != call_id:  # the beginning of an id is no address
            raise HTTPException(404)
        return call, reader.events(call.id)


def steps(call: Contact, events: tuple[Event, ...], clips: Clips | None) -> Iterator[Step]:
    """The `events` of a call, as its page tells them; `clips`: of its edition, None where that is gone."""
    place = 0
    last = max((nth for nth, event in enumerate(events) if not isinstance(event, AFTER_THE_END)), default=0)
    for nth, event in enumerate(events):
        took_s = event.answer.took_ms / 1000 if isinstance(event, Asked) else 0.0
        since = max((event.at - call.started).total_seconds() - took_s, 0.0)
        sentences = []
        for one in said_in(event):
            sentences.append(sentence(one, place, clips))
            place += 1
        match event:
            case Told():
                yield Step(since, tuple(sentences))
            case Asked(answer=answer):
                yield Step(since, tuple(sentences), words.did(answer), words.how(event), event.question)
            case Noted() if event.kind not in words.TECHNICAL:
                yield Step(since, (), words.noted(event))
            case Ended() if nth < last:
                yield Step(since, (), f"Sementara: {words.OUTCOMES[event.outcome]}", event.why)
            case Waited():
                yield Step(since, (), f"Penelepon menunggu petugas {event.seconds} s ({words.WAITS[event.end]})")
            case Noted() | Ended() | Carried():
                pass
            case _:
                yield Step(since, (), "Penelepon kembali dari antrean petugas")


def sentence(one: Said, place: int, clips: Clips | None) -> Sentence:
    """One that was said, at that `place` of its call."""
    lacks = _lacks(one)
    try:
        if clips is not None:
            return Sentence(one.key, clips.texts.written(one.key, one.places), place, lacks)
    except VoiceError:  # its places were other ones when it was said
        pass
    values = ", ".join(f"{name}: {_worded(value)}" for name, value in one.places.items())
    return Sentence(one.key, f"[{one.key}{' – ' if values else ''}{values}]", None, lacks)


def _worded(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _lacks(one: Said) -> bool:
    """Whether a number that was said in it stands as dots."""
    return any(isinstance(value, str) and _MASK in value for value in one.places.values())


ROUTES = (
    Route("/panggilan/{call_id}", shown, methods=["GET"]),
    Route("/panggilan/{call_id}/suara/{place:int}", sound, methods=["GET"]),
    Route("/panggilan/{call_id}/ulangi", replayed, methods=["GET"]),
)
