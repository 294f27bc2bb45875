"""Speaking: pyttsx3 in its child, and every way in which that child can fail."""

import os
import textwrap
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from agi.settings.tables import Voice
from agi.voice import synthesis
from agi.voice.engine import engine
from agi.voice.errors import SynthesisError
from agi.voice.synthesis import Synthesis

ESPEAK = engine(Voice(engine="espeak"))
LONG = "Untuk memeriksa nomor induk kependudukan, tekan satu. " * 4


Replaces = Callable[[str], None]


@pytest.fixture
def child_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Replaces:
    """Lets children say that they are ready and then do what is given for each request."""

    def replaces(body: str) -> None:
        script = tmp_path / "child.py"
        script.write_text(
            "import json, sys, time, wave\n"
            "print(json.dumps({'error': None}), flush=True)\n"
            "for line in sys.stdin:\n    request = json.loads(line)\n" + textwrap.indent(body, "    ")
        )
        monkeypatch.setattr(synthesis, "_SCRIPT", script)

    return replaces


def test_long_texts_are_spoken_whole_from_the_first_on(tmp_path: Path) -> None:
    speech = Synthesis(ESPEAK, tmp_path)
    lengths = [len(samples) / rate for samples, rate in (speech.speak(LONG) for _ in range(5))]
    speech.close()
    assert min(lengths) > 10
    assert max(lengths) - min(lengths) < 0.3


def test_what_pyttsx3_speaks_at_another_rate_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyttsx3.py").write_text(
        textwrap.dedent("""
            import wave

            class Engine:
                def setProperty(self, name, value): pass
                def getProperty(self, name): return {"voice": "poz/id", "rate": 200}[name]
                def runAndWait(self): pass
                def save_to_file(self, text, name):
                    with wave.open(name, "wb") as file:
                        file.setparams((1, 2, 22050, 0, "NONE", None))
                        file.writeframes(bytes(2 * 22050 * 13))

            def init(driver): return Engine()
        """)
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    speech = Synthesis(ESPEAK, tmp_path)
    samples, rate = speech.speak(LONG)
    speech.close()
    assert len(samples) / rate > 18


def test_pyttsx3_is_what_speaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Synthesis, "_second_way", lambda *_: pytest.fail("espeak-ng itself was asked"))
    speech = Synthesis(ESPEAK, tmp_path)
    for text in ("satu", "-f/etc/hostname", LONG, "Selamat datang!") * 5:
        speech.speak(text)
    speech.close()


def test_many_threads_speak_at_once_and_each_gets_its_own_text(tmp_path: Path) -> None:
    speech = Synthesis(ESPEAK, tmp_path)
    texts = [("dua tiga " * count).strip() for count in range(1, 13)] * 2
    with ThreadPoolExecutor(12) as pool:
        lengths = list(pool.map(lambda text: len(speech.speak(text)[0]), texts))
    speech.close()
    assert lengths[:12] == sorted(lengths[:12])
    assert lengths[12:] == pytest.approx(lengths[:12], rel=0.05)
    assert list(tmp_path.iterdir()) == []


def test_nothing_comes_out_on_stdout(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    speech = Synthesis(ESPEAK, tmp_path)
    speech.speak("halo")
    speech.close()
    assert capfd.readouterr().out == ""


def test_text_that_looks_like_an_option_is_spoken_as_text(tmp_path: Path, child_does: Replaces) -> None:
    secret = tmp_path / "secret"
    secret.write_text("rahasia " * 50)
    for body in ("", "sys.exit(1)\n"):
        if body:
            child_does(body)
        speech = Synthesis(ESPEAK, tmp_path / "drafts")
        samples, rate = speech.speak(f"-f{secret}")
        speech.close()
        assert len(samples) / rate < 15


@pytest.mark.parametrize(
    "body",
    [
        "sys.exit(1)\n",
        "time.sleep(60)\n",
        "print('Audio saved to x', flush=True)\n",
        "print(json.dumps({'error': None}), flush=True)\n",
        "open(request['file'], 'w').write('no audio')\nprint(json.dumps({'error': None}), flush=True)\n",
        "out = wave.open(request['file'], 'wb')\nout.setparams((1, 2, 22050, 0, 'NONE', ''))\n"
        "out.writeframes(bytes(2000))\nout.close()\nprint(json.dumps({'error': None}), flush=True)\n",
        "print(json.dumps({'error': 'RuntimeError: no'}), flush=True)\n",
    ],
    ids=["dies", "hangs", "nonsense", "no file", "no audio", "too short", "error"],
)
def test_a_child_that_fails_is_replaced_by_espeak(tmp_path: Path, body: str, child_does: Replaces) -> None:
    child_does(body)
    speech = Synthesis(replace(ESPEAK, start_s=1.0), tmp_path / "drafts")
    samples, rate = speech.speak(LONG)
    speech.close()
    assert len(samples) / rate > 10


def test_a_child_that_was_killed_is_started_again(tmp_path: Path, child_does: Replaces) -> None:
    pids = tmp_path / "pids"
    body = (
        f"import os\nopen({str(pids)!r}, 'a').write(f'{{os.getpid()}}\\n')\n"
        "out = wave.open(request['file'], 'wb')\nout.setparams((1, 2, 22050, 0, 'NONE', ''))\n"
        "out.writeframes(bytes(88200))\nout.close()\nprint(json.dumps({'error': None}), flush=True)\n"
    )
    child_does(body)
    speech = Synthesis(ESPEAK, tmp_path / "drafts")
    speech.speak("satu")
    os.kill(int(pids.read_text()), 9)
    speech.speak("dua")
    speech.close()
    assert len(set(pids.read_text().split())) == 2


def test_a_voice_that_nobody_has_is_one_clear_sentence(tmp_path: Path) -> None:
    speech = Synthesis(engine(Voice(engine="espeak", name="poz/klingon")), tmp_path)
    with pytest.raises(SynthesisError, match="The voice 'poz/klingon' could not speak"):
        speech.speak("halo")
    speech.close()


def test_a_folder_that_can_not_be_written_is_an_error_and_does_not_hang(tmp_path: Path) -> None:
    (tmp_path / "drafts").write_text("a file")
    with pytest.raises(OSError):
        Synthesis(ESPEAK, tmp_path / "drafts").speak("halo")


def test_children_end_with_us(tmp_path: Path, child_does: Replaces) -> None:
    pids = tmp_path / "pids"
    body = f"import os\nopen({str(pids)!r}, 'w').write(str(os.getpid()))\nprint('{{}}', flush=True)\n"
    child_does(body)
    speech = Synthesis(ESPEAK, tmp_path / "drafts")
    speech.speak("halo")
    speech.close()
    assert not Path(f"/proc/{pids.read_text()}").exists()


def test_who_gives_way_is_given_more_time_before_it_counts_as_hanging(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: list[float] = []
    monkeypatch.setattr(synthesis._Child, "ask", lambda self, text, file, limit_s: limits.append(limit_s))
    for nice in (0, 10):
        speech = Synthesis(ESPEAK, tmp_path, nice)
        speech._child("halo", tmp_path / "said.wav")
        speech.close()
    assert limits[1] > 9 * limits[0]
