"""Spoken text to samples: from the pack, else by pyttsx3 in child processes; `espeak-ng --stdin` where espeak-ng fails.

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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import soundfile
import soxr

from agi.voice import audio
from agi.voice.engine import Engine
from agi.voice.errors import SynthesisError
from agi.voice.kokoro import PAUSE_S
from agi.voice.level import Samples
from agi.voice.pack import Pack

BEHIND_CALLS = 19
"""How nice a child is that speaks what no caller waits for: it gives way to all else."""
_LESS_FOR_EACH = 1.25
"""By which factor Linux gives a process less of a full machine for each step of niceness (sched(7))."""
_SCRIPT = Path(__file__).with_name("speaker.py")


class _Failed(Exception):
    """One way of speaking did not work; the message says how."""


class Synthesis:
    """One engine's speech: what comes with the program, and a few children, started when first needed. Thread-safe.

    `folder` holds files for the moment between writing and reading; `nice`: how far the children stand behind others.
    """

    def __init__(self, engine: Engine, folder: Path, nice: int = 0) -> None:
        self.pack = Pack(engine)
        self.spoken = 0
        """How many passages the children have spoken."""
        self._engine = engine
        self._folder = folder
        self._patience = _LESS_FOR_EACH**nice
        told = (engine.driver, engine.voice, str(engine.words_per_minute), str(nice))
        # -P: our folder stays off the child's module path, so that no file of ours shadows a module.
        self._command = (sys.executable, "-P", str(_SCRIPT), *told)
        self._idle: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(engine.children):
            self._idle.put(None)

    def speak(self, text: str) -> tuple[Samples, int]:
        """Mono samples and rate of `text`, as the engine is told it; waits for a free child.

        Of its passages only those are spoken that are not in the pack. Raises `SynthesisError` when no way gives audio
        of a believable length.
        """
        parts = [self.pack.read(one) or self._spoken(one) for one in self._engine.passages(text)]
        if len(parts) == 1:
            return parts[0]
        pause = np.zeros(int(PAUSE_S * audio.WIDE_HZ))
        sounds = [sound for one in parts for sound in (pause, soxr.resample(*one, audio.WIDE_HZ, quality="VHQ"))]
        return np.concatenate(sounds[1:]), audio.WIDE_HZ

    def _spoken(self, text: str) -> tuple[Samples, int]:
        self._folder.mkdir(parents=True, exist_ok=True)
        failures: list[str] = []
        for way in self._ways():
            with tempfile.NamedTemporaryFile(suffix=".draft", dir=self._folder) as draft:
                file = Path(draft.name)
                try:
                    way(text, file)
                    spoken = self._read(text, file)
                    self.spoken += 1
                    return spoken
                except _Failed as failure:
                    failures.append(str(failure))
        raise SynthesisError(
            f"The voice '{self._engine.voice}' could not speak ({'; '.join(dict.fromkeys(failures))}). "
            f"Check with `hotline doctor` that {self._engine.title} is there; other voices: voice.engine, voice.name."
        )

    def _ways(self) -> Sequence[Callable[[str, Path], None]]:
        """How to speak, one after another until it is done. No other engine steps in for one: two voices are worse."""
        if self._engine.driver != "espeak":
            return [self._child] * 2
        # pyttsx3 writes the 16 kHz audio of an mbrola voice under a 22 kHz header: 38 % too fast.
        return ([] if self._engine.voice.startswith("mb") else [self._child] * 2) + [self._second_way]

    def warm(self) -> None:
        """Start one child now, so that the first text does not wait for it (0.07 s; Kokoro 1 s). Never raises."""
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
            child.ask(text, file, self._engine.limit_s(text) * self._patience)

    @contextmanager
    def _borrowed(self) -> Iterator["_Child"]:
        """A running child for one text; one that failed is killed and its place is left empty."""
        child = self._idle.get()
        try:
            child = child or _Child(self._command, self._engine.limit_s() * self._patience)
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
        rate, limit_s = str(self._engine.words_per_minute), self._engine.limit_s(text)
        command = ["espeak-ng", "--stdin", "-v", self._engine.voice, "-s", rate, "-w", str(file)]
        try:
            subprocess.run(command, input=text.encode(), capture_output=True, timeout=limit_s, check=True)
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
        per_character = self._engine.least_s * min(1.0, 145 / self._engine.words_per_minute)
        if len(samples) < per_character * len(text) * rate:
            raise _Failed("the audio is too short")
        return samples, rate


class _Child:
    """One running `speaker.py`. Not thread-safe; raises `_Failed` and is of no use afterwards."""

    def __init__(self, command: Sequence[str], limit_s: float) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # "Audio saved to …", and nothing else
            start_new_session=True,  # Ctrl-C is for the parent; the child ends with its stdin
        )
        try:
            self._reply(limit_s)
        except _Failed:
            self.kill()
            raise

    def ask(self, text: str, file: Path, limit_s: float) -> None:
        """Have `text` spoken into `file` within `limit_s` seconds."""
        assert self._process.stdin  # noqa: S101 - opened with a pipe above
        try:
            self._process.stdin.write(json.dumps({"text": text, "file": str(file)}).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise _Failed("the speaking process has died") from None
        self._reply(limit_s)

    def kill(self) -> None:
        """End the process and wait for its end."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()

    def _reply(self, limit_s: float) -> None:
        assert self._process.stdout  # noqa: S101 - opened with a pipe above
        channel = self._process.stdout.fileno()
        ready = select.poll()
        ready.register(channel, select.POLLIN)
        end = time.monotonic() + limit_s
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
