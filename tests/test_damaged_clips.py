"""A published clip that is gone or damaged: made again when it is to be played, found by digest, no call is lost."""

import shutil
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import soundfile
from voice_office import PromptsFolder, prompts_folder

from agi.editions.publishing import Publisher
from agi.settings import Settings
from agi.settings.tables import Places
from agi.voice import clips
from agi.voice.cache import whole
from agi.voice.errors import SynthesisError
from agi.voice.sounds import Sounds
from agi.workshop.softphone.phone import PhoneError
from agi.workshop.softphone.references import References

Damage = Callable[[Path], None]


@pytest.fixture
def folder(tmp_path: Path) -> PromptsFolder:
    return prompts_folder(tmp_path)


def published(folder: PromptsFolder) -> Path:
    return folder.sounds() / "call" / "welcome"


def sound(folder: PromptsFolder) -> np.ndarray:
    """Its samples; espeak-ng never gives the same twice, only the same length."""
    samples: np.ndarray = soundfile.read(f"{published(folder)}.wav")[0]
    return samples


def remove(stem: Path) -> None:
    Path(f"{stem}.wav").unlink()


def remove_folder(stem: Path) -> None:
    shutil.rmtree(stem.parent)


def cut_off(stem: Path) -> None:
    for kind in (".wav", ".wav16"):  # a second name of the cached file: both are cut off
        with Path(f"{stem}{kind}").open("r+b") as file:
            file.truncate(600)


def empty(stem: Path) -> None:
    Path(f"{stem}.wav16").write_bytes(b"")


def another_content(stem: Path) -> None:
    with Path(f"{stem}.wav").open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 200)


@pytest.mark.parametrize("damage", [remove, remove_folder, cut_off, empty])
def test_a_clip_that_is_gone_or_cut_off_is_whole_again_when_a_call_plays_it(
    folder: PromptsFolder, damage: Damage
) -> None:
    with folder.clips() as made:
        folder.render(made)
        right = sound(folder)
        damage(published(folder))
        [path] = made.playable("call.welcome")
        assert path == published(folder)
        assert len(sound(folder)) == pytest.approx(len(right), abs=320)
        assert whole(path)


def test_what_cannot_be_made_again_is_left_out_and_the_rest_is_said(
    folder: PromptsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mute(_text: str) -> None:
        raise SynthesisError("no voice")

    with folder.clips() as made:
        folder.render(made)
        stem = published(folder).parent.parent / "nik" / "readback.1"
        cut_off(stem)
        monkeypatch.setattr(made.speech, "speak", mute)
        assert [path.name for path in made.playable("nik.readback", {"nik": "12"})] == ["1", "2"]
        assert made.playable("status.since", {"document": "document.kk", "since": "2026-01-01", "office": "x"})


def test_a_value_whose_disk_or_voice_hangs_is_left_out_for_now_and_said_when_it_answers(
    folder: PromptsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = threading.Event()
    places = {"document": "document.kk", "since": date(2026, 1, 1), "office": "Loket"}
    with folder.clips() as made:
        folder.render(made)
        whole_text = len(made.clips("status.since", places))
        speak = made.speech.speak

        def hangs(text: str) -> object:
            back.wait(30)
            return speak(text)

        monkeypatch.setattr(made.speech, "speak", hangs)
        later = {**places, "since": date(2026, 1, 2)}
        assert len(made.playable("status.since", later)) == whole_text - 4  # of a date all parts, or none
        back.set()
        assert len(made.clips("status.since", later)) == whole_text
        assert len(made.playable("status.since", later)) == whole_text


@pytest.mark.parametrize("damage", [remove, cut_off, empty, another_content])
def test_damage_is_found_by_digest_and_mended(folder: PromptsFolder, damage: Damage) -> None:
    with folder.clips() as made:
        folder.render(made)
    state = Sounds(folder.sounds())
    right = sound(folder)
    assert state.damaged() == ()
    damage(published(folder))
    assert state.damaged() == ("call/welcome",)
    with folder.clips() as again:
        assert again.mend() == 1
    assert state.damaged() == ()
    assert len(sound(folder)) == pytest.approx(len(right), abs=320)


def test_a_recording_that_can_no_longer_be_read_is_said_by_the_synthetic_voice(folder: PromptsFolder) -> None:
    recording = folder.prompts / "recordings" / "call.welcome.wav"
    recording.parent.mkdir(exist_ok=True)
    recording.write_bytes(b"no audio")
    with folder.clips() as made:
        [path] = made.playable("call.welcome")
        assert Path(f"{path}.wav").stat().st_size > 8000


def test_a_new_version_of_the_voice_makes_every_clip_anew(
    folder: PromptsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with folder.clips() as made:
        everything = folder.render(made).rendered
    monkeypatch.setattr(clips, "polish", lambda: "another voice")
    with folder.clips() as made:
        assert folder.render(made).rendered == everything


def test_the_softphone_knows_prompts_whose_clips_were_gone_and_says_what_it_cannot_read(folder: PromptsFolder) -> None:
    settings = Settings(places=Places(prompts=folder.prompts, var=folder.var))
    with pytest.raises(PhoneError, match="hotline prompts publish"):
        References(settings)
    (folder.prompts / "menu.toml").write_text("")
    publisher = Publisher(settings, lambda _: (), None)
    edition = publisher.publish(publisher.draft(folder.prompts), "", "", None)
    remove(edition.sounds / "call" / "welcome")
    References(settings).close()
    assert whole(edition.sounds / "call" / "welcome")
    (edition.prompts / "lexicon.toml").unlink()
    with pytest.raises(PhoneError, match=r"lexicon\.toml: berkas ini tidak ada"):
        References(settings)
