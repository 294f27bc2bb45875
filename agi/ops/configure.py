"""Asterisk's configuration folder of one installation, `var/asterisk/etc`.

The files of `dialplan/` are linked, so what an admin reads there is what Asterisk reads. What differs between
installations (paths, ports, passwords, numbers) is generated into `asterisk.conf` and `local/`.
"""

import re
import socket
from dataclasses import dataclass
from pathlib import Path

from agi import privacy
from agi.books.moments import BROWSER
from agi.ops import agents, open_files, telephones, trunk
from agi.ops.asterisk import Program
from agi.ops.places import DIALPLAN, etc_folder, run_folder, write_whole
from agi.settings import Settings
from agi.stamp import stamp, stamp_of

COLLECT_NUMBER = "20"
"""What testers dial to record words for `hotline speech collect`."""

PROOF_HEADER = "X-Hotline-Proof"
"""By what Asterisk knows that a SIP request comes from the pages."""
_BROWSERS = 128
"""Connections to the telephone's port at once, those included that Asterisk closes because they ask for nothing."""
_BROWSER_PATH_BYTES = 16
_PASSWORD_BYTES = 10  # typed into a telephone by hand: 20 hex digits are long enough, 64 are too long
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - every address of this machine
_LONGEST_SILENCE_S = 3600
_FIRST_ANNOUNCED_S, _ANNOUNCED_EVERY_S = 8, 40
_BEING_REFUSED = 50
_TESTER = re.compile(r"^\[(tester\d+)\]\(tester\)", re.M)
# A change in one of these is seen by a new start only; all others by a reload, which cuts no call.
_NEEDS_START = ("asterisk.conf", "modules.conf", "local/pjsip-transport.conf", "local/rtp.conf", "rtp.conf",
                "logger.conf", "stasis.conf")  # fmt: skip

_FOLDERS = ("asterisk/lib", "asterisk/spool", "asterisk/agi-bin", "asterisk/share/sounds", "asterisk/share/moh",
            "log/asterisk/cel-custom", "editions", "voice-cache")  # fmt: skip


@dataclass(frozen=True)
class Account:
    """A telephone's account at Asterisk."""

    name: str
    password: str


def transport_file(var: Path) -> Path:
    """Where the address and port for SIP stand, for Asterisk."""
    return etc_folder(var) / "local" / "pjsip-transport.conf"


def account(var: Path, name: str) -> Account:
    """The account `name` with its password (made once, kept in var/secrets)."""
    return Account(name, privacy.secret(var, f"sip-{name}", _PASSWORD_BYTES))


def browser_path(var: Path) -> str:
    """The path of the telephone's WebSocket. Only the pages know it: a neighbour who connects gets none of its places
    for longer than a wrong request takes.
    """
    return f"/{privacy.secret(var, 'browser-path', _BROWSER_PATH_BYTES)}/ws"


def known_account(var: Path, name: str) -> Account | None:
    """The account `name` as it was made; None where it was not yet."""
    path = var / "secrets" / f"sip-{name}"
    return Account(name, path.read_text().strip()) if path.is_file() else None


def testers() -> tuple[str, ...]:
    """Names of the testers' accounts, from dialplan/pjsip.conf."""
    return tuple(_TESTER.findall((DIALPLAN / "pjsip.conf").read_text()))


def write(settings: Settings, program: Program) -> tuple[str, str]:
    """Write (what has changed of) the configuration folder and the folders it names.

    Gives the stamps of what Asterisk reads: of what at its start only, and of what also on a reload.
    """
    etc = etc_folder(settings.var)
    etc.mkdir(parents=True, exist_ok=True)
    _link_dialplan(etc)
    _make_folders(settings, program)
    write_whole(etc / "asterisk.conf", _asterisk_conf(settings, program))
    local = etc / "local"
    write_whole(local / "globals.conf", _globals(settings))
    write_agents(settings)
    write_whole(local / "collect.conf", _collect(settings))
    write_whole(local / "pjsip-trunk.conf", trunk.configuration(settings))
    write_whole(local / "rtp.conf", _rtp(settings))
    write_whole(transport_file(settings.var), _transport(settings))
    write_whole(local / "pjsip-sound.conf", _sound(settings))
    write_whole(local / "pjsip-browser.conf", _browser(settings))
    write_whole(local / "http.conf", _http(settings))
    telephones.write(settings)
    return _stamps(etc)


def write_agents(settings: Settings) -> None:
    """Write what depends on who the agents are; a reload takes it up. Raises agents.AgentsError."""
    local = etc_folder(settings.var) / "local"
    write_whole(local / "queues.conf", _queues(settings))
    write_whole(local / "colleagues.conf", _colleagues(settings))
    write_whole(local / "pjsip-accounts.conf", _accounts(settings))


