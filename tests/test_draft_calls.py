"""A call that tries the draft: made ready by who may try it, heard by nobody else, and in no figure."""

import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from books_data import ended
from line_fake import HEADERS, socket_pair
from pages_office import PagesOffice, office
from sample_office import build_registry
from starlette.websockets import WebSocketDisconnect

from agi import privacy
from agi.books.calls import CallBook
from agi.books.calls_table import sums
from agi.books.counting import CallCounter
from agi.books.events import Outcome
from agi.books.moments import BROWSER
from agi.books.reader import CallReader
from agi.editions.store import Editions, NoEdition, name_of, number_of
from agi.line.call import talk_through
from agi.line.channel import Channel
from agi.line.shared import LiveCalls, Shared
from agi.pages.shared.once import Once
from agi.pages.tester import passing
from agi.pages.tester.draft_calls import Wanted, prepared
from agi.services.publisher import publisher

__all__ = ["office"]

NOW = datetime.now(UTC)


def published(office: PagesOffice) -> Editions:
    makes = publisher(office.settings)
    with makes.editions.alone():
        makes.publish(makes.draft(office.settings.prompts), "siti", "", ())
    return makes.editions


def change(office: PagesOffice, new: str) -> None:
    path = office.settings.prompts / "id.toml"
    path.write_text(re.sub(r"Selamat datang di Halo Dukcapil[^\"]*", new, path.read_text(), count=1))


def test_what_is_tried_is_whole_and_no_edition_of_callers(office: PagesOffice) -> None:
    editions = published(office)
    change(office, "Ini percobaan.")
    wanted = prepared(office.settings, "main", "siti")
    tried = editions.held(wanted.number).edition
    assert tried.number < 0
    assert "Ini percobaan." in (tried.prompts / "id.toml").read_text()
    assert list(tried.sounds.rglob("*.wav"))
    assert editions.current_number() == 1
    assert [one.number for one in editions.history()] == [1]
    assert "Ini percobaan." not in (editions.edition(1).prompts / "id.toml").read_text()


def test_the_same_draft_is_kept_once_and_another_beside_it(office: PagesOffice) -> None:
    first = prepared(office.settings, "", "siti")
    assert prepared(office.settings, "", "budi") == first
    change(office, "Ini percobaan lain.")
    assert prepared(office.settings, "", "budi").number < first.number


@pytest.mark.thorough
def test_an_old_one_goes_unless_a_call_hears_it(office: PagesOffice) -> None:
    editions = Editions(office.settings.editions_folder)
    first = prepared(office.settings, "", "siti").number
    long_ago = time.time() - 7200
    os.utime(editions.folder / name_of(first) / "edition.json", (long_ago, long_ago))
    held = editions.held(first)
    change(office, "Ini yang kedua.")
    prepared(office.settings, "", "siti")
    assert editions.edition(first).number == first
    held.close()
    change(office, "Ini yang ketiga.")
    prepared(office.settings, "", "siti")
    with pytest.raises(NoEdition):
        editions.edition(first)


@pytest.mark.thorough
def test_publishing_goes_on_beside_what_is_tried(office: PagesOffice) -> None:
    tried = prepared(office.settings, "", "siti").number
    editions = published(office)
    assert editions.current_number() == 1
    assert list(editions.held(tried).edition.sounds.rglob("*.wav"))


@pytest.mark.parametrize("number", [1, 37, -1_795_505_517])
def test_a_folder_is_called_by_its_number_in_as_many_letters_as_asterisk_takes(number: int) -> None:
    assert number_of(name_of(number)) == number
    assert len(f"editions/{name_of(number)}/sounds") < 40  # MAX_LANGUAGE


def test_the_page_gives_a_token_to_who_may_try(office: PagesOffice) -> None:
    told = office.client("tester").post("/telepon/draf", data={"dari": "nik_check"})
    assert told.status_code == 200
    assert len(told.json()["token"]) > 20
    assert office.client("supervisor").post("/telepon/draf").status_code == 403
    assert office.client("auditor").post("/telepon/draf").status_code == 403


@pytest.mark.parametrize("place", ["not_there", "../../secrets", "main\r\nX: y"])
def test_a_place_that_is_not_there_is_refused(office: PagesOffice, place: str) -> None:
    told = office.client("tester").post("/telepon/draf", data={"dari": place})
    assert (told.status_code, told.text) == (409, "tempat itu tidak ada dalam menu draf")


def test_a_draft_with_faults_is_told(office: PagesOffice) -> None:
    (office.settings.prompts / "menu.toml").write_text("")
    told = office.client("tester").post("/telepon/draf", data={"dari": ""})
    assert told.status_code == 409
    assert "kesalahan" in told.text


def refused(office: PagesOffice, name: str, token: str, code: int) -> bool:
    client = office.client("tester", name)
    with pytest.raises(WebSocketDisconnect) as closed, client.websocket_connect(f"/telepon/ws?draf={token}", ["sip"]):
        pass
    return closed.value.code == code


def test_a_token_is_good_for_one_call_of_its_own_session(office: PagesOffice) -> None:
    client = office.client("tester", "siti")
    token = client.post("/telepon/draf", data={"dari": ""}).json()["token"]
    path = f"/telepon/ws?draf={token}"
    with pytest.raises(WebSocketDisconnect) as first, client.websocket_connect(path, ["sip"]):
        pass
    assert first.value.code == 1013  # taken: there is no Asterisk behind it here
    with pytest.raises(WebSocketDisconnect) as again, client.websocket_connect(path, ["sip"]):
        pass
    assert again.value.code == passing.REFUSED


