"""The languages of callers, one folder each; its name is the language's code (ISO 639)."""

from agi.languages.id import LANGUAGE
from agi.languages.language import Language

INDONESIAN = LANGUAGE

_LANGUAGES = {language.code: language for language in (INDONESIAN,)}


def named(code: str) -> Language:
    """The language `code`, such as "id"; Indonesian where there is none of that name."""
    return _LANGUAGES.get(code, INDONESIAN)
