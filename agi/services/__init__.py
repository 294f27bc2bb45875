"""What a caller can do, one small module each; the menu names them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agi.dialogue.talk import Says, Talk
from agi.services import agent, applications, document_status, nik_check
from agi.services.desk import Desk


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
        Service("agent", "", agent.run, agent.SAYS),
    )
}
"""Every service, once."""
