"""Cases: what a call was about, by a number for who must tell it again; and calls that were cut off in the middle."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import randbelow

from agi.books.case import NUMBER_DIGITS, CaseFile, case_valid
from agi.books.cases import CaseBook
from agi.books.errors import BookError
from agi.books.numbers import check_digit
from agi.office.clock import Clock, to_the_millisecond
from agi.office.counting import Visitor
from agi.office.limit import GuessLimit
from agi.office.results import Invalid, Refusal, Subject
from agi.privacy import keyed_hash
from agi.settings.tables import Cases as Limits

_TRIES = 20


class NoNumberFree(BookError):
    """No number was found that no other case has."""


@dataclass(frozen=True, slots=True)
class About:
    """What a call is about, as an agent sees it: `number` is masked."""

    topic: str
    verified: str = ""
    reached: str = ""
    number: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of the office; any thread may ask. Everything raises BookError when the book can't be used now.

    `key`: the installation's, for the hashes of callers' numbers.
    """

    book: CaseBook
    guesses: GuessLimit
    key: bytes
    limits: Limits
    clock: Clock

    def keep(self, call: str, sender: str, about: About, joined: datetime | None = None) -> CaseFile:
        """Write down what `call`, by the number `sender` ("": withheld), is about now; `joined`: since when they wait.

        The case has its number from the first time on.
        """
        now = to_the_millisecond(self.clock())

        def made(before: CaseFile | None) -> CaseFile:
            known = before or CaseFile(_number(), call, self.caller(sender), now, now)
            return replace(
                known,
                changed=now,
                topic=about.topic,
                verified=about.verified,
                reached=about.reached,
                about=about.number,
                status=about.status,
                joined=joined,
                dropped=None,
            )

        for _ in range(_TRIES):
            if kept := self.book.keep(call, made):
                return kept
        raise NoNumberFree("no free number was found")

    def opened(self, visitor: Visitor, number: str) -> CaseFile | Refusal:
        """The case with this number, for `limits.days` days. It can be guessed, so that tries are limited."""
        if not case_valid(number):
            return Invalid(Subject.CASE)
        return self.guesses.attempt(visitor, Subject.CASE, number, lambda: self._told(number))

    def caller(self, sender: str) -> bytes:
        """What is kept of the telephone number of who calls."""
        return keyed_hash(self.key, "case-caller", sender) if sender else b""

    # ---- calls that are cut off ----

    def dropped(self, call: str, at: datetime) -> None:
        """The call was cut off while its caller waited for an agent, `at` that time; where it has no case, so be it."""
        if found := self.book.by_call(call):
            self.book.change(found.number, lambda case: replace(case, dropped=at if case.joined else case.dropped))

    def cut_off(self, call: str, sender: str, about: About) -> None:
        """The call, which is `about` that, was cut off in the middle of a service."""
        if not sender or not self.limits.resume_minutes:
            return
        kept = self.keep(call, sender, about)
        self.book.change(kept.number, lambda case: replace(case, dropped=to_the_millisecond(self.clock())))

    def interrupted(self, sender: str) -> CaseFile | None:
        """The case in which this caller was cut off a short while ago."""
        if not sender or not self.limits.resume_minutes:
            return None
        since = self.clock() - timedelta(minutes=self.limits.resume_minutes)
        return self.book.dropped(self.caller(sender), since)

    def go_on(self, number: str, call: str) -> CaseFile | None:
        """The case goes on in this `call`; None where it went on already.

        What was proved in the call before is not proved in this one: a caller's number is no proof of who calls.
        """
        taken = False

        def taken_up(case: CaseFile) -> CaseFile:
            nonlocal taken
            taken = case.dropped is not None
            return replace(case, call=call, verified="", status="", dropped=None) if taken else case

        found = self.book.change(number, taken_up)
        return found if taken else None

    def let_go(self, number: str) -> None:
        """The caller begins anew: the case stays, and is not offered again."""
        self.book.change(number, lambda case: replace(case, joined=None, dropped=None))

    def called_back(self, number: str, call: str) -> CaseFile | None:
        """The case goes on in this `call`, which we have made; nothing is proved in it."""
        return self.book.change(number, lambda case: replace(case, call=call, verified="", status="", dropped=None))

    # ---- what is old ----

    def purge(self) -> int:
        """Delete what nobody may open any more; how many."""
        return self.book.purge(self.clock() - timedelta(days=self.limits.days))

    def _told(self, number: str) -> CaseFile | None:
        found = self.book.by_number(number)
        since = self.clock() - timedelta(days=self.limits.days)
        return found if found and found.changed >= since else None


def _number() -> str:
    """A number that says nothing, and can't be guessed from another; its first digit is no 0."""
    least = 10 ** (NUMBER_DIGITS - 2)
    digits = str(least + randbelow(9 * least))
    return digits + check_digit(digits)
