"""How long a caller waits between the end of their speech and the next prompt, through a real Asterisk and outside.

sipp places the calls; this process is the mouth and the ear of each. The caller says an option of the main menu over
its prompt and then a NIK over the question for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agi.workshop.bench.caller import Load, Target
from agi.workshop.bench.telephones import LONGEST_S, QUIET_S, Spoken, Waits, place
from agi.workshop.figures import percentile
from agi.workshop.softphone import rtp, wavfile
from agi.workshop.softphone.speaking import SPEAKERS, speak

_TAIL = 320  # samples of silence at the end of a spoken WAV


@dataclass(frozen=True, slots=True)
class SpeechWaits(Waits):
    """`barge_in_*`: from the first sound of speech to the last packet of the prompt."""

    barge_in_p50_ms: float
    barge_in_p95_ms: float


def utterance(text: str, voice: str, folder: Path) -> Spoken:
    """`text` as `voice` says it."""
    path = folder / "utterance.wav"
    speak(text, SPEAKERS[voice], path)
    samples = wavfile.samples(path)
    path.unlink()
    return Spoken(rtp.frames(samples), (len(samples) - _TAIL) / wavfile.RATE)


def measure(
    target: Target, load: Load, says: Sequence[Sequence[Spoken]], first_s: float, at_once: int, folder: Path
) -> SpeechWaits:
    """Place `at_once` calls within five seconds; each speaks first `first_s` after its first packet."""
    ran, lines = place(target, load, at_once, folder, says, first_s)
    times = (_times(line.arrivals, begun, ended) for line in lines for begun, ended in line.said)
    known = [time for time in times if time is not None]
    if not known:
        raise RuntimeError("No prompt was heard after any words: does `hotline doctor` say that speech listens?")
    stops, waits = zip(*known, strict=True)
    p50, p95 = percentile(waits, 0.5), percentile(waits, 0.95)
    barge_in = percentile(stops, 0.5), percentile(stops, 0.95)
    return SpeechWaits(at_once, p50, p95, max(waits), len(waits), at_once * len(says[0]), ran.failed, *barge_in)


def _times(arrivals: Sequence[float], begun: float, ended: float) -> tuple[float, float] | None:
    """Milliseconds until the prompt stopped after speech begun, and from the end of speech to the next prompt."""
    during = [at for at in arrivals if begun <= at <= ended]
    pauses = [one for one, other in zip(during, [*during[1:], ended], strict=True) if other - one > QUIET_S]
    stopped = pauses[0] if pauses else begun
    after = next((at for at in arrivals if at > ended), None)
    if after is None or after - ended > LONGEST_S or any(ended - QUIET_S < at <= ended for at in during):
        return None
    return (stopped - begun) * 1000, (after - ended) * 1000
