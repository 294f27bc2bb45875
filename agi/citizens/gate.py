"""Who may send a form: people, not programs by the thousand. Nobody has to read a distorted picture for that.

A form carries the time it was made, signed; a field that only programs fill; and, where scripts run, the solution of a
small puzzle (altcha), which buys a wider limit. Limits count by network, and hold across processes and restarts.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_hex

from altcha.v1 import Payload, create_challenge, verify_solution

from agi.books.citizens import CitizensBook, Rate
from agi.errors import HotlineError
from agi.privacy import keyed_hash

TRAP = "situs"
"""The field that people do not see."""
SOONEST, _LATEST = timedelta(seconds=2), timedelta(hours=2)
_HARDEST = 20_000
"""Hashes at the most for one puzzle: a second of a slow telephone's, which nobody notices while typing."""
_LONGEST_SOLUTION = 1_000


class NotAdmitted(HotlineError):
    """A form is not taken; the message tells the citizen what to do. `status`: of HTTP."""

    def __init__(self, why: str, status: int = 400, wait_s: float = 0.0) -> None:
        super().__init__(why)
        self.status = status
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Limit:
    """How often a network may: with the puzzle solved, and without."""

    solved: Rate
    plain: Rate


LOOK_UP = Limit(Rate("look-up", 30, 6.0), Rate("look-up-plain", 10, 30.0))
"""Of what looks somebody up: a NIK, a registration number, a ticket."""
WORDS = Limit(Rate("words", 60, 2.0), Rate("words-plain", 20, 10.0))
"""Of what looks nobody up."""
TICKET = Limit(Rate("ticket", 6, 300.0), Rate("ticket-plain", 3, 900.0))
"""Of complaints."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a form carries: its signed `stamp`, and the puzzle."""

    stamp: str
    salt: str
    challenge: str
    signature: str
    most: int


@dataclass(frozen=True, slots=True)
class Gate:
    """Makes forms and takes them; `key`: the installation's. Any thread may ask."""

    book: CitizensBook
    key: bytes
    clock: Callable[[], datetime]

    def form(self) -> Form:
        """A new one; it is taken for two hours."""
        now = self.clock()
        puzzle = create_challenge(
            algorithm="SHA-256",
            max_number=_HARDEST,
            salt_length=12,
            hmac_key=self._puzzle_key,
            salt="",
            number=None,
            expires=now + _LATEST,
            params=None,
        )
        stamp = f"{int(now.timestamp())}.{token_hex(16)}"
        signed = f"{stamp}.{self._signature(stamp)}"
        return Form(signed, puzzle.salt, puzzle.challenge, puzzle.signature, puzzle.max_number)

    def admit(self, fields: Mapping[str, str], network: str, limit: Limit) -> str:
        """The name of this form, which nobody can guess and which is the same when it is sent again.

        Raises NotAdmitted, BookError.
        """
        if fields.get(TRAP):
            raise NotAdmitted("Formulir tidak dapat diproses. Kosongkan isian yang tidak perlu, lalu kirim lagi.")
        name = self._name(fields.get("izin", ""))
        solved = self._solved(fields.get("bukti", "")[:_LONGEST_SOLUTION])
        wait_s = self.book.take(limit.solved if solved else limit.plain, network, self.clock())
        if wait_s > 0:
            minutes = max(1, -(-int(wait_s) // 60))
            why = f"Terlalu banyak permintaan dari jaringan ini. Silakan coba lagi setelah {minutes} menit."
            raise NotAdmitted(why, 429, wait_s)
        return name

    def _name(self, told: str) -> str:
        stamp, _, signature = told.rpartition(".")
        made, _, name = stamp.partition(".")
        if not hmac.compare_digest(self._signature(stamp).encode(), signature.encode("utf-8", "replace")):
            raise NotAdmitted("Formulir ini tidak lengkap terkirim. Silakan isi dan kirim sekali lagi.")
        age = self.clock() - datetime.fromtimestamp(int(made), UTC)
        if age < SOONEST:
            raise NotAdmitted("Formulir terkirim terlalu cepat. Silakan periksa isinya, lalu kirim sekali lagi.")
        if age > _LATEST:
            raise NotAdmitted("Formulir ini sudah terlalu lama terbuka. Silakan isi dan kirim sekali lagi.")
        return name

    def _solved(self, told: str) -> bool:
        """Whether the puzzle is solved, for the first time."""
        if not told:
            return False
        try:
            payload = Payload.from_base64(told)
            _, expires, _ = payload.parse_salt()
            right, _ = verify_solution(payload, self._puzzle_key, check_expires=False)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return False
        if not right:
            return False
        until = datetime.fromtimestamp(expires or 0.0, UTC)  # signed by us
        return until > self.clock() and self.book.spend(payload.challenge, until)

    @property
    def _puzzle_key(self) -> str:
        return keyed_hash(self.key, "citizens-puzzle").hex()

    def _signature(self, stamp: str) -> str:
        return keyed_hash(self.key, "citizens-form", stamp).hex()
