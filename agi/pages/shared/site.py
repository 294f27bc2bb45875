"""What every page may ask: the installation, and who looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from starlette.requests import HTTPConnection

from agi import privacy
from agi.books.accounts import AccountBook, Role
from agi.books.audit import Audit
from agi.settings import Settings


@dataclass(frozen=True, slots=True)
class Tab:
    """A line of the navigation."""

    path: str
    title: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is signed in. `session` names the session, and is no key to it; `proven`: the second factor was given."""

    name: str
    role: Role
    session: str
    proven: bool
    has_second_factor: bool


@dataclass(frozen=True, slots=True)
class Site:
    """The installation behind the pages. `tabs`: the navigation of each role."""

    settings: Settings
    accounts: AccountBook
    audit: Audit
    tabs: dict[Role, Sequence[Tab]]

    @classmethod
    def of(cls, settings: Settings, tabs: dict[Role, Sequence[Tab]]) -> "Site":
        """That of an installation. Raises BadKey."""
        book = settings.pages_db
        return cls(settings, AccountBook(book), Audit(book, privacy.hash_key(settings.var)), tabs)

    @property
    def needs_second_factor(self) -> bool:
        """Whether nobody gets in without one: wherever others than this machine reach the pages."""
        return self.settings.pages.listen != "127.0.0.1"


def site(request: HTTPConnection) -> Site:
    """The installation."""
    return cast("Site", request.app.state.site)


def visitor(request: HTTPConnection) -> Visitor:
    """Who looks; only where one must be signed in."""
    return cast("Visitor", request.state.visitor)


def maybe_visitor(request: HTTPConnection) -> Visitor | None:
    """Who looks, if they are signed in."""
    return cast("Visitor | None", getattr(request.state, "visitor", None))
