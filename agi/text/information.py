"""What is told to a message that names no number: by its intent, its wish, or the document that it names."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from agi.dialogue.menu import Menu
from agi.dialogue.menufile import Node
from agi.dialogue.question import Prompt
from agi.office.office import Office
from agi.services import telling
from agi.speech.intents import Intents
from agi.text.reading import Intent, Reading, document_of
from agi.text.wishes import region, wished, wishes_of
from agi.voice.texts import Texts

_REQUIREMENTS: Mapping[tuple[str, str], str] = {
    ("kk", "baru"): "requirements.kk_new",
    ("kk", "hilang"): "requirements.kk_lost",
    ("kk", "tambah"): "requirements.kk_change",
    ("ktp", "baru"): "requirements.ktp_new",
    ("ktp", "hilang"): "requirements.ktp_lost",
    ("kia", ""): "requirements.kia",
    ("ikd", ""): "requirements.ikd",
    ("lahir", ""): "requirements.akta_birth",
    ("mati", ""): "requirements.akta_death",
    ("kawin", ""): "requirements.akta_marriage",
    ("cerai", ""): "requirements.akta_divorce",
    ("pindah", ""): "requirements.move",
    ("datang", ""): "requirements.arrival",
}
_WHICH = {"kk": "text.which_kk", "ktp": "text.which_ktp", "akta": "text.which_akta"}
_HOW_OF_SERVICE = {
    "nik_check": Intent.HOW_TO_CHECK,
    "document_status": Intent.HOW_TO_STATUS,
    "applications": Intent.HOW_TO_STATUS,
    "ticket_status": Intent.HOW_TO_TICKET,
    "complaint": Intent.COMPLAIN,
    "where": Intent.OFFICE,
}
TOLD_OF_SERVICE = {
    "life_events": "text.life_events",
    "diagnosis": "text.nik_unknown",
    "fraud_report": "info.fraud",
    "own_nik": "text.own_nik",
    "called_me": "text.called_me",
    "institution": "text.institution",
}
"""What is written in place of a conversation by telephone."""


@dataclass(frozen=True)
class Information:
    """What the menu and the office tell anybody; any thread may ask."""

    office: Office
    menu: Menu
    texts: Texts

    def place(self, words: tuple[str, ...]) -> str:
        """The place of the menu that `words` wish for, "" for none."""
        return wished(self._wishes, words)

    @cached_property
    def _wishes(self) -> Intents | None:
        return wishes_of(self.menu)

    def told(self, reading: Reading) -> tuple[Prompt, ...]:
        """What is told without any number."""
        match reading.intent:
            case Intent.HOW_TO_CHECK:
                return (Prompt("text.how_check", {"digits": self.office.kk_digits}),)
            case Intent.STATUS_NUMBER | Intent.HOW_TO_STATUS:
                return (Prompt(f"text.{'status_number' if reading.intent is Intent.STATUS_NUMBER else 'how_status'}"),)
            case Intent.TICKET_NUMBER | Intent.HOW_TO_TICKET:
                return (Prompt(f"text.{'ticket_number' if reading.intent is Intent.TICKET_NUMBER else 'how_ticket'}"),)
            case Intent.REQUIREMENTS:
                return (Prompt(self._requirements(reading.document, reading.case)),)
            case Intent.COMPLAIN:
                return (Prompt("text.how_complain"),)
            case Intent.OFFICE:
                code = region(reading.words)
                return telling.where_to_go(self.office.serving(code)) if code else (Prompt("text.how_office"),)
            case Intent.HOURS:
                return (Prompt("info.hours"),)
            case Intent.FRAUD:
                return (Prompt("info.fraud"),)
            case Intent.NIK_NOT_FOUND:
                return (Prompt("text.nik_unknown"), Prompt("text.how_check", {"digits": self.office.kk_digits}))
            case Intent.AGENT:
                return (Prompt("text.agent"),)
            case Intent.STOP:
                return (Prompt("text.stop"),)
            case Intent.HELP if place := self.place(reading.words):
                return self._at(self.menu.nodes[place])
            case Intent.HELP if (named := document_of(reading.words))[0]:
                return (Prompt(self._requirements(*named)),)
        return (Prompt("text.help"),)

    def _requirements(self, document: str, case: str) -> str:
        """The sentence that tells them, or which asks what they are wished for."""
        for which in (case, ""):
            key = _REQUIREMENTS.get((document, which), "")
            if key in self.texts:
                return key
        return _WHICH.get(document, "text.which_requirements")

    def _at(self, node: Node) -> tuple[Prompt, ...]:
        """What a place of the menu tells."""
        if node.say:
            return tuple(map(Prompt, node.say))
        if told := TOLD_OF_SERVICE.get(node.service):
            return (Prompt(told),)
        if how := _HOW_OF_SERVICE.get(node.service):
            return self.told(Reading(how))
        return (Prompt("text.help"),)
