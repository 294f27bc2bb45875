"""`hotline speech serve`: the process that has the spoken turns."""

import signal
import threading

import click
import structlog

from agi import log
from agi.line.ears import Ears
from agi.line.shared import clock_ms
from agi.line.spoken import ModelListener, tuning
from agi.ops.speech import socket_path
from agi.settings import Settings
from agi.speech.model import Model, ModelError

_log = structlog.get_logger("speech")


@click.command()
def serve() -> None:
    """Listen to callers for the line until told to stop; `hotline up` starts it.

    SIGTERM gives every call back at once: its question is asked again by keypad.
    """
    settings = Settings()
    log.configure(settings, "speech", console=True)
    try:
        model = Model.load(settings.speech_built)
    except ModelError as wrong:
        _log.error("speech.no_model", why=str(wrong))
        raise click.ClickException(str(wrong)) from wrong
    speech = settings.speech
    ears = Ears(
        socket_path(settings.var),
        ModelListener(model, tuning(speech)),
        clock_ms,
        limit=speech.recognisers,
        slow_ms=speech.slow_ms,
    )
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    ears.start()
    _log.info("speech.serves", model=str(settings.speech_model), grammars=len(model.names), turns=speech.recognisers)
    told.wait()
    ears.stop()
    _log.info("speech.stopped")
