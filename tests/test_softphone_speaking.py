"""A phone that speaks: words in several voices and as loudly as wanted, numbers in groups, coughs, noise, a radio."""

from itertools import count
from pathlib import Path

import numpy as np
import pytest

from agi.voice.level import active_level
from agi.workshop.softphone.hearing import Bank, reference
from agi.workshop.softphone.matching import RATE
from agi.workshop.softphone.scenario import Do, ScenarioError, Step
from agi.workshop.softphone.scenariofile import load
from agi.workshop.softphone.speaking import (
    PAUSE_S,
    RADIO_BELOW_DB,
    SPEAKERS,
    CannotSpeak,
    Speaker,
    cough,
    noise,
    radio,
    speak,
    words,
)
from agi.workshop.softphone.talkback import CONFIRM, MOST, UNHEARD, TalkbackCaller
from agi.workshop.softphone.wavfile import Recording, samples

KNOWN = {"menu.main": frozenset[str]()}
SPOKEN = """title: A call by voice
voice: wanita
level: -40 dBov
beside: radio
steps:
  - hear: menu.main
  - say: "saya mau cek NIK"
  - say: "{resident ACTIVE nik}"
  - cough
  - noise: 2 s
  - hang up
expect:
  outcome: abandoned
"""


def test_numbers_are_said_in_the_groups_that_people_use() -> None:
    assert (
        words("3273054101900001") == "tiga dua tujuh tiga, nol lima empat satu, nol satu sembilan nol, nol nol nol satu"
    )
    assert words("123456") == "satu dua tiga, empat lima enam"
    assert words("pilihan 2") == "pilihan dua"


@pytest.mark.parametrize("name", SPEAKERS)
def test_every_voice_speaks_telephone_audio(name: str, tmp_path: Path) -> None:
    seconds = speak("cek NIK", SPEAKERS[name], tmp_path / "said.wav")
    sound = samples(tmp_path / "said.wav")
    assert 0.4 < seconds < 3 and len(sound) == round(seconds * RATE)
    assert np.abs(sound).max() > 3000
    assert [path.name for path in tmp_path.iterdir()] == ["said.wav"]


def test_voices_differ(tmp_path: Path) -> None:
    lengths = {name: speak("satu dua tiga", one, tmp_path / "said.wav") for name, one in SPEAKERS.items()}
    assert lengths["pria cepat"] < lengths["pria"] < lengths["pria pelan"]


def test_a_voice_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotSpeak, match="cannot speak with the voice nobody"):
        speak("ya", Speaker("nobody"), tmp_path / "said.wav")


def test_a_cough_is_short_and_each_line_of_a_scenario_has_its_own(tmp_path: Path) -> None:
    assert 0.1 < cough(tmp_path / "1.wav", 5) < 3
    cough(tmp_path / "2.wav", 5)
    cough(tmp_path / "3.wav", 6)
    first, same, other = ((tmp_path / f"{nth}.wav").read_bytes() for nth in (1, 2, 3))
    assert first == same != other


@pytest.mark.parametrize("level", [-40.0, -26.0, -12.0])
def test_a_caller_is_as_loud_as_the_scenario_says(level: float, tmp_path: Path) -> None:
    speak("satu dua tiga empat", SPEAKERS["pria"], tmp_path / "said.wav", level)
    assert _level(samples(tmp_path / "said.wav")) == pytest.approx(level, abs=2)


def test_a_radio_is_softer_than_the_caller_and_never_pauses(tmp_path: Path) -> None:
    assert radio(tmp_path / "radio.wav", -30.0) > 20
    sound = samples(tmp_path / "radio.wav")
    assert _level(sound) == pytest.approx(-30 - RADIO_BELOW_DB, abs=1)
    loud = np.flatnonzero(np.abs(sound) > 50)
    assert np.diff(loud).max() < RATE


def test_a_speaker_falls_silent_where_the_scenario_says(tmp_path: Path) -> None:
    whole = speak("cek NIK ... ya gitu pak", SPEAKERS["pria"], tmp_path / "whole.wav")
    parts = [speak(text, SPEAKERS["pria"], tmp_path / "part.wav") for text in ("cek NIK", "ya gitu pak")]
    assert whole == pytest.approx(sum(parts) + PAUSE_S)


