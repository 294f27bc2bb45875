"""Testers record words by telephone, with their consent, for training and evaluation."""
