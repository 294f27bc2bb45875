"""Indonesian."""

from agi.languages.id.dates import DATES
from agi.languages.id.numbers import NUMBERS
from agi.languages.id.phrases import PHRASES, REPAIRS
from agi.languages.id.spelling import SPELLING
from agi.languages.id.wording import READING
from agi.languages.language import Language

LANGUAGE = Language("id", "id", PHRASES, REPAIRS, NUMBERS, DATES, READING, SPELLING)
