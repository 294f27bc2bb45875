"""The scripted agent: signs in, answers, says something, hangs up; keeps what it was shown of each call."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from agi.workshop.softphone.phone import CallOver
from agi.workshop.softphone.plain import PlainPhone

LOOK_S = 0.3


@dataclass(frozen=True, slots=True)
class Script:
    """What the agent does: seconds until it answers (None: never), what it says, seconds until it hangs up."""

    answer_after_s: float | None = 1.0
    says: Path | None = None
    talk_s: float = 4.0


@dataclass(frozen=True, slots=True)
class Taken:
    """One call that rang at the agent: the X-Hotline headers without their prefix, whether and how long it talked."""

    caller: str
    case: Mapping[str, str]
    answered: bool
    talked_s: float
    hung_up_by: str

    @property
    def shown(self) -> str:
        """What a telephone shows as the caller's name; "" where none came."""
        return self.caller.split('"')[1] if self.caller.count('"') >= 2 else ""


def serve(phone: PlainPhone, script: Script, stop: threading.Event, taken: Callable[[Taken], None]) -> None:
    """Take calls until `stop`; each is reported when it is over. The phone must have registered."""
    while not stop.is_set():
        call = phone.wait_call(LOOK_S)
        if call is None:
            continue
        case = {
            name[len("X-Hotline-") :].lower(): value
            for name, value in call.headers.items()
            if name.lower().startswith("x-hotline-")
        }
        begun = time.monotonic()
        answered = _talk(phone, script, stop)
        talked = time.monotonic() - begun - (script.answer_after_s or 0.0) if answered else 0.0
        ended = phone.wait_ended(0)
        taken(Taken(call.caller, case, answered, max(talked, 0.0), "agent" if ended and ended.ours else "caller"))


def _talk(phone: PlainPhone, script: Script, stop: threading.Event) -> bool:
    """Answer and talk; whether it came to that."""
    if script.answer_after_s is None:
        while not stop.is_set() and phone.wait_ended(LOOK_S) is None:
            pass
        phone.hang_up()
        return False
    if phone.wait_ended(script.answer_after_s) is not None:
        return False
    try:
        phone.answer()
        if script.says is not None:
            phone.play(script.says)
    except CallOver:
        return False
    end = time.monotonic() + script.talk_s
    while time.monotonic() < end and not stop.is_set() and phone.wait_ended(LOOK_S) is None:
        pass
    phone.hang_up()
    return True