def _level(sound: "np.ndarray[tuple[int], np.dtype[np.int16]]") -> float:
    return active_level(sound / 32768, RATE)


def test_noise_has_the_level_it_should_have(tmp_path: Path) -> None:
    assert noise(tmp_path / "noise.wav", 2.0, -40.0) == pytest.approx(2.0)
    level = 20 * np.log10(samples(tmp_path / "noise.wav").astype(float).std() / 32767)
    assert level == pytest.approx(-40, abs=0.5)


def test_a_scenario_may_speak_cough_and_make_noise(tmp_path: Path) -> None:
    path = tmp_path / "call.yaml"
    path.write_text(SPOKEN)
    scenario = load(path, KNOWN)
    assert (scenario.voice, scenario.level_dbov, scenario.beside) == ("wanita", -40, "radio")
    assert [step.do for step in scenario.steps] == [Do.HEAR, Do.SAY, Do.SAY, Do.COUGH, Do.NOISE, Do.HANG_UP]
    assert str(scenario.steps[2]) == "say {resident ACTIVE nik}"


@pytest.mark.parametrize(
    ("good", "bad", "line", "says"),
    [
        ("voice: wanita", "voice: tenor", 2, "'tenor' is not known as voice; write one of pria, wanita"),
        ("-40 dBov", "quiet", 3, "'quiet' is not a level; write '-40 dBov' for a quiet caller"),
        ("-40 dBov", "-5 dBov", 3, "from -60 to -10 (usual: -26)"),
        ("radio", "river", 4, "'river' is not known as beside; write one of radio"),
        ('"saya mau cek NIK"', '"cek NIK ..."', 7, "'cek NIK ...' can't be said"),
        ('"saya mau cek NIK"', '""', 7, "'' can't be said"),
        ('"saya mau cek NIK"', '"cek <NIK>"', 7, "'cek <NIK>' can't be said; use words"),
        ('"saya mau cek NIK"', '"NIK 3273012345"', 7, "a number in clear must not stand here"),
        ("{resident ACTIVE nik}", "{resident ACTIVE pin}", 8, "must end with one of nik, kk"),
        ("- cough", "- sneeze", 9, "'sneeze' is not a step; the steps are hear, hear whole, press, say, cough, noise"),
        ("2 s", "loud", 10, "'loud' is not a time; write '2 s' or '500 ms'"),
    ],
)
def test_a_mistake_in_a_spoken_step_is_told(tmp_path: Path, good: str, bad: str, line: int, says: str) -> None:
    path = tmp_path / "call.yaml"
    path.write_text(SPOKEN.replace(good, bad, 1))
    with pytest.raises(ScenarioError) as caught:
        load(path, KNOWN)
    assert f"{path}:{line}: " in str(caught.value) and says in str(caught.value)


def _sound(tmp_path: Path, text: str) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    speak(text, Speaker("id", 130), tmp_path / "prompt.wav")
    return samples(tmp_path / "prompt.wav").astype(np.float32)


def test_a_caller_who_is_asked_to_confirm_says_yes_and_who_was_not_understood_says_it_again(tmp_path: Path) -> None:
    confirm = _sound(tmp_path, "benar? ya atau tidak?")
    unheard = _sound(tmp_path, "mohon maaf, pilihan itu belum terdengar jelas")
    bank = Bank(
        [
            reference(CONFIRM, [confirm]),
            reference(UNHEARD[0], [unheard]),
            reference(UNHEARD[1], [_sound(tmp_path, "angkanya belum terdengar, silakan ucapkan lagi")]),
        ]
    )
    recording = Recording(tmp_path / "heard.wav")
    seconds = count()
    talkback = TalkbackCaller(Step(1, Do.SAY, "cek NIK"), bank, tmp_path / "heard.wav", lambda: float(next(seconds)))
    recording.add(bytes(RATE))
    assert talkback.answer() == ""
    recording.add(confirm.astype(np.int16).tobytes() + bytes(RATE))
    assert talkback.answer() == "ya, benar"
    assert talkback.answer() == ""
    recording.add(unheard.astype(np.int16).tobytes() + bytes(RATE))
    assert talkback.answer() == "cek NIK"
    for _ in range(MOST):
        talkback = talkback.after(0)
    assert talkback.answer() == ""
    recording.close()
