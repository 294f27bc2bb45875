"""What engine and services declare to say is what they say: else the checker looks at the wrong texts."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import product
from pathlib import Path
from typing import NoReturn

import pytest
from sample_office import (
    APPLICATIONS,
    MENU,
    MOVING,
    RESIDENTS,
    TEXTS,
    WITH_MANY,
    WITH_NONE,
    WITH_ONE,
    Called,
    SampleOffice,
    kk_digits,
    nik,
    pin,
)
from scripted_caller import PROMPTS, ScriptedKeypad, ScriptedPhone
from spoken_caller import AGENT, ASKS_HELP, HOLD, MUMBLE, SILENCE, SLOWER, HearingPhone, deaf, keyed, perhaps
from spoken_caller import said as heard

from agi.books.callback import Callback as WaitsForCall
from agi.books.callbacks import CallbackBook
from agi.books.events import Channel
from agi.books.hours import HoursBook, OwnHours, spans
from agi.books.small_book import BookUnusable
from agi.books.survey import Element
from agi.books.ticket import Category, State
from agi.books.words import ResidentStatus
from agi.dialogue.finding import Finding
from agi.office.callbacks import Turn, Wanted
from agi.office.results import Opened
from agi.office.survey import Survey as OfficeSurvey
from agi.ops import configure
from agi.services import SERVICES
from agi.services.checked import SAID_BY_ASTERISK, SAYS, check_all
from agi.services.conversation import Start
from agi.settings import Settings
from agi.settings.tables import Callback, Office, Places, Survey
from agi.voice.texts import Texts
from agi.workshop.sample_make import registration_number

pytest_plugins = ["office_fixtures"]

SPOKEN = [
    [MUMBLE, ASKS_HELP, SILENCE, MUMBLE],
    [MUMBLE, SILENCE, heard("1"), ASKS_HELP, *[SILENCE] * 4],
    [HOLD, SLOWER, heard("1"), HOLD, SILENCE],
    [perhaps("1"), SILENCE, heard("1"), MUMBLE, perhaps(nik(1)), heard("2"), heard("0541"), heard("ya"), MUMBLE],
    [heard("1"), heard(nik(WITH_NONE)), perhaps("123456"), heard("1")],
    [heard("1"), MUMBLE, MUMBLE, SILENCE],
    [MUMBLE, MUMBLE, keyed("1")],
    [heard("2"), heard("1"), heard(registration_number(106)), heard(pin(107))],
    [deaf(SILENCE, "full"), keyed("1")],
    [heard("address"), SILENCE, heard("3273")],
    [heard("address"), perhaps("9901"), heard("ya"), heard("9401")],
]
"""Calls in which everything is said that is only said to callers who speak."""

LOCKED = f"{nik(1)}{' 9999999999' * 3}"


def _surveyed(office: SampleOffice) -> Iterator[Called[ScriptedPhone]]:
    """A call that is asked about each element of the survey."""
    for element in Element:
        survey = OfficeSurvey(Survey(enabled=True), None, office.clock, lambda _, element=element: element)
        office.office = replace(office.office, survey=survey)
        yield office.call("412 2 3")


def _off_duty(office: SampleOffice) -> Iterator[Called[ScriptedPhone] | Called[HearingPhone]]:
    """Calls for an agent who is there on one day of the week only, at all distances from it."""
    book = HoursBook(office.settings.hours_file)
    for weekday, hours in product(range(7), ("08:00-09:00", "08:30-09:00")):
        book.write(OwnHours().with_weekday(weekday, spans(hours)))
        for day in (24, 27):
            for hour in (0, 3):  # 7 and 10 o'clock there
                office.clock.now = datetime(2026, 11, day, hour, tzinfo=UTC)
                yield office.call("0 3")
    yield office.spoken_call(AGENT, heard("2"))  # from a telephone that records nothing
    office.office = replace(office.office, callbacks=replace(office.office.callbacks, trunk=True))
    yield office.call("0 4")
    yield office.spoken_call(AGENT, heard("3"))
    book.clear()


def _called_back(office: SampleOffice) -> Iterator[Called[ScriptedPhone] | Called[HearingPhone]]:
    """Calls of who asks to be called back, is called, and is cut off."""
    bare = office.office
    office.office = replace(bare, callbacks=replace(bare.callbacks, trunk=True))
    for number in ("08091234567", "081211111111", "081211111111", "081222222222"):
        limits = Callback(most=1 if number.endswith("2") else 9)
        office.office = replace(office.office, callbacks=replace(office.office.callbacks, limits=limits))
        yield office.call(f"{number}# 1", start=Start.QUEUE_CALLBACK, caller="")
    yield office.call("2 *", start=Start.QUEUE_CALLBACK, caller="+6281234567890")
    desk = replace(bare.callbacks, limits=Callback(), trunk=False)
    office.office = replace(bare, callbacks=desk)
    yield office.call("*", start=Start.QUEUE_CALLBACK, caller="", account="tester1")
    yield office.call("3 *", start=Start.QUEUE_TIMEOUT, caller="", account="tester1")
    for script in ("1", "2"):
        asked = desk.ask(Wanted("1234567", b"", office.clock.now, account=f"tester{script}"))
        assert isinstance(asked, WaitsForCall)
        while (claimed := desk.claim(Turn(9, 9))) and claimed.id != asked.id:
            pass
        assert desk.dial(asked.id)
        answered = desk.answered(asked.id, f"{script}.1")
        yield office.called(ScriptedPhone(ScriptedKeypad(script)), Start.CALLED, callback=answered)
    broken = replace(desk, book=CallbackBook(Broken()))
    office.office = replace(bare, callbacks=broken)
    yield office.call("1", start=Start.QUEUE_CALLBACK, caller="", account="tester1")
    office.office = bare
    for script in ("2 1 !", "1 !"):
        yield office.call(script, caller="+6281234567891")
    yield office.call("0", caller="+6281234567892", call="9.9")
    office.office.cases.dropped("9.9", office.clock.now)
    yield office.call("1", caller="+6281234567892")


class Broken:
    """A book that can't be used."""

    def do(self, work: object) -> NoReturn:
        raise BookUnusable("it can't be used")

    def look(self, work: object, otherwise: object) -> NoReturn:
        raise BookUnusable("it can't be used")


