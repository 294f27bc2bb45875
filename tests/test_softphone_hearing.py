"""Hearing: the right prompt is recognised in telephone sound, and never a wrong one."""

import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from agi.rehearsal import g711
from agi.workshop.softphone import rtp
from agi.workshop.softphone.hearing import Bank, Ear, NotHeard, recognise, reference
from agi.workshop.softphone.matching import Sound, trimmed
from agi.workshop.softphone.wavfile import Recording

TEXTS = {
    "welcome": "Selamat datang di Halo Dukcapil.",
    "welcome.long": "Selamat datang di Halo Dukcapil. Layanan ini bebas biaya.",
    "menu": "Untuk cek NIK, tekan satu. Untuk status dokumen, tekan dua.",
    "nik.ask": "Silakan masukkan enam belas digit NIK Anda, lalu tekan pagar.",
    "kk.ask": "Silakan masukkan enam digit terakhir nomor KK Anda, lalu tekan pagar.",
    "nik.short": "Mohon maaf, NIK harus enam belas digit.",
    "nik.unknown": "Mohon maaf, data tidak cocok dengan catatan kami.",
    "pin.ask": "Silakan masukkan enam digit PIN Anda.",
    "bye": "Terima kasih telah menghubungi Halo Dukcapil.",
}


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sound]:
    folder = tmp_path_factory.mktemp("said")
    made: dict[str, Sound] = {}
    for key, text in TEXTS.items():
        wav = folder / f"{key}.wav"
        subprocess.run(["espeak-ng", "-v", "id", "-s", "145", "-w", wav, text], check=True)
        said, rate = soundfile.read(wav, dtype="float32")
        sound = soxr.resample(said, rate, 8000) * 32768
        sound *= 1600 / np.sqrt(np.mean(sound**2))
        made[key] = np.concatenate((np.zeros(800), sound, np.zeros(800))).clip(-23000, 23000).astype(np.float32)
    return made


@pytest.fixture(scope="module")
def bank(sounds: dict[str, Sound]) -> Bank:
    return Bank([reference(key, [sound]) for key, sound in sounds.items()])


def telephone(sound: Sound, *, gain: float = 1.0, lost: float = 0.0, closed_up: bool = False, seed: int = 1) -> bytes:
    """`sound` after µ-law and a network: level changed, frames lost (as silence, or the gap closed), a little noise."""
    chance = np.random.default_rng(seed)
    noisy = sound * gain + chance.normal(0, 8, len(sound))
    frames = []
    for at in range(0, len(noisy) - 160, 160):
        frame = rtp.decode(0, g711.MU_LAW.encode(noisy[at : at + 160].clip(-32768, 32767).astype(np.int16)))
        assert frame is not None
        if chance.random() >= lost:
            frames.append(frame)
        elif not closed_up:
            frames.append(bytes(320))
    return b"".join(frames)


def as_sound(data: bytes) -> Sound:
    return np.frombuffer(data, "<i2").astype(np.float32)


def recorded(path: Path, data: bytes) -> Path:
    recording = Recording(path)
    recording.add(data)
    recording.close()
    return path


@pytest.mark.parametrize("key", TEXTS)
@pytest.mark.parametrize(
    "line", [{}, {"gain": 0.1}, {"gain": 2.0}, {"lost": 0.02}, {"lost": 0.02, "closed_up": True, "gain": 0.3}]
)
def test_a_prompt_is_recognised_as_itself_on_a_bad_line(
    key: str, line: dict[str, float], bank: Bank, sounds: dict[str, Sound]
) -> None:
    silence = np.zeros(4000, np.float32)
    heard = recognise(bank, as_sound(telephone(np.concatenate((silence, sounds[key], silence)), **line)))  # type: ignore[arg-type]
    assert [one.key for one in heard] == [key]


def test_prompts_said_one_after_another_are_all_recognised_in_order(bank: Bank, sounds: dict[str, Sound]) -> None:
    said = ["welcome", "menu", "nik.ask", "nik.short", "nik.ask", "kk.ask", "nik.unknown", "bye"]
    sound = as_sound(telephone(np.concatenate([sounds[key] for key in said]), lost=0.01))
    assert [heard.key for heard in recognise(bank, sound)] == said


@pytest.mark.parametrize(
    ("said", "asked"),
    [("nik.ask", "kk.ask"), ("nik.ask", "pin.ask"), ("welcome", "welcome.long"), ("nik.short", "nik.unknown"),
     ("welcome.long", "welcome")],
)  # fmt: skip
def test_a_prompt_that_begins_with_the_same_words_is_not_taken_for_the_asked_one(
    said: str, asked: str, bank: Bank, sounds: dict[str, Sound], tmp_path: Path
) -> None:
    wav = recorded(tmp_path / "heard.wav", telephone(np.concatenate((sounds[said], np.zeros(8000, np.float32)))))
    with pytest.raises(NotHeard, match=rf"instead: {said} \(score"):
        Ear(bank, wav).hear(bank.references[asked], 0.0)


def test_silence_is_reported_as_silence(bank: Bank, tmp_path: Path) -> None:
    wav = recorded(tmp_path / "heard.wav", bytes(32000))
    with pytest.raises(NotHeard, match=r"instead: silence for 2.0 s"):
        Ear(bank, wav).hear(bank.references["menu"], 0.0)


def test_an_unknown_sound_is_reported_with_the_nearest_prompt(bank: Bank, tmp_path: Path) -> None:
    noise = np.random.default_rng(3).normal(0, 1500, 16000).astype("<i2").tobytes()
    with pytest.raises(NotHeard, match=r"unknown sound, nearest to .* \(score 0"):
        Ear(bank, recorded(tmp_path / "heard.wav", noise)).hear(bank.references["menu"], 0.0)


