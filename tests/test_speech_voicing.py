"""Only a voice answers: how much of a sound is voice, and what coughs, sneezes, breaths and tones are taken for."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from speech_voices import MENU, VOICES, frames, model_in, say, silence

from agi.languages.language import Reply
from agi.speech.activity import Activity
from agi.speech.answer import Heard, Verdict, voiced
from agi.speech.grammar import Grammar, NikRepair, YesNo
from agi.speech.model import Model
from agi.speech.tuning import Tuning
from agi.workshop.nonspeech import nonspeech

Sound = NDArray[np.int16]
TUNING = Tuning()
BREATHY = ("cough", "sneeze", "breath")
TONES = ("DTMF", "tones")


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return model_in(tmp_path_factory.mktemp("speech") / "model")


def share(*sounds: Sound) -> float:
    activity = Activity()
    for frame in frames(silence(600), *sounds, silence(300)):
        activity.hear(np.frombuffer(frame, np.int16))
    return activity.voicing.share


@pytest.mark.parametrize("gain", [1.0, 0.1], ids=["loud", "quiet"])
@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("text", ["ya", "iya", "tidak", "dua", "empat"])
def test_a_word_is_a_voice(tmp_path: Path, text: str, voice: str, gain: float) -> None:
    assert share((say(tmp_path, text, voice) * gain).astype(np.int16)) >= TUNING.sure_voice


@pytest.mark.parametrize("noise_db", [-15, -10])
@pytest.mark.parametrize("voice", VOICES)
def test_a_word_in_noise_is_a_voice(tmp_path: Path, voice: str, noise_db: int) -> None:
    line = np.concatenate((silence(600), say(tmp_path, "tidak", voice), silence(300)))
    loudest = np.sqrt(np.sort(np.mean(line[: len(line) // 160 * 160].astype(float).reshape(-1, 160) ** 2, axis=1))[-8])
    noise = np.random.default_rng(4).normal(0, loudest * 10 ** (noise_db / 20), len(line))
    assert share((line + noise).clip(-32000, 32000).astype(np.int16)) >= TUNING.sure_voice


@pytest.mark.parametrize("kind", [*BREATHY, *TONES])
def test_most_of_what_is_no_speech_is_no_voice(kind: str) -> None:
    shares = [share(nonspeech(kind, seed)) for seed in range(12)]
    assert sum(one >= TUNING.some_voice for one in shares) <= 4


def test_who_coughs_and_then_answers_has_a_voice(tmp_path: Path) -> None:
    assert share(nonspeech("cough", 1), silence(200), say(tmp_path, "ya")) >= TUNING.sure_voice


def test_a_voice_that_is_forgotten_is_none(tmp_path: Path) -> None:
    activity = Activity()
    for frame in frames(silence(600), say(tmp_path, "ya")):
        activity.hear(np.frombuffer(frame, np.int16))
    activity.voicing.forget()
    assert activity.voicing.share == 0


YES = Heard(Verdict.ACCEPTED, Reply.YES, text="ya", confidence=0.99)


@pytest.mark.parametrize(
    ("share", "verdict"), [(0.9, Verdict.ACCEPTED), (0.58, Verdict.REJECTED), (0.3, Verdict.SILENCE)]
)
def test_however_sure_of_a_word_only_a_voice_has_said_it(share: float, verdict: Verdict) -> None:
    heard = voiced(YES, share, TUNING)
    assert heard.verdict is verdict
    assert heard.value == (Reply.YES if verdict is Verdict.ACCEPTED else "")


def taken(model: Model, grammar: Grammar, sound: Sound) -> Heard:
    """What a call hears of `sound`: the first answer, or silence after it."""
    recogniser = model.recogniser(grammar)
    for frame in frames(silence(500), sound, silence(1500)):
        if recogniser.feed(frame).ended:
            break
    return recogniser.finish()


@pytest.mark.parametrize("kind", [*BREATHY, *TONES])
@pytest.mark.parametrize("grammar", [YesNo(), NikRepair(), MENU], ids=["yes or no", "a NIK read back", "menu"])
def test_no_sound_that_is_no_word_is_an_answer_or_asked_about(model: Model, grammar: Grammar, kind: str) -> None:
    heard = [taken(model, grammar, nonspeech(kind, seed)) for seed in range(4)]
    assert {one.verdict for one in heard} == {Verdict.SILENCE}
