"""A process with up to four pjsua2 phones: commands come as JSON lines on stdin, events leave as JSON lines on stdout.

It imports nothing of this project, so that any CPython 3.11 or 3.12 that has pjsua2 can run this file. Why a process of
its own: pjsua2 keeps one endpoint for the whole process, is unstable beyond about four calls in it, and can crash when
its objects are destroyed in the wrong order; a crash here costs one phone and not the caller of this module.

Start: `python worker.py '{"host": …, "port": …, "local": …, "sip": …, "rtp": …, "user": …, "register": false}'`; the
password comes as the first line of stdin, because other users of the machine can read a command line.

Commands: dial(leg, number, caller, record), answer(leg, record), press(leg, keys), play(leg, wav), hang_up(leg), quit.
Events: ready, registered(code), state(leg, state, code, reason), incoming(leg, caller, headers), failed(leg, message).
"""

import json
import os
import queue
import re
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pjsua2 as pj  # type: ignore[import-untyped, unused-ignore]

LEGS = 4
RATE = 8000
POLL_MS = 10
_BEFORE_OTHERS = -5
_HEADER = re.compile(r"^(X-[A-Za-z0-9-]+)\s*:\s*(.*?)\s*$", re.MULTILINE)


# The library prints to stdout before its log level can be set: events get a stream of their own, the noise none.
_events = os.fdopen(os.dup(1), "w")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def tell(event: str, **values: object) -> None:
    """Send one event to the parent."""
    _events.write(json.dumps({"event": event, **values}) + "\n")
    _events.flush()


