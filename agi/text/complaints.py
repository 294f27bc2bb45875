"""Complaints in writing: what they are about, and public posts, each a ticket for an agent to read."""

from collections.abc import Iterable, Mapping

from agi.books.events import Channel
from agi.books.ticket import Category
from agi.office.office import Office
from agi.text.cleaned import cleaned

_ABOUT: Mapping[Category, frozenset[str]] = {
    Category.FEE: frozenset(
        ("pungli", "pungutan", "uang", "bayar", "dimintai", "suap", "biaya", "rupiah", "calo"),
    ),
    Category.WISH: frozenset(("usul", "usulan", "saran", "aspirasi", "harap")),
    Category.DATA: frozenset(("nik", "nama", "alamat", "tanggal", "lahir", "data", "kk", "ktp", "salah")),
}
"""Words that tell what a complaint is about, the most telling category first; else it is of service."""


def category(words: Iterable[str]) -> Category:
    """What a complaint in these `words` is about."""
    said = set(words)
    return next((one for one, telling in _ABOUT.items() if said & telling), Category.SERVICE)


def take_mention(office: Office, channel: Channel, post: str, author: str, said: str, link: str) -> None:
    """Open the one ticket about what `author` has `said` in the public `post`, which is read at `link`.

    Told again of the same post, the ticket stays as the office has it by now. Raises BookError.
    """
    about = category(cleaned(said).words)
    office.tickets.note_post(
        about, f"Unggahan publik {author or 'tanpa nama'}: {said}", link, f"{channel}-post-{post}", channel
    )
