"""Audio to text, offline: the model, what may be said on a question, and what was said."""

GRAMMARS = "grammars.json"
"""The file of a built model that says which phrases Vosk is given for each grammar, in the model's names of the words;
what menus and lists mean; of which language they are."""
