"""Who the synthetic callers are: voices of espeak-ng."""

HELD_OUT = ("Andy", "Annie", "f4", "grandma", "klatt2", "m3", "michel", "pablo", "steph", "zac")
"""Variants of espeak-ng that no network of ours is trained on: what it hears of these is a figure."""

USUAL = 3
"""How many of them rehearse."""

WORDS_A_MINUTE = 140
"""How fast they speak."""
