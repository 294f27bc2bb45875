"""Changes of prompts/facts.toml, as the pages make them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import tomlkit
from tomlkit import TOMLDocument


@dataclass(frozen=True, slots=True)
class Known:
    """What somebody of the office says of a fact; see `agi.dialogue.facts`."""

    about: str
    source: str
    owner: str
    checked: date | None
    again: date


def put_fact(document: TOMLDocument, name: str, known: Known, today: date, sentences: tuple[str, ...] = ()) -> None:
    """Let `known` stand at the fact `name`; where there is none, it is made for `sentences`.

    Raises ValueError, with what to mend, where that can't be.
    """
    if not (known.about and known.source and known.owner):
        raise ValueError("Isi tentang apa, sumbernya, dan penanggung jawabnya.")
    if known.checked and known.checked > today:
        raise ValueError("Tanggal diperiksa belum tiba.")
    if known.checked and known.again <= known.checked:
        raise ValueError("Tanggal diperiksa lagi harus setelah tanggal diperiksa.")
    if name not in document:
        if not sentences:
            raise ValueError("Keterangan itu tidak ada (lagi).")
        document[name] = tomlkit.table()
    table: Any = document[name]
    table["about"] = known.about
    if sentences:
        table["sentences"] = list(sentences)
    table["source"] = known.source
    if known.checked:
        table["checked"] = known.checked
    else:
        table.pop("checked", None)
    table["again"] = known.again
    table["owner"] = known.owner
