"""What is in the records of calls, in the words of the office."""

from collections.abc import Mapping

from agi.books.desks import Result as Came
from agi.books.events import Answered, Asked, Channel, Noted, NoteKind, Outcome, WaitEnd
from agi.dialogue.question import Mode, Result

OUTCOMES: Mapping[Outcome | None, str] = {
    None: "masih berlangsung",
    Outcome.COMPLETED: "selesai",
    Outcome.TRANSFERRED: "diteruskan ke petugas",
    Outcome.ABANDONED: "ditutup penelepon",
    Outcome.GAVE_UP: "menyerah, diteruskan",
    Outcome.FAILED: "gagal",
    Outcome.LOCKED_OUT: "terkunci",
}
CHANNELS: Mapping[str, str] = {
    Channel.TELEPHONE: "Telepon",
    Channel.SIP: "Pesan telepon",
    Channel.WHATSAPP: "WhatsApp",
    Channel.MESSENGER: "Messenger",
    Channel.X: "X",
    Channel.SMS: "SMS",
    Channel.MAIL: "Surel",
    Channel.CHAT: "Halaman warga",
}
WAITS: Mapping[WaitEnd, str] = {
    WaitEnd.ANSWERED: "dijawab petugas",
    WaitEnd.HUNG_UP: "menutup telepon",
    WaitEnd.LEFT: "kembali ke menu",
}
RESULTS: Mapping[Came, str] = {
    Came.SOLVED: "terjawab",
    Came.TICKET: "menjadi tiket",
    Came.OFFICE: "diarahkan ke kantor",
    Came.CUT_OFF: "terputus",
    Came.NOT_SOLVED: "belum terjawab",
    Came.NOTHING: "salah sambung atau tidak ada suara",
}
BAD = frozenset({Outcome.GAVE_UP, Outcome.FAILED, Outcome.LOCKED_OUT})
_PRESSED: Mapping[Result, str] = {
    Result.MATCH: "Penelepon menekan {value}",
    Result.NO_INPUT: "Penelepon tidak menekan apa pun",
    Result.NO_MATCH: "Penelepon menekan {value}, yang tidak cocok",
    Result.BACK: "Penelepon menekan * (kembali)",
    Result.REPEAT: "Penelepon minta diulang",
    Result.AGENT: "Penelepon menekan 0 (petugas)",
    Result.HOLD: "Penelepon menekan # (tunggu)",
    Result.SLOWER: "Penelepon minta lebih pelan",
    Result.CLEARED: "Penelepon menekan * (isian dihapus)",
    Result.HANG_UP: "Penelepon menutup telepon",
}
_SPOKEN: Mapping[Result, str] = {
    **_PRESSED,
    Result.MATCH: "Penelepon mengucapkan {value}",
    Result.NO_MATCH: "Ucapan penelepon tidak dimengerti",
    Result.BACK: "Penelepon minta kembali",
    Result.AGENT: "Penelepon minta petugas",
    Result.HOLD: "Penelepon minta menunggu",
}
_NOTES: Mapping[NoteKind, str] = {
    NoteKind.NIK_CHECKED: "NIK diperiksa",
    NoteKind.NIK_INVALID: "NIK tidak sah",
    NoteKind.NIK_HISTORY: "Pemilik NIK mendengar berapa kali NIK-nya ditanyakan",
    NoteKind.NIK_FROZEN: "NIK dikunci pemiliknya",
    NoteKind.CALLED_ME: "Ditanya apakah kami menelepon",
    NoteKind.DIAGNOSED: "Penyebab NIK tidak ditemukan dicari",
    NoteKind.REGISTRATION_INVALID: "Nomor pendaftaran tidak sah",
    NoteKind.APPLICATION_TOLD: "Status permohonan disampaikan",
    NoteKind.APPLICATIONS_TOLD: "Status beberapa permohonan disampaikan",
    NoteKind.MISMATCH: "Data tidak cocok",
    NoteKind.LOCKOUT: "Dikunci karena terlalu banyak percobaan",
    NoteKind.REGISTRY_UNAVAILABLE: "Data kependudukan tidak dapat dibaca",
    NoteKind.TICKET_OPENED: "Tiket dibuka",
    NoteKind.TICKET_DRAFT: "Pesan belum terkirim, disimpan sebagai konsep tiket",
    NoteKind.TICKET_DELETED: "Pesan dihapus penelepon",
    NoteKind.TICKET_TOLD: "Status tiket disampaikan",
    NoteKind.TICKET_INVALID: "Nomor tiket tidak sah",
    NoteKind.INSTITUTION_INVALID: "Nomor lembaga tidak sah",
    NoteKind.INSTITUTION_TOLD: "Keadaan NIK disampaikan kepada lembaga",
    NoteKind.INSTITUTION_USED_UP: "Jatah lembaga hari itu habis",
    NoteKind.TICKETS_UNAVAILABLE: "Pesan atau tiket tidak dapat disimpan",
    NoteKind.TRANSFER: "Diteruskan ke petugas",
    NoteKind.AGENT_OFF_DUTY: "Di luar jam petugas; petugas bertugas lagi",
    NoteKind.AGENT_TALKED: "Petugas berbicara dengan penelepon",
    NoteKind.CASE_TOLD: "Nomor panggilan disampaikan",
    NoteKind.CALL_RESUMED: "Panggilan yang terputus dilanjutkan",
    NoteKind.CALLBACK_ASKED: "Panggil balik diminta",
    NoteKind.CALLBACK_DECLINED: "Panggil balik tidak dapat dicatat",
    NoteKind.CALLBACK_REACHED: "Panggil balik: penelepon siap bicara",
    NoteKind.CALLBACK_REFUSED: "Panggil balik: yang menjawab tidak memintanya",
    NoteKind.CALLBACK_MISSED: "Panggil balik: tidak ada jawaban",
    NoteKind.SURVEY_ASKED: "Ditanya untuk survei",
    NoteKind.SURVEY_RATED: "Jawaban survei",
    NoteKind.SPEECH_CONFIRMED: "Ucapan dibenarkan penelepon",
    NoteKind.SPEECH_DENIED: "Ucapan disangkal penelepon",
    NoteKind.SPEECH_REPAIRED: "Ucapan diperbaiki penelepon",
    NoteKind.SPEECH_TO_KEYS: "Beralih dari suara ke tombol",
    NoteKind.SPEECH_FELL_BACK: "Pengenal suara tidak mendengarkan",
    NoteKind.MESSAGE_READ: "Pesan dibaca sebagai",
    NoteKind.PACE_SLOWER: "Diucapkan lebih pelan",
    NoteKind.SOUND: "Suara",
    NoteKind.OTHER: "Catatan",
}
TECHNICAL = frozenset({NoteKind.SOUND, NoteKind.SPEECH_FELL_BACK, NoteKind.OTHER})
"""Notes for who looks after the line."""


def did(answer: Answered) -> str:
    """What the caller did at a question, in one sentence without its full stop."""
    words = _SPOKEN if answer.mode == Mode.SPEECH else _PRESSED
    try:
        told = words[Result(answer.result)]
    except ValueError:  # of another version
        told = answer.result
    return told.format(value=answer.value or "sesuatu")


def how(event: Asked) -> str:
    """How long it took, at which try, and how sure we were."""
    answer = event.answer
    parts = [f"setelah {answer.took_ms / 1000:.1f} s".replace(".", ",")]
    if event.attempt > 1:
        parts.append(f"percobaan ke-{event.attempt}")
    if answer.confidence is not None:
        sure = "" if answer.sure else ", ditanyakan lagi"
        parts.append(f"keyakinan {answer.confidence:.0%}{sure}")
    if answer.fell_back:
        parts.append(f"hanya tombol ({answer.fell_back})")
    return "; ".join(parts)


def noted(event: Noted) -> str:
    """A step of a service."""
    return f"{_NOTES[event.kind]}{': ' if event.detail else ''}{event.detail}"
