"""The child process that speaks: pyttsx3 lives here and nowhere else.

Run as a script by `synthesis.py`: `speaker.py DRIVER VOICE WORDS_PER_MINUTE NICE`. It reads one JSON object a line on
stdin (`{"text": …, "file": …}`), writes a WAV file, answers one JSON object a line (`{"error": null}`) and ends
with its stdin. Of ours it loads a driver at the most, so that it starts quickly. What it works around (pyttsx3 2.99):

- it knows no drivers but its own: one of ours is put among them;
- the first run of a process is cut short: one warm-up utterance before anything counts (a driver of ours needs none);
- several files in one run: only the last is written, so one file a run, and never `say()`;
- a voice it does not know leaves the voice as it was, without an error: it is asked which one it has;
- a rate that is set may be lost on a busy machine, also for good (1 of 700 processes spoke all at its own 200 words a
  minute): it is set for every text, and a text after which the engine tells another rate was not spoken;
- it prints on stdout, which is our channel: file descriptor 1 is moved away before pyttsx3 is imported;
- text comes in on stdin, never as an argument.
"""

import json
import os
import sys
import tempfile
from contextlib import suppress
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

WARM_UP = "halo, selamat."
"""Letters and marks that any driver can say."""


def _give_way(nice: int) -> None:
    """Stand behind others, also where Linux heeds niceness within a session only (autogroup, sched(7)): it is ours."""
    os.nice(nice)
    if nice:
        with suppress(OSError):  # a kernel without it
            Path("/proc/self/autogroup").write_text(str(nice))


def main() -> None:
    """Answer requests until stdin ends."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    driver, voice, words_per_minute = sys.argv[1], sys.argv[2], int(sys.argv[3])
    _give_way(int(sys.argv[4]))

    import pyttsx3  # after fd 1 has been moved: importing and speaking both may print

    try:
        ours = _offer(driver)
        engine = pyttsx3.init(driver)
        before = engine.getProperty("voice")
        engine.setProperty("voice", voice)
        engine.setProperty("rate", words_per_minute)
        with tempfile.TemporaryDirectory() as folder:
            if not ours:
                engine.save_to_file(WARM_UP, str(Path(folder) / "warm-up.wav"))
            engine.runAndWait()
        if engine.getProperty("voice") == before != voice.lower():  # properties are set by the first run
            raise ValueError(f"pyttsx3 knows no voice '{voice}'")
    except Exception as error:  # noqa: BLE001 - whatever pyttsx3 raises, the parent must be told
        channel.write(json.dumps({"error": f"{type(error).__name__}: {error}"}) + "\n")
        return
    channel.write(json.dumps({"error": None}) + "\n")
    for line in sys.stdin:
        request = json.loads(line)
        try:
            engine.setProperty("rate", words_per_minute)
            engine.save_to_file(request["text"], request["file"])
            engine.runAndWait()
            if (rate := engine.getProperty("rate")) != words_per_minute:
                raise ValueError(f"pyttsx3 speaks {rate} words a minute")
            reply = None
        except Exception as error:  # noqa: BLE001 - see above
            reply = f"{type(error).__name__}: {error}"
        channel.write(json.dumps({"error": reply}) + "\n")


def _offer(driver: str) -> bool:
    """Let pyttsx3 find the driver in the file of that name beside this one; whether there is one."""
    file = Path(__file__).with_name(f"{driver}.py")
    spec = spec_from_file_location(f"pyttsx3.drivers.{driver}", file) if file.is_file() else None
    if spec and spec.loader:
        sys.modules[spec.name] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[spec.name])
    return spec is not None


if __name__ == "__main__":
    main()
