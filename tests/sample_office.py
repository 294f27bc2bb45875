"""A small registry with every status in it, and whole calls against it."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Generic, TypeVar

from scripted_caller import PROMPTS, Notes, ScriptedKeypad, ScriptedPhone, SetClock
from spoken_caller import HearingPhone

from agi import privacy
from agi.books.callback import Callback
from agi.books.calls import CallBook
from agi.books.guesses import BookGuesses
from agi.books.importing import import_csv
from agi.books.registry import Registry
from agi.books.words import REASONS, ApplicationStatus, Document, KtpState, ResidentStatus
from agi.dialogue.menu import Menu
from agi.dialogue.question import Answer, Case, Journal, Prompt
from agi.office.counting import Visitor
from agi.office.office import Office
from agi.services.conversation import Ending, Start, converse
from agi.services.desk import Desk
from agi.settings import Settings
from agi.settings.tables import Dialogue, Places, Section
from agi.voice.texts import Texts
from agi.workshop.sample_make import registration_number

KEY = bytes(range(32))
KK_DIGITS = Settings.model_fields["identity"].default.kk_digits
P = TypeVar("P", ScriptedPhone, HearingPhone)
_CALLS = count(1)
MENU = Menu.load(PROMPTS / "menu.toml")
TEXTS = Texts.load(PROMPTS, "id")
OFFICE = "Kantor Dukcapil Kota Bandung"


def nik(serial: int) -> str:
    """A NIK that is well formed and belongs to nobody."""
    return f"327305410190{serial:04d}"


def kk(serial: int) -> str:
    """The KK number of the resident with this serial."""
    return f"3273050101{100000 + serial}"


def kk_digits(serial: int) -> str:
    return kk(serial)[-KK_DIGITS:]


def pin(serial: int) -> str:
    return f"{700000 + serial}"


RESIDENTS = {
    **{state: 1 + at for at, state in enumerate(KtpState)},
    **{status: 31 + at for at, status in enumerate(ResidentStatus) if status is not ResidentStatus.ACTIVE},
}
"""The serial of a resident in every state."""

APPLICATIONS = {
    (document, status): 100 * (1 + at) + step
    for at, document in enumerate(Document)
    for step, status in enumerate(ApplicationStatus)
}
"""The serial of an application of every document in every status."""

WITH_MANY, WITH_ONE, WITH_NONE, MOVING = 71, 72, 73, 74
"""Residents with three applications, one, none, and a moving letter that is being worked on."""


def build_registry(folder: Path) -> Path:
    """Import the rows below; the path of the registry."""
    path = folder / "registry.db"
    residents = [
        (nik(serial), kk(serial), "ACTIVE" if isinstance(state, KtpState) else state, state)
        if isinstance(state, KtpState)
        else (nik(serial), kk(serial), state, KtpState.CARD_ISSUED)
        for state, serial in RESIDENTS.items()
    ]
    residents += [
        (nik(serial), kk(serial), "ACTIVE", "CARD_ISSUED") for serial in (WITH_MANY, WITH_ONE, WITH_NONE, MOVING)
    ]
    applications = [_application(serial, *what, nik(1)) for what, serial in APPLICATIONS.items()]
    for number, owner, status in (
        (901, WITH_MANY, ApplicationStatus.DIPROSES),
        (902, WITH_MANY, ApplicationStatus.SIAP_DIAMBIL),
        (903, WITH_MANY, ApplicationStatus.DITOLAK),
        (904, WITH_ONE, ApplicationStatus.SELESAI),
    ):
        applications.append(_application(number, Document.KK, status, nik(owner)))
    applications.append(_application(905, Document.SURAT_PINDAH, ApplicationStatus.DIPROSES, nik(MOVING)))
    _import(
        path,
        folder,
        "offices",
        ("code", "name", "hours", "usual_time"),
        [
            ("BDG", OFFICE, "Senin sampai Jumat", ""),
            ("X", "Loket", "", ""),
            ("3273", "Dukcapil Kota Bandung", "Senin sampai Jumat", "Kartu Keluarga 1 hari kerja"),
            ("3171", "Dukcapil Jakarta Pusat", "", ""),
        ],
    )
    _import(path, folder, "residents", ("nik", "kk", "status", "ktp"), residents)
    columns = ("number", "pin", "nik", "document", "status", "since", "reason", "office")
    _import(path, folder, "applications", columns, applications)
    return path


def _application(serial: int, document: Document, status: ApplicationStatus, owner: str) -> tuple[str, ...]:
    reason = sorted(REASONS.get(status, [""]))[serial % len(REASONS.get(status, [""]))]
    office = ("BDG", "X")[serial // 100 % 2] if status is ApplicationStatus.SIAP_DIAMBIL else ""
    return registration_number(serial), pin(serial), owner, document, status, "2026-11-03", reason, office


def _import(path: Path, folder: Path, table: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    file = folder / f"{table}.csv"
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([columns, *rows])
    assert import_csv(path, KEY, table, file, kk_digits=KK_DIGITS, as_of=SetClock.now).rejected == 0


@dataclass
class Called(Generic[P]):
    """What came of a call."""

    ending: Ending
    phone: P
    notes: Notes
    desk: Desk

    @property
    def heard(self) -> list[str]:
        return self.phone.heard

    @property
    def prompts(self) -> list[Prompt]:
        """All that was said, with its values."""
        return self.phone.prompts if isinstance(self.phone, HearingPhone) else self.phone.keypad.heard


@dataclass
class SampleOffice:
    """The office that calls are made to, with a clock that can be set."""

    settings: Settings
    office: Office
    book: CallBook
    clock: SetClock

    @classmethod
    def open(cls, registry: Path, folder: Path, **given: Section) -> "SampleOffice":
        """An office whose books lie in `folder`; its registry stands there already, or `registry` is lent to it.

        `given`: tables of its settings.
        """
        settings = Settings(places=Places(data=folder, var=folder / "var"), **given)
        if not settings.registry_db.exists():
            settings.registry_db.symlink_to(registry)
        (settings.var / "secrets").mkdir(parents=True)
        with privacy.private_file(settings.var / "secrets" / "hash-key") as key:
            key.write(KEY.hex().encode())
        book, clock = CallBook.open(settings.calls_db, KEY), SetClock()
        return cls(settings, Office.open(settings, BookGuesses(book), clock, earlier=book), book, clock)

    @property
    def registry(self) -> Registry:
        return self.office.registry

    def close(self) -> None:
        self.office.close()
        self.book.close()

    def call(
        self,
        script: str,
        *,
        start: Start = Start.WELCOME,
        caller: str = "caller-1",
        case: Case | None = None,
        dialogue: Dialogue | None = None,
        longest_ms: int = 10**9,
        call: str = "",
        account: str = "",
    ) -> Called[ScriptedPhone]:
        """A whole call by `caller` who does what stands in `script`; its time is up after `longest_ms`."""
        phone = ScriptedPhone(ScriptedKeypad(script, TEXTS))
        return self.called(
            phone, start, caller, case, dialogue, lambda: phone.keypad.now_ms >= longest_ms, call=call, account=account
        )

    def spoken_call(
        self, *script: Answer, start: Start = Start.WELCOME, caller: str = "caller-1", case: Case | None = None
    ) -> Called[HearingPhone]:
        """A whole call by `caller` who is heard as it stands in `script`."""
        return self.called(HearingPhone(list(script), TEXTS), start, caller, case)

    def called(
        self,
        phone: P,
        start: Start = Start.WELCOME,
        caller: str = "caller-1",
        case: Case | None = None,
        dialogue: Dialogue | None = None,
        time_is_up: Callable[[], bool] = lambda: False,
        journal: Journal | None = None,
        call: str = "",
        callback: Callback | None = None,
        account: str = "",
    ) -> Called[P]:
        notes = Notes()
        recorder = phone if hasattr(phone, "record") else None
        desk = Desk(
            self.office, Visitor(caller, account), case or Case(), call=call or f"{next(_CALLS)}.0", recorder=recorder
        )
        desk.called, desk.joined = callback, callback.joined if callback else None
        ending = converse(phone, journal or notes, desk, MENU, dialogue or Dialogue(), start, time_is_up)
        return Called(ending, phone, notes, desk)
