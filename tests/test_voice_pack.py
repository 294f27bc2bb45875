"""The speech that ships: what is in it, and that it is what Kokoro says, of the texts of today, and understood."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile
from installation import brought_up
from speech_voices import model_in, silence

from agi.cli.prompts import packed
from agi.rehearsal.conditions import telephone
from agi.settings import ROOT
from agi.settings.tables import Voice
from agi.speech.grammar import Date, DigitsGrammar
from agi.voice import audio
from agi.voice.clips import Clips
from agi.voice.engine import engine
from agi.voice.pack import FOLDER, Pack
from agi.voice.synthesis import Synthesis, _Child
from agi.voice.texts import Texts

KOKORO = engine(Voice(engine="kokoro"))
needs_kokoro = pytest.mark.skipif(bool(KOKORO.lacks), reason=f"left out: {KOKORO.lacks}")


@pytest.fixture
def shipped(tmp_path: Path) -> Iterator[Clips]:
    """The texts that come with the program, as a fresh machine has them."""
    with Clips(Texts.load(ROOT / "prompts"), Voice(engine="kokoro"), ROOT / "prompts", tmp_path) as clips:
        yield clips


@pytest.fixture
def no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        pytest.fail("a child was started")

    monkeypatch.setattr(_Child, "__init__", refused)


@needs_kokoro
def test_the_texts_that_ship_are_in_the_pack_and_nothing_else_is(shipped: Clips) -> None:
    texts = packed(shipped, ROOT / "prompts")
    kept = {shipped.speech.pack._file(text) for text in texts}
    advice = "data/voice/pack is stale: ./hotline prompts pack"
    assert [text for text in texts if text not in shipped.speech.pack] == [], advice
    assert set(FOLDER.iterdir()) == kept, advice
    assert sum(file.stat().st_size for file in kept) < 15e6


@needs_kokoro
def test_a_fresh_machine_says_the_shipped_texts_numbers_and_dates_without_rendering(
    shipped: Clips, no_child: None
) -> None:
    assert len(shipped.clips("menu.main")) == 1
    assert len(shipped.clips("nik.readback", {"nik": "1234567890123456"})) == 1 + 16 + 3
    assert len(shipped.clips("application.diajukan", {"document": "document.kk", "since": date(2026, 11, 24)})) == 7


@needs_kokoro
@pytest.mark.thorough
def test_what_is_packed_is_what_kokoro_says_today(shipped: Clips, tmp_path: Path) -> None:
    """Who changes how sounds are said has to raise `kokoro.VERSION`."""
    text = shipped._told(shipped.pieces("call.welcome")[0].spoken)
    kept = Pack(KOKORO)
    today = Synthesis(KOKORO, tmp_path / "drafts")
    today.pack = Pack(KOKORO, tmp_path / "none")
    now, then = (audio.polished(*spoken) for spoken in (today.speak(text), kept.read(text)))
    today.close()
    assert len(now.narrow) == pytest.approx(len(then.narrow), rel=0.03)
    loud = [np.abs(sound.narrow[: len(sound.narrow) // 800 * 800].reshape(-1, 800)).mean(1) for sound in (now, then)]
    length = min(map(len, loud))
    assert np.corrcoef(loud[0][:length], loud[1][:length])[0, 1] > 0.95


def test_a_pack_is_renewed_by_what_is_new_and_rid_of_what_is_not_said_any_more(tmp_path: Path) -> None:
    pack, asked = Pack(KOKORO, tmp_path), []

    def speak(text: str) -> tuple[np.ndarray, int]:
        asked.append(text)
        return np.sin(np.arange(24000) / 10), 24000

    assert pack.renew(["a", "b"], speak, lambda *_: None) == (2, 0)
    assert pack.renew(["b", "c"], speak, lambda *_: None) == (1, 1)
    assert asked == ["a", "b", "c"]
    assert "a" not in pack
    samples, rate = pack.read("b")
    assert len(samples) / rate == pytest.approx(1.0, abs=0.02)
    assert "b" not in Pack(replace(KOKORO, made_by=("another",)), tmp_path)


def test_a_damaged_file_of_the_pack_is_spoken_anew(tmp_path: Path) -> None:
    pack = Pack(KOKORO, tmp_path)
    pack.renew(["a"], lambda _: (np.sin(np.arange(24000) / 10), 24000), lambda *_: None)
    for content in (b"", b"no audio", pack._file("a").read_bytes()[:50]):
        pack._file("a").write_bytes(content)
        assert pack.read("a") is None


@needs_kokoro
@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["digits", "dates"])
def test_numbers_and_dates_said_by_this_voice_are_heard_by_the_model_that_ships(
    shipped: Clips, tmp_path: Path, kind: str, no_child: None
) -> None:
    chance, model, count = random.Random(kind), model_in(tmp_path / "model"), 60
    right = 0
    for _ in range(count):
        if kind == "digits":
            said, grammar = "".join(chance.choices("0123456789", k=16)), DigitsGrammar(1, 64)
            clips = shipped.clips("nik.readback", {"nik": said})[1:]
        else:
            day = date(2018, 1, 1) + timedelta(chance.randrange(3600))
            said, grammar = day.isoformat(), Date()
            clips = shipped.clips("application.selesai", {"document": "document.kk", "since": day})[-3:]
        sound = np.concatenate([soundfile.read(f"{clip}.wav", dtype="int16")[0] for clip in clips])
        heard = model.recogniser(grammar).hear_all(
            silence(500).tobytes() + telephone(sound).tobytes() + silence(500).tobytes()
        )
        right += heard.value == said
    print(f"{kind}: {right} of {count} right")
    assert right >= 0.95 * count


@needs_kokoro
@pytest.mark.thorough
def test_real_calls_hear_the_voice_that_ships(tmp_path: Path) -> None:
    calls = [str(ROOT / "tests" / "calls" / f"{name}.yaml") for name in ("document-kk-diajukan", "nik-then-right")]
    with brought_up(tmp_path, HOTLINE_VOICE__ENGINE="kokoro") as hotline:
        assert "Kokoro" in hotline.run("doctor", check=False).stdout
        hotline.run("call", *calls, limit_s=300)