class Leg(pj.Call):  # type: ignore[misc, unused-ignore]
    """One call of this phone: records what it hears from the moment audio flows, plays what it is told to."""

    def __init__(self, account: pj.Account, number: int, record: str, call_id: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(account, call_id)
        self.number = number
        self.record = record
        self.ended = False
        self._recorder: pj.AudioMediaRecorder | None = None
        self._player: pj.AudioMediaPlayer | None = None
        self._wanted = ""

    def onCallState(self, prm: pj.OnCallStateParam) -> None:  # noqa: N802 (pjsua2's name)
        """Report answered and ended; early states are of no use to a test."""
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            tell("state", leg=self.number, state="answered", code=200, reason="")
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.ended = True
            tell("state", leg=self.number, state="ended", code=int(info.lastStatusCode), reason=info.lastReason)

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:  # noqa: N802
        """Connect the recorder as soon as there is audio to hear."""
        audio = self._audio()
        if audio is None:
            return
        if self._recorder is None and self.record:
            self._recorder = pj.AudioMediaRecorder()
            self._recorder.createRecorder(self.record)
        if self._recorder is not None:
            audio.startTransmit(self._recorder)
        if self._wanted:
            wav, self._wanted = self._wanted, ""
            self.play(wav)

    def _audio(self) -> "pj.AudioMedia | None":
        info = self.getInfo()  # kept in a variable: its media list dies with it
        for index, media in enumerate(info.media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                return self.getAudioMedia(index)
        return None

    def play(self, wav: str) -> None:
        """Play `wav` once towards the far end, now or when audio flows."""
        audio = self._audio()
        if audio is None:
            self._wanted = wav
            return
        self._player = pj.AudioMediaPlayer()
        self._player.createPlayer(wav, pj.PJMEDIA_FILE_NO_LOOP)
        self._player.startTransmit(audio)

    def release(self) -> None:
        """Let go of the recorder and the player while the library still lives; this also completes the WAV."""
        self._recorder = None
        self._player = None


class Account(pj.Account):  # type: ignore[misc, unused-ignore]
    """The account; incoming calls go to the worker."""

    def __init__(self, worker: "Worker") -> None:
        super().__init__()
        self._worker = worker
        self.signed_in = False

    def onRegState(self, prm: pj.OnRegStateParam) -> None:  # noqa: N802
        """Report the registrar's answer."""
        self.signed_in = prm.code == 200 and prm.expiration > 0
        tell("registered", code=int(prm.code))

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:  # noqa: N802
        """Let it ring; the parent decides when to answer."""
        self._worker.incoming(prm.callId, prm.rdata.wholeMsg)


class Worker:
    """The endpoint, its one account and its legs."""

    def __init__(self, options: dict[str, Any], password: str) -> None:
        self.host = f"{options['host']}:{options['port']}"
        self.legs: dict[int, Leg] = {}
        self.endpoint = pj.Endpoint()
        self.endpoint.libCreate()
        config = pj.EpConfig()
        config.logConfig.level = config.logConfig.consoleLevel = 0  # stdout carries the events
        config.uaConfig.threadCnt = 0  # all callbacks run inside libHandleEvents, on this thread
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.maxCalls = LEGS
        config.medConfig.clockRate = config.medConfig.sndClockRate = RATE
        config.medConfig.noVad = True  # silence must be sent too, or the far end sees a dead stream
        config.medConfig.ecTailLen = 0
        self.endpoint.libInit(config)
        self.endpoint.audDevManager().setNullDev()
        transport = pj.TransportConfig()
        transport.port = options["sip"]
        transport.boundAddress = options["local"]
        self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        self.endpoint.libStart()
        for codec in self.endpoint.codecEnum2():
            wanted = {"PCMU/8000/1": 255, "PCMA/8000/1": 254}.get(codec.codecId, 0)
            self.endpoint.codecSetPriority(codec.codecId, wanted)
        self.account = Account(self)
        self.account.create(self._account_config(options, password))

    def _account_config(self, options: dict[str, Any], password: str) -> pj.AccountConfig:
        config = pj.AccountConfig()
        config.idUri = f"sip:{options['user']}@{self.host}"
        config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", options["user"], 0, password))
        if options["register"]:
            config.regConfig.registrarUri = f"sip:{self.host}"
            config.regConfig.timeoutSec = 300
        config.natConfig.contactRewriteUse = config.natConfig.viaRewriteUse = config.natConfig.sdpNatRewriteUse = 0
        media = config.mediaConfig.transportConfig
        media.port, media.portRange, media.boundAddress = options["rtp"], 2 * LEGS + 8, options["local"]
        return config

    def incoming(self, call_id: int, message: str) -> None:
        """A call comes in: give it a leg and tell the parent its X- headers, or refuse it when all legs are taken."""
        number = next((n for n in range(LEGS) if n not in self.legs), None)
        leg = Leg(self.account, LEGS if number is None else number, "", call_id)
        answer = pj.CallOpParam()
        if number is None:
            answer.statusCode = 486
            leg.hangup(answer)
            return
        self.legs[number] = leg
        answer.statusCode = 180
        leg.answer(answer)
        head = message.partition("\r\n\r\n")[0]
        tell("incoming", leg=number, caller=leg.getInfo().remoteUri, headers=dict(_HEADER.findall(head)))

    def dial(self, leg: int, number: str, caller: str, record: str) -> None:
        """Call `number`; `caller` is the number shown to the far end ("" = the account's own name)."""
        call = self.legs[leg] = Leg(self.account, leg, record)
        options = pj.CallOpParam(True)
        if caller:
            options.txOption.localUri = f"sip:{caller}@{self.host}"
        call.makeCall(f"sip:{number}@{self.host}", options)

    def answer(self, leg: int, record: str) -> None:
        """Answer the ringing call on `leg`."""
        self.legs[leg].record = record
        options = pj.CallOpParam(True)
        options.statusCode = 200
        self.legs[leg].answer(options)

    def press(self, leg: int, keys: str) -> None:
        """Send keys as RFC 4733 events; pjsua2 queues them (about 240 ms each)."""
        self.legs[leg].dialDtmf(keys)

    def play(self, leg: int, wav: str) -> None:
        """Play a WAV once towards the far end."""
        self.legs[leg].play(wav)

    def hang_up(self, leg: int) -> None:
        """End the call on `leg`; nothing happens when it has ended by itself."""
        if not self.legs[leg].ended:
            try:
                self.legs[leg].hangup(pj.CallOpParam(True))
            except pj.Error:
                return  # the far end hung up in the same moment; its event is on the way

    def run(self) -> None:
        """Serve until `quit` or the end of stdin."""
        inbox: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(inbox,), daemon=True).start()
        doing: dict[str, Callable[..., None]] = {
            "dial": self.dial, "answer": self.answer, "press": self.press, "play": self.play, "hang_up": self.hang_up,
        }  # fmt: skip
        tell("ready")
        while True:
            self.endpoint.libHandleEvents(POLL_MS)
            self._forget_ended()
            while not inbox.empty():
                command = inbox.get()
                name = command.pop("do")
                if name == "quit":
                    return
                if name != "dial" and command["leg"] not in self.legs:
                    continue  # the call ended meanwhile; the parent has been told
                try:
                    doing[name](**command)
                except pj.Error as error:
                    tell("failed", leg=command["leg"], message=error.reason)

    def _forget_ended(self) -> None:
        """Destroy ended calls before another call can begin.

        A `pj.Call` keeps its number when it has ended; destroyed later, it hangs up the new call that got that number.
        """
        for number in [number for number, leg in self.legs.items() if leg.ended]:
            self.legs.pop(number).release()

    def close(self) -> None:
        """Hang up what is still up and wait briefly for the far end, so that no call is left hanging there."""
        self.endpoint.hangupAllCalls()
        if self.account.signed_in:
            self.account.setRegistration(False)
        for _ in range(100):
            if not self.legs and not self.account.signed_in:
                break
            self.endpoint.libHandleEvents(POLL_MS)
            self._forget_ended()
        for leg in self.legs.values():
            leg.release()


def _listen(inbox: "queue.SimpleQueue[dict[str, Any]]") -> None:
    for line in sys.stdin:
        inbox.put(json.loads(line))
    inbox.put({"do": "quit"})


def main() -> None:
    """Run one worker; leaves by os._exit, because destroying pjsua2's objects at exit can crash."""
    with suppress(PermissionError):  # a real telephone has a processor of its own
        os.nice(_BEFORE_OTHERS)
    worker = Worker(json.loads(sys.argv[1]), sys.stdin.readline().rstrip("\n"))
    try:
        worker.run()
    finally:
        worker.close()
        os._exit(0)


if __name__ == "__main__":
    main()
