"""Every argument reaches Asterisk as it is, or not at all."""

import inspect
from contextlib import suppress

import pytest
from asterisk.agi import AGI, AGIError
from hypothesis import given
from hypothesis import strategies as st
from line_fake import channel_with

from agi.line.channel import Channel
from agi.line.protocol import LONGEST_LINE, BadArgument, ChannelError, quote

sendable = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\n\0"), max_size=200)
OK = b"200 result=1 (x)\n"


def as_asterisk_reads(line: str) -> list[str]:
    """The words of a command as `parse_args` of Asterisk's res_agi.c splits them."""
    words: list[str] = []
    word, begun, quoted, escaped = "", False, False, False
    for mark in line:
        if escaped:
            word, begun, escaped = word + mark, True, False
        elif mark == "\\":
            escaped = True
        elif mark == '"':
            quoted, begun = not quoted, True
        elif mark in " \t" and not quoted:
            if begun:
                words.append(word)
            word, begun = "", False
        else:
            word, begun = word + mark, True
    return [*words, word] if begun else words


@given(sendable, sendable)
def test_asterisk_reads_back_what_was_quoted(first: str, second: str) -> None:
    assert as_asterisk_reads(f"SET VARIABLE {quote(first)} {quote(second)}") == ["SET", "VARIABLE", first, second]


@given(sendable, st.sampled_from("\r\n\0"), sendable)
def test_line_breaks_and_nul_are_refused(before: str, mark: str, after: str) -> None:
    with pytest.raises(BadArgument):
        quote(before + mark + after)


def test_what_is_no_unicode_text_is_refused() -> None:
    with pytest.raises(BadArgument):
        quote("\ud800")


def test_a_line_longer_than_asterisks_buffer_is_refused_and_nothing_is_sent() -> None:
    room = LONGEST_LINE - len('SET VARIABLE "A" ""\n')
    with channel_with(OK) as (channel, said):
        with pytest.raises(BadArgument):
            channel.set_variable("A", "x" * (room + 1))
        channel.set_variable("A", "x" * room)
    assert [len(line) for line in said] == [LONGEST_LINE]


def test_length_is_counted_in_bytes() -> None:
    with channel_with() as (channel, _), pytest.raises(BadArgument):
        channel.set_variable("A", "é" * (LONGEST_LINE // 2))


@pytest.mark.parametrize("verb", ["EXEC\nEXEC", "EXEC System", 'SET "X', "", "EXEC\0", "NO-OP"])
def test_a_verb_is_made_of_words_only(verb: str) -> None:
    with channel_with(OK) as (channel, _):
        if verb == "EXEC System":
            channel.command(verb)
        else:
            with pytest.raises(BadArgument):
                channel.command(verb)


NOT_COMMANDS = {"execute", "send_command", "get_result", "test_hangup", "command", "take_keys"}
COMMANDS = sorted(
    name
    for name, _ in inspect.getmembers(AGI, inspect.isfunction)
    if not name.startswith("_") and name not in NOT_COMMANDS
)
HOSTILE = 'x" "y\\'


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_pyst2_quotes_every_argument(name: str) -> None:
    method = getattr(Channel, name)
    wanted = [
        parameter
        for parameter in list(inspect.signature(method).parameters.values())[1:]
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY
    ]
    numbers = {"timeout", "offset", "silence", "sample_offset", "max_digits", "skipms", "seconds", "secs", "level"}
    values: list[object] = [1 if parameter.name in numbers else HOSTILE for parameter in wanted]
    with channel_with(*[OK] * 4, close=False) as (channel, said), suppress(ChannelError, AGIError):
        getattr(channel, name)(*values)
    assert said
    for line in said:
        text = line.decode()
        assert text.count("\n") == 1
        verb_length = next((at for at, mark in enumerate(text) if mark == '"'), len(text))
        assert text[:verb_length].replace(" ", "").strip().isalpha()
        assert all(word.isalpha() or HOSTILE in word or word.isdigit() or "=" in word or not word
                   for word in as_asterisk_reads(text.rstrip("\n")))  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_of_pyst2_sends_a_second_line(name: str) -> None:
    method = getattr(Channel, name)
    wanted = [
        parameter
        for parameter in list(inspect.signature(method).parameters.values())[1:]
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY
    ]
    if not wanted:
        return
    with channel_with(*[OK] * 4, close=False) as (channel, said), pytest.raises((BadArgument, TypeError, ValueError)):
        getattr(channel, name)(*['1"\nEXEC System "id'] * len(wanted))
    assert said == []
