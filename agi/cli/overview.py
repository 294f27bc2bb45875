"""All commands in groups, with a line for each: what `./hotline` and `./hotline --help` print.

Nothing but the standard library is imported, and the text is ASCII: the script `hotline` shows it by itself while
nothing is installed yet.
"""

import textwrap
from collections.abc import Mapping
from typing import NamedTuple

WIDTH = 80
"""Columns of a terminal that is not asked: the text is folded at it."""

_NAMES = 10


class Entry(NamedTuple):
    """A command: where it lives, as "module below agi:attribute", and what it does in one line."""

    place: str
    summary: str


GROUPS: Mapping[str, Mapping[str, Entry]] = {
    "Run it": {
        "up": Entry("cli.service:up", "Start it, or bring changes onto the line; installs on first use."),
        "down": Entry("cli.service:down", "Stop; calls in progress may finish."),
        "status": Entry("cli.service:status", "Tell whether calls are answered, and what runs."),
        "doctor": Entry("cli.doctor:doctor", "Find what is wrong, and say what to do."),
        "logs": Entry("cli.service:logs", "Show what the line and Asterisk logged."),
    },
    "Calls and data": {
        "calls": Entry("cli.calls:calls", "Who called, what was said and done, how it ended."),
        "registry": Entry("cli.registry:registry", "Residents, applications and offices: import them, count them."),
        "agents": Entry("cli.agents:group", "The agents: list, add, remove; at once, no call is cut."),
        "survey": Entry("cli.survey:survey", "How callers rate the service: answers and index."),
        "hours": Entry("cli.hours:hours", "When agents are on duty: the week, holidays."),
        "offices": Entry("cli.offices:offices", "Names and hours of the offices: show them, change one."),
        "tickets": Entry("cli.tickets:tickets", "Complaints and wishes of callers: list them, show one."),
        "doors": Entry("cli.doors:doors", "Ways in for messages: state, answers given up, a test."),
        "callbacks": Entry("cli.callbacks:callbacks", "Who waits to be called back: list them, cancel one."),
        "institutions": Entry(
            "cli.institutions:institutions", "Who may check NIKs by id and PIN, and what they asked."
        ),
        "backup": Entry("cli.backup:backup", "Write all that cannot be made again into one file."),
        "restore": Entry("cli.backup:restore", "Put a backup back; what was there is kept."),
    },
    "Pages in a browser": {
        "users": Entry("cli.users:users", "Who may sign in: list, add, reset, disable."),
        "audit": Entry("cli.audit:audit", "What was done on the pages: show it, verify it."),
    },
    "Menus and words": {
        "prompts": Entry("cli.prompts:prompts", "What callers hear: check it, listen, publish, bring it back."),
        "facts": Entry("cli.facts:facts", "Where what callers hear is from, and what must be checked."),
        "announce": Entry("cli.announce:announce", "Tell all callers something before the greeting, for a time."),
        "speech": Entry("cli.speech:speech", "What callers say: measure and train the recogniser."),
        "intents": Entry("cli.intents:intents", "What callers may say in their own words: list it."),
        "hear": Entry("cli.hear:hear", "Tell what the recogniser hears in recordings."),
    },
    "Try it": {
        "try": Entry("cli.terminal:terminal", "The conversation in this terminal, no telephone needed."),
        "text": Entry("cli.text:text", "What a text message would be answered."),
        "call": Entry("workshop.softphone.command:call", "Place real calls, from scenarios or keys, and check them."),
        "agent": Entry(
            "workshop.softphone.command:agent", "A scripted agent who answers the calls that come to the queue."
        ),
        "nik": Entry("cli.nik:nik", "Check the form of NIKs on stdin; unfreeze one."),
        "test": Entry("workshop.testing:test", "Run the test suite, or a part of it."),
        "bench": Entry("workshop.bench.command:bench", "Measure what a call costs and how fast it is answered."),
        "drill": Entry(
            "workshop.bench.drill_command:drill", "Kill, freeze, rob and fill a private hotline under real calls."
        ),
    },
    "Started by `up`": {
        "line": Entry("cli.line:line", "The process that talks with the callers."),
    },
}


def entries() -> dict[str, Entry]:
    """All commands by name, in the order of the overview."""
    return {name: entry for group in GROUPS.values() for name, entry in group.items()}


def text() -> str:
    """The overview, folded at `WIDTH`."""
    lines = [
        "Halo Dukcapil 1500-537: a civil registry hotline that answers by itself.",
        "",
        "Usage: ./hotline COMMAND [WORDS]...     ./hotline COMMAND --help tells more",
    ]
    for title, group in GROUPS.items():
        lines += ["", f"{title}:"]
        for name, entry in group.items():
            lines += textwrap.wrap(
                f"  {name:<{_NAMES}}{entry.summary}", WIDTH, subsequent_indent=" " * (_NAMES + 2), drop_whitespace=True
            )
    return "\n".join((*lines, "", "The first command is `./hotline up`; README.md says the rest."))


if __name__ == "__main__":
    print(text())
