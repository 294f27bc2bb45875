"""The child process that speaks: pyttsx3 lives here and nowhere else.

Run as a script by `synthesis.py`: `speaker.py VOICE WORDS_PER_MINUTE`. It reads one JSON object a line on
stdin (`{"text": …, "file": …}`), writes a WAV file, answers one JSON object a line (`{"error": null}`) and ends
with its stdin. It imports nothing of ours, so that it starts quickly. What it works around (pyttsx3 2.99):

- the first run of a process is cut short: one warm-up utterance before anything counts;
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
from pathlib import Path

WARM_UP = "Halo, selamat datang."


def main() -> None:
    """Answer requests until stdin ends."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    voice, words_per_minute = sys.argv[1], int(sys.argv[2])

    import pyttsx3  # after fd 1 has been moved: importing and speaking both may print

    try:
        engine = pyttsx3.init("espeak")
        before = engine.getProperty("voice")
        engine.setProperty("voice", voice)
        engine.setProperty("rate", words_per_minute)
        with tempfile.TemporaryDirectory() as folder:
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


if __name__ == "__main__":
    main()
