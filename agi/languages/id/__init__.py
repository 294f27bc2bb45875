"""Indonesian."""

from agi.languages.id.dates import DATES
from agi.languages.id.numbers import NUMBERS
from agi.languages.id.spelling import SPELLING
from agi.languages.id.synonyms import OWN_WORDS
from agi.languages.id.vocabulary import VOCABULARY
from agi.languages.id.wording import WORDING
from agi.languages.language import Language

LANGUAGE = Language("id", "id", VOCABULARY, NUMBERS, DATES, WORDING, SPELLING, OWN_WORDS)
