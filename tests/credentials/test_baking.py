"""A credential within its picture: what was put in comes out, and nothing odd is read."""

import random
import struct
import zlib

import pytest

from app.credentials import baking
from app.credentials.baking import NoBadge
from tests.credentials.test_proofs import SAMPLES

DOCUMENT = '{"name":"أمينة ]]> <b>&amp;", "id": "x"}'
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*more):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return baking.PNG + head + b"".join(more) + data + chunk(b"IEND", b"")


def itxt(text, flag=b"\0", keyword=baking.KEYWORD):
    return chunk(b"iTXt", keyword + b"\0" + flag + b"\0\0\0" + text)


def test_what_was_put_into_a_png_comes_out_of_it():
    made = baking.bake_png(png(), DOCUMENT)
    assert baking.read_badge(made) == DOCUMENT.encode()
    with pytest.raises(NoBadge):
        baking.bake_png(made, DOCUMENT)


def test_what_was_put_into_an_svg_says_the_same_there():
    made = baking.bake_svg(SVG, DOCUMENT)
    assert baking.read_badge(made.encode()).decode() == DOCUMENT.replace("]]>", "]]\\u003e")
    assert made.index("<openbadges:credential>") < made.index("<path")
    assert made.endswith('<path d="M0 0h9v9z"/></svg>')
    odd = baking.bake_svg(SVG, '"\uffff"')
    assert baking.read_badge(odd.encode()) == b'"\\uffff"'


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        baking.PNG,
        png(),
        png(itxt(b"{}"), itxt(b"{}")),
        png(itxt(zlib.compress(b" " * 10_000_000), flag=b"\1")),
        png(chunk(b"zTXt", baking.KEYWORD + b"\0\0" + zlib.compress(b" " * 10_000_000))),
        png(chunk(b"tEXt", baking.KEYWORD + b"\0{}")),
        png(chunk(b"iTXt", baking.KEYWORD + b"\0\0\0")),
        png(itxt(b"{}", keyword=b"openbadges")),
        png(itxt(b"{}")) + b"more",
        png(itxt(b"{}"))[:-1],
        png(itxt(b"{}")).replace(b"{}", b"[]"),
        png(itxt(b"{}")).replace(b"IHDR", b"IHDX"),
        png(*[chunk(b"teXt", b"")] * (baking.MOST_PARTS + 1), itxt(b"{}")),
        png(itxt(b" " * baking.MOST_BYTES)),
    ],
)  # fmt: skip
def test_a_png_that_is_odd_holds_no_badge(picture):
    with pytest.raises(NoBadge):
        baking.read_badge(picture)


BADGE = f'<b:credential xmlns:b="{baking.NAMESPACE}">{{}}</b:credential>'
ROOT = '<svg xmlns="http://www.w3.org/2000/svg">'


@pytest.mark.parametrize(
    "picture",
    [
        "<svg",
        f"{ROOT}</svg>",
        f"{ROOT}{BADGE}{BADGE}</svg>",
        f"{ROOT}<g>{BADGE}</g></svg>",
        f"<svg>{BADGE}</svg>",
        f"{ROOT}{BADGE.replace('v3p0', 'v2p0')}</svg>",
        '<!DOCTYPE svg [<!ENTITY a "b">]>' + f"{ROOT}{BADGE.replace('{}', '&a;')}</svg>",
        '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + f"{ROOT}{BADGE}</svg>",
        f"{ROOT}{'<g>' * 100}{'</g>' * 100}{BADGE}</svg>",
        f"{ROOT}{'<g/>' * baking.MOST_PARTS}{BADGE}</svg>",
        '<?xml version="1.0" encoding="nowhere"?>' + f"{ROOT}{BADGE}</svg>",
        "<!doctype html><html><body>404</body></html>",
    ],
)
def test_an_svg_that_is_odd_holds_no_badge(picture):
    with pytest.raises(NoBadge):
        baking.read_badge(picture.encode())


def test_of_a_picture_with_any_byte_changed_nothing_is_read_that_was_not_put_in():
    made, chance = baking.bake_png(png(), DOCUMENT), random.Random(7)  # noqa: S311
    for _ in range(2000):
        at = chance.randrange(len(made))
        changed = made[:at] + bytes([made[at] ^ 1 << chance.randrange(8)]) + made[at + 1 :]
        with pytest.raises(NoBadge):
            baking.read_badge(changed)


@pytest.mark.skipif(SAMPLES is None, reason="the samples of others are not here")
@pytest.mark.parametrize("kind", ["png", "svg"])
def test_badges_baked_by_others_are_read(kind):
    text = baking.read_badge((SAMPLES / f"simple-json.{kind}").read_bytes())
    assert text.startswith(b"{")
    assert b"Teamwork" in text
