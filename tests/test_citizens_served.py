"""The process of the citizens' page: confined, kept where it is wanted, and losing nothing when it is killed."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import httpx2
import pytest
from citizens_page import publish
from installation import private_environment, run_hotline, settings_of
from leaks import leaks
from line_exchange import until

from agi.books.citizens import CitizensBook
from agi.books.importing import import_csv
from agi.books.mailbox_log import MailboxLog
from agi.citizens.gate import Gate
from agi.ops import launch
from agi.ops.confined import landlock
from agi.ops.supervise import Supervisor
from agi.privacy import hash_key
from agi.settings import SAMPLE, Settings
from agi.settings.tables import Citizens
from agi.voice.texts import Texts
from agi.workshop.bench.installation import free_port
from agi.workshop.softphone.sample import load


@dataclass
class Process:
    """The process as `hotline up` starts it."""

    settings: Settings
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen((sys.executable, "-m", "agi.citizens.serve"), env=self.environment)
        until("the page is served", self.answers)

    def answers(self) -> bool:
        try:
            return httpx2.get(self.url).status_code == 200
        except httpx2.TransportError:
            return False

    def kill(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    @property
    def key(self) -> bytes:
        return hash_key(self.settings.var)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.citizens.port}"


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    environment = private_environment(
        tmp_path_factory.mktemp("citizens"),
        HOTLINE_CITIZENS__ENABLED="true",
        HOTLINE_CITIZENS__PORT=str(free_port(socket.SOCK_STREAM)),
    )
    settings = settings_of(environment)
    publish(settings)
    key, digits = hash_key(settings.var), settings.identity.kk_digits
    import_csv(settings.registry_db, key, "residents", SAMPLE / "residents.csv", kk_digits=digits)
    made = Process(settings, {**os.environ, **environment})
    made.start()
    yield made
    made.kill()


def message(process: Process, body: str, form: str = "") -> httpx2.Response:
    """Write `body` in the chat, by a new form where none is given."""
    return httpx2.post(f"{process.url}/obrolan", data={"izin": form or new_form(process), "pesan": body}, timeout=20)


def new_form(process: Process) -> str:
    """The stamp of a form that was opened some seconds ago."""
    return Gate(cast("CitizensBook", None), process.key, earlier).form().stamp  # what is made needs no book


def earlier() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=5)


def test_no_message_that_was_taken_is_lost_or_answered_twice_by_a_kill(process: Process) -> None:
    forms = [new_form(process) for _ in range(12)]
    session = httpx2.Client(base_url=process.url, timeout=20)
    for nth, form in enumerate(forms):
        with suppress(httpx2.TransportError):
            if nth % 4 == 2:  # killed while it is taken or answered: whoever sees no answer sends it again
                threading.Timer(0.004 * nth, process.kill).start()
            session.post("/obrolan", data={"izin": form, "pesan": f"syarat kia {nth}"})
        if nth % 4 == 2:
            assert process.process
            process.process.wait(10)
            process.start()
            session.post("/obrolan", data={"izin": form, "pesan": f"syarat kia {nth}"})
    log = MailboxLog(process.settings.mailbox_db)
    until("all are sent", lambda: all(one.state == "sent" for one in log.letters(100)))
    asked = [one.asked for one in log.letters(100) if one.asked.startswith("syarat kia ")]
    assert sorted(asked) == sorted(f"syarat kia {nth}" for nth in range(12))


def test_nothing_that_was_entered_stands_in_clear_anywhere(process: Process) -> None:
    sample = load(SAMPLE, process.settings.identity.kk_digits)
    person = next(one for one in sample.residents if (one.status, one.ktp) == ("ACTIVE", "CARD_ISSUED"))
    told = [
        httpx2.post(f"{process.url}/nik", data={"izin": new_form(process), "nik": person.nik, "kk": proof})
        for proof in (person.kk, "0" * 10)
    ]
    told += [
        message(process, f"cek#ktp#{person.nik}#{person.kk_digits}"),
        message(process, f"lapor petugas menolak NIK {person.nik} tanpa alasan"),
        httpx2.post(f"{process.url}/lapor", data={"izin": new_form(process), "tentang": "data",
                                                  "isi": f"NIK {person.nik} dan KK {person.kk} salah"}),
        httpx2.post(f"{process.url}/nik?nik={person.nik}", data={"nik": person.nik}),
        httpx2.get(f"{process.url}/{person.nik}"),
    ]  # fmt: skip
    for answer in told:
        clear = answer.text + str(dict(answer.headers)) + (str(answer.next_request.url) if answer.next_request else "")
        assert person.nik not in clear and person.kk not in clear
    process.kill()
    process.start()
    found = leaks(process.settings, sample)
    assert not found, found
    kept = b"".join(path.read_bytes() for path in process.settings.citizens_folder.rglob("*"))
    kept += b"".join(path.read_bytes() for path in (process.settings.var / "log").rglob("citizens*"))
    for word in (person.nik, person.kk, person.kk_digits, "127.0.0.1:5"):
        assert word.encode() not in kept


def test_the_door_is_shown_and_tried_by_command(process: Process) -> None:
    assert "chat      open  chat of the page for citizens" in run_hotline(process.environment, "doors").stdout
    tried = run_hotline(process.environment, "doors", "test", "chat").stdout
    assert f"'info' was answered: {Texts.load(process.settings.prompts).message('text.help')[:40]}" in tried


def test_of_wrong_bytes_it_says_so_and_goes_on(process: Process) -> None:
    for raw in (
        b"\x16\x03\x01\x02\x00\x01",
        b"GET /" + b"x" * 70_000,
        b"POST /nik HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    ):
        address = ("127.0.0.1", process.settings.citizens.port)
        with suppress(ConnectionError), socket.create_connection(address) as sock:
            sock.sendall(raw)
            sock.recv(100)
    assert process.answers()


@pytest.mark.skipif(not landlock(), reason="this kernel has no Landlock")
def test_it_can_not_change_what_the_line_and_the_pages_live_by(process: Process) -> None:
    program = (
        "import sys; from pathlib import Path; from agi.citizens.serve import places; from agi.ops.confined import"
        " confine; from agi.settings import Settings; confine(places(Settings()))\n"
        "for name in sys.argv[1:]:\n"
        "    try: Path(name).open('a').close(); print('written')\n"
        "    except PermissionError: print('refused')\n"
    )
    var = process.settings.var
    paths = (
        var / "secrets" / "hash-key",
        var / "editions" / "x",
        process.settings.citizens_folder / "x",
        var / "log" / "x",
    )
    done = subprocess.run((sys.executable, "-c", program, *map(str, paths)), env=process.environment, text=True,
                          capture_output=True, check=True, timeout=60)  # fmt: skip
    assert done.stdout.split() == ["refused", "refused", "written", "written"]


def test_the_supervisor_keeps_it_where_it_is_wanted_only(process: Process) -> None:
    assert "citizens" in Supervisor(process.settings).programs
    off = process.settings.model_copy(update={"citizens": Citizens()})
    assert "citizens" not in Supervisor(off).programs


def test_another_template_starts_it_anew(process: Process, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = launch.citizens_fingerprint(process.settings)
    shutil.copytree(launch._CITIZENS, tmp_path / "agi" / "citizens")
    monkeypatch.setattr(launch, "ROOT", tmp_path)
    monkeypatch.setattr(launch, "_CITIZENS", tmp_path / "agi" / "citizens")
    monkeypatch.setattr(launch, "reached", lambda *_: set())
    same = launch.citizens_fingerprint(process.settings)
    (tmp_path / "agi" / "citizens" / "home.html").write_text("x")
    assert len({before, same, launch.citizens_fingerprint(process.settings)}) == 3
