"""The tables of `hotline.toml` for doors, by which messages come: off until they say enough."""

from typing import ClassVar

from pydantic import Field

from agi.settings.tables import Section


class DoorTable(Section):
    """A door, which people know as `SHOWN`. `SECRETS`: what it needs besides, in the files var/secrets/DOOR-SECRET."""

    SHOWN: ClassVar[str]
    SECRETS: ClassVar[tuple[str, ...]] = ()

    @property
    def wanted(self) -> bool:
        """Whether this door is to be opened."""
        raise NotImplementedError


class Whatsapp(DoorTable):
    """The office's number at the WhatsApp Business Cloud API.

    Its secrets: what sends, what signs webhooks, what Meta shows when it asks for our address.
    """

    SHOWN = "WhatsApp"
    SECRETS = ("token", "app-secret", "verify-token")

    number_id: str = Field(
        "", pattern=r"^[0-9]{0,30}$", description="The number's id at Meta (not the number itself); empty: no WhatsApp."
    )
    graph: str = Field(
        "https://graph.facebook.com/v23.0",
        pattern=r"^https?://[A-Za-z0-9.:/_-]+$",
        description="Where Meta's API is, with its version.",
    )

    @property
    def wanted(self) -> bool:
        """See `DoorTable`."""
        return bool(self.number_id)


class Messenger(DoorTable):
    """The office's page at Facebook, by Messenger.

    Its secrets: what sends for the page, what signs webhooks, what Meta shows when it asks for our address.
    """

    SHOWN = "Messenger"
    SECRETS = ("token", "app-secret", "verify-token")

    page_id: str = Field("", pattern=r"^[0-9]{0,30}$", description="The page's id at Facebook; empty: no Messenger.")
    graph: str = Field(
        "https://graph.facebook.com/v23.0",
        pattern=r"^https?://[A-Za-z0-9.:/_-]+$",
        description="Where Meta's API is, with its version.",
    )

    @property
    def wanted(self) -> bool:
        """See `DoorTable`."""
        return bool(self.page_id)
