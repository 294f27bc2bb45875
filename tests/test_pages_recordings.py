"""A human voice for a sentence, sent in a browser: whatever format it has, and whatever is sent in its place."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pages_office import PagesOffice, office
from starlette.testclient import TestClient
from test_pages_sentences import seconds, told
from voice_office import speechlike

from agi.editions.store import Editions

__all__ = ["office"]
RATE = 16000


def file_of(samples: np.ndarray, kind: str = "WAV", subtype: str | None = None, rate: int = RATE) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, rate, format=kind, subtype=subtype)
    return out.getvalue()


def send(client: TestClient, content: bytes, name: str = "suara.wav", part: str = "call.welcome") -> "object":
    key = re.sub(r"\.\d+$", "", part)
    return client.post(f"/rekaman/{key}", data={"bagian": part}, files={"berkas": (name, content)})


def recorded(office: PagesOffice) -> list[str]:
    return sorted(path.name for path in (office.settings.prompts / "recordings").glob("*.wav"))


@pytest.mark.parametrize(
    ("kind", "subtype", "told_as"),
    [("WAV", "PCM_24", "WAV"), ("MP3", None, "MP3"), ("OGG", "VORBIS", "OGG"), ("FLAC", None, "FLAC")],
)
def test_any_format_is_looked_at_by_its_content_and_used(
    office: PagesOffice, kind: str, subtype: str | None, told_as: str
) -> None:
    client = office.client("admin", "siti")
    sent = file_of(speechlike(2.0, RATE), kind, subtype)
    page = send(client, sent, "namanya-salah.txt")
    assert page.url.path.startswith("/rekaman/call.welcome/")
    assert f"Format {told_as}" in told(page.text)
    assert "tidak pecah" in told(page.text)
    assert '<svg class="wave"' in page.text
    assert recorded(office) == []  # nothing is replaced before it was looked at
    heard = re.search(r'src="(/rekaman/[^"]*/suara[^"]*)"', page.text)
    assert heard
    assert seconds(client, heard[1].replace("&amp;", "&")) == pytest.approx(2.06, abs=0.1)
    used = client.post(page.url.path, data={"bagian": "call.welcome"})
    assert "Rekaman disimpan" in told(used.text)
    assert recorded(office) == ["call.welcome.wav"]
    info = soundfile.info(office.settings.prompts / "recordings" / "call.welcome.wav")
    assert (info.subtype, info.channels) == ("PCM_16", 1)
    originals = Editions(office.settings.editions_folder).originals
    assert sent in [path.read_bytes() for path in originals.iterdir()]
    assert "Diubah siti" not in told(used.text)
    assert "siti" in told(client.get("/kalimat", params={"tampil": "rekaman"}).text)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"Ini hanya tulisan, bukan suara.\n" * 50, "bukan berkas suara yang bisa dibaca"),
        (b"", "Pilih dulu berkas suaranya"),
        (file_of(speechlike(2.0, RATE))[:9000], "terpotong"),
        (file_of(np.zeros(8000 * 190), "FLAC", rate=8000), "lebih lama dari 180 detik"),
    ],
    ids=["a text named .wav", "empty", "cut off", "long"],
)
def test_what_is_no_recording_is_told_clearly(office: PagesOffice, content: bytes, why: str) -> None:
    client = office.client("admin")
    page = send(client, content)
    assert page.status_code == 422
    assert why in told(page.text)
    assert recorded(office) == []


def test_a_file_of_50_mb_is_refused_before_it_is_read(office: PagesOffice) -> None:
    client = office.client("admin")
    read = []

    def body() -> object:
        for _ in range(50):
            read.append(1)
            yield b"x" * 1_000_000

    headers = {"content-length": "50000000", "content-type": "multipart/form-data; boundary=x"}
    assert client.post("/rekaman/call.welcome", content=body(), headers=headers).status_code == 413
    takes = office.settings.var / "pages" / "takes"
    assert not takes.exists()


@pytest.mark.parametrize(
    ("samples", "why"),
    [
        (np.zeros(RATE), "sunyi"),
        (np.clip(speechlike(2.0, RATE) * 100, -0.9, 0.9), "pecah"),
        (speechlike(70.0, RATE), "paling lama 60 detik"),
    ],
    ids=["silent", "clipped", "long"],
)
def test_what_callers_could_not_hear_is_shown_and_not_used(office: PagesOffice, samples: np.ndarray, why: str) -> None:
    client = office.client("admin")
    page = send(client, file_of(samples))
    assert why in told(page.text)
    assert client.post(page.url.path, data={"bagian": "call.welcome"}).status_code == 422
    assert recorded(office) == []


def test_a_recording_is_cut_to_what_is_wanted(office: PagesOffice) -> None:
    client = office.client("admin")
    page = send(client, file_of(speechlike(70.0, RATE)))
    cut = client.get(page.url.path, params={"bagian": "call.welcome", "mulai": "1,5", "akhir": "4"})
    assert "Lama 2,5 s dari 70 s" in told(cut.text)
    client.post(page.url.path, data={"bagian": "call.welcome", "mulai": "1,5", "akhir": "4"})
    info = soundfile.info(office.settings.prompts / "recordings" / "call.welcome.wav")
    assert info.duration == pytest.approx(2.5)


def test_a_part_beside_a_place_has_a_recording_of_its_own(office: PagesOffice) -> None:
    client = office.client("admin")
    page = send(client, file_of(speechlike(1.0, RATE)), part="application.office.1")
    client.post(page.url.path, data={"bagian": "application.office.1"})
    assert recorded(office) == ["application.office.1.wav"]
    assert "rekaman 1 dari 2 bagian" in told(client.get("/kalimat", params={"cari": "application.office"}).text)


def test_back_to_the_voice_of_the_machine_and_the_recording_is_kept(office: PagesOffice) -> None:
    client = office.client("admin")
    page = send(client, file_of(speechlike(3.0, RATE)))
    client.post(page.url.path, data={"bagian": "call.welcome"})
    assert seconds(client, "/kalimat/call.welcome/suara/draf") == pytest.approx(3.06, abs=0.1)
    assert seconds(client, "/kalimat/call.welcome/suara/mesin") != pytest.approx(3.06, abs=0.1)
    kept = set(Editions(office.settings.editions_folder).originals.iterdir())
    gone = client.post("/rekaman/call.welcome/lepas", data={"bagian": "call.welcome"})
    assert "Kembali ke suara mesin" in told(gone.text)
    assert recorded(office) == []
    assert set(Editions(office.settings.editions_folder).originals.iterdir()) == kept


def test_two_admins_who_record_one_sentence_are_told_of_each_other(office: PagesOffice) -> None:
    siti, budi = office.client("admin", "siti"), office.client("admin", "budi")
    pages = [send(client, file_of(speechlike(length, RATE))) for client, length in ((siti, 1.0), (budi, 2.0))]
    siti.post(pages[0].url.path, data={"bagian": "call.welcome"})
    first = (office.settings.prompts / "recordings" / "call.welcome.wav").read_bytes()
    second = budi.post(pages[1].url.path, data={"bagian": "call.welcome"})
    assert second.status_code == 409
    assert "siti mengganti rekaman ini" in told(second.text)
    assert (office.settings.prompts / "recordings" / "call.welcome.wav").read_bytes() == first
    base = re.search(r'name="semula" value="(\w+)"', second.text)
    assert base
    used = budi.post(pages[1].url.path, data={"bagian": "call.welcome", "semula": base[1]})
    assert "Rekaman disimpan" in told(used.text)
    assert first in [path.read_bytes() for path in Editions(office.settings.editions_folder).originals.iterdir()]


@pytest.mark.parametrize("part", ["../id", "call.goodbye", "call.welcome.1", ""])
def test_a_recording_replaces_nothing_but_a_part_of_its_sentence(office: PagesOffice, part: str) -> None:
    client = office.client("admin")
    files = {"berkas": ("x.wav", file_of(speechlike(1.0, RATE)))}
    assert client.post("/rekaman/call.welcome", data={"bagian": part}, files=files).status_code == 404
    assert client.post("/rekaman/call.welcome/lepas", data={"bagian": part}).status_code == 404
    assert client.get("/rekaman/call.welcome/abc", params={"bagian": "call.welcome"}).status_code == 404


def test_an_auditor_sends_nothing(office: PagesOffice, tmp_path: Path) -> None:
    assert send(office.client("auditor"), file_of(speechlike(1.0, RATE))).status_code == 403
