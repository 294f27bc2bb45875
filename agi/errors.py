"""The base of the errors that are told to whoever typed a command."""


class HotlineError(Exception):
    """What was asked for cannot be done; the message is for a person and says why, and what to do about it."""