def test_nobody_elses_token_and_no_other_word_is_taken(office: PagesOffice) -> None:
    token = office.client("tester", "siti").post("/telepon/draf", data={"dari": ""}).json()["token"]
    assert refused(office, "budi", token, passing.REFUSED)
    assert refused(office, "budi", "-1795505517.main", passing.REFUSED)


def test_what_waits_too_long_is_gone() -> None:
    once = Once[str](0.0)
    assert once.take(once.put("siti", "thing")) is None
    kept = Once[str](60.0)
    token = kept.put("siti", "thing")
    assert kept.take(token, "budi") is None
    assert kept.take(token, "siti") is None  # whoever shows it to somebody else has spent it


def test_both_pages_lead_to_a_call_with_the_draft(office: PagesOffice) -> None:
    client = office.client("admin")
    assert 'href="/telepon?isi=draf&amp;dari=main"' in client.get("/coba?dari=main").text
    assert 'href="/telepon?isi=draf"' in client.get("/draf").text
    told = client.get("/telepon?isi=draf&dari=main").text
    assert '<option value="draf" selected>' in told
    assert '<option value="main" selected>' in told


@pytest.fixture
def book(office: PagesOffice) -> Iterator[CallBook]:
    """One call of a caller, one that tried a draft."""
    settings = office.settings
    settings.data.mkdir(parents=True, exist_ok=True)
    made = CallBook.open(settings.calls_db, privacy.hash_key(settings.var))
    for name, edition in (("caller", 1), ("tester", -1_795_505_517)):
        made.begin(name, "081234567890", NOW, edition=edition)
        made.event(name, ended(Outcome.COMPLETED, "main", "", NOW + timedelta(seconds=9)))
    made.flush()
    yield made
    made.close()


@pytest.mark.usefixtures("book")
def test_who_tries_a_draft_is_in_no_figure_and_stands_in_the_records(office: PagesOffice) -> None:
    with CallCounter(office.settings.calls_db) as reader:
        tally = reader.tally(NOW - timedelta(hours=1), NOW + timedelta(hours=1))
        assert sum(tally.fates.values()) == 1
        told = [(call, reader.course(call)) for call in reader.calls()]
        assert reader.editions() == {1}
    assert len(told) == 2
    assert sums(told, office.settings.zone)[0].calls == 1
    client = office.client("admin")
    assert client.get("/panggilan").text.count("percobaan draf") == 1
    assert "draf yang dicoba (tidak ikut dihitung)" in client.get("/panggilan/tester").text


def test_a_token_says_to_the_line_which_draft_and_where() -> None:
    assert Wanted(-17, "main").told() == "17.main"
    assert Wanted(-17, "").told() == "17."


def called(office: PagesOffice, told: str, account: str) -> tuple[list[str], int]:
    """A call by the line, of which Asterisk says that it tries `told`: what is streamed, and its recorded edition."""
    settings = office.settings
    streamed: list[str] = []
    with closing(Shared.load(settings)) as shared, socket_pair() as (wire, far):
        lines = far.makefile("rb")
        far.sendall(HEADERS.replace(b"agi_arg_1", f"agi_channel: PJSIP/{account}-00000001\nagi_arg_1".encode()))

        def answers() -> None:
            for line in lines:
                words = line.decode().split()
                if words[0] == "STREAM":
                    streamed.append(words[2])
                    break
                known = told if words[:2] == ["GET", "VARIABLE"] and "HOTLINE_DRAFT" in words[2] else ""
                far.sendall(f"200 result={f'1 ({known})' if known else '0 endpos=8000'}\n".encode())
            far.shutdown(socket.SHUT_RDWR)

        threading.Thread(target=answers, daemon=True).start()
        talk_through(Channel(wire, limit_s=5.0), shared, LiveCalls(), lambda: False)
        assert shared.book.flush()
        with CallReader(settings.calls_db) as reader:
            (call,) = reader.calls()
    return streamed, call.edition


@pytest.fixture
def served(office: PagesOffice, monkeypatch: pytest.MonkeyPatch) -> PagesOffice:
    """One whose line can serve calls, with an edition and another draft."""
    monkeypatch.setattr("sample_office.KEY", privacy.hash_key(office.settings.var))
    office.settings.data.mkdir(exist_ok=True)
    build_registry(office.settings.data)
    published(office)
    change(office, "Ini percobaan.")
    return office


def test_the_line_plays_the_draft_from_its_place_to_who_tries_it(served: PagesOffice) -> None:
    wanted = prepared(served.settings, "nik_check", "siti")
    streamed, edition = called(served, wanted.told(), BROWSER)
    assert edition == wanted.number
    assert f"/{name_of(wanted.number)}/sounds/nik/ask" in streamed[0]


@pytest.mark.thorough
def test_who_calls_by_a_telephone_tries_nothing_whatever_they_say(served: PagesOffice) -> None:
    wanted = prepared(served.settings, "nik_check", "siti")
    streamed, edition = called(served, wanted.told(), "tester1")
    assert edition == 1
    assert "/1/sounds/" in streamed[0]


@pytest.mark.thorough
@pytest.mark.parametrize("told", ["-", "1.main", "99999999999999.main", "../1.main"])
def test_what_is_no_draft_is_heard_by_nobody(served: PagesOffice, told: str) -> None:
    streamed, edition = called(served, told, BROWSER)
    assert (edition == -1 and not streamed) if told == "1.main" else edition == 1
