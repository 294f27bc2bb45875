"""The tables of `hotline.toml` for doors, by which messages come: off until they say enough."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from agi.settings.tables import Section

_HEADER = r"^[A-Za-z0-9_-]+$"


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


class Smpp(DoorTable):
    """The office's number at an operator's SMSC. Its secret: the password that the SMSC knows us by."""

    SHOWN = "SMS by SMPP"
    SECRETS = ("password",)

    host: str = Field("", pattern=r"^[A-Za-z0-9.:-]*$", description="The operator's SMSC; empty: no SMPP.")
    port: int = Field(2775, ge=1, le=65535, description="Its TCP port.")
    tls: bool = Field(
        False, description="Whether it is spoken to by TLS; without, only by a line of your own or a VPN."
    )
    ca: Path = Field(
        Path(), description="Who vouches for it then (PEM), a relative path is below the root; `.`: the system's own."
    )
    system_id: str = Field("", pattern=r"^[!-~]{0,15}$", description="Our name there (system_id).")
    system_type: str = Field("", pattern=r"^[!-~]{0,12}$", description="The kind of our system (system_type).")
    number: str = Field(
        "",
        pattern=r"^(\+?[0-9]{0,20}|[ -~]{1,11})$",
        description="From which number or name answers come; empty: its own.",
    )
    alphabet: Literal["gsm", "latin1"] = Field(
        "gsm", description="Its default alphabet: that of GSM, or Latin-1 where @ and _ come out as other characters."
    )

    @property
    def wanted(self) -> bool:
        """See `DoorTable`."""
        return bool(self.host)


class Sms(DoorTable):
    """The office's number at a gateway for SMS that is reached by HTTP; each gateway names its fields as it likes.

    Its secrets: what proves us to the gateway, and what proves the gateway to us.
    """

    SHOWN = "SMS by an HTTP gateway"
    SECRETS = ("token", "secret")

    url: str = Field(
        "", pattern=r"^(https?://[^\s#]+)?$", description="Where the gateway takes SMS to send; empty: no gateway."
    )
    format: Literal["json", "form", "query"] = Field(
        "json", description="How it takes them: json or form (posted), or query (in the address, by GET)."
    )
    send_to: str = Field("phone", description="Its field for the number that an SMS goes to.")
    send_text: str = Field("message", description="Its field for the text.")
    send_reference: str = Field(
        "", description="Its field for a reference of ours by which it knows an SMS that comes twice; empty: none."
    )
    send_more: dict[str, str] = Field({}, description="Its other fields and what stands in them: user name, sender.")
    token_field: str = Field("", description="Its field for the token (or password); empty: it goes in the header.")
    token_header: str = Field("Authorization", pattern=_HEADER, description="The header for the token.")
    token_words: str = Field("Bearer {token}", description="What stands in that header.")
    success_field: str = Field(
        "", description="Field of its answer that tells whether it took an SMS, `a.b` for one within another."
    )
    success: str = Field(
        "",
        description="What stands in that field (no field: at the start of the answer) if so, any of `a,b`; "
        "empty: HTTP 2xx.",
    )
    came_list: str = Field(
        "", description="The field of its webhook that holds a list of SMS; empty: one comes at once."
    )
    came_from: str = Field("phone", description="The webhook's field for the number that wrote.")
    came_text: str = Field("message", description="The webhook's field for the text.")
    came_id: str = Field("id", description="The webhook's field for the SMS's id; empty: there is none.")
    came_time: str = Field("", description="The webhook's field for when it was sent, where there is no id.")
    proof: Literal["header", "query", "hmac"] = Field(
        "header",
        description="How the gateway shows the secret: in a header, in the address, or in an HMAC-SHA256 of its post.",
    )
    proof_name: str = Field("X-Webhook-Secret", pattern=_HEADER, description="The name of that header or parameter.")

    @property
    def wanted(self) -> bool:
        """See `DoorTable`."""
        return bool(self.url)


Security = Literal["tls", "starttls", "none"]


class Mail(DoorTable):
    """The office's address for mails: read by IMAP, answered by SMTP, with one account. Its secret: the password."""

    SHOWN = "surel"
    SECRETS = ("password",)

    address: str = Field(
        "",
        pattern=r"^([A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*)?$",
        description="The address citizens write to; empty: no e-mail.",
    )
    user: str = Field("", description="The account at both servers; empty: the address.")
    folder: str = Field("INBOX", description="The folder in which its mails come.")
    imap_host: str = Field("", description="The IMAP server; empty: no e-mail.")
    imap_port: int = Field(993, ge=1, le=65535, description="Its TCP port.")
    imap_security: Security = Field("tls", description="How it is spoken to; `none` on this machine alone.")
    smtp_host: str = Field("", description="The SMTP server; empty: mail.imap_host.")
    smtp_port: int = Field(465, ge=1, le=65535, description="Its TCP port; with `starttls` mostly 587.")
    smtp_security: Security = Field("tls", description="How it is spoken to; `none` on this machine alone.")

    @property
    def wanted(self) -> bool:
        """See `DoorTable`."""
        return bool(self.address and self.imap_host)


class X(DoorTable):
    """The office's account at X, by direct messages.

    Its secrets: the key and secret of the program that the account has let in, and of the account's consent.
    """

    SHOWN = "X"
    SECRETS = ("consumer-key", "consumer-secret", "access-token", "access-token-secret")

    user_id: str = Field(
        "", pattern=r"^[0-9]{0,20}$", description="The account's id at X (a number, not its @name); empty: no X."
    )
    api: str = Field("https://api.x.com", pattern=r"^https?://[A-Za-z0-9.:/_-]+$", description="Where the API of X is.")

    @property
    def wanted(self) -> bool:
        """See `DoorTable`."""
        return bool(self.user_id)
