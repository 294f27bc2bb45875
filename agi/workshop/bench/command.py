"""`hotline bench`: figures of this machine, in ratios that hold on another."""

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

import click
import soundfile

from agi.books.words import KtpState, ResidentStatus
from agi.dialogue.menu import Menu
from agi.languages import named
from agi.settings import SAMPLE, Settings
from agi.voice.clips import Clips
from agi.voice.texts import Texts
from agi.workshop.bench import answer as answer_bench
from agi.workshop.bench import books as books_bench
from agi.workshop.bench import calls as calls_bench
from agi.workshop.bench import keys as keys_bench
from agi.workshop.bench import pages as pages_bench
from agi.workshop.bench import publish as publish_bench
from agi.workshop.bench import speech as speech_bench
from agi.workshop.bench import text as text_bench
from agi.workshop.bench import times as times_bench
from agi.workshop.bench import turns as turns_bench
from agi.workshop.bench import webhooks as webhooks_bench
from agi.workshop.bench.caller import KEY_GAP_MS, Load
from agi.workshop.bench.installation import Bench, running
from agi.workshop.bench.telephones import Waits
from agi.workshop.figures import table
from agi.workshop.softphone.sample import load as load_sample

_MEDIA_PORT = 24200
_CHOICE = "1"  # the main menu's option for the NIK check
_CALLERS = 50
_SPOKEN_CHOICE = "cek NIK"
_VOICES = ("pria", "wanita", "pria cepat")
_SPEECH_CALL_MS = 32_000  # welcome, menu, choice, question, a NIK in groups, and what comes then

_json = click.option("--json", "as_json", is_flag=True, help="The figures as JSON, to set beside those of another run.")


@click.group()
def bench() -> None:
    """Measure what a call costs, how fast a key is answered, how fast the books are."""


@bench.command()
@click.option("--calls", default=150, show_default=True, help="Calls of each way (a tenth for the slowest).")
@click.option("--rate", default=10, show_default=True, help="New calls a second.")
@_json
def calls(calls: int, rate: int, *, as_json: bool) -> None:
    """CPU time of a NIK check: our line, the dialplan alone, a process per call."""
    with running(calls) as box:
        load = Load("", calls, rate, _callers(box.settings), _MEDIA_PORT)
        figures = calls_bench.measure(box, load, lambda way: click.echo(f"measuring: {way} …", err=True))
    floor = figures[0].cpu_ms
    head = ("way", "calls", "failed", "CPU ms a call", "of it Asterisk", "new calls/s a core", "against the dialplan")
    rows = [
        (
            *(one.way, str(one.calls), str(one.failed), f"{one.cpu_ms:.1f}", f"{one.asterisk_ms:.1f}"),
            *(f"{one.calls_per_s:.1f}", f"{one.cpu_ms / floor:.2f} ×"),
        )
        for one in figures
    ]
    _show(head, rows, figures, as_json=as_json)
    if not as_json:
        click.echo(f"A process per call costs {figures[2].cpu_ms / figures[1].cpu_ms:.1f} times our line.")


@bench.command()
@click.option("--at-once", multiple=True, type=int, default=(1, 20, 50), show_default=True, help="Calls at once.")
@_json
def answer(at_once: tuple[int, ...], *, as_json: bool) -> None:
    """Time from a key to the first audio of the next prompt, heard from outside."""
    with running(max(at_once)) as box:
        load, ends = _nik_checks(box)
        figures = []
        for count in at_once:
            click.echo(f"measuring: {count} at once …", err=True)
            figures.append(answer_bench.measure(box.target, load, ends, count, box.folder))
    rows = [(str(one.at_once), *_waits(one)) for one in figures]
    _show(("calls at once", *_WAITS), rows, figures, as_json=as_json)


@bench.command()
@click.option("--calls", default=100, show_default=True, help="How many.")
@click.option("--at-once", default=18, show_default=True, help="Calls at once.")
@_json
def keys(calls: int, at_once: int, *, as_json: bool) -> None:
    """Whether a key is lost or counted twice when callers press all of them ahead."""
    with running(at_once, speech=True) as box:
        one = keys_bench.measure(box, _callers(box.settings), calls, at_once)
    head = ("calls", "right", "a key lost", "a key twice", "a key elsewhere", "failed")
    _show(head, [tuple(str(count) for count in astuple(one))], [one], as_json=as_json)


