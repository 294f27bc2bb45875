"""Clips: rendered ahead into one folder, joined with values, cached by what they are made from."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from voice_office import WORDS, PromptsFolder, prompts_folder, silent_ms

from agi.settings import ROOT
from agi.settings.tables import Voice
from agi.voice import audio, cache
from agi.voice.cache import Cache
from agi.voice.errors import PlaceError, SynthesisError, UnknownKey
from agi.voice.level import active_level

NIK = "3273000000000042"
SINCE = {"document": "document.kk", "since": date(2026, 11, 24), "office": "Kota Bandung"}


@pytest.fixture
def folder(tmp_path: Path) -> PromptsFolder:
    return prompts_folder(tmp_path)


def sound(stem: Path, kind: str = ".wav") -> np.ndarray:
    samples: np.ndarray = soundfile.read(f"{stem}{kind}", dtype="int16")[0]
    return samples


def names(paths: list[Path], version: Path) -> list[str]:
    return [str(path.relative_to(version)) for path in paths]


def test_every_text_is_rendered_under_its_key_at_both_rates(folder: PromptsFolder) -> None:
    with folder.clips() as made:
        report = folder.render(made)
    published = folder.sounds()
    assert report.rendered == report.clips == 20
    for name in ("call/welcome", "digits/7", "nik/readback.1", "status/cost.2", "silence/400"):
        narrow, wide = soundfile.info(published / f"{name}.wav"), soundfile.info(published / f"{name}.wav16")
        assert (narrow.samplerate, wide.samplerate) == (8000, 16000)
        assert narrow.frames % 160 == 0
        assert wide.frames == 2 * narrow.frames


def test_synthetic_speech_keeps_level_peak_and_silence(folder: PromptsFolder) -> None:
    with folder.clips() as made:
        folder.render(made)
        for piece in made.pieces():
            if piece.spoken:
                path = made.rendered(piece)
                for kind, rate in ((".wav", 8000), (".wav16", 16000)):
                    samples = sound(path, kind) / 32768
                    assert active_level(samples, rate) == pytest.approx(-26, abs=1), piece
                    assert np.abs(samples).max() <= 10 ** (-3 / 20)
                    assert max(silent_ms(samples, rate)) <= 150


def test_a_clip_can_be_had_with_longer_pauses_and_is_made_once(folder: PromptsFolder) -> None:
    with folder.clips() as made:
        folder.render(made)
        clips = made.playable("nik.readback", {"nik": NIK})
        slow = [made.slower(clip) for clip in clips]
        assert [made.slower(clip) for clip in clips] == slow
        assert made.slower(folder.var / "gone") == folder.var / "gone"
    assert all(len(sound(one)) > len(sound(usual)) for one, usual in zip(slow, clips, strict=True))
    assert all(len(sound(one, ".wav16")) == 2 * len(sound(one)) for one in slow)


@pytest.mark.thorough
def test_two_hundred_prompts_are_told_as_they_are_rendered_and_rendered_once(folder: PromptsFolder) -> None:
    more = "\n".join(
        f'k{number} = "Untuk memeriksa status dokumen nomor {number}, tekan {number % 10}."' for number in range(200)
    )
    folder.write(f"{WORDS}\n[many]\n{more}\n")
    with folder.clips() as made:
        done: list[tuple[int, int]] = []
        report = folder.render(made, lambda count, total: done.append((count, total)))
        assert report.rendered == 220
        assert done == [(count, 220) for count in range(1, 221)]
    with folder.clips() as again:
        report = folder.render(again, lambda count, total: pytest.fail("nothing is to be done"))
    assert report.rendered == 0


def test_only_what_has_changed_is_rendered(folder: PromptsFolder) -> None:
    with folder.clips() as made:
        folder.render(made)
    folder.write(WORDS.replace("Selamat datang di", "Selamat pagi dari"))
    with folder.clips() as made:
        assert folder.render(made).rendered == 1
    with folder.clips(voice=Voice(engine="espeak", words_per_minute=160)) as made:
        assert folder.render(made).rendered == 19  # all but the pause
    with folder.clips() as made:
        assert folder.render(made, force=True).rendered == 20


def test_a_digits_value_is_joined_of_digits_in_fours_and_never_kept_as_a_whole(folder: PromptsFolder) -> None:
    with folder.clips() as made:
        folder.render(made)
        before = set(folder.var.rglob("*"))
        paths = made.clips("nik.readback", {"nik": "123456789"})
        assert set(folder.var.rglob("*")) == before
        version = folder.sounds()
    assert names(paths, version) == [
        "nik/readback.1",
        *(f"digits/{digit}" for digit in "1234"),
        "silence/400",
        *(f"digits/{digit}" for digit in "5678"),
        "silence/400",
        "digits/9",
    ]
    assert all(path.is_absolute() for path in paths)
    assert len(sound(version / "silence" / "400")) == 3200


def test_what_comes_after_the_last_value_of_a_text_can_be_told(folder: PromptsFolder) -> None:
    with folder.clips() as made:
        assert [made.after_values(key) for key in ("nik.readback", "status.cost", "call.welcome")] == [0, 1, 1]


def test_phrases_and_small_numbers_are_the_rendered_clips(folder: PromptsFolder) -> None:
    with folder.clips() as made:
        folder.render(made)
        version = folder.sounds()
        assert version / "document" / "kk" in made.clips("status.since", SINCE)
        assert version / "digits" / "5" in made.clips("status.cost", {"cost": 10000, "minutes": 5})


def test_a_value_is_rendered_once(folder: PromptsFolder) -> None:
    with folder.clips() as made:
        folder.render(made)
        made.warm()
        for days in range(20):
            places = {**SINCE, "since": date(2026, 1, 1) + timedelta(days)}
            first = made.clips("status.since", places)
            assert made.clips("status.since", places) == first
            assert sum(len(sound(part)) for part in first[3:7]) > 8000


def test_the_same_value_asked_for_by_many_calls_at_once_is_rendered_once(
    folder: PromptsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with folder.clips() as made:
        folder.render(made)
        spoken: list[str] = []
        speak = made.speech.speak

        def counting(text: str) -> tuple[np.ndarray, int]:
            spoken.append(text)
            return speak(text)

        monkeypatch.setattr(made.speech, "speak", counting)
        with ThreadPoolExecutor(30) as calls:
            answers = list(calls.map(lambda _: made.clips("status.since", SINCE), range(60)))
    assert all(answer == answers[0] for answer in answers)
    assert len(spoken) == len(set(spoken)) == 5  # four parts of the date, and the office


def test_clips_that_are_not_rendered_yet_are_made_when_they_are_asked_for(folder: PromptsFolder) -> None:
    with folder.clips() as made:
        paths = made.clips("nik.readback", {"nik": NIK})
    assert len(paths) == 1 + 16 + 3
    assert all(len(sound(path)) for path in paths)


def test_joined_clips_have_neither_a_gap_nor_a_click(folder: PromptsFolder) -> None:
    with folder.clips() as made:
        folder.render(made)
        for key, places in (("status.since", SINCE), ("status.cost", {"cost": 25000, "minutes": 45})):
            paths = made.clips(key, places)
            ends = [silent_ms(sound(path) / 32768, 8000, limit_db=-45) for path in paths]
            assert all(after + before < 200 for (_, after), (before, _) in pairwise(ends))
            # At every joint the clips start and end at nothing, so that no step is heard.
            for path in paths:
                samples = sound(path, ".wav16")
                assert abs(int(samples[0])) <= 2
                assert abs(int(samples[-1])) <= 2


def test_wrong_keys_and_places_are_refused(folder: PromptsFolder) -> None:
    with folder.clips() as made:
        with pytest.raises(UnknownKey):
            made.clips("call.nothing")
        with pytest.raises(PlaceError):
            made.clips("nik.readback", {})


def test_a_failure_fills_no_folder(folder: PromptsFolder) -> None:
    with folder.clips(voice=Voice(engine="espeak", name="poz/klingon")) as broken, pytest.raises(SynthesisError):
        folder.render(broken)
    assert not list(folder.var.glob("sounds/**/*.wav"))


RENDER = """
import os, sys
from pathlib import Path
from agi.settings.tables import Voice
from agi.voice.clips import Clips
from agi.voice.texts import Texts
prompts, var = map(Path, sys.argv[1:])
with Clips(Texts.load(prompts), Voice(engine="espeak"), prompts, var) as made:
    print("begin", flush=True)
    made.render(var / f"rendered-{os.getpid()}", force=True)
