"""What goes wrong with the books."""

from agi.errors import HotlineError


class BookError(HotlineError):
    """A book can't be read or written; the message says why. Every error of this room that a caller may meet is one."""


class CallNotFound(BookError):
    """No call, or more than one, has an id that begins like this."""