def test_hearing_goes_on_after_what_was_heard_last(bank: Bank, sounds: dict[str, Sound], tmp_path: Path) -> None:
    twice = telephone(np.concatenate((sounds["menu"], sounds["bye"], sounds["menu"])))
    ear = Ear(bank, recorded(tmp_path / "heard.wav", twice))
    first = ear.hear(bank.references["menu"], 0.0)
    second = ear.hear(bank.references["menu"], 0.0)
    assert second.start_s > first.end_s + 2
    with pytest.raises(NotHeard):
        ear.hear(bank.references["menu"], 0.0)


def test_a_prompt_whose_first_moment_was_swallowed_is_still_heard(
    bank: Bank, sounds: dict[str, Sound], tmp_path: Path
) -> None:
    cut = sounds["nik.ask"].copy()
    cut[:4000] = 0
    heard = Ear(bank, recorded(tmp_path / "heard.wav", telephone(cut))).hear(bank.references["nik.ask"], 0.0)
    assert heard.score > 0.9


def test_prompts_that_part_after_a_pause_are_told_apart(sounds: dict[str, Sound], tmp_path: Path) -> None:
    pause = np.zeros(4000, np.float32)
    one = np.concatenate((sounds["nik.short"], pause, sounds["bye"]))
    other = np.concatenate((sounds["nik.short"], pause, sounds["menu"]))
    pair = Bank([reference("one", [one]), reference("other", [other])])
    wav = recorded(tmp_path / "heard.wav", telephone(one))
    assert Ear(pair, wav).hear(pair.references["one"], 0.0).key == "one"
    with pytest.raises(NotHeard):
        Ear(pair, wav).hear(pair.references["other"], 0.0)


def test_pieces_with_pauses_between_them_are_one_prompt(sounds: dict[str, Sound], tmp_path: Path) -> None:
    joined = reference("joined", [sounds["nik.short"], sounds["bye"]])
    ear_bank = Bank([joined, *(reference(key, [sound]) for key, sound in sounds.items())])
    gap = np.zeros(1200, np.float32)
    wav = recorded(tmp_path / "heard.wav", telephone(np.concatenate((sounds["nik.short"], gap, sounds["bye"]))))
    heard = Ear(ear_bank, wav).hear(joined, 0.0, whole=True)
    assert heard.end_s > 5


@pytest.mark.parametrize("every_ms", [375, 500, 625])
@pytest.mark.parametrize("gap_ms", [20, 40, 60])
@pytest.mark.parametrize("key", TEXTS)
def test_a_prompt_that_a_busy_phone_heard_with_gaps_is_heard_while_it_grows(
    key: str, gap_ms: int, every_ms: int, bank: Bank, sounds: dict[str, Sound]
) -> None:
    gap, every, sound = np.zeros(8 * gap_ms, np.float32), 8 * every_ms, sounds[key]
    parts = [part for at in range(0, len(sound), every) for part in (sound[at : at + every], gap)]
    signal = as_sound(telephone(np.concatenate((*parts, np.zeros(4000, np.float32)))))
    ear, searched = Ear(bank, Path("unused")), 0
    for end in range(800, len(signal) + 800, 800):
        found = ear._find(signal[searched:end], bank.references[key], whole=False, complete=end >= len(signal))
        if not isinstance(found, int):
            return
        searched += found
    pytest.fail("it was not heard")


@pytest.mark.parametrize("at_ms", [300, 1250, 1900])
@pytest.mark.parametrize("key", ["menu", "bye"])
def test_a_prompt_that_was_held_up_once_is_heard_whole(
    key: str, at_ms: int, bank: Bank, sounds: dict[str, Sound], tmp_path: Path
) -> None:
    begun, rest = np.split(sounds[key], [8 * at_ms])
    line = telephone(np.concatenate((begun, np.zeros(8 * 450, np.float32), rest, np.zeros(4000, np.float32))))
    heard = Ear(bank, recorded(tmp_path / "call.wav", line)).hear(
        bank.references[key], 5.0, over=lambda: True, whole=True
    )
    assert heard.end_s > len(trimmed(sounds[key])) / 8000 + 0.4


class _Growing(threading.Thread):
    """A phone that hears a sound in real time."""

    def __init__(self, path: Path, data: bytes) -> None:
        super().__init__()
        self.recording, self.data, self.begun = Recording(path), data, time.monotonic()

    def run(self) -> None:
        for at in range(0, len(self.data), 1600):
            time.sleep(max(self.begun + at / 16000 - time.monotonic(), 0))
            self.recording.add(self.data[at : at + 1600])
        self.recording.close()


def test_a_prompt_is_heard_long_before_its_end(bank: Bank, sounds: dict[str, Sound], tmp_path: Path) -> None:
    line = _Growing(tmp_path / "live.wav", telephone(sounds["menu"]))
    line.start()
    heard = Ear(bank, tmp_path / "live.wav").hear(bank.references["menu"], 5.0)
    took = time.monotonic() - line.begun
    line.join()
    assert heard.key == "menu"
    assert took < 2.2 < len(sounds["menu"]) / 8000


def test_a_whole_prompt_is_waited_for(bank: Bank, sounds: dict[str, Sound], tmp_path: Path) -> None:
    line = _Growing(tmp_path / "live.wav", telephone(np.concatenate((sounds["bye"], np.zeros(8000, np.float32)))))
    line.start()
    Ear(bank, tmp_path / "live.wav").hear(bank.references["bye"], 8.0, whole=True)
    took = time.monotonic() - line.begun
    line.join()
    assert took > len(trimmed(sounds["bye"])) / 8000
