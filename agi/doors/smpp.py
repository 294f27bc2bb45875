"""SMS by SMPP 3.4, straight from an operator's SMSC: it is bound to as long as this process runs.

The SMSC gives messages no id, and brings one again whose deliver_sm_resp it has not got: the same words of the same
number are the same message for a minute. Nor can it be asked what it has: what stands in doubt is sent again.
"""

import asyncio
import threading
import time
import zlib
from collections.abc import Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog
from aiosmpplib.protocol import EnquireLink, SubmitSm
from aiosmpplib.state import NPI, TON, USER_MESSAGE_REFERENCE, OptionalParam, PhoneNumber, SmppCommandStatus

from agi.books.errors import BookError
from agi.books.events import Channel
from agi.books.mailbox_rows import Incoming
from agi.books.telephone import e164
from agi.doors import gsm
from agi.doors.door import Came, OpenDoor, Take
from agi.doors.smpp_pdu import Receipt, deliver_sm
from agi.doors.smpp_session import ANSWER_S, Account, BindRefused, Session, status_name
from agi.ops.doors import secrets
from agi.settings import ROOT, Settings
from agi.text.delivery import NotSent

_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 60.0
_REFUSED_WAIT_S = 300.0
"""So long the SMSC is left alone that does not let us in: some lock an account after a few wrong passwords."""
_STOP_S = 2.0
_MOST_IN_DOUBT = 1000
_WITH_HEADER = 0x40
_ARRIVED = frozenset({"DELIVRD", "2", "ENROUTE", "1", "ACCEPTD", "6", ""})
"""What receipts call an SMS that is there or on its way, in words or by number (5.2.28)."""
_NEVER = frozenset(
    {
        SmppCommandStatus.ESME_RINVMSGLEN,
        SmppCommandStatus.ESME_RINVDSTADR,
        SmppCommandStatus.ESME_RINVDSTTON,
        SmppCommandStatus.ESME_RINVDSTNPI,
        SmppCommandStatus.ESME_RX_P_APPN,
        SmppCommandStatus.ESME_RX_R_APPN,
    }
)
"""Statuses about this SMS; all others are about the moment or our account."""
_TOO_MUCH = frozenset({SmppCommandStatus.ESME_RTHROTTLED, SmppCommandStatus.ESME_RMSGQFUL})
_BUSY, _ABSENT = timedelta(seconds=5), timedelta(seconds=10)
"""So long an answer waits that an SMSC has no room for, or that there is no SMSC for: this counts as no try."""
_log = structlog.get_logger("doors")


