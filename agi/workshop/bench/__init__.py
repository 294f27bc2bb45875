"""Benchmarks: what a call costs, how fast a key is answered, how fast the books are."""
