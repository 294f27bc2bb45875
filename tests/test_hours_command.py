"""`hotline hours`: what is set counts, and is shown."""

import pytest
from click.testing import CliRunner, Result

from agi.books.hours import HoursBook, OwnHours, Span, spans
from agi.cli import main
from agi.settings import Settings

pytestmark = pytest.mark.usefixtures("places")


def hours(*words: str) -> Result:
    return CliRunner().invoke(main, ["hours", *words])


def test_the_week_is_set_shown_and_cleared() -> None:
    assert "not set" in hours("show").output
    assert hours("set", "senin-jumat", "08:00-16:00").exit_code == 0
    assert hours("set", "sabtu", "08.00-12.00").exit_code == 0
    assert HoursBook(Settings().hours_file).read() == OwnHours((*(spans("08:00-16:00"),) * 5, (Span(480, 720),), ()))
    shown = hours("show").output
    assert "jumat   08:00-16:00" in shown
    assert "minggu  tutup" in shown
    hours("clear")
    assert "not set" in hours("show").output


def test_holidays_are_listed_set_and_removed() -> None:
    assert "First set the week" in hours("holidays", "set", "2027-03-08", "Nyepi").output
    hours("set", "senin-jumat", "08:00-16:00")
    assert "not decided  Hari Suci Nyepi" in hours("holidays", "list", "2027").output
    assert hours("holidays", "set", "2027-03-08", "Hari Suci Nyepi").exit_code == 0
    hours("holidays", "set", "2027-12-25", "Natal", "--hours", "seperti biasa")
    listed = hours("holidays", "list", "2027").output
    assert "2027-03-08  tutup        Hari Suci Nyepi (own)" in listed
    assert "Source: " in listed
    hours("holidays", "remove", "2027-03-08")
    assert "(own)" in hours("holidays", "list", "2027").output
    assert hours("holidays", "remove", "2027-03-08").exit_code == 1


@pytest.mark.parametrize("words", [("senin", "8"), ("monday", "tutup"), ("jumat-senin", "tutup")])
def test_what_cannot_be_is_refused_in_a_sentence(words: tuple[str, str]) -> None:
    done = hours("set", *words)
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert HoursBook(Settings().hours_file).read() is None
