"""SMTP: a mail handed to the office's server, and what its refusals mean (RFC 5321)."""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from agi.text.delivery import NotSent

_LIMIT_S = 30
_OK, _GO_ON = 250, 354


@dataclass(frozen=True)
class Submission:
    """The server that takes the office's mails, and by whom. `security`: tls, starttls or none."""

    host: str
    port: int
    security: str
    user: str = field(repr=False)
    password: str = field(repr=False)

    def send(self, raw: bytes, to: str, copy: str = "") -> None:
        """Hand over a mail for `to` from nobody (`<>`): what can't be delivered comes back to nobody.

        `copy`: who gets the same mail by the same transaction, if the server likes. Raises NotSent.
        """
        try:
            server = self._connected()
        except (smtplib.SMTPException, OSError, UnicodeError) as trouble:
            raise NotSent(f"the SMTP server can't be used ({_told(trouble)})") from None
        try:
            _refused_for_now("MAIL FROM:<>", server.mail(""))
            _refused("RCPT", server.rcpt(to))
            if copy:
                server.rcpt(copy)
            _refused("DATA", server.data(raw))
        except smtplib.SMTPDataError as refused:
            _refused("DATA", (refused.smtp_code, b""))
        except (smtplib.SMTPException, OSError) as trouble:
            raise NotSent(f"the SMTP server has gone ({_told(trouble)})") from None
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def _connected(self) -> smtplib.SMTP:
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=_LIMIT_S, context=self._trusted)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=_LIMIT_S)
        try:
            if self.security == "starttls":
                server.starttls(context=self._trusted)
            server.ehlo_or_helo_if_needed()
            if server.has_extn("auth"):
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


def _refused(step: str, answer: tuple[int, bytes]) -> None:
    """Raise NotSent unless the server agrees: of what it says its code alone is kept, for its words may hold an
    address. 4xx passes, 5xx does not."""
    code = answer[0]
    if code not in (_OK, 251, 252, _GO_ON):
        raise NotSent(f"SMTP: {code} at {step}", for_good=500 <= code < 600)


def _refused_for_now(step: str, answer: tuple[int, bytes]) -> None:
    """The same for what is about the office's account: somebody will see to it."""
    if answer[0] != _OK:
        raise NotSent(f"SMTP: {answer[0]} at {step}")


def _told(trouble: Exception) -> str:
    code = getattr(trouble, "smtp_code", "")
    return f"{type(trouble).__name__} {code}".strip()
