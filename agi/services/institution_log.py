"""What institutions asked, as a table in the office's words: on a page, and for an auditor."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import tzinfo

from agi.books.institution import Institution, Purpose, Query, Standing

PURPOSES: Mapping[Purpose, str] = {
    Purpose.BANK: "rekening atau kredit",
    Purpose.BPJS: "BPJS",
    Purpose.SCHOOL: "pendidikan",
    Purpose.OTHER: "lainnya",
}
STANDINGS: Mapping[Standing, str] = {
    Standing.NONE: "tidak dijawab",
    Standing.ACTIVE: "aktif",
    Standing.INACTIVE: "tidak aktif",
    Standing.NOT_FOUND: "tidak ditemukan",
    Standing.FROZEN: "dikunci pemiliknya",
}
_COLUMNS = ("waktu", "nomor lembaga", "lembaga", "keperluan", "jawaban", "jejak NIK", "panggilan")
_FORMULA = ("=", "+", "-", "@")


def write_csv(queries: Iterable[Query], institutions: Iterable[Institution], zone: tzinfo) -> str:
    """One line a question. The same NIK has the same trace, from which nobody can tell it."""
    out, names = io.StringIO(), {one.id: one.name for one in institutions}
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in queries:
        name = names.get(one.institution, "")
        safe = f"'{name}" if name.startswith(_FORMULA) else name  # a spreadsheet would compute it
        at = one.at.astimezone(zone).isoformat(timespec="seconds")
        words = (PURPOSES[one.purpose], STANDINGS[one.told], one.nik.hex(), one.call)
        writer.writerow((at, one.institution, safe, *words))
    return out.getvalue()
