"""A session of SMPP 3.4 with an SMSC, from bind to unbind: both sides ask, and answer each other by number.

The library's own session (aiosmpplib's ESME) has no TLS, joins parts of different people that have the same reference,
ends for good at a PDU that it can't read, and writes what people wrote into its log; its PDUs are used.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import NamedTuple

from aiosmpplib.protocol import (
    BindTransceiver,
    BindTransmitter,
    DeliverSmResp,
    EnquireLink,
    EnquireLinkResp,
    GenericNack,
    SmppMessage,
    Unbind,
    UnbindResp,
)
from aiosmpplib.state import SmppCommand, SmppCommandStatus

from agi.doors.smpp_pdu import HEADER, LONGEST

ANSWER_S = 10.0
"""So long an answer of the SMSC's is waited for."""
_ENQUIRE_S = 30.0
_MOST_AT_ONCE = 100
_WAITING = 1000
_RESPONSE = 0x80000000
_KEYS = frozenset(
    {SmppCommandStatus.ESME_RBINDFAIL, SmppCommandStatus.ESME_RINVPASWD, SmppCommandStatus.ESME_RINVSYSID}
)
_UNANSWERED = frozenset({SmppCommand.OUTBIND, SmppCommand.ALERT_NOTIFICATION})

Deliver = Callable[[Sequence[bytes]], Awaitable[Sequence[SmppCommandStatus]]]
"""Keeps what stands in bodies of deliver_sm; with what status each is answered."""


class BindRefused(Exception):
    """The SMSC does not let us in; the text says why. `keys`: because it does not know our name or password."""

    def __init__(self, why: str, *, keys: bool) -> None:
        super().__init__(why)
        self.keys = keys


class Lost(ConnectionError):
    """The SMSC has gone, or does not answer; the text says how."""


@dataclass(frozen=True)
class Account:
    """Where the SMSC is and how it knows us. `tls`: whether it is spoken to by TLS; `ca`: who vouches for it then, None
    where the system's authorities do."""

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    tls: bool = False
    ca: Path | None = None


class _Pdu(NamedTuple):
    command: int
    status: int
    sequence: int
    body: bytes


class Session:
    """One connection that is bound; all methods in one event loop."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._numbers = count(1)
        self._asked: dict[int, asyncio.Future[_Pdu]] = {}
        self._delivered: asyncio.Queue[_Pdu] = asyncio.Queue(_WAITING)

    @classmethod
    @asynccontextmanager
    async def bound(cls, account: Account, *, only_sends: bool = False) -> "AsyncIterator[Session]":
        """A session, to be `serve`d inside. Raises BindRefused, OSError, EOFError."""
        request = _bind(account, only_sends)
        async with asyncio.timeout(ANSWER_S):
            tls = ssl.create_default_context(cafile=account.ca) if account.tls else None
            reader, writer = await asyncio.open_connection(account.host, account.port, ssl=tls)
        session = cls(reader, writer)
        try:
            async with asyncio.timeout(ANSWER_S):
                session._write(request, next(session._numbers))
                told = await session._read()
            if told.status or not told.command & _RESPONSE:
                raise BindRefused(status_name(told.status), keys=told.status in _KEYS)
            try:
                yield session
            finally:
                session._write(Unbind(), next(session._numbers))  # it goes out before the connection is closed
        finally:
            writer.close()

    async def serve(self, deliver: Deliver) -> None:
        """Hand on what comes, until the session is over. Raises Lost."""
        tasks = [asyncio.ensure_future(one) for one in (self._listen(), self._enquire(), self._hand_on(deliver))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
        except (OSError, EOFError) as trouble:
            raise Lost(type(trouble).__name__) from trouble
        finally:
            for one in tasks:
                one.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for asked in self._asked.values():
                if not asked.done():
                    asked.set_exception(Lost("the session is over"))

    async def ask(self, request: SmppMessage) -> int:
        """The status that the SMSC answers a request with. Raises Lost where nobody knows whether it was taken."""
        number = next(self._numbers)
        self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWER_S):
                self._write(request, number)
                await self._writer.drain()
                return (await self._asked[number]).status
        except OSError as trouble:  # a time-out is one, too
            raise Lost(type(trouble).__name__) from None
        finally:
            del self._asked[number]

    async def _listen(self) -> None:
        while (pdu := await self._read()).command != SmppCommand.UNBIND:
            if pdu.command & _RESPONSE:
                asked = self._asked.get(pdu.sequence)
                if asked and not asked.done():
                    asked.set_result(pdu)
            elif pdu.command == SmppCommand.DELIVER_SM:
                await self._delivered.put(pdu)
            elif pdu.command == SmppCommand.ENQUIRE_LINK:
                self._write(EnquireLinkResp(), pdu.sequence)
            elif pdu.command not in _UNANSWERED:
                self._write(GenericNack(command_status=SmppCommandStatus.ESME_RINVCMDID), pdu.sequence)
        self._write(UnbindResp(), pdu.sequence)

    async def _enquire(self) -> None:
        while True:
            await asyncio.sleep(_ENQUIRE_S)
            await self.ask(EnquireLink())

    async def _hand_on(self, deliver: Deliver) -> None:
        """What has come meanwhile is kept together: a disk takes a hundred as fast as one."""
        while True:
            some = [await self._delivered.get()]
            while len(some) < _MOST_AT_ONCE and not self._delivered.empty():
                some.append(self._delivered.get_nowait())
            for pdu, status in zip(some, await deliver([pdu.body for pdu in some]), strict=True):
                self._write(DeliverSmResp(command_status=status), pdu.sequence)
            await self._writer.drain()

    async def _read(self) -> _Pdu:
        length, command, status, sequence = HEADER.unpack(await self._reader.readexactly(HEADER.size))
        if not HEADER.size <= length <= LONGEST:
            raise ConnectionError("a PDU of a length that there is none")
        return _Pdu(command, status, sequence, await self._reader.readexactly(length - HEADER.size))

    def _write(self, message: SmppMessage, number: int) -> None:
        message.sequence_num = number
        self._writer.write(message.pdu())


def _bind(account: Account, only_sends: bool) -> SmppMessage:
    request = BindTransmitter if only_sends else BindTransceiver
    try:
        made = request(system_id=account.system_id, password=account.password, system_type=account.system_type)
        made.pdu()
    except ValueError:  # its text may quote them
        raise BindRefused("the name, password or type has more than 15, 8 or 12 letters", keys=True) from None
    return made


def status_name(status: int) -> str:
    """How the standard calls a status (5.1.3); a vendor's own by its number."""
    try:
        return str(SmppCommandStatus(status).name)
    except ValueError:
        return f"0x{status:08X}"
