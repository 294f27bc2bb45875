"""`hotline speech serve`: the process that has the spoken turns."""

import signal
import threading

import click
import structlog

from agi import log
from agi.line.ears import Ears
from agi.line.recognition import CannotListen
from agi.line.shared import clock_ms
from agi.ops.speech import socket_path
from agi.settings import Settings

LISTENER = "agi.line.spoken:model_listener"

_log = structlog.get_logger("speech")


@click.command()
def serve() -> None:
    """Listen to callers for the line until told to stop; `hotline up` starts it.

    SIGTERM gives every call back at once: its question is asked again by keypad.
    """
    settings = Settings()
    log.configure(settings, "speech", console=True)
    speech = settings.speech
    ears = Ears(socket_path(settings.var), LISTENER, clock_ms, limit=speech.recognisers, slow_ms=speech.slow_ms)
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    try:
        ears.start()
    except CannotListen as wrong:
        _log.error("speech.cannot_listen", why=str(wrong))
        raise click.ClickException(str(wrong)) from wrong
    _log.info("speech.serves", model=str(settings.speech_model), turns=speech.recognisers)
    told.wait()
    ears.stop()
    _log.info("speech.stopped")
