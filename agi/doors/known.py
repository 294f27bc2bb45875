"""All doors there are, by their names; the settings have a table for each."""

from collections.abc import Callable, Mapping

from agi.doors.door import OpenDoor
from agi.doors.mail import MailDoor
from agi.doors.messenger import Messenger
from agi.doors.smpp import Smpp
from agi.doors.sms import Sms
from agi.doors.whatsapp import WhatsApp
from agi.doors.x import X
from agi.ops.doors import able
from agi.settings import Settings

_KNOWN: Mapping[str, Callable[[Settings], OpenDoor]] = {
    WhatsApp.name: WhatsApp.of,
    Messenger.name: Messenger.of,
    Smpp.name: Smpp.of,
    Sms.name: Sms.of,
    MailDoor.name: MailDoor.of,
    X.name: X.of,
}


def opened(settings: Settings) -> tuple[OpenDoor, ...]:
    """The doors that are wanted and lack nothing."""
    return tuple(_KNOWN[name](settings) for name in able(settings))
