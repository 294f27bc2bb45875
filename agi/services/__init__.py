"""What a caller can do, one small module each; the menu names them."""

from collections.abc import Callable, Mapping

from agi.dialogue.talk import Talk
from agi.services import agent, applications, document_status, nik_check
from agi.services.desk import Desk

Service = Callable[[Talk, Desk], None]

SERVICES: Mapping[str, Service] = {
    "nik_check": nik_check.run,
    "document_status": document_status.run,
    "applications": applications.run,
    "agent": agent.run,
}
"""Name in menu.toml (`service = "…"`) -> the service."""
