"""The survey's index as a table, in the regulation's words: for the page and for the command."""

import csv
from collections.abc import Iterator, Mapping
from typing import TextIO

from agi.books.survey import GRADES, Element
from agi.office.survey import Index, Quality

ELEMENTS: Mapping[Element, str] = {
    Element.REQUIREMENTS: "Persyaratan",
    Element.PROCEDURE: "Sistem, mekanisme, dan prosedur",
    Element.TIME: "Waktu penyelesaian",
    Element.COST: "Biaya/tarif",
    Element.PRODUCT: "Produk spesifikasi jenis pelayanan",
    Element.COMPETENCE: "Kompetensi pelaksana",
    Element.BEHAVIOUR: "Perilaku pelaksana",
    Element.COMPLAINTS: "Penanganan pengaduan, saran, dan masukan",
    Element.FACILITIES: "Sarana dan prasarana",
}
QUALITIES: Mapping[Quality, str] = {
    Quality.A: "Sangat baik",
    Quality.B: "Baik",
    Quality.C: "Kurang baik",
    Quality.D: "Tidak baik",
}


def write_csv(out: TextIO, index: Index) -> None:
    """A row for each element, then one for the index. Decimals have a point."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("unsur", *(f"nilai {grade}" for grade in GRADES), "jawaban", "NRR", "NRR tertimbang"))
    for score in index.scores:
        row = (ELEMENTS[score.element], *score.grades, score.answers, _figure(score.mean), _figure(score.weighted))
        writer.writerow(row)
    value = "belum cukup" if index.value is None else f"{index.value:.2f}"
    writer.writerow(("IKM", *("" for _ in GRADES), index.answers, value, index.quality or ""))


def lines(index: Index) -> Iterator[str]:
    """The same for a terminal."""
    yield f"{'':<42}{''.join(f'{grade:>6}' for grade in GRADES)}{'answers':>9}{'NRR':>7}"
    for score in index.scores:
        grades = "".join(f"{count:>6}" for count in score.grades)
        yield f"{ELEMENTS[score.element]:<42}{grades}{score.answers:>9}{_figure(score.mean):>7}"
    if index.value is None or index.quality is None:
        yield f"IKM: belum cukup ({index.least} answers to each are needed)."
    else:
        yield f"IKM: {index.value:.2f}, mutu {index.quality} ({QUALITIES[index.quality]}), of {index.answers} answers."


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