@bench.command()
@click.option("--calls", default=30, show_default=True, help="Calls in progress.")
@click.option("--publications", default=10, show_default=True, help="How many; a rollback follows.")
@click.option("--page", is_flag=True, help="Publish on the page, as an admin does, instead of by the command.")
@_json
def publish(calls: int, publications: int, *, page: bool, as_json: bool) -> None:
    """What callers notice of publishing: their waits for a prompt, with it and without."""
    with tempfile.TemporaryDirectory(prefix="hotline-prompts-") as folder:
        more = {
            "HOTLINE_PLACES__PROMPTS": str(publish_bench.working_copy(Path(folder))),
            "HOTLINE_PAGES__ENABLED": "true" if page else "false",
        }
        with running(calls, more=more) as box:
            load, ends = _nik_checks(box)
            publish_so = publish_bench.by_page(box) if page else publish_bench.by_command(box)
            one = publish_bench.compare(box, load, ends, calls, publications, publish_so)
    rows = [("none", *_waits(one.quiet)), (f"{one.published}, {one.heard} editions heard", *_waits(one.busy))]
    _show(("publications", *_WAITS), rows, [one], as_json=as_json)


@bench.command()
@click.option("--rows", default=10_000_000, show_default=True, help="Residents in the registry.")
@_json
def books(rows: int, *, as_json: bool) -> None:
    """An import, look-ups in a large registry, and events through the one writer."""
    with (
        tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder,
        click.progressbar(length=rows, label="filling the registry", file=sys.stderr) as bar,
    ):
        one = books_bench.measure(Path(folder), rows, bar.update)
    _show(
        ("what", "figure"),
        [
            ("rows imported", f"{one.imported_per_s:,.0f} a second"),
            ("residents", f"{one.residents:,}"),
            ("look-up p50", f"{one.lookup_p50_ms:.3f} ms"),
            ("look-up p99", f"{one.lookup_p99_ms:.3f} ms"),
            ("look-up of an unknown number p99", f"{one.unknown_p99_ms:.3f} ms"),
            ("events written", f"{one.events_per_s:,.0f} a second ({one.events:,} events)"),
            ("handing an event over p99", f"{one.event_handover_p99_ms:.3f} ms"),
        ],
        [one],
        as_json=as_json,
    )


@bench.command()
@click.option("--messages", default=10_000, show_default=True, help="Messages, in bursts of 50.")
@click.option("--kills", default=6, show_default=True, help="How often the process is killed on the way.")
@click.option("--calls", default=2000, show_default=True, help="Webhooks, with a message each.")
@click.option("--rate", default=100.0, show_default=True, help="Webhooks a second.")
@_json
def text(messages: int, kills: int, calls: int, rate: float, *, as_json: bool) -> None:
    """Messages answered a second; lost or answered twice when the process is killed; how long a network waits."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        one = text_bench.measure(Path(folder), messages, kills)
        hooks = webhooks_bench.measure(Path(folder) / "doors", calls, rate)
    _show(
        ("what", "figure"),
        [
            ("messages", f"{one.messages:,}"),
            ("kills", str(one.kills)),
            ("lost", str(one.lost)),
            ("answered twice", str(one.twice)),
            ("answered", f"{one.per_s:,.0f} a second"),
            ("webhooks", f"{hooks.calls:,} at {hooks.rate:,.0f} a second, {hooks.refused} refused"),
            (
                "webhook to 200 OK",
                f"p50 {hooks.p50_ms:.0f} ms, p95 {hooks.p95_ms:.0f} ms, longest {hooks.worst_ms:.0f} ms",
            ),
            ("answers that the network got", f"{hooks.answered:,}, {hooks.answers_per_s:,.0f} a second"),
        ],
        [one, hooks],
        as_json=as_json,
    )


@bench.command()
@click.option("--calls", default=100_000, show_default=True, help="Calls of the last 30 days, 10 events each.")
@click.option("--people", default=20, show_default=True, help="Supervisors who look at once.")
@click.option("--rounds", default=10, show_default=True, help="How often each of them asks for each page.")
@click.option("--pause", default=1.0, show_default=True, help="Seconds between two looks of one of them, on average.")
@_json
def pages(calls: int, people: int, rounds: int, pause: float, *, as_json: bool) -> None:
    """How long supervisors wait for their pages, many at once, over the records of a busy month."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        figures = pages_bench.measure(Path(folder), calls, people, rounds, pause)
    rows = [
        (one.page, str(one.asked), *(f"{ms:.0f}" for ms in (one.first_ms, one.p50_ms, one.p95_ms, one.worst_ms)))
        for one in figures
    ]
    _show(("page", "asked", "first ms", "p50 ms", "p95 ms", "longest ms"), rows, figures, as_json=as_json)