def _safe(office: SampleOffice) -> Iterator[Called[ScriptedPhone]]:
    """Who asks whether we have called, and who asked about their NIK; the last one freezes it."""
    for minutes, hours in ((0, 0), (30, 23)):
        office.clock.now = datetime(2026, 11, 24, 7, minutes, tzinfo=UTC)
        office.office.safety.called("+6281234567890", "11111110")
        office.clock.pass_by(timedelta(hours=hours))
        yield office.call("4 3 2 2", caller="+6281234567890")
    office.clock.pass_by(timedelta(days=2))
    yield office.call("4 3 2 2 2", caller="+6281234567890")
    own = f"4 3 4 {nik(1)} {kk_digits(1)}"
    for nth, channel in enumerate((Channel.TELEPHONE, *Channel)):
        office.book.begin(f"about-{nth}", f"+628123456789{nth}", office.clock.now, channel=channel)
        office.book.about(f"about-{nth}", nik(1))
    office.book.flush()
    yield office.call(f"{own} 2 2", caller="+6281234567890")
    yield office.call(f"4 3 4 {nik(2)} {kk_digits(2)} 1 1 2")
    yield office.call(f"1 {nik(2)} {kk_digits(2)} 2")
    bank, bank_pin = office.office.institutions.add("Bank", 3)
    yield office.call(f"4 1 3 {bank.id} {bank_pin} 1 {nik(2)} 2")


