"""Editions: what callers hear (menu, texts, lexicon, recordings, clips, grammars), immutable and numbered."""
