"""Recordings: a human voice in place of the synthetic one, and what is said about one that is no good."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import soundfile
from voice_office import WORDS, PromptsFolder, prompts_folder, silent_ms, speechlike

from agi.voice import inspection, recordings
from agi.voice.errors import RecordingError
from agi.voice.level import active_level


@pytest.fixture
def folder(tmp_path: Path) -> PromptsFolder:
    return prompts_folder(tmp_path)


def published(folder: PromptsFolder, name: str, language: str = "id") -> np.ndarray:
    samples: np.ndarray = soundfile.read(folder.sounds(language) / f"{name}.wav")[0]
    return samples


def seconds(folder: PromptsFolder, name: str, language: str = "id") -> float:
    return len(published(folder, name, language)) / 8000


@pytest.mark.parametrize(
    ("rate", "channels", "subtype"),
    [(8000, 1, "PCM_16"), (44100, 2, "PCM_24"), (48000, 6, "FLOAT"), (11025, 1, "ULAW"), (96000, 2, "PCM_U8")],
)
def test_a_recording_replaces_a_text_at_any_rate_and_channel_count(
    folder: PromptsFolder, rate: int, channels: int, subtype: str
) -> None:
    nothing = np.zeros(rate)
    sound = np.concatenate([nothing, speechlike(1.5, rate, amplitude=0.8), nothing])
    folder.record("call.welcome", np.column_stack([sound] * channels), rate, subtype)
    with folder.clips() as made:
        report = folder.render(made)
    assert report.recordings == 1
    samples = published(folder, "call/welcome")
    assert len(samples) / 8000 == pytest.approx(1.56, abs=0.06)
    assert active_level(samples, 8000) == pytest.approx(-26, abs=1)
    assert max(silent_ms(samples, 8000)) <= 150


def test_recordings_of_parts_replace_them_in_order_and_the_rest_stays_synthetic(folder: PromptsFolder) -> None:
    with folder.clips() as made:
        folder.render(made)
    before = {number: seconds(folder, f"status/since.{number}") for number in (1, 2, 3)}
    folder.record("status.since.2", speechlike(2.0, 44100))
    folder.record("digits.7", speechlike(0.8, 44100))
    with folder.clips() as made:
        assert folder.render(made).rendered == 2
        places = {"document": "document.kk", "since": date(2026, 11, 24), "office": "Kota Bandung"}
        assert [path.name for path in made.clips("status.since", places)][:3] == ["since.1", "kk", "since.2"]
    assert seconds(folder, "status/since.2") == pytest.approx(2.06, abs=0.05)
    assert [seconds(folder, f"status/since.{number}") for number in (1, 3)] == [before[1], before[3]]
    assert seconds(folder, "digits/7") == pytest.approx(0.92, abs=0.05)


def test_a_changed_recording_is_published_and_a_removed_one_gives_the_synthesis_back(folder: PromptsFolder) -> None:
    for length in (1.0, 2.0):
        path = folder.record("call.welcome", speechlike(length, 44100))
        with folder.clips() as made:
            folder.render(made)
        assert seconds(folder, "call/welcome") == pytest.approx(length + 0.06, abs=0.05)
    path.unlink()
    with folder.clips() as made:
        assert folder.render(made).recordings == 0


def test_another_language_has_its_recordings_in_its_own_folder(folder: PromptsFolder) -> None:
    folder.write('[call]\nwelcome = "Sugeng rawuh."\n', "jv")
    folder.record("jv/call.welcome", speechlike(2.0, 44100))
    folder.record("document.kk", speechlike(3.0, 44100))
    with folder.clips("jv") as made:
        assert made.dead_recordings() == []
        assert folder.render(made).recordings == 2  # its own, and the Indonesian one of a text it lacks
    assert seconds(folder, "call/welcome", "jv") == pytest.approx(2.06, abs=0.05)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "bukan berkas suara"),
        (b"RIFF this is no audio at all", "bukan berkas suara"),
        (b"<html></html>" * 100, "bukan berkas suara"),
        (0.0, "tidak berisi suara"),
        (np.zeros(44100), "sunyi"),
        (speechlike(61.0, 8000), "lamanya 61 detik"),
    ],
    ids=["zero bytes", "broken", "html", "no samples", "silent", "long"],
)
def test_what_is_no_good_recording_is_told_by_its_name(
    folder: PromptsFolder, content: bytes | float | np.ndarray, message: str
) -> None:
    if isinstance(content, bytes):
        path = folder.prompts / "recordings" / "call.welcome.wav"
        path.write_bytes(content)
    else:
        path = folder.record("call.welcome", np.zeros(0) if isinstance(content, float) else content, 8000)
    with folder.clips() as made:
        with pytest.raises(RecordingError, match=rf"call\.welcome\.wav: {message}"):
            folder.render(made)
        assert [problem.file for problem in inspection.bad_recordings(made)] == [path]
    assert not (folder.sounds()).exists()
    with pytest.raises(RecordingError):
        recordings.load(path)


def test_all_bad_recordings_are_told_at_once(folder: PromptsFolder) -> None:
    folder.record("call.welcome", np.zeros(8000))
    folder.record("digits.3", np.zeros(9000))
    with folder.clips() as made:
        bad = inspection.bad_recordings(made)
    assert sorted(problem.file.name for problem in bad) == ["call.welcome.wav", "digits.3.wav"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("call.nothing", "tidak ada teks 'call.nothing'"),
        ("nik.readback", r"'nik.readback' punya isian, jadi rekam bagiannya sebagai nik.readback.1.wav"),
        ("nik.readback.2", "'nik.readback' hanya punya 1 bagian"),
        ("nik.readback.0", "'nik.readback' hanya punya 1 bagian"),
        ("call.welcome.1", "tidak ada teks 'call.welcome.1'"),
    ],
)
def test_a_recording_that_replaces_nothing_is_found(folder: PromptsFolder, name: str, why: str) -> None:
    path = folder.record(name, speechlike(1.0, 8000))
    folder.record("call.welcome", speechlike(1.0, 8000))
    folder.record("nik.readback.1", speechlike(1.0, 8000))
    (folder.prompts / "recordings" / "README.md").write_text("How to record")
    with folder.clips() as made:
        assert [(one.file, why in one.message) for one in made.dead_recordings()] == [(path, True)]


@pytest.mark.parametrize("name", ["call.welcome.mp3", "call.welcome.ogg", "call.welcome.FLAC", "call.welcome.WAV"])
def test_every_format_that_can_be_read_is_taken_in_any_case(folder: PromptsFolder, name: str) -> None:
    path = folder.prompts / "recordings" / name
    soundfile.write(path, speechlike(2.0, 44100), 44100, format=name.rpartition(".")[2].upper())
    with folder.clips() as made:
        assert made.dead_recordings() == []
        assert folder.render(made).recordings == 1
    assert seconds(folder, "call/welcome") == pytest.approx(2.06, abs=0.1)


@pytest.mark.parametrize("name", ["call.welcome.m4a", "call.welcome", "catatan.docx", "baru/call.welcome.wav"])
def test_stray_files_and_folders_are_found(folder: PromptsFolder, name: str) -> None:
    path = folder.prompts / "recordings" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    (path.parent / "Thumbs.db").write_bytes(b"x")
    with folder.clips() as made:
        [one] = made.dead_recordings()
    assert one.file.name == name.partition("/")[0]
    assert "tidak di" in one.message


def test_two_recordings_of_one_text_are_found(folder: PromptsFolder) -> None:
    folder.record("call.welcome", speechlike(1.0, 8000)).rename(folder.prompts / "recordings" / "call.welcome.WAV")
    folder.record("call.welcome", speechlike(1.0, 8000))
    with folder.clips() as made:
        [one] = made.dead_recordings()
    assert "sudah ada call.welcome.WAV" in one.message


@pytest.mark.parametrize(
    ("harm", "message"), [("cut", "terpotong"), ("header", "tidak berisi suara"), ("loud", "pecah")]
)
def test_a_damaged_recording_is_told(folder: PromptsFolder, harm: str, message: str) -> None:
    samples = speechlike(3.0, 16000)
    loud = np.clip(samples * 100, -0.9, 0.9) if harm == "loud" else samples
    path = folder.record("call.welcome", loud, 16000)
    if harm != "loud":
        path.write_bytes(path.read_bytes()[: 44 if harm == "header" else 30_000])
    with folder.clips() as made:
        [one] = inspection.bad_recordings(made)
    assert message in one.message


def test_a_text_that_is_too_long_and_one_of_another_language_are_told(folder: PromptsFolder) -> None:
    long = "Silakan datang ke kantor kami. " * 80
    folder.write(f'{WORDS}\n[more]\nlong = "{long}"\nforeign = "Please press one now to hear everything."\n')
    with folder.clips() as made:
        assert [one.message.split()[0] for one in inspection.long_texts(made, 145)] == ["more.long"]
        assert [one.message.split()[0] for one in inspection.foreign_texts(made)] == ["more.foreign"]
