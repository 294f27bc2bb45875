"""Synthetic callers: their voices and their line, and a whole draft rehearsed with them before anybody hears it."""
