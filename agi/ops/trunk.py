"""The operator's SIP trunk: how it is told to Asterisk, and how it stands."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agi.settings import Settings

Ask = Callable[[str], str | None]
"""Asks Asterisk's command line."""


@dataclass(frozen=True, slots=True)
class State:
    """How the trunk stands in words; `todo` says what to do, "" when all is well."""

    text: str
    todo: str = ""


def password(settings: Settings) -> str:
    """The password from var/secrets/trunk; "" where none is kept. `USER:PASSWORD` is taken too."""
    path = _secret(settings.var)
    kept = path.read_text().strip() if path.is_file() else ""
    return kept.removeprefix(f"{settings.trunk.username}:")


def configuration(settings: Settings) -> str:
    """Its part of the configuration, made of the templates in dialplan/pjsip-trunk.conf; without the password."""
    trunk = settings.trunk
    parts = ["; Generated at start from [trunk] of hotline.toml.\n"]
    if trunk.host:
        matches = "".join(f"match = {address}\n" for address in trunk.match or (trunk.host.partition(":")[0],))
        parts += [
            f"[operator](trunk)\naors = operator\nfrom_user = {settings.telephony.number}\n{_outbound(settings)}",
            f"[operator](trunk-aor)\ncontact = sip:{trunk.host}\n",
            f"[operator-identify](trunk-identify)\nendpoint = operator\n{matches}",
        ]
    if trunk.host and trunk.username and password(settings):
        parts.append(
            f"[operator-registration](trunk-registration)\nserver_uri = sip:{trunk.host}\n"
            f"client_uri = sip:{trunk.username}@{trunk.host}\ncontact_user = {settings.telephony.number}\n"
        )
    return "\n".join(parts)


def _outbound(settings: Settings) -> str:
    """How calls that we make are signed in, where the operator asks for it."""
    return "outbound_auth = trunk-auth\n" if settings.trunk.username and password(settings) else ""


def state(settings: Settings, ask: Ask | None) -> State | None:
    """How the trunk stands; `ask` is None while Asterisk does not run. None: there is no trunk."""
    trunk = settings.trunk
    if not trunk.host:
        return None
    if trunk.username and not password(settings):
        todo = f"Write the operator's password into {_secret(settings.var)} (chmod 600), then ./hotline up"
        return State(f"{trunk.host}: the password of {trunk.username} is missing", todo)
    if ask is None:
        return State(f"{trunk.host}: not asked, the hotline does not run")
    shown = ask("pjsip show registrations" if trunk.username else "pjsip show contacts") or ""
    row = next((line for line in shown.splitlines() if "operator" in line), "")
    if trunk.username:
        registered = "Registered" in row.split()
        todo = "" if registered else "Ask the operator; check trunk.host, trunk.username and the password."
        return State(f"{trunk.host}: {'registered' if registered else 'not registered'} as {trunk.username}", todo)
    if "Unavail" in row.split():
        todo = "Ask the operator; check trunk.host and the way to it (telephony.listen)."
        return State(f"{trunk.host}: unreachable", todo)
    # Asked once a minute: at a start it takes as long until the first answer.
    return State(f"{trunk.host}: {'reached' if 'Avail' in row.split() else 'not asked yet'}")


def _secret(var: Path) -> Path:
    return var / "secrets" / "trunk"
