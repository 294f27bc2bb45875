"""The figures of a what-if in words, for a terminal and for a page."""

from collections.abc import Iterator
from dataclasses import dataclass

from agi.editions.replayed import Verdict
from agi.editions.whatif import Left, Waits, WhatIf

ASSUMED = (
    "Penelepon dianggap menekan tombol yang sama dan mengucapkan kata yang sama seperti waktu itu. Yang mendengarkan "
    "menu baru dengan teliti dapat memilih lain. Isian nomor dianggap dijawab seperti waktu itu. Begitu jalannya "
    "berpisah, panggilan tidak diikuti lebih jauh."
)
_LEFT = {
    Left.NO_PATH: "tidak dapat diulang: jalannya tidak tercatat (tidak ada pertanyaan, atau dicatat oleh program lama)",
    Left.NO_EDITION: "tidak dapat diulang: versi yang didengar waktu itu sudah tidak disimpan",
    Left.UNCLEAR: "tidak dapat diulang: catatannya tidak menjelaskan jalannya",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: a number of calls, and what they do. `bad`: somebody should look at it."""

    calls: int
    words: str
    bad: bool = False


def lines(told: WhatIf) -> Iterator[Line]:
    """All figures, those that matter most first; none that tells nothing."""
    yield Line(told.unchanged, "tidak berubah")
    gone, elsewhere = told.verdicts[Verdict.GONE], told.verdicts[Verdict.ELSEWHERE]
    yield Line(gone, "menekan atau mengucapkan yang tidak ada lagi", bad=gone > 0)
    yield Line(elsewhere, "sampai di tempat lain", bad=elsewhere > 0)
    yield Line(told.longer.calls, f"harus mendengarkan lebih lama{_by(told.longer)}", bad=told.longer.calls > 0)
    if told.shorter.calls:
        yield Line(told.shorter.calls, f"mendengarkan lebih singkat (termasuk yang tidak berubah){_by(told.shorter)}")
    yield Line(told.agents_then, "sampai ke petugas waktu itu")
    yield Line(told.agents_now, "sampai ke petugas dengan draf ini")
    if told.lost_agent:
        yield Line(told.lost_agent, "sampai ke petugas waktu itu, dan dengan draf ini tidak", bad=True)
    if told.agents_unknown:
        words = "sampai ke petugas waktu itu; dengan draf ini jalannya berpisah sebelumnya, jadi tidak diketahui"
        yield Line(told.agents_unknown, words)
    for why in Left:
        if told.left[why]:
            yield Line(told.left[why], _LEFT[why])


def guessed(told: WhatIf) -> str:
    """A warning where sentences were never spoken; "" where all were."""
    if not told.guessed:
        return ""
    return f"{told.guessed} kalimat draf belum diucapkan suara mesin: lamanya ditaksir dari jumlah katanya."


def _by(waits: Waits) -> str:
    return f": rata-rata {_seconds(waits.mean_s)}, paling banyak {_seconds(waits.most_s)}" if waits.calls else ""


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} detik".replace(".", ",")
