"""Pictures tell their size."""

import struct

import pytest

from app.content.media import active_svg, pixels


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 640, 480), (640, 480)),
        (b"GIF89a" + struct.pack("<HH", 3, 4), (3, 4)),
        (b"\xff\xd8\xff\xe0\0\4ab\xff\xc0\0\x0b\x08\0\x10\0\x20\1\1\0", (32, 16)),
        (b'<svg width="30" height="20px">', (30, 20)),
        (b'<?xml version="1.0"?><svg viewBox="0 0 33.4 20">', (33, 20)),
        (b'<svg width="100%" viewBox="0,0,10,5">', (10, 5)),
        (b'<svg width="1..2" height="2">', (0, 0)),
        (b"<svg>", (0, 0)),
        (b"", (0, 0)),
        (b"\xff\xd8\xff", (0, 0)),
    ],
)
def test_sizes_are_read_from_the_first_bytes(data, size):
    assert pixels(data) == size


def test_a_drawing_may_refer_to_itself():
    assert (
        active_svg(b'<svg><use href="#a"/><path fill="url(#b)"/><style>.a{fill:red}</style></svg>')
        is None
    )
