"""The `hotline` command: a table of names; the modules behind it load only when their name is typed."""

import click

from agi.cli.lazy import Lazy

COMMANDS = {
    "up": "agi.cli.service:up",
    "down": "agi.cli.service:down",
    "status": "agi.cli.service:status",
    "logs": "agi.cli.service:logs",
    "doctor": "agi.cli.doctor:doctor",
    "line": "agi.cli.line:line",
    "try": "agi.cli.terminal:terminal",
    "call": "agi.cli.softphone:call",
    "agent": "agi.cli.softphone:agent",
    "prompts": "agi.cli.prompts:prompts",
    "registry": "agi.cli.registry:registry",
    "nik": "agi.cli.nik:nik",
    "calls": "agi.cli.calls:calls",
    "speech": "agi.cli.speech:speech",
    "hear": "agi.cli.hear:hear",
    "bench": "agi.cli.bench:bench",
    "test": "agi.cli.test:test",
}


class Hotline(Lazy):
    """All commands, and what they have in common."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; wrong settings are told as one sentence, not as a traceback."""
        try:
            return super().invoke(ctx)
        except ValueError as wrong:
            told = _told_of_settings(wrong)
            if told is None:
                raise
            raise click.ClickException(told) from wrong


def _told_of_settings(wrong: ValueError) -> str | None:
    """What is wrong with the settings, in words; None when `wrong` is about something else."""
    from tomllib import TOMLDecodeError

    from pydantic import ValidationError

    from agi.settings import settings_file

    if isinstance(wrong, TOMLDecodeError):
        return f"{settings_file()} cannot be read: {wrong}."
    if isinstance(wrong, ValidationError) and wrong.title == "Settings":
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in wrong.errors()]
        return f"The settings are wrong (hotline.toml or HOTLINE_… variables). {'; '.join(faults)}."
    return None


@click.group(cls=Hotline, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=None, version="0.1.0", prog_name="hotline")
def main() -> None:
    """Halo Dukcapil 1500-537: a civil registry hotline that answers by itself."""


__all__ = ["COMMANDS", "main"]
