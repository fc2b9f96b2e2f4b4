import pytest

from btbot.paper.connection import BINARY, TEXT, encode


@pytest.mark.parametrize(
    ("size", "head"),
    [(0, "8100"), (125, "817d"), (126, "817e007e"), (65535, "817effff"), (65536, "817f0000000000010000")],
)
def test_a_frame_carries_its_length_in_the_shortest_form(size, head):
    frame = encode(TEXT, b"x" * size)
    assert frame == bytes.fromhex(head) + b"x" * size


def test_a_binary_frame_says_so():
    assert encode(BINARY, b"\x00") == b"\x82\x01\x00"