def _link_dialplan(etc: Path) -> None:
    wanted = {path.name: path for path in DIALPLAN.glob("*.conf")}
    for path in etc.glob("*.conf"):
        if path.is_symlink() and path.name not in wanted:
            path.unlink()
    for name, source in wanted.items():
        _link(etc / name, source)


def _link(link: Path, target: Path) -> None:
    if not link.is_symlink() or link.readlink() != target:
        link.unlink(missing_ok=True)
        link.symlink_to(target)


def _make_folders(settings: Settings, program: Program) -> None:
    var = settings.var.absolute()
    for name in _FOLDERS:
        (var / name).mkdir(parents=True, exist_ok=True)
    share = var / "asterisk" / "share"
    _link(share / "documentation", program.documentation)
    language = settings.office.language
    _link(share / "sounds" / language, settings.sounds.absolute())  # until the line has named the call's edition
    _link(share / "sounds" / "editions", settings.editions_folder.absolute())


def _asterisk_conf(settings: Settings, program: Program) -> str:
    var = settings.var.absolute()
    home = var / "asterisk"
    return f"""; Generated at start. Everything Asterisk touches stays below var/.
[directories]
astetcdir => {home}/etc
astmoddir => {program.modules}
astvarlibdir => {home}/lib
astdbdir => {home}/lib
astkeydir => {home}/lib
astdatadir => {home}/share
astagidir => {home}/agi-bin
astspooldir => {home}/spool
astrundir => {run_folder(settings.var)}
astlogdir => {var}/log/asterisk
astsbindir => {home}/lib

[options]
verbose = 0
debug = 0
nocolor = yes
hideconnect = yes
live_dangerously = no
systemname = {_machine(var)}
maxfiles = {open_files.granted(settings)}
maxcalls = {settings.calls_at_once + _BEING_REFUSED}
defaultlanguage = {settings.office.language}
documentation_language = en_US
languageprefix = yes
; Short keys as they are: drawn out to 80 ms, they run into the next one of a telephone that dials fast.
mindtmfduration = 1
"""


def _machine(var: Path) -> str:
    """A name that no other installation has: it begins each call's id, so that ids differ between machines."""
    host = re.sub(r"[^a-z0-9]+", "-", socket.gethostname().partition(".")[0].lower()).strip("-")[:20] or "hotline"
    known = Path("/etc/machine-id")
    mark = known.read_text() if known.is_file() else ""
    return f"{host}-{stamp(f'{host}{var}{mark}'.encode())[:6]}"


def _globals(settings: Settings) -> str:
    values = {
        "NUMBER": settings.telephony.number,
        "AGI_PORT": settings.line.agi_port,
        "LINE_PROOF": privacy.line_proof(settings.var),
        "LANGUAGE": settings.office.language,
        "MAX_CALLS": settings.line.max_calls,
        "TRUNK_CALLS": settings.trunk_calls,
        "ACCOUNT_CALLS": settings.telephony.account_calls,
        "HOUSE_CALLS": settings.telephony.house_calls,
        "QUEUE_MAX_WAIT": settings.queue.max_wait_s,
        "SHOW_NUMBER": int(settings.queue.show_number),
        "CALLBACK_RING": settings.callback.ring_s,
    }
    return "; Generated at start, for [globals] of extensions.conf.\n" + "".join(
        f"{name}={value}\n" for name, value in values.items()
    )


