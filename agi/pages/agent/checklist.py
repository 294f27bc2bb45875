"""What an agent goes through in a call, by what it is about: short, and never in the place of what the law asks."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do; `key` is kept when it was done."""

    key: str
    text: str


_UNPROVED = Line("identity", "Pastikan siapa penelepon sebelum menyebut data: NIK dan sepuluh angka terakhir KK.")
_ALWAYS = (
    Line("free", "Semua layanan gratis. Bila ada yang meminta uang, buat tiket."),
    Line("else", "Tanyakan apakah masih ada yang bisa dibantu."),
)
_BY_TOPIC: Mapping[str, tuple[Line, ...]] = {
    "nik_check": (
        Line("status", "Jelaskan status NIK dengan kata sendiri, bukan kodenya."),
        Line("where", "Sebutkan kantor dan jamnya bila harus datang."),
    ),
    "document_status": (
        Line("status", "Jelaskan sampai di mana dokumen itu, dan langkah berikutnya."),
        Line("where", "Sebutkan tempat mengambil, dan apa yang dibawa."),
    ),
    "applications": (Line("status", "Jelaskan sampai di mana tiap permohonan."),),
    "complaint": (
        Line("listen", "Dengarkan sampai selesai, lalu ulangi pokoknya."),
        Line("ticket", "Buat tiket; sebutkan nomor, PIN, dan batas waktunya dua kali."),
    ),
    "ticket_status": (Line("ticket", "Buka tiketnya, bacakan jawaban atau batas waktunya."),),
}


def checklist(topic: str, *, verified: bool) -> tuple[Line, ...]:
    """The lines for a call about `topic` (a service, or a place of the menu)."""
    return (*(() if verified else (_UNPROVED,)), *_BY_TOPIC.get(topic, ()), *_ALWAYS)
