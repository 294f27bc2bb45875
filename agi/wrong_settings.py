"""What is wrong with the settings, one Indonesian sentence a fault: where it stands, what is meant, a right value."""

import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from agi.errors import HotlineError
from agi.tomlfile import expected, written

if TYPE_CHECKING:
    from agi.settings import Settings

ENVIRONMENT = "HOTLINE_"
NESTED = "__"
_UNKNOWN = "extra_forbidden"


class SettingsError(HotlineError):
    """The settings cannot be used; the message says where, why and what to write, one line a fault."""


def faults(wrong: ValidationError, tables: type[BaseModel], file: Path, lines: Mapping[str, int]) -> Iterator[str]:
    """One sentence for each fault of `wrong`, the validation of `tables`. Values are never repeated."""
    told: dict[str, None] = {}  # of several faults in one setting one is enough
    for fault in wrong.errors(include_input=True):
        names = [str(part) for part in fault["loc"][:2]]
        unknown = fault["type"] == _UNKNOWN
        what = _unknown(names, fault["input"], tables) if unknown else _expected(names, tables)
        told[f"{_place(names, file, lines)}: {what}"] = None
    yield from told


def unknown_variables(tables: type[BaseModel]) -> Iterator[str]:
    """Variables for a table that does not exist, which would be left unread in silence."""
    for name in os.environ:
        if name.startswith(ENVIRONMENT) and NESTED in name:
            table = name.removeprefix(ENVIRONMENT).split(NESTED)[0].lower()
            if table not in tables.model_fields:
                yield f"{name}: {_unknown([table], {}, tables)}"


def clashes(settings: "Settings") -> Iterator[str]:
    """Settings that make no sense together, each right by itself."""
    telephony, dialogue, lockout, queue = settings.telephony, settings.dialogue, settings.lockout, settings.queue
    if telephony.rtp_first >= telephony.rtp_last:
        yield (
            f"telephony.rtp_first ({telephony.rtp_first}) harus lebih kecil dari telephony.rtp_last "
            f"({telephony.rtp_last}): satu panggilan memakai dua port, contoh: rtp_first = 10000, rtp_last = 10999."
        )
    elif telephony.rtp_first <= telephony.sip_port <= telephony.rtp_last:
        yield (
            f"telephony.sip_port ({telephony.sip_port}) berada di antara port suara {telephony.rtp_first} sampai "
            f"{telephony.rtp_last}: pilih port lain, contoh: sip_port = 5060."
        )
    for name, value in (("first_key_ms", dialogue.first_key_ms), ("between_keys_ms", dialogue.between_keys_ms)):
        if value > dialogue.total_ms:
            yield (
                f"dialogue.{name} ({value}) lebih lama dari seluruh waktu satu isian, dialogue.total_ms "
                f"({dialogue.total_ms}): naikkan total_ms, contoh: total_ms = 60000."
            )
    if lockout.tries > lockout.day_tries:
        yield (
            f"lockout.tries ({lockout.tries}) tidak boleh lebih dari lockout.day_tries ({lockout.day_tries}): "
            "kunci pendek datang lebih dulu, contoh: tries = 3, day_tries = 10."
        )
    if lockout.minutes > lockout.hours * 60:
        yield (
            f"lockout.minutes ({lockout.minutes} menit) tidak boleh lebih lama dari lockout.hours ({lockout.hours} "
            "jam): kunci pendek harus lebih pendek, contoh: minutes = 15, hours = 24."
        )
    if queue.ring_s > queue.max_wait_s:
        yield (
            f"queue.ring_s ({queue.ring_s}) lebih lama dari queue.max_wait_s ({queue.max_wait_s}): penelepon pergi "
            "sebelum telepon petugas selesai berdering, contoh: ring_s = 15, max_wait_s = 600."
        )
    if settings.pages.listen != "127.0.0.1" and not settings.secure_pages:
        yield (
            f"pages.listen ({settings.pages.listen}) tanpa TLS tidak boleh: halaman hanya untuk 127.0.0.1, contoh: "
            'listen = "127.0.0.1"; atau isi pages.certificate dan pages.certificate_key.'
        )
    mail = settings.mail
    for name, host, security in (
        ("imap", mail.imap_host, mail.imap_security),
        ("smtp", mail.smtp_host or mail.imap_host, mail.smtp_security),
    ):
        if security == "none" and host not in ("", "127.0.0.1", "::1", "localhost"):
            yield (
                f"mail.{name}_security (none) hanya boleh untuk server di komputer ini: tanpa TLS, kata sandi dan isi "
                f'surel terbaca di jalan, contoh: {name}_security = "tls".'
            )
    for kind in settings.speech.accept.keys() & settings.speech.confirm.keys():
        if settings.speech.confirm[kind] > settings.speech.accept[kind]:
            yield (
                f"speech.confirm.{kind} ({settings.speech.confirm[kind]}) tidak boleh di atas speech.accept.{kind} "
                f"({settings.speech.accept[kind]}): contoh: confirm = {{ {kind} = 0.5 }}, accept = {{ {kind} = 0.9 }}."
            )


def _place(names: list[str], file: Path, lines: Mapping[str, int]) -> str:
    """Where the value stands that was taken: a variable goes before the file."""
    variables = {name.upper(): name for name in os.environ}
    for count in range(len(names), 0, -1):
        if found := variables.get(f"{ENVIRONMENT}{NESTED.join(names[:count])}".upper()):
            return found
    for count in range(len(names), 0, -1):
        if line := lines.get(".".join(names[:count])):
            return f"{file}:{line}: {'.'.join(names)}"
    return f"{file}: {'.'.join(names)}"


def _unknown(names: list[str], value: object, tables: type[BaseModel]) -> str:
    """What was meant by a name that nobody knows."""
    name = names[-1]
    if len(names) == 1 and isinstance(value, dict):
        return f"tabel [{name}] tidak ada; {_near(name, [f'[{one}]' for one in tables.model_fields])}"
    homes = [table for table, info in tables.model_fields.items() if name in _fields(info)]
    if homes:
        return f"{name} harus ditulis di bawah [{homes[0]}]."
    known = _fields(tables.model_fields[names[0]]) if len(names) > 1 else tables.model_fields
    return f"nama {name} tidak ada; {_near(name, list(known))}"


def _near(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f"maksud Anda {near[0]}?" if near else f"yang ada: {', '.join(known)}."


def _expected(names: list[str], tables: type[BaseModel]) -> str:
    """What a right value of the setting looks like, with an example."""
    info = tables.model_fields[names[0]]
    if len(names) == 1:
        return f"ini nama tabel: tulis [{names[0]}] sendirian di satu baris, lalu isinya di bawahnya."
    field = _fields(info)[names[1]]
    return f"harus {expected(field)}; contoh: {names[1]} = {_example(field)}."


def _fields(info: FieldInfo) -> Mapping[str, FieldInfo]:
    """The settings of one table; none where it is no table."""
    table = info.annotation
    return table.model_fields if isinstance(table, type) and issubclass(table, BaseModel) else {}


def _example(field: FieldInfo) -> str:
    """The default as it is written in the file."""
    return written(field.get_default(call_default_factory=True)) if field.default != {} else "{ nik = 0.9 }"
