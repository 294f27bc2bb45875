"""What only messages say, and the check of all they may say: short, and in letters that one SMS has room for."""

from collections.abc import Iterator, Mapping
from datetime import date

from agi.dialogue import facts
from agi.dialogue.finding import Finding
from agi.dialogue.menufile import MenuFile
from agi.dialogue.talk import Says
from agi.services import telling
from agi.voice.places import Kind, Value
from agi.voice.texts import WRITTEN, Text, Texts

SMS = 160
"""Characters of one SMS in the alphabet of GSM (3GPP TS 23.038)."""

_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = set("^{}\\[~]|€")
_BY_TELEPHONE = ("tekan", "ucapkan", "dengarkan")
_LONG: Mapping[Kind, Value] = {
    Kind.DIGITS: "12345678",
    Kind.NUMBER: 999,
    Kind.AMOUNT: 100_000,
    Kind.DATE: date(2026, 11, 30),
}

OWN: Says = {
    **{
        f"{WRITTEN}{name}": {}
        for name in (
            "help",
            "how_status",
            "status_pin",
            "status_number",
            "how_ticket",
            "ticket_pin",
            "ticket_number",
            "which_requirements",
            "which_kk",
            "which_ktp",
            "which_akta",
            "how_complain",
            "how_office",
            "life_events",
            "nik_unknown",
            "new_ticket",
            "own_nik",
            "called_me",
            "institution",
            "agent",
            "call_number",
            "call_unknown",
            "stop",
        )
    },
    f"{WRITTEN}how_check": {"digits": "number"},
    f"{WRITTEN}kk_needed": {"digits": "number"},
    f"{WRITTEN}nik_length": {"count": "number"},
}
"""What has no sentence by telephone."""

ANSWERS: Says = {
    **telling.NIK,
    **telling.DIAGNOSIS,
    **telling.REFUSED,
    **telling.REGISTRATION_REFUSED,
    **telling.TICKET_REFUSED,
    **telling.TICKET,
    **telling.OPENED,
    **telling.APPLICATION,
    **telling.OF_DAY,
    **telling.WHERE_TO_GO,
    "registration.unavailable": {},
    "complaint.sent": {},
    "complaint.unavailable": {},
    facts.OVERDUE: {},
}
"""What messages say as calls do, or by a variant."""

UNSAID = ("document.", "reason.")
"""Parts of sentences."""


def written_keys(menu: MenuFile, texts: Texts) -> tuple[str, ...]:
    """The keys of all that messages say, in the order of the file: "help" for what is only written ("text.help")."""
    said = {*ANSWERS, *_of_menu(menu), *(key.removeprefix(WRITTEN) for key in texts.messages)}
    spoken = [key for key in texts if key in said and not key.startswith(UNSAID)]
    return (*(key for name in texts.messages if (key := name.removeprefix(WRITTEN)) not in texts), *spoken)


def may_be_long(key: str, texts: Texts) -> bool:
    """Whether `key` may take more than one SMS: what menus tell, until a shorter one is written for messages."""
    return key in texts and key not in ANSWERS and f"{WRITTEN}{key}" not in texts.messages


def check_messages(menu: MenuFile, texts: Texts) -> Iterator[Finding]:
    """What is wrong with the sentences that messages say."""
    for key, needed in OWN.items():
        if key not in texts.messages:
            problem = f"pesan tertulis memakai teks yang tidak ada: {key}; kembalikan dari cadangan"
            yield Finding("T001", next(iter(texts.values())).file, 0, problem)
        elif dict(texts.messages[key].places) != dict(needed):
            names = ", ".join(f"{{{name}:{kind}}}" for name, kind in needed.items()) or "tidak ada"
            yield Finding("T003", *texts.line(key), f"{key}: isian yang harus ada: {names}")
    for key, text in texts.messages.items():
        spoken = key.removeprefix(WRITTEN)
        if key not in OWN and spoken not in texts:
            yield Finding("T005", text.file, text.line, f"{key} tidak pernah ditulis: tidak ada kalimat {spoken!r}")
        elif key not in OWN and (extra := text.places.keys() - texts[spoken].places.keys()):
            yield Finding("T003", text.file, text.line, f"{key}: tidak ada yang mengisi {{{min(extra)}}}")
    for key in (*texts.messages, *ANSWERS, *_of_menu(menu)):
        if (key in texts or key in texts.messages) and not key.startswith(UNSAID):
            yield from _of_one(texts.variant(key), texts, may_be_long(key, texts))


def _of_menu(menu: MenuFile) -> Iterator[str]:
    """What menus tell."""
    for node in menu.nodes.values():
        yield from node.say


def _of_one(text: Text, texts: Texts, long: bool) -> Iterator[Finding]:
    told = longest(text, texts)
    strange = sorted({one for one in told if one not in _GSM and one not in _GSM_TWICE})
    if strange:
        problem = f"{text.key}: {strange[0]!r} tidak ada di alfabet SMS; tulis dengan huruf biasa"
        yield Finding("T014", text.file, text.line, problem)
    elif (length := units(told)) > SMS and not long:
        problem = (
            f"{text.key} menjadi {length} huruf, paling panjang {SMS} dalam satu SMS: tulis lebih pendek di [text]"
        )
        yield Finding("T013", text.file, text.line, problem)
    if any(word in told.lower() for word in _BY_TELEPHONE):
        problem = f"{text.key} menyuruh menekan tombol: tulis penggantinya untuk pesan, {WRITTEN}{text.key}"
        yield Finding("T015", text.file, text.line, problem)


def units(message: str) -> int:
    """How many of the 160 places of an SMS `message` takes; a character outside the alphabet counts as one."""
    return sum(2 if one in _GSM_TWICE else 1 for one in message)


def longest(text: Text, texts: Texts) -> str:
    """`text` with long values in its places, free text (names and hours of offices) left out."""
    phrases = {
        name: max((key for key in texts if key.startswith(f"{name}.")), key=lambda key: len(texts[key].raw), default="")
        for name in ("document", "reason")
    }
    given: Mapping[str, Value] = {
        name: phrases.get(name, "") if kind is Kind.PHRASE else _LONG.get(kind, "-")
        for name, kind in text.places.items()
    }
    return texts.filled(text, given)
