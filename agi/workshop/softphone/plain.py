"""The softphone: SIP and RTP in Python alone; a crowd of them is one process.

All phones share one thread with an asyncio loop; `PlainPhone` is the blocking face of one of them.
"""

import asyncio
import sys
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from agi.ops.priority import go_first
from agi.workshop.softphone import rtp, wavfile
from agi.workshop.softphone.phone import ANSWER_S, Account, CallOver, Ended, Incoming, NotAnswered, PhoneError
from agi.workshop.softphone.plain_call import PlainCall

T = TypeVar("T")
SWITCH_S = 0.0005
"""A thread that looks for prompts gives Python's lock up after this time, or the phones' sound stutters."""


class PlainPhone:
    """One phone with at most one call at a time. Methods block; they may be called from one thread only.

    What is heard grows in `recording` (WAV, 8 kHz, 16 bit, mono) from the moment audio flows; its header is complete
    only after the call.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, account: Account, recording: Path) -> None:
        self.recording = recording
        self._loop = loop
        self._call = PlainCall(account, recording)
        self._do(self._call.open())

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def register(self) -> None:
        """Tell the registrar for 300 s where calls for this account go. Raises PhoneError."""
        code = self._do(self._call.register())
        if code != 200:
            raise PhoneError(f"the hotline refused the phone's account (SIP {code}); check user and password")

    def stand_beside(self, wav: Path | None) -> None:
        """From the next call on, have a WAV (8 kHz, 16 bit, mono) heard behind all that is said, over and over."""
        self._call.beside = rtp.Background(wavfile.samples(wav)) if wav else None

    def dial(self, number: str, caller: str = "", timeout_s: float = ANSWER_S) -> None:
        """Call `number` and wait until it answers; `caller` is the number shown. Raises NotAnswered."""
        self._call.recording = self.recording
        self._do(self._call.dial(number, caller, timeout_s))
        ended = self._do(self._call.wait_ended(0))
        if ended is not None:
            raise NotAnswered(f"the call was not answered: SIP {ended.code} {ended.reason}")

    def wait_call(self, timeout_s: float) -> Incoming | None:
        """Wait for a call to ring; None when none came."""
        return self._do(self._call.wait_call(timeout_s))

    def answer(self) -> None:
        """Answer the call that rings. Raises CallOver when the caller gave up meanwhile."""
        self._call.recording = self.recording
        if not self._do(self._call.answer()):
            raise CallOver("the caller has gone before the phone answered")

    def press(self, keys: str) -> None:
        """Press keys (0-9, *, #) as RFC 4733 events; returns when the last was sent. Raises PhoneError, CallOver."""
        unknown = set(keys) - set(rtp.EVENTS)
        if unknown:
            raise PhoneError(f"a telephone has no key {sorted(unknown)[0]!r}")
        if not self._do(self._call.press(keys)):
            raise CallOver("the call has already ended")

    def play(self, wav: Path) -> None:
        """Play a WAV (8 kHz, 16 bit, mono) once towards the far end. Returns at once. Raises CallOver."""
        if not self._do(self._call.play(wav)):
            raise CallOver("the call has already ended")

    def hang_up(self) -> None:
        """End the call; nothing happens when it had ended already, or none was begun."""
        self._do(self._call.hang_up())

    def wait_ended(self, timeout_s: float) -> Ended | None:
        """Wait until the call ends; None when it still goes on. 0 asks without waiting."""
        return self._do(self._call.wait_ended(timeout_s))

    def close(self) -> None:
        """Hang up and let go of the sockets."""
        self.hang_up()
        self._do(self._call.close())


class PlainPhones:
    """Phones of one account in one thread."""

    def __init__(self, account: Account) -> None:
        self._account = account
        sys.setswitchinterval(SWITCH_S)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._phones: list[PlainPhone] = []

    def _run(self) -> None:
        go_first()  # as the hotline itself: a telephone has a processor of its own
        self._loop.run_forever()

    def phone(self, recording: Path) -> PlainPhone:
        """One more phone, which records into `recording`. May be called from any thread."""
        phone = PlainPhone(self._loop, self._account, recording)
        self._phones.append(phone)
        return phone

    def close(self) -> None:
        """Hang up all calls and end the thread."""
        for phone in self._phones:
            phone.close()
        self._phones.clear()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
