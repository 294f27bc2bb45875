"""Audio to text, offline: the model, what may be said on a question, and what was said."""
