"""The injection proven on pyst2: a value with a quote and a line break runs a command of its own."""

import io

import pytest
from asterisk.agi import AGI
from line_fake import channel_with

from agi.line.channel import Channel
from agi.line.protocol import BadArgument

ATTACK = 'x"\nEXEC System "touch /tmp/owned'


class Asterisk:
    """What pyst2 needs of an Asterisk, and the lines it is sent."""

    def __init__(self) -> None:
        self.replies = io.StringIO("agi_uniqueid: 1.1\n\n" + "200 result=1\n" * 3)
        self.sent = io.StringIO()
        self.noise = io.StringIO()

    def agi(self, monkeypatch: pytest.MonkeyPatch) -> AGI:
        monkeypatch.setattr("asterisk.agi.signal.signal", lambda *_: None)
        return AGI(self.replies, self.sent, self.noise)


def test_pyst2_itself_sends_the_second_command(monkeypatch: pytest.MonkeyPatch) -> None:
    asterisk = Asterisk()
    asterisk.agi(monkeypatch).set_variable("NAME", ATTACK)
    assert asterisk.sent.getvalue().splitlines() == ['SET VARIABLE "NAME" "x"', 'EXEC System "touch /tmp/owned"']


def test_pyst2_itself_writes_values_to_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    asterisk = Asterisk()
    asterisk.agi(monkeypatch).set_variable("NIK", "3273050000000001")
    assert "3273050000000001" in asterisk.noise.getvalue()


def test_our_channel_sends_nothing_at_all() -> None:
    with channel_with(b"200 result=1\n") as (channel, said), pytest.raises(BadArgument):
        channel.set_variable("NAME", ATTACK)
    assert said == []


def test_without_the_line_break_it_is_one_harmless_value() -> None:
    with channel_with(b"200 result=1\n") as (channel, said):
        channel.set_variable("NAME", ATTACK.replace("\n", " "))
    assert said == [b'SET VARIABLE "NAME" "x\\" EXEC System \\"touch /tmp/owned"\n']


def test_our_channel_writes_no_value_anywhere(capfd: pytest.CaptureFixture[str]) -> None:
    with channel_with(b"200 result=1\n", b"200 result=1 (3273050000000001)\n") as (channel, _):
        channel.set_variable("NIK", "3273050000000001")
        assert channel.get_variable("NIK") == "3273050000000001"
    with channel_with() as (channel, _), pytest.raises(BadArgument) as refused:
        channel.set_variable("NIK", "3273050000000001\n")
    assert "3273" not in str(refused.value)
    assert capfd.readouterr() == ("", "")


def test_no_signal_handler_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: pytest.fail("a signal handler was set"))
    with channel_with() as (channel, _):
        assert isinstance(channel, Channel)