def test_all_that_is_declared_is_said_with_the_places_that_are_declared(office: SampleOffice) -> None:
    """A tour through every state, every document, every kind of help; the phone refuses what has no text."""
    scripts = [f"1 {nik(serial)} {kk_digits(serial)} 2" for serial in RESIDENTS.values()]
    scripts += [f"2 1 {registration_number(serial)} {pin(serial)} 2" for serial in APPLICATIONS.values()]
    scripts += [f"2 2 {nik(serial)} {kk_digits(serial)} 1 1 2" for serial in (WITH_MANY, WITH_ONE, WITH_NONE)]
    scripts += [
        ", 7 ,",
        "7 , 8",
        f"1 , 12 327 {nik(1)} 9# 12 , , ,",
        "1 12* , , ,",
        f"1 327 , {nik(1)} 1* 123456",
        "1 0073050101900001 3200050101900001 3273053202900001",
        "1 3273050101900000 0#",
        f"2 1 123456789012 123 {registration_number(106)} 9# 12 {pin(107)}",
        "1",
        f"1 {LOCKED} 2",
        "1 " + " * ".join(f"{nik(serial)} 9999999999" for serial in (4, 5, 6)) + " 2",
        "# 1 #",
        "3 1 2 3 32 , 9901 3273 2",
        f"2 1 , {registration_number(106)} 000000 , !",
    ]
    spoken = "4 4 4 1 1 :3"
    scripts += ["4 4 4 1 2 2", f"{spoken} 3 :0 :1 :3 2 1 2 2", f"{spoken} 4", f"{spoken} 1 1 081# 08123456789# 1 2"]
    scripts += ["4 4 4 1 1 :full"]
    scripts += [f"4 2 {event} 1 123 17081995 1 3273 2 2" for event in ("1", "2", "3 1", "3 2", "4")]
    scripts += ["4 2 1 1 30022020 31122099 17081995 1 9901 1101 2 2"]
    bank, bank_pin = office.office.institutions.add("Bank", 3)
    niks = " 1 ".join((nik(1), nik(RESIDENTS[ResidentStatus.DUPLICATE]), nik(4999), nik(1)))
    scripts += [f"4 1 3 , 12 111111 {bank.id} 9# , 12 {bank_pin} 1 {niks} 2"]
    scripts += [f"4 1 3 {bank.id} {other(bank_pin)} , 12 * , !"]
    fraud = "4 3 3"
    scripts += ["4 3 2 1 1 081# 08123456789# 1 1 2 2 2 1", f"{fraud} 2 2 1 1 :0 :1 :3 4 2 2"]
    scripts += [f"4 4 1 {key} {nik(WITH_NONE)} {kk_digits(WITH_NONE)} 1 3 2" for key in "1234"]
    scripts += [f"4 4 1 1 {nik(MOVING)} {kk_digits(MOVING)} 2", f"4 4 1 1 {LOCKED} 2 2"]
    for nth, ticket in enumerate(opened(office)):
        slip = ", 123 11111111" if nth == 0 else ""
        scripts.append(f"2 3 {slip} {ticket.number} 9# , 12 {other(ticket.pin)} {ticket.pin} 2")
    said: dict[str, set[frozenset[str]]] = {}
    calls: list[Called[ScriptedPhone] | Called[HearingPhone]] = []
    calls += [office.call(script, caller="") for script in scripts]
    calls += [office.spoken_call(*script, caller="") for script in SPOKEN]
    calls += [office.spoken_call(heard("4"), heard("4"), heard("4")), office.call(f"{spoken} 1 3")]
    calls += [office.call(", , ,", start=start) for start in Start]
    calls.append(office.call("1", longest_ms=0))
    calls += _called_back(office)
    calls += _safe(office)
    office.clock.pass_by(timedelta(days=30))
    for _ in range(4):
        calls.append(office.call(f"1 {LOCKED} 2", caller="guesser"))
        office.clock.pass_by(timedelta(minutes=16))
    calls.append(office.call("1 2", caller="guesser"))
    calls += [*_off_duty(office), *_surveyed(office)]
    office.clock.now = datetime.combine(max(fact.again for fact in MENU.facts), time(), UTC) + timedelta(days=2)
    calls.append(office.call("3 1 1 2"))
    calls.append(office.call(f"1 {nik(1)} {kk_digits(1)} 2"))
    office.settings.tickets_db.unlink()
    office.settings.tickets_db.mkdir()
    calls.append(office.call(f"4 4 1 1 {nik(WITH_NONE)} {kk_digits(WITH_NONE)} 1"))
    for call in calls:
        for prompt in call.prompts:
            said.setdefault(prompt.key, set()).add(frozenset(prompt.places))
            for value in prompt.places.values():
                if isinstance(value, str) and value in TEXTS:
                    said.setdefault(value, set()).add(frozenset())
    said_by_menu = {key for node in MENU.nodes.values() for key in (node.prompt, *node.say) if key}
    reasons = {key for key in SAYS if key.startswith("reason.")}  # the sample has some of them
    assert reasons & said.keys()
    # An office that is gone from the registry cannot be imported; `test_services_documents` tells of it.
    unsaid = {"application.office_unknown", "registration.unavailable", "life_event.unavailable"}
    assert not sorted(SAYS.keys() - said.keys() - reasons - unsaid)
    assert not said.keys() - SAYS.keys() - said_by_menu
    for key, places in said.items():
        if key in SAYS:
            assert places == {frozenset(SAYS[key])}, key


