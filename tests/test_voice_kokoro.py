"""Kokoro in its child, and what speaks where it is not there."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from voice_office import ESPEAK, PromptsFolder, prompts_folder

from agi.ops import doctor
from agi.ops.doctor import Level
from agi.settings import Settings, Voice
from agi.voice import audio, kokoro
from agi.voice import engine as engines
from agi.voice.engine import engine
from agi.voice.errors import SynthesisError
from agi.voice.synthesis import Synthesis

KOKORO = engine(Voice(engine="kokoro"))
needs_kokoro = pytest.mark.skipif(bool(KOKORO.lacks), reason=f"left out: {KOKORO.lacks}")
SORRY = "mˈohon mˈaaf, dˈata tˈidak ʧˈoʧok."
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
def test_kokoro_speaks_in_its_child_at_the_rate_it_is_told_and_after_the_child_was_killed(tmp_path: Path) -> None:
    lengths = {}
    for rate in (145, 220):
        speech = Synthesis(engine(Voice(engine="kokoro", words_per_minute=rate)), tmp_path)
        samples, made_at = speech.speak(SORRY)
        assert made_at == kokoro.RATE_HZ
        assert audio.polished(samples, made_at).narrow.any()
        lengths[rate] = len(samples) / made_at
        if rate == 145:
            child = speech._idle.queue[-1]
            os.kill(child._process.pid, 9)
            assert len(speech.speak(SORRY)[0]) == pytest.approx(len(samples), rel=0.1)
        speech.close()
    assert 1.0 < lengths[220] < 0.9 * lengths[145] < 5
    assert list(tmp_path.iterdir()) == []


@needs_kokoro
def test_a_voice_file_that_is_none_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "broken.bin").write_bytes(b"no voice")
    speech = Synthesis(replace(KOKORO, voice=str(tmp_path / "broken.bin"), made_by=("broken",)), tmp_path / "drafts")
    with pytest.raises(SynthesisError, match="pyttsx3 knows no voice"):
        speech.speak(SORRY)


def test_no_other_engine_steps_in_for_kokoro(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Synthesis, "_second_way", lambda *_: pytest.fail("espeak-ng was asked"))
    speech = Synthesis(replace(KOKORO, driver="kokoro", voice=str(tmp_path / "none.bin"), made_by=("none",)), tmp_path)
    with pytest.raises(SynthesisError):
        speech.speak(SORRY)


def test_texts_longer_than_the_model_takes_are_cut_at_a_comma_or_a_space_and_nothing_is_lost() -> None:
    words, clauses, endless = "dˈata " * 400, "dˈata dˈata, " * 200, "a" * 2000
    for text in (words, clauses, endless, f"{words.strip()}. {clauses}"):
        parts = list(kokoro.breaths(text))
        assert max(map(len, parts)) <= 480
        assert "".join(parts).replace(" ", "") == text.replace(" ", "")
    assert all(part.endswith(",") for part in kokoro.breaths(clauses))
    assert list(kokoro.breaths("dˈata. dˈata? dˈata")) == ["dˈata.", "dˈata?", "dˈata"]


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
