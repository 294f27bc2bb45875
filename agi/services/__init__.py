"""What a caller can do, one small module each; the menu names them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agi.dialogue.question import Case
from agi.dialogue.talk import Says, Talk
from agi.services import (
    agent,
    applications,
    called_me,
    complaint,
    diagnosis,
    document_status,
    fraud_report,
    institution,
    life_events,
    nik_check,
    own_nik,
    ticket_status,
    where,
)
from agi.services.desk import LOCKED_OUT, Desk

_SHOWN_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Service:
    """One thing a caller can do.

    `name`: as menu.toml calls it (`service = "…"`). `title`: as an agent's telephone calls a case of it; "" where it
    begins none. `says`: its prompts; `asks`: its questions that may have words in [questions] of the menu, and their
    keys. The checker goes by these.
    """

    name: str
    title: str
    run: Callable[[Talk, Desk], None]
    says: Says
    asks: Mapping[str, str] = field(default_factory=dict)


SERVICES: Mapping[str, Service] = {
    service.name: service
    for service in (
        Service("nik_check", "cek NIK", nik_check.run, nik_check.SAYS),
        Service("document_status", "status dokumen", document_status.run, document_status.SAYS),
        Service("applications", "daftar permohonan", applications.run, applications.SAYS, applications.ASKS),
        Service("diagnosis", "NIK tidak ditemukan", diagnosis.run, diagnosis.SAYS, diagnosis.ASKS),
        Service("where", "alamat kantor", where.run, where.SAYS),
        Service("complaint", "pengaduan", complaint.run, complaint.SAYS, complaint.ASKS),
        Service("life_events", "lapor peristiwa", life_events.run, life_events.SAYS, life_events.ASKS),
        Service("ticket_status", "status tiket", ticket_status.run, ticket_status.SAYS),
        Service("institution", "cek NIK lembaga", institution.run, institution.SAYS, institution.ASKS),
        Service("called_me", "apakah kami menelepon", called_me.run, called_me.SAYS, called_me.ASKS),
        Service("fraud_report", "lapor penipuan", fraud_report.run, fraud_report.SAYS, fraud_report.ASKS),
        Service("own_nik", "riwayat dan kunci NIK", own_nik.run, own_nik.SAYS, own_nik.ASKS),
        Service("agent", "", agent.run, agent.SAYS),
    )
}
"""Every service, once."""


def in_words(case: Case) -> str:
    """What an agent's telephone shows of `case` in place of the caller's name: "cek NIK, terbukti, ••9610".

    Never what the caller chose to be called. Plain words and digits of ours only: it passes through the dialplan.
    """
    title = SERVICES[case.topic].title if case.topic in SERVICES else ""
    words = [title or f"menu {case.topic}".replace("_", " ").replace(".", " ").strip()]
    if case.verified:
        words.append("terbukti")
    if case.status == LOCKED_OUT:
        words.append("terkunci")
    if case.number:
        words.append(f"••{case.number[-_SHOWN_DIGITS:]}")
    return ", ".join(words)
