"""`hotline call` and `hotline agent`: the testers' telephone and a scripted agent."""

import json
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from agi.ops import agents
from agi.ops.agents import AgentsError
from agi.ops.ready import reachable, sip_answers
from agi.settings import SAMPLE, Settings
from agi.workshop.softphone import record, roster
from agi.workshop.softphone import sample as samples
from agi.workshop.softphone.duty import Script, Taken, serve
from agi.workshop.softphone.matching import QUIET, RATE, rms
from agi.workshop.softphone.numbers import Numbers
from agi.workshop.softphone.phone import CallOver
from agi.workshop.softphone.plain import PlainPhone, PlainPhones
from agi.workshop.softphone.play import Played, Player, new_caller, transcript
from agi.workshop.softphone.references import References
from agi.workshop.softphone.scenario import Expect, Scenario, ScenarioError
from agi.workshop.softphone.wavfile import folder_for_recordings, growing

_LISTEN_S = 25.0
_QUIET_S = 2.0
_BEGUN_S = 2.5
_POLL_S = 0.1


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--keys", help='One call: keys to press, a group for each prompt, such as "1 {resident ACTIVE nik}".')
@click.option("--json", "as_json", is_flag=True, help="One JSON object a call on stdout.")
@click.option("--parallel", default=8, show_default=True, type=click.IntRange(1, 64), help="Calls at the same time.")
@click.option("--quiet", is_flag=True, help="Show the steps of failed calls only.")
@click.option(
    "--record", "keep", type=click.Path(path_type=Path, file_okay=False), help="Keep what was heard here, as WAV files."
)
def call(
    files: tuple[Path, ...], keys: str | None, as_json: bool, parallel: int, quiet: bool, keep: Path | None
) -> None:
    """Call the running hotline as a tester: whole calls from FILES (YAML, or folders of them), or --keys.

    Ends with 1 when a call did not go as it should.
    """
    if bool(files) == (keys is not None):
        raise click.UsageError('Give scenario files (tests/calls/*.yaml), or --keys "1 …", not both.')
    settings = Settings()
    _must_answer(settings)
    with closing(References(settings)) as references:
        if keys is not None:
            good = _call_with_keys(settings, references, keys, as_json, keep)
        else:
            good = _call_with_files(settings, references, _listed(files), parallel, as_json, quiet, keep)
    if not good:
        raise SystemExit(1)


def _must_answer(settings: Settings) -> None:
    telephony = settings.telephony
    if not sip_answers(reachable(telephony.listen), telephony.sip_port, limit_s=2.0):
        raise click.ClickException(
            f"Nothing answers SIP on {telephony.listen}, port {telephony.sip_port}: type `hotline up` first."
        )


def _listed(files: tuple[Path, ...]) -> list[Path]:
    return [found for path in files for found in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]


def _call_with_files(
    settings: Settings, references: References, files: list[Path], parallel: int,
    as_json: bool, quiet: bool, keep: Path | None,
) -> bool:  # fmt: skip
    scenarios, wrong = _loaded(files, references)
    people = samples.load(SAMPLE, settings.identity.kk_digits)
    wrong += [misfit for one in scenarios for misfit in _misfits(one, Numbers(people))]
    if wrong:
        raise click.ClickException("\n".join(wrong))
    player = Player(settings.telephony.number, settings.calls_db, people, references)

    def done(scenario: Scenario, played: Played) -> None:
        if as_json:
            click.echo(json.dumps({"file": str(scenario.file), "ok": played.ok, **asdict(played)}, ensure_ascii=False))
        else:
            click.echo(told(played, steps=not (quiet and played.ok)))

    with _recordings(keep) as folder:
        played = roster.play_all(
            scenarios, settings, player, folder, parallel=parallel,
            done=done, stop=threading.Event(),
        )  # fmt: skip
    good = sum(one.ok for one in played)
    if not as_json:
        click.echo(f"{good} of {len(played)} calls went as they should.")
    return good == len(scenarios)


def _loaded(files: list[Path], references: References) -> tuple[list[Scenario], list[str]]:
    """All scenarios, and everything that is wrong with any of them."""
    from agi.workshop.softphone.scenariofile import load  # reads YAML, which only a tester's packages can

    scenarios: list[Scenario] = []
    wrong: list[str] = []
    for path in files:
        try:
            scenarios.append(load(path, references.known))
        except ScenarioError as error:
            wrong.append(str(error))
    return scenarios, wrong


def _misfits(scenario: Scenario, numbers: Numbers) -> list[str]:
    """The descriptions of a scenario that fit nobody, found before anybody is called."""
    return [
        f"{scenario.file}:{step.line}: {misfit}"
        for step in scenario.steps
        for misfit in numbers.misfits(" ".join((step.text, *step.places.values())))
    ]


def told(played: Played, *, steps: bool = True) -> str:
    """A call as a person reads it."""
    lines = [f"{_mark(played.ok)} {played.title} ({played.seconds:.1f} s)"]
    if steps:
        lines += [f"    {_mark(line.ok)} {line.at_s:5.1f} s  {line.text}" for line in played.lines]
    return "\n".join(lines)


def _mark(ok: bool) -> str:
    return click.style("✓", fg="green") if ok else click.style("✗", fg="red")


