"""From words to the International Phonetic Alphabet, for a voice that is told sounds and not letters.

The sounds are those that callers are heard by: the lexicon's, else those of the spelling.
"""

import re
import unicodedata

from agi.languages.language import Language
from agi.languages.lexicon import Lexicon

STRESS = "ˈ"
_WRITTEN = {
    **{"@": "ə", "e": "ɛ", "o": "ɔ"},
    **{"c": "ʧ", "j": "ʤ", "ng": "ŋ", "ny": "ɲ", "r": "ɾ", "y": "j", "g": "ɡ", "v": "f"},
}
"""Sounds that the alphabet writes otherwise than the language pack does; in the voice's e and o one hears i and u."""
_TOKEN = re.compile(r"[a-z]+|[,.?!;]")


def ipa(text: str, language: Language, lexicon: Lexicon) -> str:
    """`text` in its spoken form as sounds: a space between words, its marks kept; "" where nothing of it is a word."""
    out = ""
    for token in _TOKEN.findall(_plain(text)):
        if not token.isalpha():
            out += token if out else ""
            continue
        for word in _words(token, language, lexicon):
            sounds = language.sounds(word, lexicon)[0]
            stressed = language.spelling.stressed(word, sounds)
            out += " " + "".join(
                (STRESS if nth == stressed else "") + _WRITTEN.get(sound, sound) for nth, sound in enumerate(sounds)
            )
    return out.strip().replace("ul", "ʊl")  # of its "juli" our recogniser makes "juni"


def _plain(text: str) -> str:
    """In small letters without accents."""
    return "".join(char for char in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(char))


def _words(token: str, language: Language, lexicon: Lexicon) -> list[str]:
    """The words that are said for one in a text: the names of its letters where no vowel makes a word of it."""
    return [token] if language.spelling.vowels & set(token) or token in lexicon.sounds else lexicon.spelt(token).split()
