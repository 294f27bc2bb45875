"""What is sealed is read by who has the key alone, and by nobody once it was changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi.privacy import BadKey, sealed, unsealed

KEY, OTHER = bytes(32), bytes([1]) * 32
NIK = "3273054101900001"


@given(st.text(max_size=200))
def test_it_comes_back_as_it_was(text: str) -> None:
    assert unsealed(KEY, sealed(KEY, text)) == text


def test_neither_the_text_nor_that_two_are_equal_shows() -> None:
    one, other = sealed(KEY, NIK), sealed(KEY, NIK)
    assert NIK.encode() not in one
    assert one[-16:] != other[-16:]


def test_another_key_and_a_changed_byte_are_told() -> None:
    box = sealed(KEY, NIK)
    with pytest.raises(BadKey):
        unsealed(OTHER, box)
    for at in range(len(box)):
        with pytest.raises(BadKey):
            unsealed(KEY, box[:at] + bytes([box[at] ^ 1]) + box[at + 1 :])


def test_what_is_no_box_at_all_is_told() -> None:
    for box in (b"", b"x", bytes(200)):
        with pytest.raises(BadKey):
            unsealed(KEY, box)
