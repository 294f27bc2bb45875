"""The resident FastAGI service: one process, one thread for each call, loopback only.

Threads, because pyst2 is synchronous and a call spends its life waiting. Measured without Asterisk, five commands a
call, eight peers, 2 busy cores: threads 2,000 calls/s at 0.43 ms of CPU a call, bare asyncio 1,100-1,700 at 0.26 ms;
Asterisk itself does some 650 calls/s on a core, a Python process per call 15-17.
"""

import os
import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from secrets import compare_digest

import structlog

from agi.dialogue.question import HungUp
from agi.line.channel import Channel
from agi.line.protocol import ChannelError
from agi.line.wire import Wire
from agi.owner import owner

_log = structlog.get_logger("line")
PROVE_LIMIT_S = 1.0
"""A peer that has connected and not proved within this time that it is our Asterisk is let go."""
STRANGERS = 64
"""Connections that have not proved themselves; one more ends the oldest of them."""
PROOF = "agi_arg_2"
PROBE = "agi_network_script", "ready"
"""The header of a peer that only asks whether the line serves; it is sent one `NOOP`."""
_TELL_EVERY_S = 60.0
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


def listening(port: int) -> tuple[socket.socket, bool]:
    """The socket that listens on 127.0.0.1:`port`, and whether it is held by the supervisor (our descriptor 0).

    A held one listens on while there is no line: callers wait in it instead of being refused, and nobody else can take
    the port. Raises OSError.
    """
    with suppress(OSError):
        held = socket.socket(fileno=os.dup(0))
        if held.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) and held.getsockname() == ("127.0.0.1", port):
            return held, True
        held.close()
    return socket.create_server(("127.0.0.1", port), backlog=_BACKLOG), False


class Server:
    """Accepts calls on 127.0.0.1:`port` and gives each to `answer(channel, cut)` in a thread of its own.

    A connection is no call until it has proved itself: it comes from a process of the user `uid` and brings `proof`,
    the secret that the dialplan was given. Until then it takes no caller's place.

    At most `max_calls` at once: one more is closed at once, and the dialplan goes on without a time-out. A stop
    turns new calls away at once, lets those in progress finish for `grace_s`, then ends the rest.
    """

    def __init__(
        self,
        port: int,
        max_calls: int,
        answer: Answer,
        *,
        proof: str,
        uid: int | None = None,
        grace_s: float = 30.0,
        prove_limit_s: float = PROVE_LIMIT_S,
    ) -> None:
        self._answer = answer
        self._max_calls = max_calls
        self._proof = proof.encode()
        self._uid = os.getuid() if uid is None else uid
        self._grace_s = grace_s
        self._prove_limit_s = prove_limit_s
        self._strangers: dict[Connection, None] = {}  # the oldest first
        self._connections: set[Connection] = set()
        self._changed = threading.Condition()
        self._told = float("-inf")
        self._listener, self._held = listening(port)
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
        self._finish()
        self._listener.close()
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
        if (uid := owner(peer)) != self._uid:
            peer.close()
            if uid is not None:
                self._tell_of_a_stranger(uid)
            return
        peer.setblocking(False)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(peer)
        with self._changed:
            self._strangers[connection] = None
            if len(self._strangers) > STRANGERS:
                next(iter(self._strangers)).end()
        try:
            threading.Thread(target=self._run, args=(connection,), name="call", daemon=True).start()
        except RuntimeError:  # no more threads
            _log.error("line.no_thread")
            self._forget(connection)

    def _run(self, connection: Connection) -> None:
        try:
            descriptor = connection.peer.fileno()
            channel = Channel(Wire(descriptor, descriptor), header_limit_s=self._prove_limit_s)
            if self._let_in(connection, channel):
                self._answer(channel, lambda: connection.cut)
        except (HungUp, ChannelError) as error:
            _log.debug("line.no_call", why=type(error).__name__)
        except Exception as error:  # noqa: BLE001  # one call's fault is never another call's
            _log.error("line.call_failed", exc_info=error)
        finally:
            self._forget(connection)

    def _let_in(self, connection: Connection, channel: Channel) -> bool:
        """Whether there is a call to be answered."""
        if not compare_digest(channel.env.get(PROOF, "").encode(), self._proof):
            _log.warning("line.no_proof")
            return False
        name, value = PROBE
        if channel.env.get(name) == value:
            connection.peer.send(b"NOOP\n")
            return False
        with self._changed:
            self._strangers.pop(connection, None)
            full = len(self._connections) >= self._max_calls
            if not full:
                self._connections.add(connection)
        if full:
            _log.warning("line.full", calls=self._max_calls)
        return not full

    def _forget(self, connection: Connection) -> None:
        with self._changed:
            connection.peer.close()
            self._strangers.pop(connection, None)
            self._connections.discard(connection)
            self._changed.notify_all()

    def _tell_of_a_stranger(self, uid: int) -> None:
        """At most once a minute: who connects decides how often this happens."""
        if time.monotonic() - self._told >= _TELL_EVERY_S:
            self._told = time.monotonic()
            _log.warning("line.stranger", uid=uid)

    def _finish(self) -> None:
        """Wait for calls in progress, then end those that are left."""
        if not self._held:
            self._listener.close()
        with self._changed:
            for stranger in self._strangers:
                stranger.end()
            if self._connections:
                _log.info("line.stopping", calls=len(self._connections), grace_s=self._grace_s)
        deadline = time.monotonic() + self._grace_s
        while self._connections and time.monotonic() < deadline:
            self._turn_away()
            with self._changed:
                self._changed.wait_for(lambda: not self._connections, min(0.1, self._grace_s))
        with self._changed:
            for connection in self._connections:
                connection.end()
            self._changed.wait_for(lambda: not self._connections, 2.0)

    def _turn_away(self) -> None:
        """Close what comes to a held socket while calls are being finished: the next line may be long in coming."""
        with suppress(OSError):
            while self._held:
                self._listener.accept()[0].close()
