"""Spoken text to samples: pyttsx3 in child processes, `espeak-ng --stdin` where that fails.

Every trap of pyttsx3 2.99 is handled here or in `speaker.py`: the child may hang, die or write a file that is
too short; it is then killed and a fresh one tries once more.
"""

import json
import os
import queue
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import soundfile

from agi.settings import Voice
from agi.voice import audio
from agi.voice.errors import SynthesisError
from agi.voice.level import Samples

CHILDREN = 2
LIMIT_S = 15.0
"""A text takes 10-50 ms; whatever takes this long hangs."""
LEAST_S_PER_CHARACTER = 0.04
"""Less audio than this is a text cut short, at the usual rate of 145 words a minute or slower."""
_SCRIPT = Path(__file__).with_name("speaker.py")


class _Failed(Exception):
    """One way of speaking did not work; the message says how."""


class Synthesis:
    """A few children that speak with one voice, shared by all threads; started when first needed.

    `folder` holds files for the moment between writing and reading.
    """

    def __init__(self, voice: Voice, folder: Path) -> None:
        self._voice = voice
        self._folder = folder
        # -P: our folder stays off the child's module path, so that no file of ours shadows a module.
        self._command = (sys.executable, "-P", str(_SCRIPT), voice.name, str(voice.words_per_minute))
        self._idle: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(CHILDREN):
            self._idle.put(None)

    def speak(self, text: str) -> tuple[Samples, int]:
        """Mono samples and rate of `text`, which must be in its spoken form. Thread-safe; waits for a free child.

        Raises `SynthesisError` when neither way gives audio of a believable length.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        failures: list[str] = []
        # pyttsx3 writes the 16 kHz audio of an mbrola voice under a 22 kHz header: 38 % too fast.
        ways = [self._second_way] if self._voice.name.startswith("mb") else [self._child] * 2 + [self._second_way]
        for way in ways:
            with tempfile.NamedTemporaryFile(suffix=".draft", dir=self._folder) as draft:
                file = Path(draft.name)
                try:
                    way(text, file)
                    return self._read(text, file)
                except _Failed as failure:
                    failures.append(str(failure))
        raise SynthesisError(
            f"The voice '{self._voice.name}' could not speak ({'; '.join(dict.fromkeys(failures))}). "
            "Check that espeak-ng is installed (`hotline doctor`) and that it knows the voice."
        )

    def warm(self) -> None:
        """Start one child now, so that the first text does not wait for it (about 70 ms). Never raises."""
        with suppress(_Failed), self._borrowed():
            pass

    def close(self) -> None:
        """End the children that are idle; one still speaking ends with our process."""
        with suppress(queue.Empty):
            while True:
                child = self._idle.get_nowait()
                if child:
                    child.kill()

    def _child(self, text: str, file: Path) -> None:
        with self._borrowed() as child:
            child.ask(text, file)

    @contextmanager
    def _borrowed(self) -> Iterator["_Child"]:
        """A running child for one text; one that failed is killed and its place is left empty."""
        child = self._idle.get()
        try:
            child = child or _Child(self._command)
            yield child
        except BaseException:
            if child:
                child.kill()
            child = None
            raise
        finally:
            self._idle.put(child)

    def _second_way(self, text: str, file: Path) -> None:
        """espeak-ng itself; the text goes in on stdin, because `-f/path` as an argument would read that file."""
        rate = str(self._voice.words_per_minute)
        command = ["espeak-ng", "--stdin", "-v", self._voice.name, "-s", rate, "-w", str(file)]
        try:
            subprocess.run(command, input=text.encode(), capture_output=True, timeout=LIMIT_S, check=True)
        except FileNotFoundError:
            raise _Failed("the program espeak-ng is not there") from None
        except subprocess.TimeoutExpired:
            raise _Failed("espeak-ng hangs") from None
        except subprocess.CalledProcessError as error:
            raise _Failed(error.stderr.decode(errors="replace").strip() or "espeak-ng failed") from None

    def _read(self, text: str, file: Path) -> tuple[Samples, int]:
        try:
            samples, rate = audio.read(file)
        except (soundfile.LibsndfileError, OSError):
            raise _Failed("no audio was written") from None
        per_character = LEAST_S_PER_CHARACTER * min(1.0, 145 / self._voice.words_per_minute)
        if len(samples) < per_character * len(text) * rate:
            raise _Failed("the audio is too short")
        return samples, rate


class _Child:
    """One running `speaker.py`. Not thread-safe; raises `_Failed` and is of no use afterwards."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # "Audio saved to …", and nothing else
            start_new_session=True,  # Ctrl-C is for the parent; the child ends with its stdin
        )
        try:
            self._reply()
        except _Failed:
            self.kill()
            raise

    def ask(self, text: str, file: Path) -> None:
        """Have `text` spoken into `file`."""
        assert self._process.stdin  # noqa: S101 - opened with a pipe above
        try:
            self._process.stdin.write(json.dumps({"text": text, "file": str(file)}).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise _Failed("the speaking process has died") from None
        self._reply()

    def kill(self) -> None:
        """End the process and wait for its end."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()

    def _reply(self) -> None:
        assert self._process.stdout  # noqa: S101 - opened with a pipe above
        channel = self._process.stdout.fileno()
        ready = select.poll()
        ready.register(channel, select.POLLIN)
        end = time.monotonic() + LIMIT_S
        line = b""
        while not line.endswith(b"\n"):
            if not ready.poll(max(end - time.monotonic(), 0) * 1000):
                raise _Failed("the speaking process hangs")
            more = os.read(channel, 4096)
            if not more:
                raise _Failed("the speaking process has died")
            line += more
        try:
            error = json.loads(line)["error"]
        except (ValueError, KeyError, TypeError):
            raise _Failed("the speaking process answers nonsense") from None
        if error:
            raise _Failed(str(error))
