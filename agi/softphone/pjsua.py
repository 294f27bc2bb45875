"""The first softphone: pjsua2, in worker processes of at most four phones each."""

import json
import queue
import random
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from agi.softphone.phone import ANSWER_S, Account, CallOver, Ended, Incoming, NotAnswered, PhoneError

WORKER = Path(__file__).with_name("worker.py")
PHONES_PER_WORKER = 4  # pjsua2 becomes unreliable beyond
KEY_S = 0.26  # pjsua2 sends a key for 160 ms and pauses; 240 ms were measured
START_S = 15.0
END_S = 5.0
# Local RTP ports are taken at random from here; pjsua2 tries the next ones when one is taken.
RTP_FIRST, RTP_LAST = 40000, 59000


class PjsuaWorker:
    """One worker process: starts it, hands out its legs, sorts its events."""

    def __init__(self, account: Account, python: str, *, register: bool) -> None:
        self._lock = threading.Lock()
        self.queues = [queue.SimpleQueue[dict[str, Any]]() for _ in range(PHONES_PER_WORKER)]
        self.account_events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.taken = 0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((account.host, account.port))  # sends nothing; tells which address of ours leads there
            local = probe.getsockname()[0]
        options = {
            "host": account.host, "port": account.port, "local": local, "sip": 0,
            "rtp": random.randrange(RTP_FIRST, RTP_LAST, 2), "user": account.user, "register": register,
        }  # fmt: skip
        # A session of its own: Ctrl-C reaches us alone, and we hang up in order.
        self._process = subprocess.Popen(
            [python, str(WORKER), json.dumps(options)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self._send_line(account.password)
        threading.Thread(target=self._sort, daemon=True).start()
        self.expect("ready")

    def _send_line(self, line: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 (a pipe was asked for)
        try:
            with self._lock:
                self._process.stdin.write(line + "\n")
                self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            raise PhoneError("the softphone's process has died") from None

    def send(self, do: str, leg: int, **values: object) -> None:
        """Send one command."""
        self._send_line(json.dumps({"do": do, "leg": leg, **values}))

    def expect(self, event: str) -> dict[str, Any]:
        """Wait for an event of the account: ready or registered. Raises `PhoneError` when it does not come."""
        try:
            got = self.account_events.get(timeout=START_S)
        except queue.Empty:
            raise PhoneError(f"the softphone's process sent no '{event}' within {START_S:.0f} s") from None
        if got["event"] != event:
            raise PhoneError(f"the softphone's process ended: {got.get('message', got['event'])}")
        return got

    def _sort(self) -> None:
        assert self._process.stdout is not None and self._process.stderr is not None  # noqa: S101
        for line in self._process.stdout:
            event = json.loads(line)
            (self.queues[event["leg"]] if "leg" in event else self.account_events).put(event)
        words = self._process.stderr.read().strip().splitlines()[-1:] or ["no message"]
        self.account_events.put({"event": "gone", "message": words[0]})
        for leg in self.queues:
            leg.put({"event": "state", "state": "ended", "code": 0, "reason": f"softphone process gone: {words[0]}"})

    def close(self) -> None:
        """Ask it to leave; it hangs up first."""
        assert self._process.stdin is not None  # noqa: S101
        try:
            with self._lock:
                self._process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class PjsuaPhone:
    """One leg of a worker as a `Softphone`."""

    def __init__(self, worker: PjsuaWorker, leg: int, recording: Path) -> None:
        self.recording = recording
        self._worker = worker
        self._leg = leg
        self._events = worker.queues[leg]
        self._up = False
        self._ours = False
        self._ended: Ended | None = None

    def register(self) -> None:
        """Wait for the registrar's answer (the worker registered as it started)."""
        code = self._worker.expect("registered")["code"]
        if code != 200:
            raise PhoneError(f"the hotline refused the phone's account (SIP {code}); check user and password")

    def dial(self, number: str, caller: str = "", timeout_s: float = ANSWER_S) -> None:
        """Call and wait for the answer."""
        self._ended, self._ours = None, False
        self._worker.send("dial", self._leg, number=number, caller=caller, record=str(self.recording))
        if self._next(timeout_s, "answered") is None:
            ended = self._ended
            self.hang_up()
            words = f"SIP {ended.code} {ended.reason}" if ended else f"nobody answered within {timeout_s:.0f} s"
            raise NotAnswered(f"the call was not answered: {words}")

    def wait_call(self, timeout_s: float) -> Incoming | None:
        """Wait for a call to ring."""
        self._ended, self._ours = None, False
        event = self._next(timeout_s, "incoming")
        return Incoming(event["caller"], event["headers"]) if event else None

    def answer(self) -> None:
        """Answer it."""
        self._worker.send("answer", self._leg, record=str(self.recording))
        if self._next(ANSWER_S, "answered") is None:
            raise CallOver("the caller has gone before the phone answered")

    def press(self, keys: str) -> None:
        """Press keys; pjsua2 gives no sign when they are out, so their known length is waited for."""
        self._check()
        self._worker.send("press", self._leg, keys=keys)
        if self.wait_ended(KEY_S * len(keys)) is not None and len(keys) > 1:
            raise CallOver("the call ended while keys were pressed")

    def play(self, wav: Path) -> None:
        """Play a WAV once."""
        self._check()
        self._worker.send("play", self._leg, wav=str(wav))

    def hang_up(self) -> None:
        """End the call."""
        if self._ended is None:
            self._ours = True
            self._worker.send("hang_up", self._leg)
            self.wait_ended(END_S)

    def wait_ended(self, timeout_s: float) -> Ended | None:
        """Wait for the end."""
        if self._ended is None:
            self._next(timeout_s, "")
        return self._ended

    def _check(self) -> None:
        if self.wait_ended(0) is not None:
            raise CallOver("the call has already ended")

    def _next(self, timeout_s: float, wanted: str) -> dict[str, Any] | None:
        """The next event that is `wanted`; None when the call ended or the time is over."""
        limit = time.monotonic() + timeout_s
        while self._ended is None:
            try:
                event = self._events.get(timeout=max(limit - time.monotonic(), 0.0005))
            except queue.Empty:
                return None
            if event["event"] == "failed":
                raise PhoneError(f"pjsua2: {event['message']}")
            if event.get("state") == "ended":
                self._ended = Ended(event["code"], event["reason"], self._ours)
            elif wanted in (event["event"], event.get("state")):
                return event
        return None


class PjsuaPhones:
    """Phones of one account in as many workers as are needed."""

    def __init__(self, account: Account, python: str = sys.executable, *, register: bool = False) -> None:
        self._account = account
        self._python = python
        self._register = register
        self._workers: list[PjsuaWorker] = []
        self._lock = threading.Lock()

    def phone(self, recording: Path) -> PjsuaPhone:
        """One more phone; every fifth starts a process."""
        with self._lock:
            if not self._workers or self._workers[-1].taken == PHONES_PER_WORKER:
                self._workers.append(PjsuaWorker(self._account, self._python, register=self._register))
            worker = self._workers[-1]
            worker.taken += 1
            return PjsuaPhone(worker, worker.taken - 1, recording)

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            worker.close()
        self._workers.clear()