@contextmanager
def _recordings(keep: Path | None) -> Iterator[Path]:
    """A folder to record calls into; what was heard in them stays in `keep`, readable by its owner only."""
    with tempfile.TemporaryDirectory(prefix="hotline-call-", dir=folder_for_recordings()) as folder:
        yield Path(folder)
        if keep is None:
            return
        keep.mkdir(mode=0o700, parents=True, exist_ok=True)
        for heard in sorted(Path(folder).glob("*.wav")):
            if len(heard.suffixes) == 1 and not heard.name.startswith("phone"):  # the others are what we said
                with os.fdopen(os.open(keep / heard.name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                    os.fchmod(out.fileno(), 0o600)
                    out.write(heard.read_bytes())


def _call_with_keys(settings: Settings, references: References, keys: str, as_json: bool, keep: Path | None) -> bool:
    """One call from the command line: what was heard, how it ended, and its record."""
    numbers = Numbers(samples.load(SAMPLE, settings.identity.kk_digits))
    if wrong := numbers.misfits(keys):
        raise click.UsageError("; ".join(wrong))
    groups = numbers.fill(keys).split()
    if not all(set(group) <= set("0123456789*#") for group in groups):
        raise click.UsageError("--keys takes 0-9, * and # and descriptions such as {resident ACTIVE nik}.")
    caller, began = new_caller(), datetime.now(UTC)
    with _recordings(keep) as folder:
        with closing(PlainPhones(roster.account(settings, roster.TESTER))) as phones:
            phone = phones.phone(folder / "keys.wav")
            phone.dial(settings.telephony.number, caller)
            _press_all(phone, groups)
            ended = phone.wait_ended(0)
            phone.hang_up()
        heard = transcript(phone.recording, references)
    found = record.settled(settings.calls_db, caller, began, Expect())
    said = record.said(settings.calls_db, found[0].id) if found else {}
    # A word may sound like a part of another prompt: only what the hotline noted to have said was heard.
    heard = [one for one in heard if one[1] in said or not said]
    result = {
        "heard": [{"at_s": round(at, 1), "key": key, "score": round(score, 2)} for at, key, score in heard],
        "pressed": len(groups),
        "hung_up_by": "hotline" if ended is not None else "us",
        "call": found[0].id if found else None,
        "outcome": str(found[0].outcome) if found else None,
        "where": found[0].where if found else None,
    }
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        for at, key, _ in heard:
            words = f": “{references.texts.written(key, said[key])}”" if key in said else ""
            click.echo(f"{at:6.1f} s  {key}{words}")
        click.echo(
            f"Hung up by {result['hung_up_by']}; record {result['call']}: {result['outcome']}, {result['where']}"
        )
    return found is not None


def _press_all(phone: PlainPhone, groups: list[str]) -> None:
    """Press each group when something new has been said for a while; then listen until it is quiet or over."""
    try:
        for group in groups:
            _wait_for_words(phone, len(growing(phone.recording)))
            phone.press(group)
        _wait_for_words(phone, len(growing(phone.recording)))
    except CallOver:
        return
    limit = time.monotonic() + _LISTEN_S
    while time.monotonic() < limit and phone.wait_ended(_POLL_S) is None:
        last = growing(phone.recording)[-round(_QUIET_S * RATE) :]
        if rms(last) < QUIET:
            return


def _wait_for_words(phone: PlainPhone, since: int) -> None:
    """Wait until enough sound to know a prompt by has come after sample `since`, or the call is over."""
    limit = time.monotonic() + _LISTEN_S
    step = RATE // 10
    while time.monotonic() < limit and phone.wait_ended(_POLL_S) is None:
        sound = growing(phone.recording, since)
        if sum(rms(sound[at : at + step]) > 2 * QUIET for at in range(0, len(sound), step)) * 0.1 > _BEGUN_S:
            return


@click.command()
@click.argument("number")
@click.option("--answer-after", default=1.0, show_default=True, help="Seconds it rings; below 0: never answered.")
@click.option("--talk", default=10.0, show_default=True, help="Seconds until the agent hangs up.")
@click.option("--say", default=roster.AGENT_SAYS, show_default=True, help="Key of the prompt said to the caller.")
@click.option("--once", is_flag=True, help="Leave after one call.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a call on stdout.")
def agent(number: str, answer_after: float, talk: float, say: str, once: bool, as_json: bool) -> None:
    """Sign in as agent NUMBER (`agents list`) and answer calls as a script; shows each case. Ctrl-C signs off."""
    settings = Settings()
    if number not in [one.number for one in agents.listed(settings)]:
        raise AgentsError(agents.unknown(settings, number))
    _must_answer(settings)
    says = settings.sounds / f"{say.replace('.', '/')}.wav"
    if not says.is_file():
        raise click.UsageError(f"There is no rendered prompt '{say}'; `hotline prompts list` shows all.")
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())

    def taken(one: Taken) -> None:
        if as_json:
            click.echo(json.dumps(asdict(one), ensure_ascii=False))
        else:
            case = ", ".join(f"{key} {value}" for key, value in one.case.items()) or "nothing known"
            how = f"talked {one.talked_s:.0f} s, {one.hung_up_by} hung up" if one.answered else "not answered"
            click.echo(f"Call: {one.shown or 'no name'}; {case}; {how}")
        if once:
            stop.set()

    with (
        tempfile.TemporaryDirectory(prefix="hotline-agent-", dir=folder_for_recordings()) as folder,
        closing(PlainPhones(roster.account(settings, number))) as phones,
    ):
        phone = phones.phone(Path(folder) / "heard.wav")
        phone.register()
        if not as_json:
            click.echo(f"Agent {number} is on duty; Ctrl-C signs off.")
        serve(phone, Script(answer_after if answer_after >= 0 else None, says, talk), stop, taken)
