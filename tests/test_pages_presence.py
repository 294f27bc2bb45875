"""Two admins on one page know of each other: on loading it, while it stays open, and for half a minute after."""

from dataclasses import dataclass

import pytest
from pages_office import COOKIE, PagesOffice, office
from starlette.testclient import TestClient

from agi.pages.application import application
from agi.pages.shared.presence import Presence

__all__ = ["office"]


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


class Room:
    """The pages in one process, whose clock the test turns."""

    def __init__(self, office: PagesOffice) -> None:
        self.office, self.clock = office, Clock()
        self.app = application(office.settings)
        self.app.state.presence = Presence(self.clock)

    def enter(self, name: str, role: str = "admin") -> TestClient:
        client = TestClient(self.app)
        client.cookies.set(COOKIE, self.office.session(role, name))
        return client


@pytest.fixture
def room(office: PagesOffice) -> Room:
    return Room(office)


SITI = "siti juga membuka halaman ini."


def test_who_loads_a_page_that_a_colleague_has_open_is_told(room: Room) -> None:
    siti, budi = room.enter("siti"), room.enter("budi")
    assert "juga membuka" not in siti.get("/menu").text
    assert SITI in budi.get("/menu").text
    assert "juga membuka" not in budi.get("/kalimat").text


def test_the_colleague_is_told_while_the_page_stays_open_and_not_again_and_again(room: Room) -> None:
    siti, budi = room.enter("siti"), room.enter("budi")
    siti.get("/menu")
    assert siti.get("/hadir?di=/menu&ada=").status_code == 204
    budi.get("/menu")
    told = siti.get("/hadir?di=/menu&ada=")
    assert "budi juga membuka halaman ini." in told.text
    assert "<html" not in told.text
    assert siti.get("/hadir?di=/menu&ada=budi").status_code == 204


def test_half_a_minute_after_leaving_one_is_gone_and_who_stays_is_not(room: Room) -> None:
    siti, budi = room.enter("siti"), room.enter("budi")
    siti.get("/menu")
    for _ in range(5):
        room.clock.now += 10
        assert siti.get("/hadir?di=/menu&ada=").status_code == 204
    assert SITI in budi.get("/menu").text
    room.clock.now += 31
    assert "juga membuka" not in budi.get("/menu").text


def test_only_admins_are_told_and_count_and_a_page_of_ones_own_is_no_company(room: Room) -> None:
    auditor, siti, again = room.enter("agus", "auditor"), room.enter("siti"), room.enter("siti")
    auditor.get("/menu")
    assert "juga membuka" not in siti.get("/menu").text
    assert "juga membuka" not in again.get("/menu").text
    assert "juga membuka" not in auditor.get("/menu").text
    assert room.enter("sari", "supervisor").get("/hadir?di=/menu").status_code == 403


def test_what_is_told_of_a_page_does_not_take_the_message_of_the_next(room: Room) -> None:
    siti = room.enter("siti")
    page = siti.get("/menu").text
    base = page.partition('action="/menu/main"')[2].partition('name="dasar" value="')[2].partition('"')[0]
    moved = {"apa": "turun", "dasar": base, "tombol": "1"}
    siti.post("/menu/main", data=moved, follow_redirects=False)
    siti.get("/hadir?di=/menu&ada=budi")
    assert "Menu disimpan." in siti.get("/menu").text
