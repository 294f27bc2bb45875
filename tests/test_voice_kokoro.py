"""Kokoro in its child, and what speaks where it is not there."""

import os
import signal
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import soundfile
from voice_office import ESPEAK, PromptsFolder, prompts_folder

from agi.ops import doctor
from agi.ops.doctor import Level
from agi.settings import Settings
from agi.settings.tables import Voice
from agi.voice import audio, kokoro, synthesis
from agi.voice import engine as engines
from agi.voice.engine import engine
from agi.voice.errors import SynthesisError
from agi.voice.pack import Pack
from agi.voice.synthesis import Synthesis

KOKORO = engine(Voice(engine="kokoro"))
needs_kokoro = pytest.mark.skipif(bool(KOKORO.lacks), reason=f"left out: {KOKORO.lacks}")
LONG = "mˈɔhɔn mˈaaf, dˈata itu tˈidak ʧˈɔʧɔk lˈaɡi."
SORRY = "mˈɔhɔn mˈaaf, dˈata tˈidak ʧˈɔʧɔk."
TEXTS = """
[call]
welcome = "Selamat datang di Halo Dukcapil."
since = "Sejak {since:date}."
"""


@pytest.fixture
def folder(tmp_path: Path) -> PromptsFolder:
    return prompts_folder(tmp_path, TEXTS)


# ---- the engine ----


@needs_kokoro
def test_kokoro_speaks_in_its_child_and_again_after_that_was_killed(tmp_path: Path) -> None:
    speech = Synthesis(KOKORO, tmp_path)
    lengths = []
    for _ in range(2):
        samples, rate = speech.speak(SORRY)
        assert rate == kokoro.RATE_HZ
        assert audio.polished(samples, rate).narrow.any()
        lengths.append(len(samples) / rate)
        os.kill(speech._idle.queue[-1]._process.pid, signal.SIGKILL)
    speech.close()
    assert min(lengths) > 1.2
    assert max(lengths) < min(lengths) + 0.05
    assert list(tmp_path.iterdir()) == []


def test_no_other_engine_steps_in_for_kokoro(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "child.py").write_text("raise SystemExit(1)")
    monkeypatch.setattr(synthesis, "_SCRIPT", tmp_path / "child.py")
    monkeypatch.setattr(Synthesis, "_second_way", lambda *_: pytest.fail("espeak-ng was asked"))
    with pytest.raises(SynthesisError, match="the speaking process has died"):
        Synthesis(replace(KOKORO, driver="kokoro"), tmp_path / "drafts").speak(SORRY)