@bench.command()
@_json
def times(*, as_json: bool) -> None:
    """How long callers wait for the answer to the ten commonest questions, as prompts/ stands now, and what it is.

    An answer begins with its first word, a ticket with its number, whatever was asked before it.

    Computed: the lengths of the prompts, and a caller who hears each of them to its end, but for the main menu who
    speaks, once invited. By keys they press after 1 s, and each further digit 0.4 s later. By voice they begin after
    0.7 s, say in their own words what they want in 2 s, a digit in 0.4 s, with 0.4 s after every fourth, and are heard
    0.3 s after their last word. A complaint is 15 s long.
    """
    settings = Settings()
    language = named(settings.office.language)
    texts = Texts.load(settings.prompts, settings.office.language)
    menu = Menu.load(settings.prompts / "menu.toml", language)
    with (
        Clips(texts, settings.voice, settings.prompts, settings.var) as clips,
        tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder,
    ):
        one = times_bench.measure(settings, menu, clips, Path(folder))
    rows = [(wait.question, wait.end, f"{wait.voice_s:.0f}", f"{wait.keys_s:.0f}") for wait in one.waits]
    silent = ("(diam)", times_bench.End.AGENT, *[f"{one.silent_s:.0f}"] * 2)
    _show(times_bench.HEAD, [*rows, silent], [one], as_json=as_json)


@bench.command()
@click.option("--at-once", multiple=True, type=int, default=(1, 10, 20), show_default=True, help="Calls at once.")
@_json
def speech(at_once: tuple[int, ...], *, as_json: bool) -> None:
    """Time from the end of speech to the next prompt, and from speech to the end of the prompt, heard from outside."""
    with running(max(at_once), speech=True) as box:
        residents = [line[1:17] for line in _callers(box.settings)[:5]]
        choice = [speech_bench.utterance(_SPOKEN_CHOICE, voice, box.folder) for voice in _VOICES]
        says = [
            (choice[nth % len(choice)], speech_bench.utterance(nik, _VOICES[nth % len(_VOICES)], box.folder))
            for nth, nik in enumerate(residents)
        ]
        welcome_s = _seconds(box, "call/welcome.wav")
        load = Load(
            box.settings.telephony.number, 1, 1, ("",), _MEDIA_PORT, first_pause_ms=1000, last_pause_ms=_SPEECH_CALL_MS
        )
        figures = []
        for count in at_once:
            click.echo(f"measuring: {count} at once …", err=True)
            figures.append(speech_bench.measure(box.target, load, says, welcome_s + 1.0, count, box.folder))
    _show(
        (
            *("calls at once", "end of speech to prompt: p50 ms", "p95 ms", "longest ms"),
            *("speech to end of prompt: p50 ms", "p95 ms", "utterances counted", "failed calls"),
        ),
        [
            (
                str(one.at_once),
                f"{one.p50_ms:.0f}",
                f"{one.p95_ms:.0f}",
                f"{one.worst_ms:.0f}",
                f"{one.barge_in_p50_ms:.0f}",
                f"{one.barge_in_p95_ms:.0f}",
                f"{one.counted} of {one.expected}",
                str(one.failed_calls),
            )
            for one in figures
        ],
        figures,
        as_json=as_json,
    )


@bench.command()
@click.option("--speaking", multiple=True, type=int, default=(20, 40, 60), show_default=True, help="Callers who speak.")
@click.option("--listening", default=60, show_default=True, help="Callers who only listen, in the second part.")
@click.option("--seconds", default=30.0, show_default=True, help="Length of each measurement.")
@_json
def turn(speaking: tuple[int, ...], listening: int, seconds: float, *, as_json: bool) -> None:
    """Spoken turns that one core carries at their real pace; lateness of prompts with many turns on all cores."""
    core = frozenset({min(os.sched_getaffinity(0))})
    rows = [(count, 0, core) for count in speaking] + [(max(1, 100 - listening), listening, None)]
    figures = []
    for count, silent, cores in rows:
        click.echo(
            f"measuring: {count} speaking, {silent} listening, {'one core' if cores else 'all cores'} …", err=True
        )
        with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
            figures.append((cores, turns_bench.measure(Path(folder), count, silent, seconds, cores)))
    _show(
        (
            *("cores", "speaking", "listening", "answers", "right", "given up", "answer p50 ms", "p95 ms"),
            *("frames", "late", "latest ms", "longest lag ms", "cores used"),
        ),
        [
            (
                *("one" if cores else "all", str(one.speaking), str(one.listening), str(one.answers)),
                *(str(one.right), str(one.refused), f"{one.answer_p50_ms:.0f}", f"{one.answer_p95_ms:.0f}"),
                *(str(one.frames), f"{one.late / max(one.frames, 1):.3%}", f"{one.worst_ms:.0f}"),
                *(str(one.lag_ms), f"{one.cores:.2f}"),
            )
            for cores, one in figures
        ],
        [one for _, one in figures],
        as_json=as_json,
    )


