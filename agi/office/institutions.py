"""Institutions with an agreement ask whether a NIK is in use: proved, limited by day, and each question written down.

Hak akses (UU 24/2013 art. 79, Permendagri 102/2019) is given by an agreement for a purpose. By telephone nothing is
told that the NIK alone does not decide: in use, not in use, not found. Names, reasons and dates never are.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from secrets import randbelow

from agi.books.errors import BookError
from agi.books.institution import (
    ID_DIGITS,
    PIN_DIGITS,
    Institution,
    Purpose,
    Query,
    Standing,
    institution_valid,
)
from agi.books.institutions import IdTaken, InstitutionBook, LimitReached
from agi.books.numbers import check_digit
from agi.books.ports import FrozenNiks, RegistryLookups
from agi.books.words import ResidentStatus
from agi.office.counting import Visitor
from agi.office.limit import GuessLimit
from agi.office.results import Invalid, Refusal, Subject
from agi.privacy import keyed_hash

_NO_PIN = bytes(16)
_TRIES = 20


@dataclass(frozen=True, slots=True)
class UsedUp:
    """The institution has asked as often as it may today."""


@dataclass(frozen=True, slots=True)
class Institutions:
    """Those of this installation; any thread may ask. Everything raises BookError when a book can't be used now."""

    book: InstitutionBook
    guesses: GuessLimit
    key: bytes
    clock: Callable[[], datetime]
    zone: tzinfo

    def add(self, name: str, limit: int) -> tuple[Institution, str]:
        """A new one, that may ask `limit` times a day, and its PIN, which nobody can read again."""
        pin = f"{randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"
        for _ in range(_TRIES):
            body = f"{randbelow(10 ** (ID_DIGITS - 1)):0{ID_DIGITS - 1}d}"
            number = body + check_digit(body)
            one = Institution(number, name, limit, self.clock(), self._hash(number, pin))
            try:
                self.book.add(one)
            except IdTaken:
                continue
            return one, pin
        raise IdTaken("no free id was found")

    def remove(self, number: str) -> Institution:
        """From now on it may not ask; what it has asked stays. Raises InstitutionNotFound."""
        return self.book.change(number, lambda one: replace(one, removed=one.removed or self.clock()))

    def limit(self, number: str, limit: int) -> Institution:
        """From now on it may ask so often a day. Raises InstitutionNotFound."""
        return self.book.change(number, lambda one: replace(one, limit=limit))

    def prove(self, visitor: Visitor, number: str, pin: str) -> Institution | Refusal:
        """The institution with this id and PIN; unknown, removed and wrong are the same, and guessing is limited."""
        if not institution_valid(number):
            return Invalid(Subject.INSTITUTION)
        return self.guesses.attempt(visitor, Subject.INSTITUTION, number, lambda: self._proved(number, pin))

    def ask(
        self, registry: RegistryLookups, frozen: FrozenNiks, who: Institution, purpose: Purpose, nik: str, call: str
    ) -> Standing | UsedUp:
        """What `who` may be told of `nik`.

        It is written down, and counts for the day, before it is looked up: of many calls at once no more are answered
        than may be, and nothing is told that is not in the log. Raises BookError: then nothing may be told.
        """
        query = Query(self.clock(), who.id, purpose, keyed_hash(self.key, "institution-nik", nik), call)
        try:
            number = self.book.reserve(query, self.day_began())
        except LimitReached:
            return UsedUp()
        try:
            closed = frozen.since(nik) is not None
            status = registry.status(nik)
        except BookError:
            self.book.take_back(number)
            raise
        standing = Standing.FROZEN if closed else _standing(status)
        self.book.told(number, standing)
        return standing

    def day_began(self, ago: timedelta = timedelta(0)) -> datetime:
        """The beginning of the day at the office, or of the one so long ago."""
        return datetime.combine(self.today() - ago, time(), self.zone)

    def today(self) -> date:
        """The day it is at the office."""
        return self.clock().astimezone(self.zone).date()

    def _proved(self, number: str, pin: str) -> Institution | None:
        found = self.book.by_id(number)
        may = found is not None and found.removed is None
        matches = hmac.compare_digest(found.pin if found and may else _NO_PIN, self._hash(number, pin))
        return found if may and matches else None

    def _hash(self, number: str, pin: str) -> bytes:
        return keyed_hash(self.key, "institution-pin", number, pin)


def _standing(status: ResidentStatus | None) -> Standing:
    if status is None:
        return Standing.NOT_FOUND
    return Standing.ACTIVE if status is ResidentStatus.ACTIVE else Standing.INACTIVE
