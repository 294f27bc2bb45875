"""Edits on pages, edits by hand, publishing, going back, and kill -9 between any two steps, in any order."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule
from voice_office import ESPEAK, prompts_folder, speechlike

from agi.editions.publishing import Publisher
from agi.editions.working import Conflict, WorkingCopy
from agi.settings import ROOT, Settings
from agi.settings.tables import Places
from agi.stamp import stamp
from agi.voice.take import Take
from agi.voice.texts import Texts

KEYS = ("call.welcome", "document.kk")
SENTENCES = ("Selamat datang.", "Selamat pagi.", "Kartu Keluarga", "Kantor tutup.")
RECORDINGS = tuple(Take(speechlike(0.4, 8000, seed=seed), 8000, ".wav").wav() for seed in (1, 2))
CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.symlink", "os.link", "os.chmod", "shutil.rmtree"}
LIMIT_S = 30
VOICE = "voice"
"""What is recorded of the first sentence, beside the sentences."""
NOTE = "# catatan kantor: jangan dihapus\n"


def killed(action: Callable[[], object], steps: int) -> bool:
    """Whether another process, which does `action`, was killed at the step `steps` of those that change the disk."""
    if (child := os.fork()) == 0:
        left = steps

        def count(event: str, args: tuple[object, ...]) -> None:
            nonlocal left
            if event in CHANGES or (event == "open" and isinstance(args[2], int) and args[2] & os.O_ACCMODE):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        signal.alarm(LIMIT_S)  # a lock that another thread held when this process was made is never given back
        try:
            sys.addaudithook(count)
            action()
            os._exit(0)
        finally:
            os._exit(1)
    ended = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(ended) or os.WEXITSTATUS(ended) == 0
    return os.WIFSIGNALED(ended)


def said(prompts: Path) -> dict[str, str]:
    """What stands in `prompts`: two sentences, and the recording of the first."""
    texts = Texts.load(prompts)
    recording = prompts / "recordings" / f"{KEYS[0]}.wav"
    voice = stamp(recording.read_bytes()) if recording.exists() else ""
    return {**{key: texts.written(key) for key in KEYS}, VOICE: voice}


def test_going_back_that_is_killed_at_any_step_is_ended_by_whoever_comes_next(tmp_path: Path) -> None:
    steps = 0
    while True:
        steps += 1
        folder = prompts_folder(tmp_path / str(steps))
        working = WorkingCopy(Settings(places=Places(prompts=folder.prompts, var=folder.var)))
        working.put_recording(KEYS[0], RECORDINGS[1])
        shutil.copytree(folder.prompts, old := tmp_path / str(steps) / "old")
        working.set_text(KEYS[1], SENTENCES[3], said(old)[KEYS[1]])
        working.put_recording(KEYS[0], RECORDINGS[0])
        before = said(folder.prompts)
        was_killed = killed(lambda working=working, old=old: working.take(old), steps)
        with working.alone():
            assert said(folder.prompts) in ([before, said(old)] if was_killed else [said(old)])
        if not was_killed:
            break
    assert steps > 20


class Editing(RuleBasedStateMachine):
    """What stands in the files (`draft`) and what callers hear (`live`) are always one of what somebody meant."""

    editions = Bundle("editions")

    @initialize()
    def begin(self) -> None:
        self.home = Path(tempfile.mkdtemp())
        folder = prompts_folder(self.home)
        file = folder.prompts / "id.toml"
        file.write_text(NOTE + file.read_text())
        (folder.prompts / "menu.toml").write_text('start = "main"\n[main]\nsay = "call.welcome"\n')
        (self.home / "var").mkdir()
        (ROOT / "var" / "voice-cache").mkdir(parents=True, exist_ok=True)
        (self.home / "var" / "voice-cache").symlink_to(ROOT / "var" / "voice-cache")
        settings = Settings(places=Places(prompts=folder.prompts, var=folder.var), voice=ESPEAK)
        self.working = WorkingCopy(settings)
        self.publisher = Publisher(settings, lambda _: (), None)
        self.draft = self.said()
        self.live: dict[str, str] = {}

    def said(self, prompts: Path | None = None) -> dict[str, str]:
        return said(prompts or self.working.folder)

    def publish(self) -> None:
        with self.publisher.editions.alone():
            self.publisher.publish(self.publisher.draft(self.working.folder), "", "", ())

    @rule(key=st.sampled_from(KEYS), sentence=st.sampled_from(SENTENCES))
    def a_page_changes_a_sentence(self, key: str, sentence: str) -> None:
        self.working.set_text(key, sentence, self.draft[key], "siti")
        self.draft[key] = sentence

    @rule(key=st.sampled_from(KEYS), sentence=st.sampled_from(SENTENCES), base=st.sampled_from(SENTENCES))
    def a_page_changes_what_it_saw_earlier(self, key: str, sentence: str, base: str) -> None:
        with suppress(Conflict):
            self.working.set_text(key, sentence, base, "budi")
            assert self.draft[key] in (base, sentence)
            self.draft[key] = sentence

    @rule(key=st.sampled_from(KEYS), sentence=st.sampled_from(SENTENCES))
    def an_editor_changes_a_sentence(self, key: str, sentence: str) -> None:
        file = self.working.folder / "id.toml"
        name = key.partition(".")[2]
        file.write_text(file.read_text().replace(f'{name} = "{self.draft[key]}"', f'{name} = "{sentence}"'))
        self.draft[key] = sentence

    @rule(wav=st.sampled_from(RECORDINGS))
    def a_page_records_a_sentence(self, wav: bytes) -> None:
        self.working.put_recording(KEYS[0], wav, "siti", base=self.draft[VOICE])
        self.draft[VOICE] = stamp(wav)

    @rule()
    def a_page_goes_back_to_the_machine(self) -> None:
        self.working.drop_recording(KEYS[0], "siti")
        self.draft[VOICE] = ""

    @rule(target=editions)
    def somebody_publishes(self) -> int:
        self.publish()
        self.live = dict(self.draft)
        return self.publisher.editions.current_number()

    @rule(number=editions)
    def somebody_goes_back(self, number: int) -> None:
        before, old = self.draft, self.publisher.editions.edition(number)
        kept = self.working.take(old.prompts, "siti")
        self.draft = self.said(old.prompts)
        assert self.said(kept) == before

    @rule(number=editions, steps=st.integers(1, 70))
    def who_goes_back_is_killed(self, number: int, steps: int) -> None:
        old = self.publisher.editions.edition(number).prompts
        killed(lambda: self.working.take(old), steps)
        with self.working.alone():
            pass
        self.one_of(self.draft, self.said(old))

    @rule(key=st.sampled_from(KEYS), sentence=st.sampled_from(SENTENCES), steps=st.integers(1, 10))
    def a_page_is_killed(self, key: str, sentence: str, steps: int) -> None:
        killed(lambda: self.working.set_text(key, sentence, self.draft[key]), steps)
        self.one_of(self.draft, {**self.draft, key: sentence})

    @precondition(lambda self: self.live)
    @rule(steps=st.integers(1, 200))
    def who_publishes_is_killed(self, steps: int) -> None:
        before = self.publisher.editions.current_number()
        killed(self.publish, steps)
        if self.publisher.editions.current_number() != before:
            self.live = dict(self.draft)

    def one_of(self, *meant: dict[str, str]) -> None:
        self.draft = self.said()
        assert self.draft in meant

    @invariant()
    def nothing_is_lost(self) -> None:
        assert self.said() == self.draft
        assert (self.working.folder / "id.toml").read_text().startswith(NOTE)
        current = self.publisher.editions.current()
        assert (self.said(current.prompts) if current else {}) == self.live

    def teardown(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)


TestEditing = Editing.TestCase
TestEditing.settings = hypothesis(max_examples=15, stateful_step_count=15, deadline=None)