@bench.command()
@click.option("--turns", default=40, show_default=True, help="Callers who speak at once.")
@click.option("--seconds", default=10.0, show_default=True, help="How long they speak, to each question.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_json
def hearing(turns: int, seconds: float, files: tuple[Path, ...], *, as_json: bool) -> None:
    """What the recogniser alone costs when each of FILES is heard over and over, in real time, on one core.

    FILES are sounds of any kind: numbers that are said, talk beside the caller, a call centre, music.
    """
    from agi.speech.sound import read
    from agi.workshop.bench import hearing as hearing_bench

    model, loaded = hearing_bench.load(Settings().speech_built)
    figures = []
    for path in files:
        sound = read(path).tobytes() + bytes(8000)
        for question in hearing_bench.questions(model):
            click.echo(f"measuring: {path.name}, {question} …", err=True)
            figures.append(hearing_bench.measure(model, question, path.name, sound, turns, seconds))
    _show(
        ("sound", "question", "CPU of a turn", "turns a core", "memory of a turn", "a frame done after, p50", "p99"),
        [
            (
                *(one.sound, one.question, f"{one.core_share / one.turns:.3f} cores", f"{one.turns_a_core:.0f}"),
                *(f"{one.turn_mb:.2f} MB", f"{one.lag_p50_ms:.1f} ms", f"{one.lag_p99_ms:.1f} ms"),
            )
            for one in figures
        ],
        [loaded, *figures],
        as_json=as_json,
    )
    if not as_json:
        click.echo(f"The model was loaded in {loaded.load_s:.2f} s and takes {loaded.model_mb:.0f} MB.")


def _show(head: Sequence[str], rows: Sequence[Sequence[str]], figures: Sequence[Any], *, as_json: bool) -> None:
    """A table for people, or the dataclasses `figures` for a program."""
    click.echo(json.dumps([asdict(one) for one in figures]) if as_json else table(head, rows))


_WAITS = ("p50 ms", "p95 ms", "longest ms", "keys counted", "failed calls")


def _waits(one: Waits) -> tuple[str, ...]:
    waits = (f"{ms:.0f}" for ms in (one.p50_ms, one.p95_ms, one.worst_ms))
    return (*waits, f"{one.counted} of {one.expected}", str(one.failed_calls))


def _nik_checks(box: Bench) -> tuple[Load, tuple[int, ...]]:
    """Calls that press all keys of a NIK check, and which of them end something: the choice, the NIK, the KK digits."""
    keys = _callers(box.settings)
    pauses = [KEY_GAP_MS] * len(keys[0])
    pauses[0] = 6000  # the question for the NIK is heard to its end
    opening_ms = _opening_ms(box) + 1500
    number = box.settings.telephony.number
    load = Load(number, 1, 1, keys, _MEDIA_PORT, first_pause_ms=opening_ms, pauses_ms=pauses)
    return load, (0, 16, len(keys[0]) - 1)


def _callers(settings: Settings) -> list[str]:
    """The keys of NIK checks that succeed, each of another resident of the sample."""
    well = (ResidentStatus.ACTIVE, KtpState.CARD_ISSUED)
    residents = load_sample(SAMPLE, settings.identity.kk_digits).residents
    return [_CHOICE + one.nik + one.kk_digits for one in residents if (one.status, one.ktp) == well][:_CALLERS]


def _opening_ms(box: Bench) -> int:
    """Length of what is heard before the first key is due."""
    return round(1000 * sum(_seconds(box, name) for name in ("call/welcome.wav", "menu/main.wav")))


def _seconds(box: Bench, name: str) -> float:
    """Length of one published clip."""
    return float(soundfile.info(box.settings.sounds / name).duration)