"""


def render_process(folder: PromptsFolder) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", RENDER, str(folder.prompts), str(folder.var)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)


def test_two_processes_may_render_at_once(folder: PromptsFolder) -> None:
    processes = [render_process(folder) for _ in range(3)]
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    with folder.clips() as made:
        assert folder.render(made).rendered == 0
        assert all(len(sound(made.rendered(piece))) for piece in made.pieces())


def test_killed_at_any_moment_no_half_file_is_ever_kept(folder: PromptsFolder) -> None:
    with folder.clips() as made:
        folder.render(made)
    for number in range(6):
        process = render_process(folder)
        assert process.stdout and process.stdout.readline() == b"begin\n"
        time.sleep(0.05 * number)  # not a wait for anything: the moment to kill at
        process.kill()
        process.communicate(timeout=10)
        kept = [path for path in (folder.var / "voice-cache").glob("??/*") if path.suffix in cache.KINDS]
        assert kept
        assert all(soundfile.info(path).frames % 160 == 0 for path in kept)
    with folder.clips() as made:
        folder.render(made, force=True)
        assert all(len(sound(made.rendered(piece))) for piece in made.pieces())


def test_a_cached_clip_that_is_half_there_is_made_again(tmp_path: Path) -> None:
    store = Cache(tmp_path)
    stem = store.get("abcd", lambda: audio.pause(400))
    for kind in cache.KINDS:
        Path(f"{stem}{kind}").write_bytes(b"")
        store.get("abcd", lambda: audio.pause(400))
        assert len(sound(stem, kind))
        Path(f"{stem}{kind}").unlink()
        store.get("abcd", lambda: audio.pause(400))
        assert len(sound(stem, kind))


def test_what_fails_is_told_to_all_who_wait_and_tried_again_later(tmp_path: Path) -> None:
    store = Cache(tmp_path)

    def fail() -> audio.Audio:
        raise SynthesisError("no voice")

    with pytest.raises(SynthesisError):
        store.get("abcd", fail)
    assert store.get("abcd", lambda: audio.pause(20))


def test_the_cache_forgets_what_is_old_or_one_too_many_but_never_what_is_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "MOST_VALUES", 2)
    store = Cache(tmp_path)
    ages = {"kept": 90 * 86400, "ancient": 31 * 86400, "hour": 3600, "day": 86400, "young": 60, "new": 0, "newer": 0}
    store.keep = {"kept"}
    for name, age in ages.items():
        stem = store.get(name, lambda: audio.pause(20))
        for kind in cache.KINDS:
            os.utime(f"{stem}{kind}", (time.time() - age,) * 2)
    assert store.trim() == 3
    left = {path.stem for path in tmp_path.rglob("*.wav")}
    assert left == {"kept", "young", "new", "newer"}


def test_drafts_of_killed_processes_are_cleaned_away(folder: PromptsFolder) -> None:
    drafts = folder.var / "voice-cache" / "drafts"
    drafts.mkdir(parents=True)
    old, young = drafts / "a.draft", drafts / "b.draft"
    for path in (old, young):
        path.write_bytes(b"x")
    os.utime(old, (0, 0))
    with folder.clips() as made:
        folder.render(made)
    assert not old.exists()
    assert young.exists()


def test_other_languages_have_a_tree_of_their_own(folder: PromptsFolder) -> None:
    folder.write('[call]\nwelcome = "Sugeng rawuh."\n', "jv")
    for language in ("id", "jv"):
        with folder.clips(language) as made:
            folder.render(made)
    trees = [folder.sounds(language) for language in ("id", "jv")]
    assert not np.array_equal(*(sound(tree / "call" / "welcome")[:2000] for tree in trees))
    assert all((tree / "document" / "kk.wav").exists() for tree in trees)
