"""Numbers in Indonesian words (terbilang) and digits one by one. Small, so that speaking needs no big import."""

DIGITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
MOST = 10**15
_SCALES = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"), (10**3, "ribu"), (100, "ratus"), (10, "puluh"))


def number(value: int) -> str:
    """`value` (0 to below 10¹⁵) in words: 1250 is "seribu dua ratus lima puluh"."""
    if not 0 <= value < MOST:
        raise ValueError(f"numbers are spoken from 0 to {MOST - 1}")
    return " ".join(_words(value)) if value else DIGITS[0]


def one_by_one(digits: str) -> str:
    """ASCII `digits` one after another: "537" is "lima tiga tujuh"."""
    return " ".join(DIGITS[int(digit)] for digit in digits)


def _words(value: int) -> list[str]:
    """Words of `value`; none for 0."""
    if value < 10:
        return [DIGITS[value]] if value else []
    if 11 <= value < 20:
        return ["sebelas"] if value == 11 else [DIGITS[value - 10], "belas"]
    scale, name = next(pair for pair in _SCALES if value >= pair[0])
    count, rest = divmod(value, scale)
    # "se-" stands for one up to a thousand; from a million on it is "satu juta".
    head = [f"se{name}"] if count == 1 and scale <= 1000 else [*_words(count), name]
    return head + _words(rest)
