"""`hotline nik`: what numbers on stdin say about themselves, one JSON object a line; and opening one that is frozen."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import BinaryIO

import click

from agi import privacy
from agi.books.numbers import NikCheck, check_nik
from agi.errors import HotlineError
from agi.settings import Settings

_LONGEST = 4096


class NotOpened(HotlineError):
    """Nothing was opened; the message says why."""


@click.group(invoke_without_command=True)
@click.pass_context
def nik(context: click.Context) -> None:
    """Check NIKs: one a line on stdin, one JSON object a line on stdout.

    \b
    valid        whether the number can be a NIK (not that it is registered)
    reason       why not: format, province, region, birth_date, serial; or null
    birth_date   YYYY-MM-DD, the century inferred
    sex          female or male
    region       code, province, regency, district where the NIK was issued
    warnings     unknown_region: a code that is no longer in use, perhaps

    The number itself is not repeated.
    """
    if context.invoked_subcommand is not None:
        return
    out = sys.stdout
    try:
        for line in _lines(sys.stdin.buffer):
            out.write(json.dumps(_told(check_nik(line)), ensure_ascii=False) + "\n")
            out.flush()
    except BrokenPipeError:
        # Whoever read our lines has enough. What is left must go somewhere when Python closes stdout, or it fails then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
    except KeyboardInterrupt:
        click.echo(err=True)


@nik.command()
@click.option("--reason", required=True, help="How its owner was recognised; it stands in the audit.")
def unfreeze(reason: str) -> None:
    """Let the hotline answer again about a NIK that its owner has frozen.

    The NIK is asked for, or read from stdin, since what stands in a command is seen by others. The audit keeps its last
    four digits.
    """
    from agi.books.audit import Audit  # who checks numbers need not wait for what opens them
    from agi.office.office import safety_of

    settings = Settings()
    key = privacy.hash_key(settings.var)
    number = click.prompt("NIK", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    number = number.strip()
    if not check_nik(number).valid:
        raise NotOpened("This is no NIK: check its sixteen digits.")
    if not safety_of(settings, key).frozen.unfreeze(number):
        raise NotOpened("This NIK is not frozen.")
    Audit(settings.pages_db, key).add("hotline nik", "nik.buka_kunci", privacy.mask(number), privacy.redact(reason))
    click.echo(f"{privacy.mask(number)} is open again.")


def _lines(source: BinaryIO) -> Iterator[str]:
    """The lines of `source` as they come; of an over-long one its beginning, which is no NIK in any case."""
    while raw := source.readline(_LONGEST):
        rest = raw
        while rest and not rest.endswith(b"\n"):
            rest = source.readline(_LONGEST)
        yield raw.decode(errors="replace").strip().removeprefix("\ufeff")


def _told(check: NikCheck) -> dict[str, object]:
    return {
        "valid": check.valid,
        "reason": check.reason,
        "birth_date": check.birth_date and check.birth_date.isoformat(),
        "sex": check.sex,
        "region": check.region and asdict(check.region),
        "warnings": ["unknown_region"] if check.unknown_region else [],
    }
