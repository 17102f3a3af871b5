"""Abuse 26: archives and pictures that grow without end when they are opened."""

import io
import struct
import zipfile
import zlib
from typing import Any

import pytest

from app.content.archive import read_zip
from app.courses import services
from app.kernel.errors import Refusal
from tests.courses import samples

pytestmark = pytest.mark.usefixtures("must_end")


def zipped(files: dict[str, bytes], level: int = 9) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    out.seek(0)
    return out


def lying(size: int) -> io.BytesIO:
    """Return an archive whose directory says that its file is small."""
    data = bytearray(zipped({"data/prix.csv": b"0" * size}).getvalue())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(mark) + offset
        data[place : place + 4] = struct.pack("<I", 100)
    return io.BytesIO(bytes(data))


BOMBS = {
    "ratio": lambda: zipped({"data/prix.csv": b"0" * 60_000_000}),
    "many small ones": lambda: zipped({f"data/{n}.csv": b"" for n in range(6_000)}),
    "nested": lambda: zipped({"data/in.zip": zipped({"a.csv": b"0" * 9_000_000}).getvalue()}),
    "a size that lies": lambda: lying(50_000_000),
    "one file four hundred times": lambda: zipped(
        {f"data/{n}.csv": bytes([n % 256]) * 900_000 for n in range(400)}
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_an_archive_that_grows_is_refused_before_it_does(bomb: Any) -> None:
    archive = bomb()
    with pytest.raises(Refusal):
        read_zip(archive)


def picture(width: int, height: int) -> bytes:
    """Return a PNG of a few hundred bytes that claims these measures."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 100_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_the_measures_of_a_picture_are_read_and_its_pixels_never(database: Any) -> None:
    body = "![Un trait](../media/grand.png)"
    files = samples.course(lessons={"bonjour": ("Bonjour", body)})
    services.check_files(files | {"media/grand.png": picture(60_000, 60_000)})