class Model:
    """Stands in for Kokoro's: half a second of sound; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, np.ndarray]] = []

    def run(self, _: None, asked: dict[str, np.ndarray]) -> list[np.ndarray]:
        self.asked.append(asked)
        return [np.sin(np.arange(12000) / 20)]


def test_the_rate_is_told_to_the_model_and_each_length_has_its_style(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Model()
    monkeypatch.setattr(kokoro, "_model", lambda: model)
    driver = kokoro.Driver(Mock())
    (tmp_path / "broken.bin").write_bytes(b"no voice")
    with pytest.raises(ValueError):
        driver.setProperty("voice", str(tmp_path / "broken.bin"))
    assert driver.getProperty("voice") == ""
    np.repeat(np.arange(510, dtype=np.float32), 256).tofile(tmp_path / "voice.bin")
    driver.setProperty("voice", str(tmp_path / "voice.bin"))
    driver.setProperty("rate", kokoro.OWN_PACE * 2)
    driver.save_to_file(f"{SORRY * 2}", str(tmp_path / "said.wav"))
    [asked] = model.asked
    assert asked["speed"] == [2.0]
    assert asked["tokens"].shape == (1, len(SORRY * 2) + 2)
    assert (asked["style"] == len(SORRY * 2) - 1).all()
    assert asked["style"].shape == (1, 256)
    assert soundfile.info(tmp_path / "said.wav").samplerate == kokoro.RATE_HZ


def test_texts_longer_than_the_model_takes_are_cut_at_a_comma_or_a_space_and_nothing_is_lost() -> None:
    words, clauses, endless = "dˈata " * 400, "dˈata dˈata, " * 200, "a" * 2000
    for text in (words, clauses, endless, f"{words.strip()}. {clauses}"):
        parts = list(kokoro.breaths(text))
        assert max(map(len, parts)) <= 480
        assert "".join(parts).replace(" ", "") == text.replace(" ", "")
    assert all(part.endswith(",") for part in kokoro.breaths(clauses))
    assert list(kokoro.breaths("dˈata. dˈata? dˈata")) == ["dˈata.", "dˈata?", "dˈata"]


def test_a_text_is_spoken_by_sentences_but_a_short_one_with_one_beside_it() -> None:
    short, more = "jˈa.", "dˈata tˈidak ʧˈɔʧɔk."
    for text, passages in (
        (short, [short]),
        (f"{LONG} {LONG}?", [LONG, f"{LONG}?"]),
        (f"{short} {LONG} {LONG}", [f"{short} {LONG}", LONG]),
        (f"{LONG} {LONG} {more} {short}", [LONG, f"{LONG} {more} {short}"]),
    ):
        assert kokoro.passages(text) == passages
        assert [kokoro.passages(one) for one in passages] == [[one] for one in passages]


@needs_kokoro
def test_of_a_changed_text_only_the_changed_sentence_is_spoken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    speech, spoken = Synthesis(KOKORO, tmp_path), []

    def second(text: str) -> tuple[np.ndarray, int]:
        spoken.append(text)
        return np.sin(np.arange(kokoro.RATE_HZ) / 10), kokoro.RATE_HZ

    speech.pack = Pack(KOKORO, tmp_path / "pack")
    speech.pack.renew([LONG, f"{LONG}?"], second, lambda *_: None)
    spoken.clear()
    monkeypatch.setattr(speech, "_spoken", second)
    samples, rate = speech.speak(f"{LONG} dˈata, {LONG} {LONG}?")
    assert spoken == [f"dˈata, {LONG}"]
    assert len(samples) / rate == pytest.approx(3 + 2 * kokoro.PAUSE_S, abs=0.05)


def test_a_short_text_is_cut_out_of_what_is_said_around_it_or_not_at_all() -> None:
    loud = np.sin(np.arange(kokoro.RATE_HZ) / 20).astype(np.float32)
    word, quiet = loud[: kokoro.RATE_HZ // 5], np.zeros(kokoro.RATE_HZ // 20, np.float32)
    text = np.concatenate([loud, quiet, loud[:6000]])  # a gap within it is its own
    cut = kokoro.cut_out(np.concatenate([word, quiet, text, quiet, word]))
    assert len(cut) == pytest.approx(len(text), abs=kokoro.RATE_HZ // 10)
    assert np.abs(cut).mean() == pytest.approx(np.abs(text).mean(), rel=0.1)
    assert len(kokoro.cut_out(np.concatenate([word, loud, quiet, word]))) == 0


def test_limits_grow_with_the_text() -> None:
    assert engine(Voice(engine="espeak")).limit_s("a" * 800) == engine(Voice(engine="espeak")).limit_s()
    if not KOKORO.lacks:
        assert KOKORO.limit_s("a" * 800) > KOKORO.limit_s() + 200


# ---- what speaks where it is not there ----


def test_without_its_packages_espeak_speaks_and_doctor_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda name: None if name == "onnxruntime" else object())
    for name, spoken in (("", "poz/id"), ("hf_alpha", "poz/id"), ("mb-id1", "mb-id1")):
        speaks = engine(Voice(engine="kokoro", name=name))
        assert (speaks.driver, speaks.voice) == ("espeak", spoken)
    found = doctor._voice(Settings(voice=Voice(engine="kokoro")))
    assert found.level is Level.WARN
    assert "espeak-ng" in found.text
    assert "onnxruntime" in found.advice
    assert "./hotline up" in found.advice


def test_a_voice_that_kokoro_does_not_have_is_said_and_espeak_is_asked_for_it() -> None:
    speaks = engine(Voice(engine="kokoro", name="mb-id1"))
    assert (speaks.driver, speaks.voice) == ("espeak", "mb-id1")
    assert speaks.lacks


def test_espeak_that_was_asked_for_lacks_nothing() -> None:
    assert engine(ESPEAK).lacks == ""


# ---- never two voices ----


@needs_kokoro
def test_an_edition_is_of_one_voice_whatever_else_is_in_the_cache(folder: PromptsFolder) -> None:
    folder.write(TEXTS.replace("since", "other").replace("{other:date}", "kini"))
    with folder.clips(voice=ESPEAK) as espeak, folder.clips(voice=Voice(engine="kokoro")) as better:
        folder.render(espeak)
        assert {piece.identity for piece in espeak.pieces() if piece.spoken}.isdisjoint(
            piece.identity for piece in better.pieces() if piece.spoken
        )
