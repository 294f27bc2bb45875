"""`hotline doors` tells how the ways in for messages are, which answers were given up, and tries one."""

from datetime import UTC, datetime

from click.testing import CliRunner
from installation import Hotline
from sample_office import SampleOffice

from agi.books.mailbox import Mailbox
from agi.books.mailbox_rows import Incoming, Outcome, Sending, Written
from agi.cli import doors as command
from agi.errors import HotlineError

pytest_plugins = ["office_fixtures"]
AT = datetime(2026, 11, 28, 3, tzinfo=UTC)


def told(office: SampleOffice, *words: str) -> str:
    command_settings, command.Settings = command.Settings, lambda: office.settings
    try:
        done = CliRunner().invoke(command.doors, words)
    finally:
        command.Settings = command_settings
    assert done.exit_code == 0, done.output
    return done.output


def test_a_door_by_which_nobody_came_is_told(office: SampleOffice) -> None:
    assert "sip       down  text messages of telephones: 0 messages, last never" in told(office)
    assert told(office, "dead") == "There is none.\n"


def test_answers_that_were_given_up_are_listed_masked(office: SampleOffice) -> None:
    mailbox = Mailbox(office.settings.mailbox_db, bytes(32))
    mailbox.take([Incoming("sip", "1", "7@h", "cek#ktp#3273014507909999", "7")], AT)
    mailbox.answer([Written(1, "Bentuk NIK benar.", "check")], AT)
    mailbox.begin_sending(AT, ["sip"])
    mailbox.settle([Outcome(1, Sending.DEAD, "no way")])
    mailbox.close()
    assert "1 messages, last 2026-11-28 10:00:00 WIB; 0 wait, 1 given up" in told(office)
    listed = told(office, "dead")
    assert "'Bentuk NIK benar.': no way" in listed and "3273014507909999" not in listed


def test_a_message_is_sent_through_the_door_and_back(hotline: Hotline) -> None:
    assert "'info' was answered: Halo Dukcapil" in hotline.run("doors", "test", "sip").stdout
    assert " open  text" in hotline.run("doors").stdout


def test_a_door_that_is_not_there_is_named(hotline: Hotline) -> None:
    done = hotline.run("doors", "test", "fax", check=False)
    assert done.returncode and "There is no door fax: sip, whatsapp" in done.stderr
    assert issubclass(command.NoDoor, HotlineError)
