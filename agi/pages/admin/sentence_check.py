"""What the checker says about one sentence, also about one that is not saved yet."""

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from agi.dialogue.finding import Finding
from agi.editions.spelling import Spelt, put
from agi.pages.shared.heard import Heard
from agi.services.checked import check_all
from agi.voice.sounds import link_or_copy
from agi.voice.texts import Text

MENDING = {
    "T002": "Tulis kembali isian dalam kurung kurawal itu, persis seperti disebutkan.",
    "T003": "Hapus isian itu, atau pakai isian yang disebutkan.",
    "T004": "Ganti jenis isian itu seperti disebutkan.",
    "T005": "Boleh dibiarkan; kalimat ini tidak didengar siapa pun.",
    "T007": "Tulis dengan kata-kata, atau tambahkan cara membacanya ke lexicon.toml.",
    "T008": "Perbaiki tulisannya seperti disebutkan; selama itu tidak bisa disimpan.",
    "T009": "Bagi menjadi beberapa kalimat yang lebih pendek.",
    "T010": "Tulis dalam bahasa Indonesia, atau rekam suara manusia.",
    "T012": "Sebutkan pilihan dengan kata yang lebih sedikit; penelepon lupa pilihan pertama.",
    "T013": "Tulis lebih pendek: satu SMS.",
    "T014": "Ganti huruf itu dengan huruf biasa.",
    "T015": "Tulis pengganti untuk pesan, tanpa tombol telepon.",
    "M011": "Sebutkan pilihan itu di kalimat ini: “… tekan N”.",
    "M018": "Hapus “tekan N” itu dari kalimat, atau tambahkan pilihannya di menu.",
    "M030": "Ubah kalimatnya, atau pindahkan pilihannya.",
    "R001": "Rekam lagi, atau kembali ke suara mesin.",
    "R002": "Hapus rekaman itu, atau beri nama yang benar.",
}
"""How each finding is mended here."""


def about(text: Text, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those of `findings` that are about `text`, errors first."""
    key = re.compile(rf"(?<![\w.]){re.escape(text.key)}(?![\w.]*\w)")
    found = [
        one
        for one in findings
        if (one.path.name == text.file.name and one.line == text.line)
        or one.path.stem == text.key
        or re.fullmatch(rf"{re.escape(text.key)}\.[0-9]+", one.path.stem)
        or key.search(one.message)
    ]
    return tuple(sorted(found, key=lambda one: not one.is_error))


def of_draft(here: Heard, text: Text, raw: str) -> tuple[Finding, ...]:
    """What would be found if `text` said `raw`. Raises FilesError, TomlError, OSError."""
    place = here.settings.var / "pages"
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place) as name:
        folder = Path(name)
        for path in here.settings.prompts.rglob("*"):
            if path.is_file():
                (folder / path.relative_to(here.settings.prompts)).parent.mkdir(parents=True, exist_ok=True)
                link_or_copy(path.resolve(), folder / path.relative_to(here.settings.prompts))
        file = Spelt.read(folder / text.file.name)
        document = file.document()
        put(document, tuple(text.key.split(".")), raw)
        changed = file.respelt(document)
        file.path.unlink()  # the link, not the working copy behind it
        file.path.write_bytes(changed.raw)
        return about(text, check_all(here.settings, folder))
