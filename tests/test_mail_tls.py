"""E-mail: servers are spoken to by TLS as it is set up, and by nothing but a certificate that is trusted."""

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from mail_peer import OFFICE, PASSWORD, MailServer

from agi.doors.imap import Folder
from agi.doors.mail import MailDoor
from agi.doors.smtp import Submission
from agi.text.delivery import NotSent


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key."""
    home = tmp_path_factory.mktemp("tls")
    made = home / "certificate.pem", home / "key.pem"
    words = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-nodes")
    command = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", *words)
    subprocess.run((*command, "-out", made[0], "-keyout", made[1]), check=True, capture_output=True)
    return made


@pytest.fixture(params=["tls", "starttls"])
def server(request: pytest.FixtureRequest, certificate: tuple[Path, Path]) -> Iterator[MailServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with closing(MailServer(context, implicit=request.param == "tls")) as made:
        yield made


def door(server: MailServer) -> MailDoor:
    security = "tls" if server.implicit else "starttls"
    folder = Folder("127.0.0.1", server.imap_port, security, "INBOX", OFFICE, PASSWORD)
    return MailDoor(
        OFFICE, folder, Submission("127.0.0.1", server.smtp_port, security, OFFICE, PASSWORD), 10, bytes(32)
    )


def test_both_servers_are_spoken_to_by_tls(
    server: MailServer, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert "came by IMAP" in door(server).tried("")
    assert len(server.handed) == 1 and not server.box


def test_a_certificate_that_nobody_vouches_for_is_refused(server: MailServer) -> None:
    with pytest.raises(NotSent, match="SSLCertVerificationError"):
        door(server).tried("")
    with pytest.raises(ssl.SSLCertVerificationError), door(server).folder.opened():
        pass
    assert not server.handed and not server.logins


def test_passwords_stand_in_no_repr(server: MailServer) -> None:
    assert PASSWORD not in repr(door(server)) and PASSWORD.replace('"', '\\"') not in repr(door(server))
