"""The page of the survey: the index and its elements, the table to take along; and for whom. And the command."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest
from click.testing import CliRunner
from pages_office import PagesOffice, office

from agi import privacy
from agi.books.audit import Audit
from agi.books.calls import CallBook
from agi.books.events import Noted, NoteKind
from agi.books.survey import Element, Rating
from agi.cli import main

__all__ = ["office"]


def rated(office: PagesOffice, times: int, grade: int) -> None:
    """Each element `times` times, in calls of now."""
    now = datetime.now(UTC)
    office.settings.data.mkdir(exist_ok=True)
    book = CallBook.open(office.settings.calls_db, privacy.hash_key(office.settings.var))
    for element in Element:
        for nth in range(times):
            call = f"{element}{nth}.0"
            book.begin(call, "", now)
            book.event(call, Noted(at=now, kind=NoteKind.SURVEY_ASKED, detail=element))
            book.event(call, Noted(at=now, kind=NoteKind.SURVEY_RATED, detail=str(Rating(element, grade))))
    assert book.flush(60)
    book.close()


def test_the_index_is_told_once_every_element_has_enough_answers(office: PagesOffice) -> None:
    client = office.client("supervisor")
    empty = client.get("/survei").text
    assert "belum cukup" in empty
    assert "Survei tidak dinyalakan" in empty
    rated(office, 30, 3)
    page = office.client("supervisor").get("/survei").text
    assert '<p class="number">75</p>' in page
    assert "Mutu pelayanan C: kurang baik." in page
    assert "Penanganan pengaduan, saran, dan masukan" in page
    assert "<dt>Ditanya</dt><dd>270</dd>" in page


def test_the_table_holds_the_same_and_is_audited(office: PagesOffice) -> None:
    rated(office, 2, 4)
    answer = office.client("supervisor", "sri").get("/survei/tabel.csv?hari=30")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(StringIO(answer.text)))
    assert rows[0][:2] == ["unsur", "nilai 1"]
    assert rows[1] == ["Persyaratan", "0", "0", "0", "2", "2", "4.000", "0.444"]
    assert rows[-1][0] == "IKM"
    assert rows[-1][-3:] == ["18", "belum cukup", ""]
    entries = Audit(office.settings.pages_db, privacy.hash_key(office.settings.var)).entries()
    assert [(one.who, one.what) for one in entries] == [("sri", "survei.unduh")]


@pytest.mark.parametrize(("role", "status"), [("supervisor", 200), ("admin", 200), ("auditor", 200), ("tester", 403)])
def test_who_may_look(office: PagesOffice, role: str, status: int) -> None:
    assert office.client(role).get("/survei").status_code == status


def test_only_the_periods_of_the_page_can_be_asked_for(office: PagesOffice) -> None:
    assert office.client("admin").get("/survei?hari=7").status_code == 400


def test_the_command_tells_the_same(office: PagesOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in office.environment.items():
        monkeypatch.setenv(name, value)
    rated(office, 30, 4)
    told = CliRunner().invoke(main, ["survey"]).output
    assert "IKM: 100.00, mutu A (Sangat baik), of 270 answers." in told
    assert "Callers are not asked" in told
    file = office.home / "survey.csv"
    assert CliRunner().invoke(main, ["survey", "--csv", str(file)]).exit_code == 0
    assert file.read_text().splitlines()[-1] == "IKM,,,,,270,100.00,A"
    assert file.stat().st_mode & 0o777 == 0o600