def _queues(settings: Settings) -> str:
    members = "".join(f"member => PJSIP/{one.number},0,{one.name}\n" for one in agents.listed(settings))
    offers = settings.callback.enabled
    # Announced in turn: how often that one can leave, until it is time to say that one can be called back.
    before = -(-max(settings.callback.after_s - _FIRST_ANNOUNCED_S, 0) // _ANNOUNCED_EVERY_S) if offers else 1
    announced = ["queue/leave"] * max(before, 1) + ["queue/callback"] * offers
    return (
        "; Generated at start, for [agents] of queues.conf.\n"
        f"context = {'queue-keys-callback' if offers else 'queue-keys'}\n"
        f"periodic-announce = {','.join(announced)}\n"
        f"periodic-announce-frequency = {_ANNOUNCED_EVERY_S}\n"
        f"periodic-announce-startdelay = {_FIRST_ANNOUNCED_S}\n"
        f"timeout = {settings.queue.ring_s}\n"
        f"wrapuptime = {settings.queue.after_call_s}\n"
        f"announce-frequency = {settings.queue.announce_s}\n"
        f"min-announce-frequency = {min(settings.queue.announce_s, 15)}\n{members}"
    )


def _colleagues(settings: Settings) -> str:
    ring_s = settings.queue.ring_s
    dialled = "".join(
        f"exten => {one.number},1,Dial(PJSIP/{one.number},{ring_s},gb(agent-leg^s^1))\n same => n,Goto(queue,given,1)\n"
        for one in agents.listed(settings)
    )
    return f"; Generated at start, for [colleagues] of extensions.conf.\n{dialled}"


def _collect(settings: Settings) -> str:
    """What testers dial to be recorded, where that is switched on."""
    told = "; Generated at start, for [from-testers] of extensions.conf.\n"
    if port := settings.speech.collect_port:
        service = f"agi://127.0.0.1:{port}/collect,,{privacy.collect_proof(settings.var)}"
        told += f"exten => {COLLECT_NUMBER},1,Answer(200)\n same => n,AGI({service})\n same => n,Hangup(16)\n"
    return told


def _rtp(settings: Settings) -> str:
    # So many packets in order make a source known that is not the one signalled; the signalled one needs none.
    probation = 4 if settings.telephony.behind_nat else 100
    return (
        "; Generated at start, for [general] of rtp.conf.\n"
        f"rtpstart = {settings.telephony.rtp_first}\nrtpend = {settings.telephony.rtp_last}\n"
        f"probation = {probation}\n"
        f"icesupport = {'yes' if settings.pages.enabled else 'no'}\n"
    )


def _transport(settings: Settings) -> str:
    address = settings.telephony.listen
    shown = f"[{address}]" if ":" in address else address
    told = (
        "; Generated at start.\n[transport-udp]\ntype = transport\nprotocol = udp\n"
        f"bind = {shown}:{settings.telephony.sip_port}\n"
    )
    if settings.pages.enabled:
        told += "\n[transport-ws]\ntype = transport\nprotocol = ws\nbind = 127.0.0.1\n"
    return told


def _http(settings: Settings) -> str:
    told = "; Generated at start, for [general] of http.conf.\n"
    if not settings.pages.enabled:
        return f"{told}enabled = no\n"
    return (
        f"{told}enabled = yes\nbindaddr = 127.0.0.1\nbindport = {settings.pages.telephone_port}\n"
        f"prefix = {browser_path(settings.var).split('/')[1]}\nsessionlimit = {_BROWSERS}\nsession_inactivity = 1000\n"
    )


def _browser(settings: Settings) -> str:
    """The account of testers with a browser; its sound is where the pages are, and nowhere else."""
    told = "; Generated at start from var/secrets.\n"
    if not settings.pages.enabled:
        return told
    listen = settings.pages.listen
    told += f"[{BROWSER}](browser-telephone)\n"
    if listen not in _EVERYWHERE:
        told += f"media_address = {listen}\nbind_rtp_to_media_address = yes\n"
    header = f"{PROOF_HEADER}: {privacy.pages_proof(settings.var)}"
    return f"{told}\n[{BROWSER}-identify]\ntype = identify\nendpoint = {BROWSER}\nmatch_header = {header}\n"


def _sound(settings: Settings) -> str:
    """Where sound and messages go, and when a telephone that sends no sound is given up: never while it may wait or be
    talked to."""
    limit = max(_LONGEST_SILENCE_S, 2 * settings.queue.max_wait_s)
    return (
        "; Generated at start, for telephones and trunks.\n[sound](!)\n"
        f"rtp_symmetric = {'yes' if settings.telephony.behind_nat else 'no'}\n"
        f"rtp_timeout = {limit}\nrtp_timeout_hold = {limit}\n"
        "\n[texts](!)\n" + "message_context = texts\n" * settings.messages.telephones
    )


def _accounts(settings: Settings) -> str:
    parts = ["; Generated at start from var/secrets.\n"]
    parts += [_auth(account(settings.var, name)) for name in testers()]
    parts += [_agent(account(settings.var, one.number)) for one in agents.listed(settings)]
    if settings.trunk.username and (password := trunk.password(settings)):
        parts.append(_auth(Account(settings.trunk.username, password), section="trunk-auth"))
    return "\n".join(parts)


def _agent(held: Account) -> str:
    name = held.name
    return f"[{name}](agent)\nauth = {name}-auth\naors = {name}\n\n[{name}](agent-aor)\n\n{_auth(held)}"


def _auth(held: Account, section: str = "") -> str:
    return (
        f"[{section or held.name + '-auth'}]\ntype = auth\nauth_type = digest\n"
        f"username = {held.name}\npassword = {held.password}\n"
    )


def _stamps(etc: Path) -> tuple[str, str]:
    files = [(str(path.relative_to(etc)), path) for path in sorted((*etc.glob("*.conf"), *etc.glob("local/*.conf")))]
    at_start = [(name, path) for name, path in files if name in _NEEDS_START]
    return stamp_of(at_start), stamp_of(file for file in files if file not in at_start)