def opened(office: SampleOffice) -> list[Opened]:
    """A ticket in every state that is told of."""
    tickets, made = office.office.tickets, []
    for state in sorted(set(State) - {State.DRAFT}):
        draft = tickets.begin(Category.SERVICE, "call")
        made.append(tickets.submit(draft.id, None, 0.0))
        tickets.edit(tickets.book.ticket(draft.id), lambda one, state=state: replace(one, state=state), "siti")
    return made


def other(pin: str) -> str:
    return f"{(int(pin) + 1) % 10 ** len(pin):0{len(pin)}d}"


def services_files() -> list[Path]:
    root = PROMPTS.parent / "agi"
    return sorted([*(root / "services").glob("*.py"), *(root / "dialogue").glob("*.py")])


@pytest.mark.parametrize("path", services_files(), ids=lambda path: path.name)
def test_every_key_written_in_the_code_is_declared(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "Prompt"
            and isinstance(node.args[0], ast.Constant)
        ):
            assert node.args[0].value in SAYS, f"{path}:{node.lineno}"


def check(prompts: Path, var: Path, language: str = "id") -> tuple[Finding, ...]:
    return check_all(Settings(office=Office(language=language), places=Places(prompts=prompts, var=var)))


def test_the_prompts_that_are_delivered_have_no_findings(tmp_path: Path) -> None:
    assert check(PROMPTS, tmp_path) == ()


def test_every_service_is_in_the_menu() -> None:
    assert {node.service for node in MENU.nodes.values()} - {""} == SERVICES.keys()


def test_the_apology_and_the_announcements_of_the_queue_have_texts() -> None:
    conf = [*(PROMPTS.parent / "dialplan").glob("*.conf"), Path(configure.__file__)]
    text = "\n".join(file.read_text(encoding="utf-8") for file in conf)
    for key in TEXTS:
        if key.startswith(("queue.", "fault.")) and key not in SAYS:
            assert key.replace(".", "/") in text, key


def test_patterns_for_asterisk_hide_no_text_of_ours() -> None:
    assert {pattern.split(".")[0] for pattern in SAID_BY_ASTERISK} == {"digits", "queue", "fault", "agent"}


def copy(folder: Path, **files: str) -> Path:
    for name in ("menu.toml", "id.toml", "lexicon.toml"):
        (folder / name).write_text((PROMPTS / name).read_text(encoding="utf-8"), encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_menu_that_names_no_text_is_an_error(tmp_path: Path) -> None:
    menu = (PROMPTS / "menu.toml").read_text(encoding="utf-8").replace('"menu.main"', '"menu.mian"')
    assert [one.code for one in check(copy(tmp_path, menu=menu), tmp_path) if one.is_error] == ["T001"]


def test_texts_that_cannot_be_read_are_findings_with_file_and_line(tmp_path: Path) -> None:
    [finding] = check(copy(tmp_path, id='[call]\nwelcome = "Halo {nama}"\n'), tmp_path)
    assert (finding.code, finding.line, finding.is_error) == ("T008", 2, True)


def test_a_text_missing_in_another_language_is_a_warning_and_falls_back(tmp_path: Path) -> None:
    folder = copy(tmp_path, jv='[call]\nwelcome = "Sugeng rawuh ing Halo Dukcapil."\n')
    findings = check(folder, tmp_path, "jv")
    assert {finding.code for finding in findings} == {"T006"}
    assert not [finding for finding in findings if finding.is_error]
    texts = Texts.load(folder, "jv")
    assert texts.written("call.welcome") == "Sugeng rawuh ing Halo Dukcapil."
    assert texts.written("call.goodbye") == TEXTS.written("call.goodbye")
