"""`hotline speech collect`: testers record words by telephone, after they have agreed, and only then."""

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from line_exchange import Exchange, until
from numpy.typing import NDArray
from speech_voices import model_in, say, silence

from agi.cli import main
from agi.dialogue.question import HungUp
from agi.line.channel import Channel
from agi.line.wire import Wire
from agi.ops.places import spool_folder
from agi.settings import ROOT, Settings
from agi.speech.model import Model
from agi.voice.clips import Clips
from agi.voice.texts import Texts
from agi.workshop.bench.installation import free_port
from agi.workshop.collecting.call import CONSENTS, Collector
from agi.workshop.recordings import MANIFEST, listed

WORDS = ("word.01", "word.02")
TEXTS = """[collect]
consent = "Setuju?"
unclear = "Tekan 1."
refused = "Baik."
begin = "Mulai."
say = "{word:phrase}"
unheard = "Lagi."
thanks = "Selesai."
[word]
01 = "ya"
02 = "Jawa Barat"
"""
Answer = NDArray[np.int16] | str


@contextmanager
def clips_in(var: Path, texts: Path) -> Iterator[Clips]:
    (texts / "id.toml").write_text(TEXTS)
    with Clips(Texts.load(texts), Settings().voice, ROOT / "prompts", var) as made:
        yield made


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clips]:
    folder = tmp_path_factory.mktemp("texts")
    with clips_in(folder / "var", folder) as made:
        yield made


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return model_in(tmp_path_factory.mktemp("model") / "built")


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, NDArray[np.int16]]:
    folder = tmp_path_factory.mktemp("spoken")
    said = {text: say(folder, text) for text in ("setuju", "tidak", "ya", "jawa barat")}
    return {text: np.concatenate((silence(400), sound, silence(600))) for text, sound in said.items()}


