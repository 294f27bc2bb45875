"""`hotline speech serve`: the process that has the spoken turns."""

import signal
import threading

import click
import structlog

from agi import log, pulse
from agi.hearing.protocol import CannotListen
from agi.hearing.service import SpeechService
from agi.ops.speech import socket_path
from agi.settings import Settings

LISTENER = "agi.hearing.listener:model_listener"

_log = structlog.get_logger("speech")


@click.command()
def serve() -> None:
    """Listen to callers for the line until told to stop; `hotline up` starts it.

    SIGTERM gives every call back at once: its question is asked again by keypad.
    """
    settings = Settings()
    log.configure(settings, "speech", console=True)
    pulse.beat()
    speech = settings.speech
    service = SpeechService(socket_path(settings.var), LISTENER, limit=speech.recognisers, slow_ms=speech.slow_ms)
    told, broken = threading.Event(), threading.Event()

    def broke(what: threading.ExceptHookArgs) -> None:
        # A service whose sound stands still would keep its callers waiting: end, and be started anew.
        _log.error("speech.broke", thread=what.thread and what.thread.name, exc_info=what.exc_value)
        broken.set()
        told.set()

    threading.excepthook = broke
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    try:
        service.start()
    except CannotListen as wrong:
        _log.error("speech.cannot_listen", why=str(wrong))
        raise
    _log.info("speech.serves", model=str(settings.speech_model), turns=speech.recognisers)
    told.wait()
    service.stop()
    if broken.is_set():
        raise click.ClickException("A thread of the speech service broke: see the log.")
    _log.info("speech.stopped")
