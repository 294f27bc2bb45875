"""`hotline line`: the service that Asterisk hands calls to; started by `hotline up`."""

import signal
import sys
from collections.abc import Callable
from functools import partial

import click
import structlog

from agi import log, privacy, pulse
from agi.books.errors import BookError
from agi.dialogue.question import HungUp
from agi.line import calling_back, texts
from agi.line.call import left_waiting, talk_through
from agi.line.calling_back import CallingBack, say_whom_to_dial
from agi.line.channel import Channel
from agi.line.protocol import ChannelError
from agi.line.served import NotReady
from agi.line.server import Server
from agi.line.shared import LiveCalls, Shared
from agi.line.spool import Spool, asterisk_since, last_words
from agi.line.texts import Texting
from agi.line.tidying import Tidying
from agi.line.variables import KEPT
from agi.line.wire import Wire
from agi.ops import open_files
from agi.settings import Settings

_log = structlog.get_logger("line")


@click.command()
@click.option("--agi", is_flag=True, help="Talk in one call as a plain AGI script on stdin and stdout, then end.")
def line(agi: bool) -> None:
    """Answer calls for Asterisk (FastAGI on 127.0.0.1) until it is told to stop.

    SIGTERM lets calls in progress finish for `line.stop_grace_s` seconds; new ones go to the agents' queue.
    """
    settings = Settings()
    log.configure(settings, "line-agi" if agi else "line", console=not agi)
    if not agi:
        pulse.beat()
        open_files.raise_limit(settings)
    try:
        shared = Shared.load(settings)
    except NotReady as wrong:
        _log.error("line.not_ready", why=str(wrong))
        raise
    if agi:
        _one_call(shared)
    else:
        _serve(shared)


def _serve(shared: Shared) -> None:
    settings = shared.settings
    live = LiveCalls()
    texting = _texting(shared)
    try:
        server = Server(
            settings.line.agi_port,
            # The dialplan keeps the bounds; what is over them never comes here, so nobody is turned away in mid-call.
            settings.line.max_calls + settings.telephony.house_calls,
            lambda channel, cut: _answer(channel, shared, live, texting, cut),
            proof=privacy.line_proof(settings.var),
            grace_s=settings.line.stop_grace_s,
        )
    except OSError as error:
        shared.close()
        raise click.ClickException(
            f"port {settings.line.agi_port} is not free ({error.strerror}): end what uses it, "
            "or set line.agi_port in hotline.toml."
        ) from error
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    spool = Spool(
        last_words(settings.var),
        shared.book,
        live.ids,
        lambda: asterisk_since(settings.var),
        partial(left_waiting, shared.office),
    )
    spool.start()
    tidying = Tidying(shared.office, live.ids, settings.tickets.keep_days)
    tidying.start()
    callbacks = CallingBack.by_asterisk(settings, shared.office, lambda call: call in live.ids())
    if settings.callback.enabled:
        callbacks.start()
    if texting:
        texting.start()
    shared.editions.warm()
    shared.editions.follow()
    shared.speak_ahead()
    _log.info("line.serves", port=server.port, max_calls=settings.line.max_calls)
    server.serve()
    callbacks.stop()
    if texting:
        texting.stop()
    spool.stop()
    tidying.stop()
    shared.close()
    _log.info("line.stopped")


def _texting(shared: Shared) -> Texting | None:
    """Who answers messages; None where nobody does: no trouble with them keeps calls from being answered."""
    if not shared.settings.messages.telephones:
        return None
    try:
        return Texting.by_asterisk(shared.settings, shared.editions, shared.office, shared.book)
    except BookError as wrong:
        _log.error("text.not_served", why=str(wrong))
        return None


def _answer(
    channel: Channel, shared: Shared, live: LiveCalls, texting: Texting | None, cut: Callable[[], bool]
) -> None:
    match channel.env.get("agi_network_script"):
        case calling_back.SCRIPT:
            say_whom_to_dial(channel, shared.office)
        case texts.CAME if texting:
            texting.came(channel)
        case texts.SENDS if texting:
            texting.sends(channel, shared.settings.telephony.number)
        case texts.CAME | texts.SENDS:  # switched off since Asterisk was told, or a book that can't be used
            channel.set_variable(KEPT, "1")
        case _:
            talk_through(channel, shared, live, cut)


def _one_call(shared: Shared) -> None:
    """Asterisk's AGI(script): the caller's hang-up comes as SIGHUP, which must not end us before the record."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        channel = Channel(Wire(sys.stdin.fileno(), sys.stdout.fileno()))
        talk_through(channel, shared, LiveCalls(), lambda: False)
    except (HungUp, ChannelError) as error:
        _log.info("line.no_call", why=type(error).__name__)
    finally:
        shared.close()
