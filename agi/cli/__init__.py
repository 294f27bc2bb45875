"""The `hotline` command: a table of names; the modules behind it load only when their name is typed."""

import click

from agi.cli import overview
from agi.cli.lazy import Lazy
from agi.errors import HotlineError

COMMANDS = overview.entries()


class Hotline(Lazy):
    """All commands, and what they have in common."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """No word at all asks for help."""
        return super().parse_args(ctx, args or ["--help"])

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview, the same as before anything is installed."""
        formatter.write(overview.text())

    def invoke(self, ctx: click.Context) -> object:
        """Run the command of the installation's owner; what is wrong with it is one sentence, not a traceback."""
        from agi.ops.private import stranger
        from agi.settings import Settings

        try:
            if (told := stranger(Settings())) is not None:
                raise click.ClickException(told)
            return super().invoke(ctx)
        except HotlineError as wrong:
            raise click.ClickException(str(wrong)) from wrong
        except OSError as wrong:
            if wrong.filename is None:  # the output: see __main__
                raise
            raise click.ClickException(f"{wrong.filename}: {wrong.strerror}.") from wrong


@click.group(cls=Hotline, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=None, version="0.1.0", prog_name="hotline")
def main() -> None:
    """Halo Dukcapil 1500-537: a civil registry hotline that answers by itself."""


__all__ = ["COMMANDS", "main"]
