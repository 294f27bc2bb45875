"""The speech service: takes one question at a time from the line, has the turn, and gives the answer back.

A process of its own, so that recognition never delays the line, and so that its death costs a caller no more than
hearing a question twice: the line then asks it by keypad.
"""

import asyncio
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from agi.dialogue.keys import KeyQueue
from agi.hearing.acceptor import Acceptor
from agi.hearing.call import GONE, Call, Lateness
from agi.hearing.protocol import (
    KIND,
    LONGEST,
    Ask,
    BadMessage,
    FromService,
    GetState,
    Left,
    Message,
    Ready,
    Report,
    State,
    clock_ms,
    decode,
    encode,
)
from agi.hearing.sounds import NoSound, joined
from agi.hearing.turn import SpokenTurn
from agi.hearing.worker_process import WorkerProcess

_log = structlog.get_logger("speech")
_ASK_LIMIT_S = 2.0
_COME_S = 5.0
_BACKLOG = 128
_READERS = 64
"""Prompts that are read at once: no beat waits for a disk, and on one that hangs no caller for those in memory."""
_PAUSE_S = 0.05
_SWITCH_S = 0.001
"""A thread gives Python's lock up after this time: the loop may wait for it at a beat (Python's value is 5 ms)."""


class SpeechService:
    """The service on the Unix socket `path`; it hears with what `factory` makes (see `WorkerProcess`). `start`, `stop`.

    At most `limit` turns at once; one more is refused ("full"). `slow_ms`: a lag of recognition that is not waited for.
    """

    def __init__(self, path: Path, factory: str, *, limit: int, slow_ms: int) -> None:
        self._path = path
        self._limit = limit
        self._slow_ms = slow_ms
        self.lateness = Lateness()
        self.acceptor = Acceptor()
        self.worker = WorkerProcess(factory)
        self._broken: Exception | None = None
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, KIND)
        self._socket.bind(str(path))
        path.chmod(0o600)
        self._socket.listen(_BACKLOG)
        self._socket.setblocking(False)

    def start(self) -> None:
        """Serve the line, in a thread of its own. Raises `CannotListen`."""
        self.worker.start()
        sys.setswitchinterval(_SWITCH_S)
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(self._broke)
        self._loop.set_default_executor(ThreadPoolExecutor(_READERS))
        self._loop.run_until_complete(self.acceptor.open())
        self.worker.attend(self._loop)
        self._serving = self._loop.create_task(self._serve())
        self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Give all calls back and end."""
        with suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(self._serving.cancel)
        self._thread.join(5.0)
        self.worker.stop()
        self._path.unlink(missing_ok=True)

    def state(self) -> State:
        """How it is now."""
        return State(
            max(0, self._limit - self.worker.sessions) if self.worker.open else 0,
            self.lateness.frames,
            self.lateness.late,
            round(self.lateness.worst_s * 1000, 1),
            self.worker.longest_ms,
        )

    # ---- the thread ----

    def _run(self) -> None:
        try:
            with suppress(asyncio.CancelledError), self._socket:
                self._loop.run_until_complete(self._serving)
        except ExceptionGroup as faults:
            self._broken = faults.exceptions[0]  # the log is to say where it was
        self._loop.close()
        if self._broken is not None:
            raise self._broken

    def _broke(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A fault ends the thread, and with it the process: callers wait for sound that stands still."""
        error = context.get("exception")
        _log.error("speech.trouble", what=context["message"], exc_info=error)
        if isinstance(error, Exception) and not isinstance(error, OSError):  # or there are no descriptors left
            self._broken = error
            self._serving.cancel()

    async def _serve(self) -> None:
        try:
            async with asyncio.TaskGroup() as lines:
                while True:
                    try:
                        line, _ = await self._loop.sock_accept(self._socket)
                    except OSError:  # no descriptors left: let calls end before trying again
                        await asyncio.sleep(_PAUSE_S)
                        continue
                    lines.create_task(self._attend(line))
        finally:
            await self.acceptor.close()

    async def _attend(self, line: socket.socket) -> None:
        """Do what is asked on a connection of the line's."""
        with line, suppress(TimeoutError):
            line.setblocking(False)
            message = await asyncio.wait_for(self._next(line), _ASK_LIMIT_S)
            if isinstance(message, GetState):
                _send(line, self.state())
            elif isinstance(message, Ask):
                await self._have(line, message)

    async def _next(self, line: socket.socket) -> Message | None:
        """What the line says next; None where it has left, or talks nonsense."""
        try:
            packet = await self._loop.sock_recv(line, LONGEST)
            return decode(packet) if packet else None
        except BadMessage:
            _log.warning("speech.bad_message")
        except OSError:
            pass
        return None

    async def _have(self, line: socket.socket, ask: Ask) -> None:
        """Have a call, for as many turns as are asked for. Raises TimeoutError when it is gone."""
        prompt = await self._prompt(line, ask)
        if prompt is None:
            return
        keys = KeyQueue(hash_is_habit=ask.hash_is_habit)
        keys.put(ask.keys)

        def ended(turn: SpokenTurn) -> None:
            if turn.ear is not None:
                turn.ear.close()
            if turn.fell_back not in ("", GONE) and turn.question is not None:
                _log.warning("speech.fell_back", question=turn.question.name, why=turn.fell_back)
            _send(line, Report(turn.answer, turn.fell_back))

        async with asyncio.timeout(_COME_S) as stay:
            call = Call(keys, stay, ended, self.lateness)
            self.acceptor.waiting[call.uuid] = call
            try:
                _send(line, Ready(str(call.uuid), self.acceptor.port))
                self._begin(call, ask, prompt)
                while isinstance(message := await self._next(line), Ask):
                    if (prompt := await self._prompt(line, message)) is not None:
                        self._begin(call, message, prompt)
            finally:
                self.acceptor.waiting.pop(call.uuid, None)
                await call.leave()
                _send(line, Left(keys.waiting, call.received, keys.hash_is_habit))

    async def _prompt(self, line: socket.socket, ask: Ask) -> bytes | None:
        """The sound of what is to be said; None where the turn cannot be had now: the line is told why."""
        prompt = None
        try:
            prompt = await asyncio.to_thread(joined, ask.clips)
        except NoSound as trouble:
            _log.error("speech.no_sound", question=ask.question.name if ask.question else "", why=str(trouble))
        if prompt is None or not self.worker.open:
            refused = "dead"
        elif ask.question is not None and ask.question.grammar and self.worker.sessions >= self._limit:
            refused = "full"
        else:
            return prompt
        _send(line, Report(None, refused))
        return None

    def _begin(self, call: Call, ask: Ask, prompt: bytes) -> None:
        question, ear = ask.question, None
        if question is not None and question.grammar:
            ear = self.worker.ear(question, lambda news: call.news(turn, news))
        turn = SpokenTurn(
            question,
            prompt,
            ear,
            call.keys,
            clock_ms(),
            slow_ms=self._slow_ms,
            barge_in=ask.barge_in,
            read_back=len(joined(ask.clips[: ask.read_back])) if ask.read_back else 0,
        )
        call.begin(turn)


def _send(line: socket.socket, message: FromService) -> None:
    with suppress(OSError):  # the line has gone
        line.send(encode(message))
