"""The pages are killed (-9) while they publish: callers hear the edition before, and the next publication works."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from line_exchange import until
from pages_office import COOKIE, PagesOffice, pages_office

from agi.editions.store import Editions
from agi.editions.working import WorkingCopy
from agi.privacy import hash_key
from agi.voice.sounds import Sounds
from agi.voice.texts import Texts
from agi.workshop.bench.installation import free_port


@contextmanager
def served(office: PagesOffice) -> Iterator[tuple[subprocess.Popen[bytes], httpx2.Client]]:
    """The pages in a process of their own, and an admin who is signed in there."""
    log = (office.home / "served.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "agi.pages.serve"], env={**os.environ, **office.environment}, stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{office.settings.pages.port}"
    cookies = {COOKIE: office.session("admin", "siti")}
    with httpx2.Client(base_url=address, cookies=cookies, follow_redirects=True, timeout=60) as client:
        try:
            until("the pages answer", lambda: _answers(client))
            yield process, client
        finally:
            process.kill()
            process.wait()
            log.close()


def _answers(client: httpx2.Client) -> bool:
    try:
        return client.get("/masuk").status_code == 200
    except httpx2.TransportError:
        return False


def begin(client: httpx2.Client) -> None:
    seen = re.search('name="dasar" value="([^"]+)"', client.get("/draf").text)[1]
    assert client.post("/draf/terbit", data={"dasar": seen}).url.path == "/draf/terbit"


def finish(client: httpx2.Client) -> str:
    until("it is over", lambda: "refresh" not in client.get("/draf/terbit").headers)
    return client.get("/draf/terbit").text


@pytest.mark.parametrize("moment", ["files are copied", "sentences are spoken"])
def test_callers_hear_the_old_edition_and_the_next_publication_works(tmp_path: Path, moment: str) -> None:
    office = pages_office(tmp_path, HOTLINE_PAGES__PORT=str(free_port(socket.SOCK_STREAM)))
    hash_key(office.settings.var)  # as `up` makes it before: the pages may not
    editions, draft = Editions(office.settings.editions_folder), office.settings.editions_folder / ".draft"
    with served(office) as (process, client):
        begin(client)
        assert "Versi 1 terbit" in finish(client)
        texts = Texts.load(office.settings.prompts)
        changed = [key for key in texts if key.startswith("requirements.")]
        for key in changed:
            words = f"Ini kalimat {' '.join(str(time.time_ns()))}."  # nobody has spoken it yet: it takes a moment
            WorkingCopy(office.settings).set_text(key, words, texts[key].raw)
        begin(client)
        if moment == "files are copied":
            until(moment, lambda: (draft / "prompts" / "menu.toml").exists())
        else:
            until(moment, lambda: re.search(r"[1-9]\d* dari \d+ kalimat diucapkan", client.get("/draf/terbit").text))
        process.send_signal(signal.SIGKILL)
        process.wait()
    heard = editions.current()
    assert heard is not None
    assert heard.number == 1
    assert not any("Ini kalimat" in text.raw for text in Texts.load(heard.prompts).values())
    assert not Sounds(heard.sounds).damaged()
    with served(office) as (_, client):
        assert client.get("/draf").text.count("Ini kalimat") >= len(changed)
        begin(client)
        assert "Versi 2 terbit" in finish(client)
    office.close()
