"""The resident FastAGI service: one process, one thread for each call, loopback only.

Threads, because pyst2 is synchronous and a call spends its life waiting. Measured without Asterisk, five commands a
call, eight peers, 2 busy cores: threads 2,000 calls/s at 0.43 ms of CPU a call, bare asyncio 1,100-1,700 at 0.26 ms;
Asterisk itself does some 650 calls/s on a core, a Python process per call 15-17.
"""

import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import structlog

from agi.dialogue.question import HungUp
from agi.line.channel import Channel
from agi.line.protocol import ChannelError
from agi.line.wire import Wire

_log = structlog.get_logger("line")
HEADER_LIMIT_S = 5.0
"""A peer that has connected and does not speak AGI within this time is let go."""
_BACKLOG = 128


class Connection:
    """One accepted connection; `cut` is set when the line itself ends it."""

    def __init__(self, peer: socket.socket) -> None:
        self.peer = peer
        self.cut = False

    def end(self) -> None:
        """End it from another thread: its reads and writes fail at once."""
        self.cut = True
        with suppress(OSError):
            self.peer.shutdown(socket.SHUT_RDWR)


Answer = Callable[[Channel, Callable[[], bool]], None]


class Server:
    """Accepts calls on 127.0.0.1:`port` and gives each to `answer(channel, cut)` in a thread of its own.

    At most `max_calls` at once: one more is closed at once, and the dialplan goes on without a time-out. A stop
    closes the port first (new calls fall back at once), lets calls finish for `grace_s`, then ends the rest.
    """

    def __init__(
        self,
        port: int,
        max_calls: int,
        answer: Answer,
        *,
        grace_s: float = 30.0,
        header_limit_s: float = HEADER_LIMIT_S,
    ) -> None:
        self._answer = answer
        self._max_calls = max_calls
        self._grace_s = grace_s
        self._header_limit_s = header_limit_s
        self._connections: set[Connection] = set()
        self._changed = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._awake, self._waker = socket.socketpair()

    def stop(self) -> None:
        """Ask `serve` to end; safe in a signal handler and from any thread, any number of times."""
        with suppress(OSError):
            self._waker.send(b"x")

    def serve(self) -> None:
        """Serve until `stop`; returns when the last call has ended."""
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        poll.register(self._awake, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _ in poll.poll()}
            if self._awake.fileno() in ready:
                break
            self._accept()
        self._listener.close()
        self._finish()
        self._awake.close()
        self._waker.close()

    def _accept(self) -> None:
        try:
            peer, _ = self._listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as error:  # no descriptors left: let calls end before trying again
            _log.error("line.cannot_accept", errno=error.errno)
            time.sleep(0.05)
            return
        peer.setblocking(False)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(peer)
        with self._changed:
            full = len(self._connections) >= self._max_calls
            if not full:
                self._connections.add(connection)
        if full:
            _log.warning("line.full", calls=self._max_calls)
            peer.close()
            return
        try:
            threading.Thread(target=self._run, args=(connection,), name="call", daemon=True).start()
        except RuntimeError:  # no more threads
            _log.error("line.no_thread")
            self._forget(connection)

    def _run(self, connection: Connection) -> None:
        try:
            descriptor = connection.peer.fileno()
            channel = Channel(Wire(descriptor, descriptor), limit_s=self._header_limit_s)
            self._answer(channel, lambda: connection.cut)
        except (HungUp, ChannelError) as error:
            _log.info("line.no_call", why=type(error).__name__)
        except Exception as error:  # noqa: BLE001  # one call's fault is never another call's
            _log.error("line.call_failed", exc_info=error)
        finally:
            self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        with self._changed:
            connection.peer.close()
            self._connections.discard(connection)
            self._changed.notify_all()

    def _finish(self) -> None:
        """Wait for calls in progress, then end those that are left."""
        with self._changed:
            if self._connections:
                _log.info("line.stopping", calls=len(self._connections), grace_s=self._grace_s)
            if self._changed.wait_for(lambda: not self._connections, self._grace_s):
                return
            for connection in self._connections:
                connection.end()
            self._changed.wait_for(lambda: not self._connections, 2.0)
