"""Whoever asks the books anything need know one error only."""

import importlib
import inspect
import pkgutil

import agi.books
from agi.books.errors import BookError


def test_every_error_of_the_books_is_a_book_error() -> None:
    found = {
        thing
        for module in pkgutil.iter_modules(agi.books.__path__, "agi.books.")
        for _, thing in inspect.getmembers(importlib.import_module(module.name), inspect.isclass)
        if issubclass(thing, Exception) and thing.__module__.startswith("agi.books.")
    }
    assert len(found) > 10
    assert {one for one in found if not issubclass(one, BookError)} == set()