class Smpp(OpenDoor):
    """The door of one number of the office's. `codec`: of the SMSC's default alphabet, "" for that of GSM."""

    name = "smpp"
    channel = Channel.SMS
    at_once = 8
    limits = gsm.LIMITS

    def __init__(self, account: Account, number: str, codec: str = "") -> None:
        self._account, self._number, self._codec = account, number, codec
        self._session: Session | None = None
        self._in_doubt: dict[tuple[str, int], str] = {}

    @classmethod
    def of(cls, settings: Settings) -> "Smpp":
        """As it is set up."""
        setup = settings.smpp
        ca = ROOT / setup.ca if setup.ca != Path() else None
        password = secrets(settings, cls.name)["password"]
        account = Account(setup.host, setup.port, setup.system_id, password, setup.system_type, setup.tls, ca)
        return cls(account, setup.number, "latin-1" if setup.alphabet == "latin1" else "")

    def begin(self, take: Take) -> None:
        """See `OpenDoor`."""
        self._loop = asyncio.new_event_loop()
        self._bound = self._loop.create_task(self._stay_bound(take))
        self._thread = threading.Thread(target=self._run, name="smpp", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """See `OpenDoor`: the SMSC is told."""
        self._loop.call_soon_threadsafe(self._bound.cancel)
        self._thread.join(_STOP_S)

    def _run(self) -> None:
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._bound)

    async def _stay_bound(self, take: Take) -> None:
        wait = _FIRST_WAIT_S
        while True:
            began, pause = time.monotonic(), wait
            try:
                async with Session.bound(self._account) as session:
                    _log.info("smpp.bound")
                    self._session = session
                    await session.serve(partial(self._keep, take))
            except BindRefused as refused:
                pause = _REFUSED_WAIT_S if refused.keys else wait
                _log.error("smpp.refused", why=str(refused), again_in_s=pause)
            except (OSError, EOFError) as trouble:
                _log.warning("smpp.lost", why=type(trouble).__name__, again_in_s=pause)
            except Exception as error:  # noqa: BLE001  # the thread must go on: others wait for an answer
                _log.error("smpp.failed", exc_info=error)
            finally:
                self._session = None
            steady = time.monotonic() - began > _LONGEST_WAIT_S
            wait = _FIRST_WAIT_S if steady else min(wait * 2, _LONGEST_WAIT_S)
            await asyncio.sleep(pause)

    async def _keep(self, take: Take, bodies: Sequence[bytes]) -> list[SmppCommandStatus]:
        """See `smpp_session.Deliver`. Who has no telephone number (advertising, a service) gets no answer."""
        messages: list[Incoming] = []
        taken: list[str] = []
        statuses = [self._read(body, messages, taken) for body in bodies]
        try:
            if messages or taken:
                await asyncio.to_thread(take, Came(tuple(messages), tuple(taken)))
        except BookError as trouble:
            _log.error("doors.not_kept", door=self.name, why=type(trouble).__name__)
            return [SmppCommandStatus.ESME_RX_T_APPN] * len(bodies)  # the SMSC brings them again
        return statuses

    def _read(self, body: bytes, messages: list[Incoming], taken: list[str]) -> SmppCommandStatus:
        try:
            told = deliver_sm(body, self._codec)
        except ValueError:
            _log.error("smpp.unreadable")
            return SmppCommandStatus.ESME_RX_P_APPN
        if isinstance(told, Receipt):
            if token := self._in_doubt.pop((e164(told.number), told.reference or 0), None):
                taken.append(token)
            if told.state not in _ARRIVED:
                _log.warning("smpp.not_arrived", state=told.state)
        elif told and e164(told.number):
            messages.append(Incoming(self.name, "", told.number, told.text, told.number, told.part))
        return SmppCommandStatus.ESME_ROK

    def send(self, address: str, body: str, token: str) -> None:
        """See `OpenDoor`."""
        session = self._session
        if session is None:
            raise NotSent("the SMSC is not there", wait=_ABSENT)
        text = gsm.plain(body)
        parts = gsm.parts(text.encode(self._codec, "replace") if self._codec else gsm.encoded(text))
        sent = asyncio.run_coroutine_threadsafe(self._submit(session, address, parts, token), self._loop)
        try:
            sent.result(ANSWER_S * (len(parts) + 1))
        except (OSError, CancelledError) as trouble:  # a time-out is an OSError, too
            sent.cancel()
            raise NotSent(f"the SMSC may have taken it ({type(trouble).__name__})") from None

    async def _submit(self, session: Session, address: str, parts: Sequence[bytes], token: str) -> None:
        """Send an answer. It has the same reference however often it is sent: a phone shows parts that come twice once.

        The last part asks for a receipt, which proves that all were taken. Raises NotSent, Lost.
        """
        reference = zlib.crc32(token.encode()) % 0xFFFF + 1
        for nth, part in enumerate(parts, 1):
            last = nth == len(parts)
            request = SubmitSm(
                short_message="-",  # the library wants one; what is sent is set below
                source=_phone(self._number),
                destination=_phone(address),
                esm_class=_WITH_HEADER if len(parts) > 1 else 0,
                registered_delivery=int(last),
                optional_params=[OptionalParam(USER_MESSAGE_REFERENCE, reference)] if last else [],
            )
            headed = gsm.headed(part, reference % 256, nth, len(parts)) if len(parts) > 1 else part
            request.set_encoded_message(headed)
            if last:
                self._doubt((e164(address), reference), token)
            status = await session.ask(request)
            self._in_doubt.pop((e164(address), reference), None)
            if status:
                wait = _BUSY if status in _TOO_MUCH else None
                raise NotSent(f"the SMSC: {status_name(status)}", for_good=status in _NEVER, wait=wait)

    def _doubt(self, receipt: tuple[str, int], token: str) -> None:
        """Until the SMSC has answered, its receipt alone tells that it has the answer `token`."""
        if len(self._in_doubt) >= _MOST_IN_DOUBT:
            del self._in_doubt[next(iter(self._in_doubt))]
        self._in_doubt[receipt] = token

    def tried(self, _webhook: str) -> str:
        """See `OpenDoor`: a second session, which takes no message, asks whether the SMSC is there."""
        try:
            asyncio.run(self._knock())
        except BindRefused as refused:
            raise NotSent(f"the SMSC does not let us in: {refused}") from None
        except (OSError, EOFError) as trouble:
            raise NotSent(f"the SMSC does not answer ({type(trouble).__name__})") from None
        return "The SMSC knows us, and answers"

    async def _knock(self) -> None:
        async with Session.bound(self._account, only_sends=True) as session:
            serving = asyncio.ensure_future(session.serve(_nobody))
            try:
                await session.ask(EnquireLink())
            finally:
                serving.cancel()


async def _nobody(bodies: Sequence[bytes]) -> list[SmppCommandStatus]:
    """Keeps nothing: the SMSC brings it to the session that does."""
    return [SmppCommandStatus.ESME_RX_T_APPN] * len(bodies)


def _phone(number: str) -> PhoneNumber:
    """A number, or a name, as SMPP wants it (5.2.5, 5.2.6)."""
    if number.startswith("+"):
        return PhoneNumber(number[1:], TON.INTERNATIONAL, NPI.ISDN)
    return PhoneNumber(number, *((TON.UNKNOWN, NPI.ISDN) if number.isdigit() else (TON.ALPHANUMERIC, NPI.UNKNOWN)))