class FakeTester:
    """Asterisk's side of a call in which each recording gets the next of `answers`: a sound, or a key; then it ends."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.ours, self._far = socket.socketpair()
        self.ours.setblocking(False)
        self.recorded = 0
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._thread.start()

    def _talk(self) -> None:
        self._far.sendall(b"agi_network: yes\n\n")
        for line in self._far.makefile("rb"):
            if line.startswith(b"RECORD FILE"):
                if not self._answers:
                    break
                self._far.sendall(b"200 result=%d endpos=8000\n" % self._record(line.split(b'"')[1].decode()))
            else:
                self._far.sendall(b"200 result=0 endpos=8000\n")
        self._far.close()

    def _record(self, path: str) -> int:
        self.recorded += 1
        answer = self._answers.pop(0)
        key = answer if isinstance(answer, str) else ""
        soundfile.write(f"{path}.wav", silence(1000) if isinstance(answer, str) else answer, 8000)
        return ord(key) if key else 0

    def calls(self, collector: Collector) -> None:
        wire = Wire(self.ours.fileno(), self.ours.fileno())
        with suppress(HungUp):
            collector.take(Channel(wire))
        self.ours.close()
        self._thread.join(5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("recordings", "spool"):
        (tmp_path / name).mkdir()
    return tmp_path / "recordings"


@pytest.fixture
def collector(folder: Path, clips: Clips, model: Model) -> Collector:
    return Collector(folder, WORDS, clips, model, folder.parent / "spool", lambda _: None)


def test_words_of_a_tester_who_agrees_are_kept_with_the_consent(
    collector: Collector, folder: Path, spoken: dict[str, NDArray[np.int16]]
) -> None:
    FakeTester(spoken["setuju"], spoken["ya"], spoken["jawa barat"]).calls(collector)
    one, other = listed(folder)
    assert (one.words, other.words) == (("ya",), ("jawa", "barat"))
    assert one.speaker == other.speaker
    assert np.array_equal(one.sound(), spoken["ya"])
    _, line = (folder / CONSENTS).read_text().splitlines()
    assert line.startswith(f"{one.speaker}\t") and line.endswith("\tspoken\tSetuju?")
    assert (folder / f"{one.speaker}-consent.flac").is_file()
    assert list((folder.parent / "spool").iterdir()) == []


@pytest.mark.parametrize("answers", [("tidak",), ("2",), ("", ""), ("", "tidak")])
def test_without_consent_nothing_is_kept(
    collector: Collector, folder: Path, spoken: dict[str, NDArray[np.int16]], answers: tuple[str, ...]
) -> None:
    tester = FakeTester(*(silence(2000) if not one else spoken.get(one, one) for one in (*answers, "1")))
    tester.calls(collector)
    assert tester.recorded == len(answers)
    assert list(folder.iterdir()) == []


def test_a_key_is_consent_too_and_is_told_as_one(
    collector: Collector, folder: Path, spoken: dict[str, NDArray[np.int16]]
) -> None:
    FakeTester(silence(2000), "1", spoken["ya"], spoken["jawa barat"]).calls(collector)
    assert len(listed(folder)) == 2
    assert "\tkey\tTekan 1." in (folder / CONSENTS).read_text()


def test_who_hangs_up_half_way_has_given_the_words_said_so_far(
    collector: Collector, folder: Path, spoken: dict[str, NDArray[np.int16]]
) -> None:
    FakeTester("1", spoken["ya"]).calls(collector)
    (one,) = listed(folder)
    assert one.words == ("ya",)
    assert list((folder.parent / "spool").iterdir()) == []


def test_a_word_that_is_not_said_is_asked_for_once_more_and_then_left_out(
    collector: Collector, folder: Path, spoken: dict[str, NDArray[np.int16]]
) -> None:
    tester = FakeTester("1", silence(3000), spoken["ya"], silence(3000), silence(3000))
    tester.calls(collector)
    assert tester.recorded == 5
    assert [one.words for one in listed(folder)] == [("ya",)]


def test_calls_at_once_write_whole_lines_for_speakers_of_their_own(
    collector: Collector, folder: Path, spoken: dict[str, NDArray[np.int16]]
) -> None:
    testers = [FakeTester("1", spoken["ya"], spoken["jawa barat"]) for _ in range(4)]
    threads = [threading.Thread(target=tester.calls, args=(collector,)) for tester in testers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(listed(folder)) == 8
    assert len({one.speaker for one in listed(folder)}) == 4


def test_nobody_can_be_recorded_before_an_admin_has_opened_a_port(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["speech", "collect", str(tmp_path / "new")])
    assert done.exit_code == 1
    assert "collect_port" in done.stderr
    assert not (tmp_path / "new").exists()


def test_the_words_that_are_asked_for_are_twenty_and_no_numbers() -> None:
    texts = Texts.load(ROOT / "data" / "collect")
    words = [texts.written(key) for key in texts if key.startswith("word.")]
    assert len(set(words)) == 20
    assert all(word.replace(" ", "").isalpha() for word in words)


def test_a_tester_dials_and_is_recorded_until_ctrl_c(
    tmp_path: Path, folder: Path, spoken: dict[str, NDArray[np.int16]]
) -> None:
    port = free_port(socket.SOCK_STREAM)
    with closing(Exchange(tmp_path / "exchange", HOTLINE_SPEECH__COLLECT_PORT=str(port))) as exchange:
        talk = spool_folder(exchange.settings.var) / "talk"  # Asterisk may read it there
        exchange.caller("tester", *["Wait(0.4)", "SendDTMF(1,100)"] * 90, "Wait(1)", f"Playback({talk})")
        exchange.start(confined=True)
        soundfile.write(f"{talk}.wav", np.concatenate([spoken["ya"]] * 20), 8000)
        command = (sys.executable, "-m", "agi.cli", "speech", "collect", str(folder))
        with subprocess.Popen(command, env=dict(exchange.environment), cwd=ROOT, stdout=subprocess.PIPE) as collects:
            assert collects.stdout is not None
            try:
                assert collects.stdout.readline().startswith(b"Dial 20 ")
                exchange.dial("tester", number="20")
                assert collects.stdout.readline().endswith(b": agreed\n")
                until("a word is kept", lambda: (folder / MANIFEST).exists())
            finally:
                collects.send_signal(signal.SIGINT)
            assert collects.wait(20) == 0
        kept = listed(folder)
        assert kept[0].words in {("ya",), ("tidak",), ("iya",)}
        for entrance in ("from-agents", "from-trunk"):
            assert "There is no existence of" in exchange.ask(f"dialplan show 20@{entrance}")
